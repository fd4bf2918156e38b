"""What a failure of SQLite means to whoever wanted to send, in words."""

import errno
import sqlite3

from invoicekit.errors import ConfigurationError, InvoiceKitError, JournalUnavailable
from invoicekit.journal.group_commit import Failure

_MEANINGS = {
    sqlite3.SQLITE_FULL: ("the disk is full", "free some space, then repeat"),
    sqlite3.SQLITE_BUSY: ("another process keeps it locked", "end that process or wait, then repeat"),
    sqlite3.SQLITE_LOCKED: ("another process keeps it locked", "end that process or wait, then repeat"),
    sqlite3.SQLITE_READONLY: ("it is read-only", "make the file and its directory writable, then repeat"),
    sqlite3.SQLITE_PERM: ("access was denied", "make the file and its directory writable, then repeat"),
    sqlite3.SQLITE_CANTOPEN: (
        "it cannot be opened",
        "check that the directory exists and is writable, then repeat",
    ),
    sqlite3.SQLITE_IOERR: ("reading or writing it failed", "check the disk, then repeat"),
    sqlite3.SQLITE_CORRUPT: (
        "it is damaged",
        "keep the file and restore a backup; look at the provider for writes made since",
    ),
}
_UNEXPECTED = ("SQLite refused", "report this with the text above")


_OS_MEANINGS = {
    errno.ENOENT: ("its directory does not exist", "create the directory, then repeat"),
    errno.ENOTDIR: ("its directory does not exist", "create the directory, then repeat"),
    errno.ENOSPC: _MEANINGS[sqlite3.SQLITE_FULL],
    errno.EDQUOT: _MEANINGS[sqlite3.SQLITE_FULL],
    errno.EROFS: _MEANINGS[sqlite3.SQLITE_READONLY],
    errno.EACCES: _MEANINGS[sqlite3.SQLITE_PERM],
    errno.EPERM: _MEANINGS[sqlite3.SQLITE_PERM],
    errno.EOPNOTSUPP: (
        "its file system cannot share a write-ahead log",
        "put the journal on a local disk",
    ),
    errno.ESTALE: (
        "the file was removed or replaced while it was open",
        "put it back if you can, then open the journal again",
    ),
}


def primary_code(failure: sqlite3.Error) -> int:
    """Return what kind of failure it is; 0 where SQLite itself was not asked."""
    return getattr(failure, "sqlite_errorcode", 0) & 0xFF


def translate(failure: Failure, name: str) -> InvoiceKitError:
    """Return the error to raise instead, a new one each time; `name` is the file."""
    if isinstance(failure, ConfigurationError):
        error: InvoiceKitError = ConfigurationError(*failure.args)
    elif isinstance(failure, OSError):
        what, remedy = _OS_MEANINGS.get(failure.errno or 0, _MEANINGS[sqlite3.SQLITE_IOERR])
        error = _unavailable(name, f"{what} ({failure.strerror})", remedy)
    elif primary_code(failure) == sqlite3.SQLITE_NOTADB:
        error = ConfigurationError(
            f"{name} is not a journal of invoicekit: name another file; it was left as it is"
        )
    else:
        what, remedy = _MEANINGS.get(primary_code(failure), _UNEXPECTED)
        error = _unavailable(name, f"{what} ({failure})", remedy)
    error.__cause__ = failure
    return error


def _unavailable(name: str, what: str, remedy: str) -> JournalUnavailable:
    return JournalUnavailable(f"the journal {name} cannot be used: {what}; {remedy}", attempts=0)
