"""What import-linter cannot tell apart: which half of aiohttp is imported where."""

import ast
from collections.abc import Iterator, Mapping

import pytest

CLIENT_HOME = "invoicekit.transport"
SERVER_HOMES = ("invoicekit.simulate", "simulator")


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def misplaced(module: str, tree: ast.Module) -> list[str]:
    """Name every import of aiohttp that is not at home in this module."""
    is_client_home = f"{module}.".startswith(f"{CLIENT_HOME}.")
    is_server_home = f"{module}.".startswith(f"{SERVER_HOMES[0]}.") or SERVER_HOMES[1] in module.split(".")
    wrong = []
    for name in imported(tree):
        if name.split(".")[0] != "aiohttp":
            continue
        is_server_half = f"{name}.".startswith(("aiohttp.web.", "aiohttp.web_"))
        if not (is_server_home if is_server_half else is_client_home):
            wrong.append(f"{module}: {name}")
    return wrong


def test_aiohttp_client_and_server_keep_apart(trees: Mapping[str, ast.Module]) -> None:
    """The aiohttp client lives in transport alone, aiohttp.web in simulate and simulators alone."""
    assert [line for module, tree in trees.items() for line in misplaced(module, tree)] == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("invoicekit.simulate.server", "from aiohttp import ClientSession"),
        ("invoicekit_clockify.simulator.app", "import aiohttp"),
        ("invoicekit.transport.client", "from aiohttp import web"),
        ("invoicekit.transport.client", "import aiohttp.web_request"),
        ("invoicekit_clockify.adapter", "from aiohttp.web import Request"),
    ],
)
def test_the_wrong_half_is_caught(module: str, line: str) -> None:
    """A client in a simulator, or a server in the transport, is named."""
    assert misplaced(module, ast.parse(line)) != []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("invoicekit.simulate.server", "from aiohttp import web"),
        ("invoicekit_clockify.simulator.app", "from aiohttp.web import Request"),
        ("invoicekit.transport.client", "import aiohttp"),
    ],
)
def test_the_right_half_is_at_home(module: str, line: str) -> None:
    """The homes themselves may import their half."""
    assert misplaced(module, ast.parse(line)) == []


def sharing(module: str, tree: ast.Module) -> list[str]:
    """Name what a simulator imports of the adapter it checks."""
    top = module.partition(".")[0]
    home = f"{top}.simulator."
    if not f"{module}.".startswith(home):
        return []
    return [
        f"{module}: {name}"
        for name in imported(tree)
        if name.partition(".")[0] == top and not f"{name}.".startswith(home)
    ]


def test_a_simulator_shares_nothing_with_its_adapter(trees: Mapping[str, ast.Module]) -> None:
    """One mistake shared by codec and simulator would cancel out in every test."""
    assert [line for module, tree in trees.items() for line in sharing(module, tree)] == []


def test_a_shared_codec_is_caught() -> None:
    """A simulator module that imports its adapter's codec is named."""
    tree = ast.parse("from invoicekit_clockify.wire import encode_payment")

    assert sharing("invoicekit_clockify.simulator.payments", tree) != []
