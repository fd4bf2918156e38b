"""Imports point down, and third-party packages stay in their homes: the contracts in pyproject.toml."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

RUN = "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache', '--no-logo'])"

# By contract: modules to plant, each with a line that breaks this contract.
PLANTS: Mapping[str, tuple[str, str]] = {
    "layers": ("invoicekit/model/planted_layers.py", "import invoicekit.channel"),
    "adapters-see-the-contract": (
        "adapters/invoicekit_clockify/planted_reach.py",
        "import invoicekit.journal",
    ),
    "nobody-names-an-adapter": ("invoicekit/guard/planted_adapter.py", "import invoicekit_clockify"),
    "simulators-stand-alone": ("invoicekit/simulate/planted_share.py", "import invoicekit.wire"),
    "nobody-needs-a-simulator": ("invoicekit/guard/planted_simulate.py", "import invoicekit.simulate"),
    "aiohttp": ("invoicekit/channel/planted_aiohttp.py", "import aiohttp.client"),
    "tenacity": ("invoicekit/transport/planted_tenacity.py", "import tenacity"),
    "cattrs": ("adapters/invoicekit_clockify/planted_cattrs.py", "import cattrs"),
    "sqlite": ("invoicekit/guard/planted_sqlite.py", "import sqlite3"),
    "time": ("invoicekit/channel/planted_time.py", "from time import monotonic"),
    "terminal": ("invoicekit/guard/planted_terminal.py", "import rich.console"),
    "pytest": ("invoicekit/testing/planted_pytest.py", "import pytest"),
    "currencies": ("invoicekit/wire/planted_currency.py", "import iso4217"),
    "no-cycles": (
        "invoicekit/model/planted_cycle.py",
        "from invoicekit.model import planted_cycle_back",
    ),
}
ALSO_PLANTED = {
    "invoicekit/model/planted_cycle_back.py": "from invoicekit.model import planted_cycle",
    "adapters/invoicekit_local/planted_rival.py": "import invoicekit_clockify.wire",
}


def lint_imports(tree: Path) -> tuple[int, str]:
    paths = os.pathsep.join([str(tree), str(tree / "adapters")])
    run = subprocess.run(
        [sys.executable, "-c", RUN],
        cwd=tree,
        env=os.environ | {"PYTHONPATH": paths, "COLUMNS": "300", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout + run.stderr


def copy_of(checkout: Path, target: Path) -> Path:
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(checkout / "invoicekit", target / "invoicekit", ignore=unwanted)
    shutil.copytree(checkout / "adapters", target / "adapters", ignore=unwanted)
    shutil.copy(checkout / "pyproject.toml", target)
    return target


@pytest.fixture(scope="module")
def planted(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return what import-linter says of a tree that breaks every contract once."""
    tree = copy_of(checkout, tmp_path_factory.mktemp("planted"))
    for name, line in [*PLANTS.values(), *ALSO_PLANTED.items()]:
        (tree / name).write_text(f'"""Planted."""\n\n{line}\n')
    code, output = lint_imports(tree)
    assert code == 1, output
    return output


def contracts(root: Path) -> dict[str, str]:
    settings = tomllib.loads((root / "pyproject.toml").read_text())
    return {contract["id"]: contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}


def test_every_contract_is_kept(checkout: Path) -> None:
    """The tree as it is breaks no contract."""
    code, output = lint_imports(checkout)

    assert code == 0, output


def test_every_contract_has_a_plant(root: Path) -> None:
    """A contract that no plant breaks might check nothing."""
    assert set(contracts(root)) == set(PLANTS)


@pytest.mark.parametrize("contract", PLANTS)
def test_a_planted_violation_is_caught(contract: str, planted: str, root: Path) -> None:
    """Each contract names the module that was planted to break it."""
    title = contracts(root)[contract]
    module = Path(PLANTS[contract][0]).stem

    sections = re.split(r"\n(?=[^\n]+\n-+\n)", planted)
    (section,) = (text for text in sections if text.startswith(f"{title}\n"))

    assert module in section


def test_an_adapter_that_uses_another_is_caught(planted: str) -> None:
    """Each adapter stands alone: what two of them share belongs into wire."""
    assert "invoicekit_local.planted_rival -> invoicekit_clockify" in planted


def test_everything_shipped_is_under_the_contracts(root: Path) -> None:
    """Whoever adds a package to the wheel adds it to the contracts."""
    settings = tomllib.loads((root / "pyproject.toml").read_text())["tool"]
    shipped = {Path(name).name for name in settings["hatch"]["build"]["targets"]["wheel"]["packages"]}
    linter = settings["importlinter"]
    listed = {contract["id"]: contract for contract in linter["contracts"]}

    assert set(linter["root_packages"]) == shipped
    assert set(listed["no-cycles"]["ancestors"]) == shipped
    adapters = shipped - {"invoicekit", "pytest_invoicekit"}
    assert set(listed["nobody-names-an-adapter"]["protected_modules"]) == adapters
    assert set(listed["adapters-see-the-contract"]["source_modules"]) == adapters
