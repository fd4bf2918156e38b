"""Where the journal lies when nobody names a place."""

import stat
from pathlib import Path

import pytest

from invoicekit.cli.place import journal_path, prepared, state_folder


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {"HOME": "/users/a"}, "/users/a/.local/state/invoicekit"),
        ("linux", {"HOME": "/users/a", "XDG_STATE_HOME": "/state"}, "/state/invoicekit"),
        ("linux", {"HOME": "/users/a", "XDG_STATE_HOME": "state"}, "/users/a/.local/state/invoicekit"),
        ("darwin", {"HOME": "/users/a"}, "/users/a/Library/Application Support/invoicekit"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/invoicekit"),
        ("win32", {"USERPROFILE": "/users/a"}, "/users/a/AppData/Local/invoicekit"),
    ],
)
def test_the_folder_follows_the_platform(platform: str, environment: dict[str, str], folder: str) -> None:
    """State lies where the platform keeps such things; a relative XDG path counts for nothing."""
    assert state_folder(environment, platform=platform) == Path(folder)


def test_a_named_journal_is_taken_as_it_is(tmp_path: Path) -> None:
    """`--journal` wins, and no folder is made for it: a typing mistake must not become a new journal."""
    named = tmp_path / "nowhere" / "billing.sqlite"

    assert prepared(journal_path(named)) == named
    assert not named.parent.exists()


def test_the_own_folder_is_for_its_user_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The journal names payments, so others on the machine may not read its folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    path = prepared(journal_path(None))

    assert path.name == "journal.sqlite"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
