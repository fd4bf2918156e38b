"""A process that was killed holds nothing up; one that only stands still, or tells nothing, does."""

import fcntl
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from invoicekit.journal import Lease, Leased, SqliteJournal

from .conftest import Child, Promise, TickingClock

HOLDER = """
import asyncio, sys
from datetime import UTC, datetime
from invoicekit.journal import Intent, IntentKey, Lease, SqliteJournal

async def main() -> None:
    journal = SqliteJournal(sys.argv[1])
    await journal.open()
    now = datetime.now(UTC)
    key = IntentKey("clockify", "workspace-1", "record_payment", "held")
    intent = Intent(key=key, target="invoice-1", fingerprint="f", created_at=now, updated_at=now)
    place = ("clockify", "workspace-1", "invoice-1")
    await journal.plan(intent, lease=Lease(place=place, owner="holder", seconds=86400))
    print("held", flush=True)
    sys.stdin.readline()

asyncio.run(main())
"""
OURS = Lease(place=("clockify", "workspace-1", "invoice-1"), owner="ours", seconds=10)
Hold = Callable[[], "subprocess.Popen[str]"]


def signs(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.name}-alive-*"))


def kill(process: "subprocess.Popen[str]") -> None:
    process.kill()
    process.wait()


@pytest.fixture
def hold(child: Child, path: Path) -> Hold:
    """Start a process that holds the invoice for a day."""

    def start() -> "subprocess.Popen[str]":
        process = child(HOLDER, str(path))
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        return process

    return start


@pytest.fixture
async def journal(path: Path) -> SqliteJournal:
    """Return a journal of the machine's own clock, as the holder's is; not open yet."""
    return SqliteJournal(path)


async def test_whoever_starts_after_a_kill_waits_for_nobody(
    journal: SqliteJournal, hold: Hold, promise: Promise, path: Path
) -> None:
    """What the killed one held is free at once, and its sign is swept away."""
    kill(hold())
    assert len(signs(path)) == 1
    await journal.open()

    await journal.plan(promise(), lease=OURS)

    assert len(signs(path)) == 1  # ours
    await journal.aclose()
    assert signs(path) == []


async def test_whoever_runs_already_sees_it_too(journal: SqliteJournal, hold: Hold, promise: Promise) -> None:
    """Held while the process lives, free once it was killed."""
    await journal.open()
    holder = hold()
    with pytest.raises(Leased):
        await journal.plan(promise(), lease=OURS)
    kill(holder)

    await journal.plan(promise(), lease=OURS)

    await journal.aclose()


async def test_a_process_that_stands_still_keeps_what_it_holds(
    journal: SqliteJournal, hold: Hold, promise: Promise, path: Path
) -> None:
    """It may go on at any moment, with a request half sent."""
    holder = hold()
    os.kill(holder.pid, signal.SIGSTOP)
    await journal.open()

    with pytest.raises(Leased) as held:
        await journal.plan(promise(), lease=OURS)

    assert held.value.owner == "holder"
    assert len(signs(path)) == 2
    await journal.aclose()


async def test_a_sign_that_is_gone_proves_nothing(
    journal: SqliteJournal, hold: Hold, promise: Promise, path: Path
) -> None:
    """Somebody tidied up; the process may live."""
    hold()
    (sign,) = signs(path)
    sign.unlink()
    await journal.open()

    with pytest.raises(Leased):
        await journal.plan(promise(), lease=OURS)

    await journal.aclose()


async def test_where_no_file_can_be_locked_a_lease_lapses_as_ever(
    path: Path, promise: Promise, clock: TickingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is concluded from a lock that there cannot be, and nothing is left behind."""

    def refuse(descriptor: int, operation: int) -> None:
        raise OSError("no locks here")

    monkeypatch.setattr(fcntl, "flock", refuse)
    one, two = SqliteJournal(path, clock=clock), SqliteJournal(path, clock=clock)
    await one.open()
    await two.open()
    await one.plan(promise(), lease=attrs.evolve(OURS, owner="one"))

    with pytest.raises(Leased):
        await two.plan(promise(), lease=OURS)

    assert signs(path) == []
    await clock.sleep(10)
    await two.plan(promise(), lease=OURS)
    await one.aclose()
    await two.aclose()


async def test_a_lease_of_an_older_journal_lapses_as_ever(
    path: Path, promise: Promise, clock: TickingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One without a sign, and one whose file belongs to somebody else."""
    monkeypatch.setattr("invoicekit.journal.life_sign.LifeSign.give", lambda self: None)
    silent = SqliteJournal(path, clock=clock)
    await silent.open()
    await silent.plan(promise(), lease=attrs.evolve(OURS, owner="silent"))
    monkeypatch.undo()
    journal = SqliteJournal(path, clock=clock)
    await journal.open()

    with pytest.raises(Leased):
        await journal.plan(promise(), lease=OURS)

    await journal.aclose()
    await silent.aclose()


async def test_it_is_nobody_elses_to_read(journal: SqliteJournal, path: Path) -> None:
    """A sign is closed to others, like the journal, and holds nothing."""
    await journal.open()
    (sign,) = signs(path)

    assert (sign.stat().st_mode & 0o777, sign.stat().st_size) == (0o600, 0)
    await journal.aclose()


async def test_opening_twice_gives_one_sign(journal: SqliteJournal, path: Path) -> None:
    """And closing takes it away, as often as the journal is opened again."""
    for _ in range(2):
        await journal.open()
        await journal.open()
        assert len(signs(path)) == 1
        await journal.aclose()
        assert signs(path) == []
