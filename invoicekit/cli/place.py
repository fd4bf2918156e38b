"""Where the command line keeps its journal."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path


def state_folder(environment: Mapping[str, str], *, platform: str = sys.platform) -> Path:
    """Return the user's folder for state that must survive, by the platform's own custom."""
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or Path.home())
    if platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local") / "invoicekit"
    if platform == "darwin":
        return home / "Library" / "Application Support" / "invoicekit"
    chosen = Path(environment.get("XDG_STATE_HOME", ""))
    return (chosen if chosen.is_absolute() else home / ".local" / "state") / "invoicekit"


def journal_path(given: Path | None) -> Path:
    """Return the journal asked for, or the user's own."""
    return given or state_folder(os.environ) / "journal.sqlite"


def prepared(path: Path) -> Path:
    """Make the user's own folder where the journal is to be in it; no other folder is ever made."""
    if path.parent == state_folder(os.environ):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
