"""The changelog, the version and the README agree."""

import re
from pathlib import Path

from invoicekit import __version__

SECTIONS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
HEADING = re.compile(r"^## \[(?P<version>[^\]]+)\](?: - (?P<date>\d{4}-\d\d-\d\d))?$", re.MULTILINE)


def test_the_newest_entry_is_this_version(root: Path) -> None:
    """Whoever raises the version says what changed."""
    versions = [found["version"] for found in HEADING.finditer((root / "CHANGELOG.md").read_text())]

    assert versions[:2] == ["Unreleased", __version__]


def test_every_heading_has_the_agreed_form(root: Path) -> None:
    """A version has a date, and changes stand under the six headings of Keep a Changelog."""
    text = (root / "CHANGELOG.md").read_text()
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    released = [found for found in HEADING.finditer(text) if found["version"] != "Unreleased"]

    assert len(headings) == len(released) + 1
    assert all(found["date"] for found in released)
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= SECTIONS


def test_the_readme_names_this_version(root: Path) -> None:
    """The README's status line speaks of the version it is shipped with."""
    assert re.findall(r"Status: (\S+),", (root / "README.md").read_text()) == [__version__]
