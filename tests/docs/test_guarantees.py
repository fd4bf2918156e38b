"""The README's promises are the ones that follow from what the adapters declare."""

import re
from pathlib import Path

import pytest

from invoicekit.adapter import Capabilities
from invoicekit.cli.guarantees import guarantee_of, guarantees, guarantees_markdown
from invoicekit.registry import Registry

BEGIN = "<!-- guarantees: `invoicekit providers --guarantees --markdown` writes them -->"
END = "<!-- end of the guarantees -->"


@pytest.fixture
def declared() -> dict[str, Capabilities]:
    """Return what the adapters of this repository declare."""
    registry = Registry()
    ours = [one for one in registry.installed() if one.distribution == "invoicekit"]
    return {one.name: registry.adapter(one.name).capabilities for one in ours}


def test_the_readme_shows_what_follows(root: Path, declared: dict[str, Capabilities]) -> None:
    """Whoever changes a declaration writes the table anew."""
    found = re.findall(
        rf"{re.escape(BEGIN)}\n\n(.+?)\n\n{re.escape(END)}", (root / "README.md").read_text(), re.DOTALL
    )

    assert found == [guarantees_markdown(declared)]


def test_every_offered_write_is_promised_something_once(declared: dict[str, Capabilities]) -> None:
    """No write without a promise, and none under two."""
    told = "; ".join(row[0] for row in guarantees(declared))
    for provider, capabilities in declared.items():
        for operation, capability in capabilities.operations.items():
            is_write = capability.is_offered and capability.idempotency is not None
            assert (guarantee_of(capability) is not None) == is_write
            named = re.findall(rf"{provider}: [^;]*\b{operation}\b", told)
            assert len(named) == is_write, (provider, operation)
