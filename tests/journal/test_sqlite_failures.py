"""What goes wrong below the journal: one error, which says what to do, and nothing half stored."""

# ruff: noqa: ASYNC240
import asyncio
import os
import sqlite3
from pathlib import Path

import pytest

from invoicekit.errors import ConfigurationError, JournalUnavailable, NotApplied
from invoicekit.journal import IntentState, SqliteJournal

from .conftest import Connecting, Promise


async def test_a_full_disk(path: Path, promise: Promise, connecting: Connecting) -> None:
    """The send is refused; what was promised before stays, and it goes on when there is room again."""
    connecting.setup = "pragma max_page_count = 12"
    journal = SqliteJournal(path, connect=connecting)
    await journal.open()
    intents = [promise(f"bank-{n}", target="x" * 1000) for n in range(100)]

    results = [await journal.plan(intent) for intent in intents[:4]]
    with pytest.raises(JournalUnavailable, match="the disk is full") as caught:
        await asyncio.gather(*(journal.plan(intent) for intent in intents[4:]))
    await journal.aclose()
    connecting.setup = "select 1"
    await journal.open()
    stored = [intent async for intent in journal.intents()]
    later = await journal.plan(intents[4])
    await journal.aclose()

    assert stored == results == intents[:4]
    assert later == intents[4]
    assert str(path) in str(caught.value)
    assert "free some space, then repeat" in str(caught.value)


async def test_a_full_disk_at_the_send(
    watched: SqliteJournal, promise: Promise, connecting: Connecting
) -> None:
    """No `sending` record, so no send."""
    key = (await watched.plan(promise())).key
    connecting.failing["update"] = sqlite3.SQLITE_FULL

    with pytest.raises(JournalUnavailable, match="the disk is full"):
        await watched.record_sending(key)
    connecting.failing.clear()

    stored = await watched.get(key)
    assert stored is not None
    assert (stored.state, stored.sends) == (IntentState.PLANNED, 0)


@pytest.mark.parametrize(
    ("code", "what", "remedy"),
    [
        (sqlite3.SQLITE_IOERR_FSYNC, "reading or writing it failed", "check the disk"),
        (sqlite3.SQLITE_FULL, "the disk is full", "free some space"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "another process keeps it locked", "end that process or wait"),
        (sqlite3.SQLITE_READONLY_DBMOVED, "it is read-only", "make the file and its directory writable"),
        (sqlite3.SQLITE_CORRUPT_INDEX, "it is damaged", "restore a backup"),
        (sqlite3.SQLITE_CANTOPEN_FULLPATH, "it cannot be opened", "check that the directory exists"),
        (sqlite3.SQLITE_PERM, "access was denied", "make the file and its directory writable"),
        (sqlite3.SQLITE_NOMEM, "SQLite refused", "report this"),
    ],
)
async def test_each_failure_is_explained(
    watched: SqliteJournal, promise: Promise, connecting: Connecting, code: int, what: str, remedy: str
) -> None:
    """What happened, to which file, what to do; certainly nothing was sent, and the cause is kept."""
    connecting.failing["begin"] = code

    with pytest.raises(JournalUnavailable) as caught:
        await watched.plan(promise())

    message = str(caught.value)
    assert what in message
    assert remedy in message
    assert str(watched._path) in message
    assert isinstance(caught.value, NotApplied)
    assert caught.value.attempts == 0
    assert isinstance(caught.value.__cause__, sqlite3.Error)


async def test_a_lock_that_is_held_too_long(watched: SqliteJournal, promise: Promise, path: Path) -> None:
    """Another process's long transaction is waited for, but not for ever."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("begin immediate")

    with pytest.raises(JournalUnavailable, match="another process keeps it locked"):
        await watched.plan(promise())
    other.execute("rollback")
    other.close()

    assert await watched.plan(promise()) == promise()


async def test_a_file_that_may_only_be_read(path: Path, connecting: Connecting) -> None:
    """It is refused when it is opened, not at the first send."""
    await (journal := SqliteJournal(path)).open()
    await journal.aclose()
    connecting.setup = "pragma query_only = on"

    with pytest.raises(JournalUnavailable, match="it is read-only"):
        await SqliteJournal(path, connect=connecting).open()


async def test_a_missing_directory(tmp_path: Path) -> None:
    """It is named, and not made: a mistyped path would start an empty journal."""
    journal = SqliteJournal(tmp_path / "absent" / "billing.sqlite")

    with pytest.raises(JournalUnavailable, match=r"its directory does not exist.*create the directory"):
        await journal.open()

    assert not (tmp_path / "absent").exists()


async def test_a_directory_that_refuses(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operating system's own refusal is explained too."""

    def refuse(*arguments: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)

    with pytest.raises(JournalUnavailable, match=r"access was denied \(Permission denied\)"):
        await SqliteJournal(path).open()


async def test_a_damaged_file(path: Path, promise: Promise) -> None:
    """It is not repaired, not emptied, not overwritten."""
    await (journal := SqliteJournal(path)).open()
    for n in range(100):
        await journal.plan(promise(f"bank-{n}"))
    await journal.aclose()
    with path.open("r+b") as stream:
        stream.seek(4096)
        stream.write(b"\xaa" * 40960)
    before = path.read_bytes()

    with pytest.raises(JournalUnavailable, match=r"it is damaged.*restore a backup"):
        await journal.open()

    assert path.read_bytes()[4096:45056] == before[4096:45056]


async def test_an_overwritten_header(path: Path, promise: Promise) -> None:
    """What does not even look like a database is refused as a stranger's file."""
    await (journal := SqliteJournal(path)).open()
    await journal.plan(promise())
    await journal.aclose()
    with path.open("r+b") as stream:
        stream.write(b"\x00" * 100)

    with pytest.raises(ConfigurationError, match="not a journal of invoicekit"):
        await journal.open()


async def test_two_who_make_the_file_at_once_wait_for_each_other(path: Path, connecting: Connecting) -> None:
    """SQLite gives up at once when another process is in the way of the log; we try again."""
    connecting.failing["pragma journal_mode"] = sqlite3.SQLITE_BUSY
    journal = SqliteJournal(path, connect=connecting, busy_seconds=10)
    opening = asyncio.ensure_future(journal.open())
    await asyncio.to_thread(connecting.third_failure.wait, 10)

    connecting.failing.clear()
    await opening
    await journal.aclose()


async def test_they_do_not_wait_for_ever(path: Path, connecting: Connecting) -> None:
    """After its patience it says who is in the way."""
    connecting.failing["pragma journal_mode"] = sqlite3.SQLITE_BUSY

    with pytest.raises(JournalUnavailable, match="another process keeps it locked"):
        await SqliteJournal(path, connect=connecting, busy_seconds=0.1).open()


async def test_a_file_system_without_shared_memory(path: Path, connecting: Connecting) -> None:
    """Without the log nothing is durable in time: it is refused, not tolerated."""
    connecting.answers["pragma journal_mode = wal"] = "select 'delete'"

    with pytest.raises(JournalUnavailable, match="put the journal on a local disk"):
        await SqliteJournal(path, connect=connecting).open()
