"""Both journals, a clock that ticks, and promises to keep."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

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
