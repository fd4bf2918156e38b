"""Durable promises: how many commits an intent costs, and how they compare with the disk itself.

What the numbers cannot show: whether the disk keeps its word. Some disks and containers call a write
durable while it is still in a cache; the yardstick below is fooled in the same way. Other work on the same
disk slows both down.

Method. N tasks at once, each with an intent of its own: plan, record the send, confirm, each awaited until it
is durable. Commits are counted by SQLite's own trace. The yardstick, in the same folder and round, is one
appended record and `fdatasync`. The memory journal shows what remains without a disk.

    python benchmarks/journal.py [--rounds N] [--intents N]
"""

import argparse
import asyncio
import os
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from rounds import cpu_seconds, report, report_environment, spread

from invoicekit.journal import Intent, IntentKey, IntentState, Journal, MemoryJournal, SqliteJournal

BENCH = "journal"
CONCURRENT = (1, 10, 50, 200)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
RECORD = b"x" * 512


class Counting:
    """Open SQLite connections and count their commits."""

    def __init__(self) -> None:
        self.commits = 0

    def connect(self, *arguments: object, **options: object) -> sqlite3.Connection:
        """Open a connection as `sqlite3.connect` does."""
        connection = sqlite3.connect(*arguments, **options)  # type: ignore[call-overload]
        connection.set_trace_callback(self._see)
        assert isinstance(connection, sqlite3.Connection)
        return connection

    def _see(self, statement: str) -> None:
        self.commits += statement.lower() == "commit"


async def keep(journal: Journal, name: str) -> None:
    """Take one intent from its promise to its confirmation."""
    key = IntentKey("bench", "account", "record_payment", name)
    intent = Intent(key=key, target=name, fingerprint="0" * 64, marker="ik:0", created_at=NOW, updated_at=NOW)
    await journal.plan(intent)
    await journal.record_sending(key)
    await journal.move(key, IntentState.CONFIRMED, resource_id="p1", evidence="confirmed")


async def run(journal: Journal, prefix: str, intents: int, concurrent: int) -> tuple[float, float]:
    """Keep so many intents, so many at once; seconds and CPU seconds for one."""
    numbers = iter(range(intents))

    async def work() -> None:
        for number in numbers:
            await keep(journal, f"{prefix}-{number}")

    started, used = time.perf_counter(), cpu_seconds()
    async with asyncio.TaskGroup() as group:
        for _ in range(concurrent):
            group.create_task(work())
    return (time.perf_counter() - started) / intents, (cpu_seconds() - used) / intents


def fdatasync_seconds(folder: Path, times: int = 50) -> float:
    """Append a record and make it durable, so many times; seconds for one."""
    with (folder / "yardstick").open("ab", buffering=0) as file:
        started = time.perf_counter()
        for _ in range(times):
            file.write(RECORD)
            os.fdatasync(file.fileno())
        return (time.perf_counter() - started) / times


async def compare(rounds: int, intents: int) -> None:
    """Measure the durable journal at each width, and the memory journal once."""
    for concurrent in CONCURRENT:
        commits, to_disk, cpu = [], [], []
        for number in range(rounds):
            with tempfile.TemporaryDirectory() as name:
                counting = Counting()
                journal = SqliteJournal(Path(name) / "journal.sqlite", connect=counting.connect)
                await journal.open()
                await run(journal, "warm", concurrent, concurrent)
                before = counting.commits
                yardstick = fdatasync_seconds(Path(name))
                seconds, used = await run(journal, f"round-{number}", intents, concurrent)
                await journal.aclose()
            commits.append((counting.commits - before) / intents)
            to_disk.append(seconds / yardstick)
            cpu.append(used * 1e6)
        report(
            BENCH,
            side="sqlite",
            concurrent=concurrent,
            commits_per_intent=spread(commits),
            seconds_per_intent_to_one_fdatasync=spread(to_disk),
            cpu_microseconds_per_intent=spread(cpu, 1),
        )
    memory = [(await run(MemoryJournal(), "memory", intents, 50))[1] * 1e6 for _ in range(rounds)]
    report(BENCH, side="memory", cpu_microseconds_per_intent=spread(memory, 1))


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description="Cost of durable promises.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--intents", type=int, default=400)
    given = parser.parse_args()
    report_environment(BENCH, "invoicekit", "attrs")
    report(BENCH, sqlite=sqlite3.sqlite_version)
    asyncio.run(compare(given.rounds, given.intents))


if __name__ == "__main__":
    main()
