"""The list of removals keeps up with the code; that each is noticed is a session of its own."""

from pathlib import Path

import pytest
from removal import Removal
from removals import REMOVALS


@pytest.mark.parametrize("removal", REMOVALS, ids=lambda removal: removal.name)
def test_every_line_to_remove_is_there(root: Path, removal: Removal) -> None:
    """Exactly once, and what is to notice its absence exists."""
    assert (root / removal.path).read_text().count(removal.line) == 1
    assert all((root / path.partition("::")[0]).exists() for path in removal.tests)
    assert removal.line != removal.without


def test_no_removal_stands_twice() -> None:
    """Each is a line of its own."""
    assert len({(removal.path, removal.line) for removal in REMOVALS}) == len(REMOVALS)
    assert len({removal.name for removal in REMOVALS}) == len(REMOVALS)
