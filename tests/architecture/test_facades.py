"""From another package, import the package and not its modules."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def packages(modules: Mapping[str, Path]) -> frozenset[str]:
    return frozenset(name for name, path in modules.items() if path.name == "__init__.py")


def targets(tree: ast.Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module, tuple(alias.name for alias in node.names)


def reaching_in(module: str, tree: ast.Module, packages: frozenset[str], names: frozenset[str]) -> list[str]:
    """Name every import that reaches past another package's façade."""
    wrong = []
    for target, members in targets(tree):
        reached = [target, *(f"{target}.{member}" for member in members if f"{target}.{member}" in names)]
        for name in reached:
            owner = name.rpartition(".")[0]
            is_inside = f"{module}.".startswith(f"{owner}.")
            is_top = owner in {"", "invoicekit"}
            if name in names and name not in packages and owner in packages and not is_inside and not is_top:
                wrong.append(f"{module}: {name}")
    return wrong


def relative(tree: ast.Module) -> list[int]:
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]


def test_packages_are_used_through_their_facade(
    trees: Mapping[str, ast.Module], packages: frozenset[str], modules: Mapping[str, Path]
) -> None:
    """`from invoicekit.model import Money`, never `from invoicekit.model.money import Money`."""
    names = frozenset(modules)

    wrong = [line for module, tree in trees.items() for line in reaching_in(module, tree, packages, names)]

    assert wrong == []


@pytest.mark.parametrize(
    "line",
    [
        "from invoicekit.model.money import Money",
        "from invoicekit.model import money",
        "import invoicekit.model.money",
    ],
)
def test_reaching_in_is_caught(line: str) -> None:
    """Every spelling that names another package's module is found."""
    packages = frozenset({"invoicekit", "invoicekit.model", "invoicekit.guard"})
    names = packages | {"invoicekit.model.money", "invoicekit.guard.core"}

    assert reaching_in("invoicekit.guard.settle", ast.parse(line), packages, names) == [
        "invoicekit.guard.settle: invoicekit.model.money"
    ]


def test_all_imports_are_absolute(trees: Mapping[str, ast.Module]) -> None:
    """A relative import hides which layer is meant."""
    assert {module: relative(tree) for module, tree in trees.items() if relative(tree)} == {}
