"""What waits together is made durable together, and fails together."""

import asyncio
import logging
import sqlite3
import threading
from pathlib import Path

import pytest

from invoicekit.clock import LoopClock
from invoicekit.errors import JournalUnavailable, ServiceClosed
from invoicekit.journal import Intent, IntentState, Lease, SqliteJournal

from .conftest import Connecting, Promise

CONFIRMED, IN_DOUBT, PLANNED, SENDING = (
    IntentState.CONFIRMED,
    IntentState.IN_DOUBT,
    IntentState.PLANNED,
    IntentState.SENDING,
)


async def planned(journal: SqliteJournal, promise: Promise, count: int) -> list[Intent]:
    return list(await asyncio.gather(*(journal.plan(promise(f"bank-{n}")) for n in range(count))))


async def test_concurrent_sends_share_a_commit(
    watched: SqliteJournal, promise: Promise, connecting: Connecting
) -> None:
    """The cost of one sync is divided by everybody who waits for it."""
    intents = await planned(watched, promise, 500)
    connecting.commits = 0

    sent = await asyncio.gather(*(watched.record_sending(intent.key) for intent in intents))

    assert [one.state for one in sent] == [SENDING] * 500
    assert 1 <= connecting.commits <= 3


async def test_one_after_the_other_each_has_its_own_commit(
    watched: SqliteJournal, promise: Promise, connecting: Connecting
) -> None:
    """Nothing returns before its own commit."""
    for n in range(5):
        await watched.plan(promise(f"bank-{n}"))

        assert connecting.commits == n + 1


async def test_reading_commits_nothing(
    watched: SqliteJournal, promise: Promise, connecting: Connecting
) -> None:
    """A look costs no sync."""
    await watched.plan(promise())
    connecting.commits = 0

    await watched.get(promise().key)
    _ = [intent async for intent in watched.intents()]
    await watched.plan(promise())

    assert connecting.commits == 0


async def test_what_returned_can_be_read_by_anybody(
    watched: SqliteJournal, promise: Promise, path: Path
) -> None:
    """The record is in the file, not in this process."""
    key = (await watched.plan(promise())).key
    await watched.record_sending(key)

    other = sqlite3.connect(path)
    rows = other.execute("select reference, state, sends from intent").fetchall()
    other.close()

    assert rows == [("bank-1", "sending", 1)]


async def test_every_commit_is_synced(watched: SqliteJournal) -> None:
    """A power cut after the return loses nothing: write-ahead log, full synchronisation."""

    def look(connection: sqlite3.Connection) -> list[object]:
        return [
            connection.execute(f"pragma {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
        ]

    assert watched._commits is not None
    seen = await watched._commits.run(look, is_write=False)

    assert seen == ["wal", 2]


async def test_a_request_that_is_withdrawn_in_time_is_not_carried_out(
    sqlite_journal: SqliteJournal, promise: Promise
) -> None:
    """A task cancelled before its turn leaves no `sending` record behind."""
    key = (await sqlite_journal.plan(promise())).key
    task = asyncio.ensure_future(sqlite_journal.record_sending(key))
    asyncio.get_running_loop().call_soon(task.cancel)

    with pytest.raises(asyncio.CancelledError):
        await task

    stored = await sqlite_journal.get(key)
    assert stored is not None
    assert stored.state is PLANNED


async def test_a_cancelled_wait_disturbs_nobody_else(sqlite_journal: SqliteJournal, promise: Promise) -> None:
    """The others of the same batch get their answers."""
    intents = await planned(sqlite_journal, promise, 20)
    tasks = [asyncio.ensure_future(sqlite_journal.record_sending(intent.key)) for intent in intents]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()

    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(result) for result in results] == [asyncio.CancelledError, Intent] * 10


async def test_a_wait_that_is_cancelled_too_late_disturbs_nobody_else(
    sqlite_journal: SqliteJournal, promise: Promise
) -> None:
    """What is under way is carried out; the others of the batch get their answers all the same."""
    begun, may_go_on = threading.Event(), threading.Event()
    commits = sqlite_journal._commits
    assert commits is not None

    def slow(connection: sqlite3.Connection) -> None:
        begun.set()
        may_go_on.wait(10)

    cancelled = asyncio.ensure_future(commits.run(slow, is_write=True))
    other = asyncio.ensure_future(sqlite_journal.plan(promise()))
    await asyncio.to_thread(begun.wait, 10)
    cancelled.cancel()
    may_go_on.set()

    assert await asyncio.wait_for(other, timeout=10) == promise()
    assert cancelled.cancelled()


async def test_an_illegal_step_does_not_spoil_the_batch(
    sqlite_journal: SqliteJournal, promise: Promise
) -> None:
    """A mistake is its maker's alone."""
    await planned(sqlite_journal, promise, 2)

    wrong, right = await asyncio.gather(
        sqlite_journal.record_sending(promise("never planned").key),
        sqlite_journal.record_sending(promise("bank-1").key),
        return_exceptions=True,
    )

    assert isinstance(wrong, AssertionError)
    assert isinstance(right, Intent)


async def test_a_failed_commit_fails_the_whole_batch_and_stores_none_of_it(
    watched: SqliteJournal, promise: Promise, connecting: Connecting
) -> None:
    """Nobody is told that a record is durable which is not; afterwards it goes on."""
    intents = await planned(watched, promise, 10)
    connecting.failing["commit"] = sqlite3.SQLITE_FULL

    results = await asyncio.gather(
        *(watched.record_sending(intent.key) for intent in intents), return_exceptions=True
    )
    connecting.failing.clear()

    assert [type(result) for result in results] == [JournalUnavailable] * 10
    assert len({id(result) for result in results}) == 10
    assert [intent.state async for intent in watched.intents()] == [PLANNED] * 10
    assert (await watched.record_sending(intents[0].key)).sends == 1


async def test_a_connection_that_cannot_roll_back_is_replaced(
    watched: SqliteJournal, promise: Promise, connecting: Connecting
) -> None:
    """A broken connection does not stay for ever."""
    connecting.failing = {"commit": sqlite3.SQLITE_IOERR, "rollback": sqlite3.SQLITE_IOERR}
    with pytest.raises(JournalUnavailable):
        await watched.plan(promise())
    connecting.failing.clear()

    assert await watched.plan(promise()) == promise()
    assert connecting.opened == 2


async def test_closing_carries_out_what_is_queued(
    watched: SqliteJournal, promise: Promise, path: Path
) -> None:
    """Notes and requests made before the end are in the file."""
    for intent in await planned(watched, promise, 3):
        await watched.record_sending(intent.key)

    for n in range(3):
        watched.note(promise(f"bank-{n}").key, IN_DOUBT, evidence="cancelled")
    late = asyncio.ensure_future(watched.plan(promise("late")))
    await asyncio.sleep(0)
    await watched.aclose()

    assert await late == promise("late")
    reader = sqlite3.connect(path)
    states = reader.execute("select state from intent order by seq").fetchall()
    reader.close()
    assert states == [("in doubt",)] * 3 + [("planned",)]


async def test_closing_ends_the_thread_and_leaves_one_file(
    sqlite_journal: SqliteJournal, promise: Promise, path: Path
) -> None:
    """Nothing of it stays behind, and the log is folded into the file."""
    await sqlite_journal.plan(promise())

    await sqlite_journal.aclose()

    assert not [thread for thread in threading.enumerate() if thread.name == "invoicekit-journal"]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_a_journal_that_cannot_be_opened_leaves_no_thread(tmp_path: Path) -> None:
    """Whoever tries again and again does not pile them up."""
    with pytest.raises(JournalUnavailable):
        await SqliteJournal(tmp_path / "absent" / "billing.sqlite").open()

    threads = [thread for thread in threading.enumerate() if thread.name == "invoicekit-journal"]
    for thread in threads:
        await asyncio.to_thread(thread.join, 10)
    assert not [thread for thread in threads if thread.is_alive()]


async def test_a_closed_journal_says_so(sqlite_journal: SqliteJournal, promise: Promise) -> None:
    """Neither before `open` nor after `aclose` does anything wait for ever."""
    await sqlite_journal.aclose()

    with pytest.raises(ServiceClosed):
        await sqlite_journal.plan(promise())
    with pytest.raises(ServiceClosed):
        await sqlite_journal.get(promise().key)


async def test_a_lost_note_is_logged(
    watched: SqliteJournal, promise: Promise, connecting: Connecting, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody waits for a note, so nobody else could tell."""
    key = (await watched.plan(promise())).key
    connecting.failing["commit"] = sqlite3.SQLITE_FULL

    with caplog.at_level(logging.WARNING, "invoicekit.journal"):
        watched.note(key, IntentState.CANCELLED)
        with pytest.raises(JournalUnavailable):
            await watched.get(key)

    assert "a note was lost" in caplog.text
    assert "the disk is full" in caplog.text


async def test_an_outage_is_told_once(
    watched: SqliteJournal, promise: Promise, connecting: Connecting, caplog: pytest.LogCaptureFixture
) -> None:
    """Renewals come every few seconds and would fill the log; the next outage is told again."""
    lease = Lease(place=("clockify", "workspace-1", "invoice-1"), owner="one", seconds=10)
    intent = await watched.plan(promise(), lease=lease)

    with caplog.at_level(logging.WARNING, "invoicekit.journal"):
        for _ in range(2):
            connecting.failing = {"commit": sqlite3.SQLITE_FULL}
            for _ in range(3):
                watched.renew([lease])
                with pytest.raises(JournalUnavailable):
                    await watched.plan(promise("bank-2"))
            connecting.failing = {}
            await watched.move(intent.key, IntentState.CONFIRMED)

    assert caplog.text.count("leases were not renewed") == 2


async def test_a_mistake_in_the_thread_leaves_nobody_waiting(
    sqlite_journal: SqliteJournal, promise: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were there one, every caller would hear of it and nothing would be sent."""
    died: list[object] = []
    monkeypatch.setattr(threading, "excepthook", died.append)
    commits = sqlite_journal._commits
    assert commits is not None

    def mistaken(connection: sqlite3.Connection) -> None:
        raise ZeroDivisionError

    results = await asyncio.gather(
        commits.run(mistaken, is_write=True),
        sqlite_journal.plan(promise()),
        return_exceptions=True,
    )

    await asyncio.to_thread(commits._thread.join)
    assert [type(result) for result in results] == [JournalUnavailable] * 2
    assert len(died) == 1
    with pytest.raises(ServiceClosed):
        await asyncio.wait_for(sqlite_journal.plan(promise()), timeout=10)


async def test_stamps_are_taken_on_the_event_loop(path: Path, promise: Promise) -> None:
    """A clock may be the running loop's, which the journal's thread does not have."""
    journal = SqliteJournal(path, clock=LoopClock())
    await journal.open()

    key = (await journal.plan(promise())).key
    await journal.record_sending(key)
    moved = await journal.move(key, CONFIRMED)
    await journal.aclose()

    assert moved.updated_at > moved.created_at
