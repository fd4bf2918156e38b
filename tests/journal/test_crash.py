"""Processes that die: what had returned is there, whatever came after."""

import asyncio
import shutil
from pathlib import Path

import pytest

from invoicekit.journal import Intent, IntentState, SqliteJournal

from .conftest import Child, Promise

SENDER = """
import asyncio, sys
from datetime import UTC, datetime
from invoicekit.journal import Intent, IntentKey, SqliteJournal

async def main() -> None:
    journal = SqliteJournal(sys.argv[1])
    await journal.open()
    now = datetime.now(UTC)
    for n in range(1000000):
        key = IntentKey("clockify", "w", "record_payment", f"bank-{n}")
        await journal.plan(Intent(key=key, target="i", fingerprint="f", created_at=now, updated_at=now))
        await journal.record_sending(key)
        print(n, flush=True)
        if n >= int(sys.argv[2]):
            sys.stdin.read()

asyncio.run(main())
"""

FORGETFUL = """
import asyncio, sys
from datetime import UTC, datetime
from invoicekit.journal import Intent, IntentKey, SqliteJournal

async def main() -> None:
    journal = SqliteJournal(sys.argv[1])
    await journal.open()
    now = datetime.now(UTC)
    key = IntentKey("clockify", "w", "record_payment", "bank-1")
    await journal.plan(Intent(key=key, target="i", fingerprint="f", created_at=now, updated_at=now))
    await journal.record_sending(key)

asyncio.run(main())
print("done")
"""


async def stored_in(path: Path) -> list[Intent]:
    journal = SqliteJournal(path)
    await journal.open()
    intents = [intent async for intent in journal.intents()]
    await journal.aclose()
    return intents


@pytest.mark.parametrize("sends", [0, 1, 40])
async def test_a_killed_process_has_recorded_what_it_was_about_to_send(
    path: Path, child: Child, sends: int
) -> None:
    """Killed right after `record_sending` returned, before anything was closed."""
    process = child(SENDER, str(path), str(sends))
    assert process.stdout is not None
    for _ in range(sends + 1):
        await asyncio.to_thread(process.stdout.readline)

    process.kill()
    process.wait()

    intents = await stored_in(path)
    assert [(intent.reference, intent.state) for intent in intents] == [
        (f"bank-{n}", IntentState.SENDING) for n in range(sends + 1)
    ]


async def test_a_process_killed_anywhere_loses_nothing_it_was_told(path: Path, child: Child) -> None:
    """Killed in full flight: every record that was reported is there, and at most one more is begun."""
    process = child(SENDER, str(path), "1000000")
    assert process.stdout is not None
    for _ in range(25):
        last = int(await asyncio.to_thread(process.stdout.readline))

    process.kill()
    # Not `communicate`: it reads past the lines that `readline` has taken from the pipe already.
    rest = process.stdout.read()
    last = max([last, *(int(line) for line in rest.split("\n")[:-1])])

    intents = await stored_in(path)
    assert [intent.state for intent in intents[: last + 1]] == [IntentState.SENDING] * (last + 1)
    assert len(intents) - (last + 1) <= 1


@pytest.mark.parametrize("cut", [1, 100, 4095, 4096, 4120, 20_000])
async def test_a_torn_log_loses_only_what_was_being_written(
    sqlite_journal: SqliteJournal, promise: Promise, path: Path, tmp_path: Path, cut: int
) -> None:
    """A power cut amid a write: whole transactions from the beginning on, never half of one."""
    expected = [await sqlite_journal.plan(promise(f"bank-{n}")) for n in range(10)]
    torn = tmp_path / "torn" / path.name
    torn.parent.mkdir()
    shutil.copy(path, torn)
    log = path.with_name(f"{path.name}-wal").read_bytes()
    torn.with_name(f"{torn.name}-wal").write_bytes(log[:-cut])

    intents = await stored_in(torn)

    assert len(intents) < 10
    assert intents == expected[: len(intents)]
    assert len(intents) >= 10 - 1 - cut // 4096


@pytest.mark.parametrize("place", [0.3, 0.7, 0.99])
async def test_a_log_that_rotted_loses_only_what_follows(
    sqlite_journal: SqliteJournal, promise: Promise, path: Path, tmp_path: Path, place: float
) -> None:
    """A flipped byte is caught by the log's own sums; what stands before it is kept."""
    expected = [await sqlite_journal.plan(promise(f"bank-{n}")) for n in range(10)]
    rotten = tmp_path / "rotten" / path.name
    rotten.parent.mkdir()
    shutil.copy(path, rotten)
    log = bytearray(path.with_name(f"{path.name}-wal").read_bytes())
    log[int(len(log) * place)] ^= 0xFF
    rotten.with_name(f"{rotten.name}-wal").write_bytes(log)

    intents = await stored_in(rotten)

    assert len(intents) < 10
    assert intents == expected[: len(intents)]


async def test_a_program_that_forgot_to_close_ends(path: Path, child: Child) -> None:
    """It neither hangs nor loses a record."""
    process = child(FORGETFUL, str(path))

    output, _ = await asyncio.to_thread(process.communicate, None, 30)

    assert (process.returncode, output) == (0, "done\n")
    assert [intent.state for intent in await stored_in(path)] == [IntentState.SENDING]
