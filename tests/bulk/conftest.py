"""A service that applies what it is given and keeps books, and files to feed it from."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest

from invoicekit.adapter import Adapter, Capabilities, Capability, Support
from invoicekit.bulk import ENTRY_COLUMNS, PAYMENT_COLUMNS, STATUS_COLUMNS, Columns, Record, Source
from invoicekit.channel import ChannelStats
from invoicekit.errors import InvalidIdentifier, InvoiceKitError, NotFound
from invoicekit.events import Hook
from invoicekit.model import (
    EntryMarks,
    Invoice,
    InvoiceStatus,
    Money,
    Outcome,
    Payment,
    TimeEntry,
    WriteResult,
)


class StrictIds:
    """The part of an adapter that knows what an id looks like, and when entries started."""

    name = "fake"

    def __init__(self, starts: Mapping[str, datetime] | None = None) -> None:
        self._starts = starts

    def mark_time_entries(self, marks: EntryMarks) -> None:
        for entry_id in marks.entry_ids:
            if len(entry_id) > 24:
                raise InvalidIdentifier(f"{entry_id} is too long for an id")

    async def find_time_entries(self, entry_ids: Sequence[str]) -> Sequence[TimeEntry] | None:
        starts = self._starts
        return (
            None
            if starts is None
            else [TimeEntry(id=one, start=starts[one]) for one in entry_ids if one in starts]
        )


class FixedShare:
    share_used: float | None = 0.97
    rate = 49.0
    allowed_rate: float | None = 50.0
    recalled_rate: float | None = None
    learned_rate: float | None = None
    part = 1.0
    held_seconds = 0.0


class FakeService:
    """Marks and pays in memory, all of a batch or nothing.

    Attributes:
        strangers: Ids the provider does not know.
        failures: Raised instead of answering, by id or reference.
        marked: How often each entry was marked.
        paid: References by invoice, in order.
        statuses: What each invoice was set to.
        consents: With which words: payment loss, irreversible.
        calls: Calls made.
        starts: When entries started, where a read by id tells it.
        lagging: By id, how many looks still show what was before.
        ranges: What was read back.
    """

    def __init__(self) -> None:
        self.strangers: set[str] = set()
        self.failures: dict[str, InvoiceKitError] = {}
        self.marked: Counter[str] = Counter()
        self.paid: dict[str, list[str]] = {}
        self.statuses: dict[str, InvoiceStatus] = {}
        self.consents: set[tuple[bool, bool]] = set()
        self.calls = 0
        self.busy: Counter[str] = Counter()
        self.busiest_invoice = 0
        self.busiest = 0
        self.is_bulk = False
        self.batch_limit: int | None = None
        self.starts: dict[str, datetime] | None = None
        self.lagging: dict[str, int] = {}
        self.ranges: list[tuple[datetime, datetime]] = []
        self.provider = "fake"
        self.account = "books"
        self.hooks: list[Hook] = []

    def watched(self, hook: Hook) -> AbstractContextManager[None]:
        @contextmanager
        def listening() -> Iterator[None]:
            self.hooks.append(hook)
            try:
                yield
            finally:
                self.hooks.remove(hook)

        return listening()

    def bulk_lane(self) -> "FakeService":
        self.is_bulk = True
        return self

    @property
    def native(self) -> Adapter[object]:
        return cast(Adapter[object], StrictIds(self.starts))

    def capabilities(self) -> Capabilities:
        marks = Capability(support=Support.NATIVE, batch_limit=self.batch_limit)
        return Capabilities(operations={"mark_time_entries": marks})

    def stats(self) -> ChannelStats:
        return ChannelStats(sent=self.calls, retries=self.calls // 10, rate_limited=self.calls // 5)

    def limits(self) -> "FixedShare":
        return FixedShare()

    async def mark_batch(self, entry_ids: tuple[str, ...], *, invoiced: bool) -> WriteResult[None]:
        self.native.mark_time_entries(EntryMarks(entry_ids=entry_ids, invoiced=invoiced))
        self.calls += 1
        await asyncio.sleep(0.01)
        for entry_id in entry_ids:
            if entry_id in self.failures:
                raise self.failures[entry_id]
        if self.strangers.intersection(entry_ids):
            raise NotFound("no such entry", status=400)
        self.marked.update(entry_ids)
        return WriteResult(outcome=Outcome.APPLIED, value=None)

    async def list_time_entries(self, *, start: datetime, end: datetime) -> AsyncGenerator[TimeEntry, None]:
        self.calls += 1
        self.ranges.append((start, end))
        await asyncio.sleep(0.01)
        for name, started in (self.starts or {}).items():
            if start <= started < end:
                lags = self.lagging.get(name, 0) > 0
                self.lagging[name] = self.lagging.get(name, 0) - 1
                yield TimeEntry(id=name, start=started, invoiced=bool(self.marked[name]) is not lags)

    async def record_payment(
        self, invoice_id: str, amount: Money, *, paid_at: datetime, reference: str, note: str
    ) -> WriteResult[Payment]:
        self.calls += 1
        self.busy[invoice_id] += 1
        self.busiest_invoice = max(self.busiest_invoice, self.busy[invoice_id])
        self.busiest = max(self.busiest, self.busy.total())
        await asyncio.sleep(0.01)
        self.busy[invoice_id] -= 1
        if reference in self.failures:
            raise self.failures[reference]
        if invoice_id in self.strangers:
            raise NotFound("no such invoice", status=400)
        self.paid.setdefault(invoice_id, []).append(reference)
        payment = Payment(
            id=f"p-{reference}", invoice_id=invoice_id, amount=amount, paid_at=paid_at, note=note
        )
        return WriteResult(outcome=Outcome.APPLIED, value=payment, resource_id=payment.id)

    async def set_status(
        self,
        invoice_id: str,
        status: InvoiceStatus,
        *,
        allow_payment_loss: bool = False,
        allow_irreversible: bool = False,
    ) -> WriteResult[Invoice]:
        self.calls += 1
        self.consents.add((allow_payment_loss, allow_irreversible))
        await asyncio.sleep(0.01)
        if invoice_id in self.failures:
            raise self.failures[invoice_id]
        invoice = Invoice(id=invoice_id, status=status)
        if self.statuses.get(invoice_id) is status:
            return WriteResult(outcome=Outcome.ALREADY_APPLIED, value=invoice)
        self.statuses[invoice_id] = status
        return WriteResult(outcome=Outcome.APPLIED, value=invoice, resource_id=invoice_id)


@pytest.fixture
def service() -> FakeService:
    return FakeService()


Write = Callable[..., Source]


@pytest.fixture
def entries(tmp_path: Path) -> Write:
    """Write a file of time entries and return its source."""
    return lambda content, name="entries.csv": written(tmp_path / name, content, ENTRY_COLUMNS)


@pytest.fixture
def payments(tmp_path: Path) -> Write:
    """Write a file of payments and return its source."""
    return lambda content, name="pay.csv": written(tmp_path / name, content, PAYMENT_COLUMNS)


@pytest.fixture
def statuses(tmp_path: Path) -> Write:
    """Write a file of invoices and statuses and return its source."""
    return lambda content, name="statuses.csv": written(tmp_path / name, content, STATUS_COLUMNS)


def written(path: Path, content: str | bytes, columns: Columns) -> Source:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Source(path=str(path), columns=columns)


def problems(records: Iterable[Record]) -> list[str]:
    """Return what is wrong, without the folder."""
    return [record.problem.rpartition("/")[2] for record in records if record.problem is not None]
