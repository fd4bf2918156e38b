"""The README's matrix is the one that the installed adapters declare."""

import re
from pathlib import Path

import pytest

from invoicekit.cli.provider_matrix import markdown
from invoicekit.registry import Registry

BEGIN = "<!-- matrix: `invoicekit providers --markdown` writes it -->"
END = "<!-- end of the matrix -->"


@pytest.fixture
def written(root: Path) -> str:
    """Return what stands between the marks."""
    found = re.findall(
        rf"{re.escape(BEGIN)}\n\n(.+?)\n\n{re.escape(END)}", (root / "README.md").read_text(), re.DOTALL
    )
    assert len(found) == 1, "the README needs both marks, once"
    return str(found[0])


def test_the_readme_shows_what_the_adapters_declare(written: str) -> None:
    """Whoever changes a declaration writes the README's matrix anew: `invoicekit providers --markdown`."""
    registry = Registry()
    ours = [one for one in registry.installed() if one.distribution == "invoicekit"]

    declared = markdown({one.name: registry.adapter(one.name).capabilities for one in ours})

    assert written == declared


def test_every_shipped_provider_has_a_column(written: str, root: Path) -> None:
    """No adapter of this repository is left out because it was not installed."""
    shipped = {path.name.removeprefix("invoicekit_") for path in (root / "adapters").glob("invoicekit_*")}

    head = written.splitlines()[0]

    assert {name.strip() for name in head.strip("|").split("|")[1:]} == shipped
