"""How code may catch: no blanket handlers, and cancellation always passes on."""

import ast
import textwrap
from collections.abc import Iterator, Mapping

import pytest

BLANKET_HOMES = frozenset(
    {"invoicekit.transport.failure", "invoicekit.registry", "invoicekit.testing.foreign"}
)
CANCELLING = frozenset({"CancelledError", "BaseException"})


def caught(handler: ast.ExceptHandler) -> frozenset[str]:
    """Return the bare names a handler catches; a naked `except` counts as BaseException."""
    if handler.type is None:
        return frozenset({"BaseException"})
    parts = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return frozenset(ast.unparse(part).rpartition(".")[2] for part in parts)


def handlers(tree: ast.Module) -> Iterator[ast.ExceptHandler]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler))


def always_raises(body: list[ast.stmt]) -> bool:
    """Tell whether these statements end in a bare `raise` on every branch, and in no other way before."""
    nodes = [node for statement in body for node in ast.walk(statement)]
    if any(isinstance(node, ast.Return) or (isinstance(node, ast.Raise) and node.exc) for node in nodes):
        return False
    last = body[-1]
    if isinstance(last, ast.Raise):
        return last.exc is None
    if isinstance(last, ast.If):
        return bool(last.orelse) and always_raises(last.body) and always_raises(last.orelse)
    if isinstance(last, ast.With | ast.AsyncWith):
        return always_raises(last.body)
    if isinstance(last, ast.Try):
        return bool(last.finalbody) and always_raises(last.finalbody)
    return False


def swallowing(tree: ast.Module) -> list[int]:
    """Return the lines of handlers that may keep a cancellation to themselves."""
    return [
        handler.lineno
        for handler in handlers(tree)
        if caught(handler) & CANCELLING and not always_raises(handler.body)
    ]


def suppressing(tree: ast.Module) -> list[int]:
    """Return the lines of `contextlib.suppress` calls that name a cancellation."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("suppress")
        and {ast.unparse(argument).rpartition(".")[2] for argument in node.args}
        & (CANCELLING | {"Exception"})
    ]


def test_no_blanket_handlers(trees: Mapping[str, ast.Module]) -> None:
    """`except Exception` stands only where unknown code ends: the transport and the plugin loader."""
    found = [
        f"{module}:{handler.lineno}"
        for module, tree in trees.items()
        for handler in handlers(tree)
        if "Exception" in caught(handler) and module not in BLANKET_HOMES
    ]

    assert found == []


def test_cancellation_passes_on(trees: Mapping[str, ast.Module]) -> None:
    """Whoever catches CancelledError records, then raises it unchanged."""
    assert {module: swallowing(tree) for module, tree in trees.items() if swallowing(tree)} == {}


def test_cancellation_is_never_suppressed(trees: Mapping[str, ast.Module]) -> None:
    """`suppress(CancelledError)` swallows the cancellation of whoever runs it."""
    assert {module: suppressing(tree) for module, tree in trees.items() if suppressing(tree)} == {}


@pytest.mark.parametrize(
    "body",
    [
        "pass",
        "return None",
        "raise OSError from None",
        "if x:\n        raise",
        "if x:\n        return 1\n    raise",
        "if x:\n        raise OSError\n    raise",
        "try:\n        raise\n    except OSError:\n        pass",
    ],
)
@pytest.mark.parametrize(
    "names", ["asyncio.CancelledError", "(OSError, CancelledError)", "BaseException", ""]
)
def test_a_swallowed_cancellation_is_caught(names: str, body: str) -> None:
    """Every way to end such a handler without the bare raise is found."""
    source = textwrap.indent(f"try:\n    x()\nexcept {names}:\n    {body}\n", "    ")

    assert swallowing(ast.parse(f"def f():\n{source}")) == [4]


@pytest.mark.parametrize(
    "body", ["raise", "note()\n    raise", "if x:\n        raise\n    else:\n        raise"]
)
def test_record_then_raise_is_fine(body: str) -> None:
    """The allowed shape is not reported."""
    assert swallowing(ast.parse(f"try:\n    x()\nexcept CancelledError:\n    {body}\n")) == []
