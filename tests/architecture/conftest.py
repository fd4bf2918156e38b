"""The source tree, parsed once for all architecture tests."""

import ast
from collections.abc import Mapping
from pathlib import Path

import pytest

from invoicekit import __file__ as package_file


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Return the directory that the package under test lies in."""
    return Path(package_file).parent.parent


@pytest.fixture(scope="session")
def modules(checkout: Path) -> Mapping[str, Path]:
    """Return every shipped module by its dotted name."""
    found: dict[str, Path] = {}
    for top in [checkout / "invoicekit", *sorted((checkout / "adapters").glob("invoicekit_*"))]:
        for path in sorted(top.rglob("*.py")):
            parts = path.relative_to(top.parent).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@pytest.fixture(scope="session")
def trees(modules: Mapping[str, Path]) -> Mapping[str, ast.Module]:
    """Return every shipped module's syntax tree by its dotted name."""
    return {name: ast.parse(path.read_text(), str(path)) for name, path in modules.items()}
