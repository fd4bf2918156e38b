"""How the processes on one file tell who was killed: a lock that ends with the process that holds it."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_OWNER_ONLY = 0o600
_INFIX = "-alive-"
_TRIES = 3


class LifeSign:
    """A file beside the journal, locked while this process has the journal open.

    The operating system drops the lock when the process ends, however it ends; a stopped process keeps it,
    and so does a child that was forked from a dead one. Only a file that is there and not locked proves a
    death: where it is missing, or cannot be locked on this file system, nothing is concluded.

    Attributes:
        name: What other processes know it by; empty where no sign could be given.
    """

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._descriptor: int | None = None
        self.name = ""

    def give(self) -> None:
        """Take the lock, once; where that is not possible, others wait until leases lapse."""
        if self._descriptor is not None:
            return
        for _ in range(_TRIES):
            name = secrets.token_hex(8)
            try:
                descriptor = os.open(
                    _place(self._journal, name),
                    os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW,
                    _OWNER_ONLY,
                )
            except OSError:
                return
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_there = os.fstat(descriptor).st_nlink > 0
            except OSError:
                is_there = False
            if is_there:
                self._descriptor, self.name = descriptor, name
                return
            # Somebody swept it away before it was locked.
            _remove(_place(self._journal, name))
            os.close(descriptor)

    def end(self) -> None:
        """Give the lock up."""
        if self._descriptor is not None:
            _remove(_place(self._journal, self.name))
            os.close(self._descriptor)
        self._descriptor, self.name = None, ""


def is_dead(journal: Path, name: str) -> bool:
    """Tell whether the process that gave this sign has certainly ended."""
    if not name:
        return False
    try:
        descriptor = os.open(_place(journal, name), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)


def of_the_dead(journal: Path) -> Iterator[str]:
    """Name the signs that killed processes left behind."""
    prefix = f"{journal.name}{_INFIX}"
    try:
        found = [entry.name for entry in os.scandir(journal.parent) if entry.name.startswith(prefix)]
    except OSError:
        return
    yield from (name for one in found if is_dead(journal, name := one.removeprefix(prefix)))


def clear(journal: Path, name: str) -> None:
    """Remove a dead process's sign, once nothing refers to it any more."""
    _remove(_place(journal, name))


def _place(journal: Path, name: str) -> Path:
    return journal.with_name(f"{journal.name}{_INFIX}{name}")


def _remove(path: Path) -> None:
    with suppress(OSError):  # another process was faster, or will be
        path.unlink()
