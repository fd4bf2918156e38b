"""Plans of `invoice-time`, kept so that a rerun finds them, and forgotten once they are of no more use."""

import hashlib
import json
import os
from datetime import datetime
from pathlib import Path

from invoicekit.billing import TimePlan, plan_text
from invoicekit.cli.place import state_folder
from invoicekit.errors import UsageError

_MARK = ".done"


def plan_path(provider: str, account: str, number: str) -> Path:
    """Return where the plan of an invoice is kept in the user's own folder."""
    name = hashlib.sha256(json.dumps([provider, account, number]).encode()).hexdigest()[:16]
    return _folder() / f"{name}.json"


def keep(plan: TimePlan, path: Path) -> None:
    """Write the plan where a rerun finds it, before anything is sent; for its owner alone.

    Raises:
        UsageError: It cannot be written; nothing was sent.
    """
    try:
        if path.parent == _folder():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.with_suffix(_MARK).unlink(missing_ok=True)
        partial = path.with_name(path.name + ".part")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(plan_text(plan))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as failure:
        raise UsageError(f"{path}: the plan cannot be kept: {failure.strerror}; nothing was sent") from None


def finish(path: Path, *, journal: Path) -> None:
    """Note that nothing is left of a plan, so that it may be forgotten one day; the user's own file never.

    Args:
        journal: What the run promised in: whoever prunes it forgets the plan, too.
    """
    if path.parent != _folder():
        return
    try:
        path.with_suffix(_MARK).write_text(str(journal.resolve()), encoding="utf-8")
    except OSError as failure:
        raise UsageError(f"{path}: {failure.strerror}") from None


def drop(path: Path) -> None:
    """Forget a plan whose draft was taken back."""
    path.unlink()
    if path.parent == _folder():
        path.with_suffix(_MARK).unlink(missing_ok=True)


def forget_finished(journal: Path, *, before: datetime) -> int:
    """Forget the plans of a journal's runs that finished before an instant; one with something left is kept.

    Returns:
        How many were forgotten.
    """
    forgotten = 0
    for mark in _folder().glob(f"*{_MARK}"):
        is_old = mark.stat().st_mtime < before.timestamp()
        if is_old and mark.read_text(encoding="utf-8") == str(journal.resolve()):
            mark.with_suffix(".json").unlink(missing_ok=True)
            mark.unlink(missing_ok=True)
            forgotten += 1
    return forgotten


def _folder() -> Path:
    return state_folder(os.environ) / "time-plans"
