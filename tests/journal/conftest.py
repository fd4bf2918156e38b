"""Both journals, a clock that ticks, and promises to keep."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from invoicekit import Money
from invoicekit.journal import Intent, IntentKey, IntentState, Journal, MemoryJournal, SqliteJournal

START = datetime(2026, 1, 1, tzinfo=UTC)


class TickingClock:
    """A wall clock that moves on by a second whenever it is read."""

    def __init__(self) -> None:
        self.last = START

    def monotonic(self) -> float:
        return (self.last - START).total_seconds()

    def now(self) -> datetime:
        self.last += timedelta(seconds=1)
        return self.last

    async def sleep(self, seconds: float) -> None:
        self.last += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> TickingClock:
    return TickingClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "billing.sqlite"


@pytest.fixture
async def sqlite_journal(path: Path, clock: TickingClock) -> AsyncIterator[SqliteJournal]:
    journal = SqliteJournal(path, clock=clock)
    await journal.open()
    yield journal
    await journal.aclose()


@pytest.fixture(params=["memory", "sqlite"])
async def journal(request: pytest.FixtureRequest, path: Path, clock: TickingClock) -> AsyncIterator[Journal]:
    journal: Journal = (
        MemoryJournal(clock=clock) if request.param == "memory" else SqliteJournal(path, clock=clock)
    )
    await journal.open()
    yield journal
    await journal.aclose()


Promise = Callable[..., Intent]


@pytest.fixture
def promise() -> Promise:
    def make(
        reference: str = "bank-1",
        *,
        provider: str = "clockify",
        account: str = "workspace-1",
        operation: str = "record_payment",
        target: str = "invoice-1",
        fingerprint: str = "f00d",
        at: datetime = START,
    ) -> Intent:
        return Intent(
            key=IntentKey(provider, account, operation, reference),
            target=target,
            fingerprint=fingerprint,
            marker="ik:0123456789abcdef",
            amount=Money("12.50", "EUR"),
            created_at=at,
            updated_at=at,
        )

    return make


@pytest.fixture
def in_state(promise: Promise) -> Callable[[Journal, IntentState, str], object]:
    """Bring a new promise into any state, by legal steps alone."""

    async def lead(journal: Journal, state: IntentState, reference: str = "bank-1") -> Intent:
        intent = await journal.plan(promise(reference))
        if state is IntentState.PLANNED:
            return intent
        if state is IntentState.CANCELLED:
            return await journal.move(intent.key, state)
        intent = await journal.record_sending(intent.key)
        if state is IntentState.SENDING:
            return intent
        if state in {IntentState.RESOLVED_APPLIED, IntentState.RESOLVED_NOT_APPLIED}:
            await journal.move(intent.key, IntentState.IN_DOUBT)
        return await journal.move(intent.key, state)

    return lead


class Connecting:
    """Stand in for `sqlite3.connect`: count the commits, and fail when told to.

    Attributes:
        commits: Transactions that wrote something and were committed.
        opened: Connections made.
        failed: Errors raised by order.
        answers: Statements to run instead of others.
        failing: By the text that statements begin with: the code of the error they raise.
        setup: Run on every new connection.
    """

    def __init__(self) -> None:
        self.commits = 0
        self.opened = 0
        self.failing: dict[str, int] = {}
        self.failed = 0
        self.third_failure = threading.Event()
        self.answers: dict[str, str] = {}
        self.setup = "select 1"

    def __call__(self, database: str, /, *, timeout: float, isolation_level: None) -> sqlite3.Connection:
        owner = self

        class Connection(sqlite3.Connection):
            def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
                for beginning, code in tuple(owner.failing.items()):
                    if sql.startswith(beginning):
                        owner.failed += 1
                        if owner.failed == 3:
                            owner.third_failure.set()
                        error = sqlite3.OperationalError("told to fail")
                        error.sqlite_errorcode = code
                        raise error
                if sql == "commit":
                    owner.commits += self.total_changes > self.changes_before
                    self.changes_before = self.total_changes
                return super().execute(owner.answers.get(sql, sql), parameters)

            changes_before = 0

        connection = sqlite3.connect(
            database, timeout=timeout, isolation_level=isolation_level, factory=Connection
        )
        self.opened += 1
        connection.execute(self.setup)
        return connection


@pytest.fixture
def connecting() -> Connecting:
    return Connecting()


@pytest.fixture
async def watched(path: Path, clock: TickingClock, connecting: Connecting) -> AsyncIterator[SqliteJournal]:
    """A SQLite journal whose connection the test can watch and break."""
    journal = SqliteJournal(path, clock=clock, connect=connecting, busy_seconds=0.05)
    await journal.open()
    connecting.commits = 0
    yield journal
    connecting.failing.clear()
    await journal.aclose()


Child = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def child() -> Iterator[Child]:
    """Run Python source in a process of its own that imports what this one does."""
    children: list[subprocess.Popen[str]] = []

    def start(source: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", source, *arguments],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        children.append(process)
        return process

    yield start
    for process in children:
        process.kill()
        process.communicate()
