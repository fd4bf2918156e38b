"""The shape of the source tree: sizes, names, markers."""

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

MOST_LINES = 400
NO_IDEA = frozenset({"base", "common", "core", "helper", "helpers", "misc", "util", "utils"})


def empty_names(names: Mapping[str, object]) -> list[str]:
    return [name for name in names if name.rpartition(".")[2].strip("_") in NO_IDEA]


def test_no_file_is_long(modules: Mapping[str, Path]) -> None:
    """A file of more than 400 lines holds more than one idea."""
    lengths = {name: len(path.read_text().splitlines()) for name, path in modules.items()}

    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_every_module_name_says_something(modules: Mapping[str, Path]) -> None:
    """`utils` and its like are names for having no name."""
    assert empty_names(modules) == []


@pytest.mark.parametrize("name", ["invoicekit.wire.utils", "invoicekit.core", "invoicekit.guard._base"])
def test_an_empty_name_is_caught(name: str) -> None:
    """The rule finds packages and modules, private ones too."""
    assert empty_names({name: None}) == [name]


def test_every_package_is_typed(modules: Mapping[str, Path]) -> None:
    """Users of every top-level package get our types."""
    tops = [path.parent for name, path in modules.items() if "." not in name and path.name == "__init__.py"]

    assert len(tops) >= 2
    assert [top.name for top in tops if not (top / "py.typed").is_file()] == []


def test_every_module_has_a_docstring(trees: Mapping[str, ast.Module]) -> None:
    """The first line of a file says what it is for."""
    assert [name for name, tree in trees.items() if not ast.get_docstring(tree)] == []


def test_no_module_does_work_when_it_goes_away(trees: Mapping[str, ast.Module]) -> None:
    """`__del__` runs at a time nobody chose."""
    found = [
        f"{name}:{node.lineno}"
        for name, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "__del__"
    ]

    assert found == []


def test_the_text_names_no_machine(root: Path) -> None:
    """What is committed speaks of the project alone: no home or temporary folder of any machine."""
    machine = re.compile(r"(?<![\w.])/(?:root|home|work|opt)/\w")
    kept = [root / name for name in ("README.md", "CHANGELOG.md", "pyproject.toml", "noxfile.py", ".ci/run")]
    sources = [path for top in ("invoicekit", "adapters", "tests") for path in (root / top).rglob("*.py")]

    named = [path.name for path in [*kept, *sources] if machine.search(path.read_text())]

    assert named == []
