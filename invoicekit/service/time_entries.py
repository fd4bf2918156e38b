"""Calls about tracked time."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Sequence, Sized
from datetime import datetime

import attrs

from invoicekit.batch import Batch, Item, ItemOutcome, Meter, Progress, Standing, screen_by
from invoicekit.errors import InvoiceKitError, UsageError
from invoicekit.guard import time_reference
from invoicekit.model import (
    EntryMarks,
    Invoice,
    Pager,
    TimeEntry,
    TimeEntryQuery,
    TimeLink,
    TimeWindow,
    WriteResult,
)
from invoicekit.service.calls import Calls

_CHUNK = 200


@attrs.frozen(kw_only=True)
class MarkReport:
    """How marking ended: every id given stands in exactly one count.

    Attributes:
        counts: Ids by how they ended; they add up to the ids given.
        problems: The outcomes that are neither applied nor already applied, each with its reason.
        stopped_by: What ended the job early (a wrong key, a full disk); the rest is not attempted.
    """

    counts: dict[Standing, int]
    problems: tuple[ItemOutcome[None], ...] = ()
    stopped_by: InvoiceKitError | None = None

    @property
    def is_done(self) -> bool:
        """Whether every id is now as asked."""
        return not self.problems


class TimeEntryCalls(Calls):
    """List tracked time and mark it invoiced."""

    def list_time_entries(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        invoiced: bool | None = None,
        billable: bool | None = None,
        customer_id: str | None = None,
        project_id: str | None = None,
        user_id: str | None = None,
        cursor: str | None = None,
        max_items: int | None = None,
    ) -> Pager[TimeEntry]:
        """List time entries; take a `snapshot` before marking them, for marking changes the list.

        `TimeEntry.invoiced` is None where the read that served the query cannot tell.
        """
        query = TimeEntryQuery(
            start=start,
            end=end,
            invoiced=invoiced,
            billable=billable,
            customer_id=customer_id,
            project_id=project_id,
            user_id=user_id,
        )
        adapter = self._offered("list_time_entries")
        return self._pager(lambda at: adapter.list_time_entries(query, at), cursor, max_items)

    async def mark_batch(self, entry_ids: Sequence[str], *, invoiced: bool = True) -> WriteResult[None]:
        """Set the invoiced flag of one batch, as one request: all of it or an error.

        Setting it again is harmless. For any number of ids, with one outcome for each, use
        `mark_time_entries`.
        """
        marks = EntryMarks(entry_ids=tuple(dict.fromkeys(entry_ids)), invoiced=invoiced)
        return await self._ask(self._offered("mark_time_entries").mark_time_entries, marks)

    async def link_time_entries(
        self, invoice_id: str, entry_ids: Sequence[str], *, line_id: str | None = None
    ) -> WriteResult[None]:
        """Tie time entries to the invoice that bills them, all of one batch.

        Those that are tied to it already stay as they are.

        Args:
            line_id: The invoice's line that bills them, where the provider ties time to lines.

        Raises:
            Conflict: One is invoiced elsewhere already; it stays there.
        """
        link = TimeLink(invoice_id=invoice_id, entry_ids=tuple(dict.fromkeys(entry_ids)), line_id=line_id)
        return await self._ask(self._offered("link_time_entries").link_time_entries, link)

    async def import_time_entries(self, invoice_id: str, window: TimeWindow) -> WriteResult[Invoice]:
        """Have the provider make lines of tracked time, and tie the entries to the invoice.

        It takes all that it finds in the window, at its own rates; the entries named in the window are
        what the import is known by when it is asked for again.

        Raises:
            Conflict: The invoice holds some of the entries, and not all.
            FieldLocked: The invoice takes no lines any more.
        """
        adapter = self._offered("import_time_entries")
        reference = time_reference(invoice_id, window.entry_ids)
        return await self._ask(adapter.import_time_entries, invoice_id, window, reference=reference)

    async def mark_time_entries(
        self,
        entry_ids: Iterable[str] | AsyncIterable[str],
        *,
        invoiced: bool = True,
        chunk: int | None = None,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> MarkReport:
        """Set the invoiced flag of any number of entries, in chunks and behind interactive calls.

        Of a chunk that the provider refuses only the ids at fault are rejected: a read finds them where the
        provider has one, else halving does. The report keeps what went wrong; to stream every outcome in
        bounded memory use `mark_each`.

        Args:
            chunk: Most ids in one request; the adapter's own limit where None.
            on_progress: Called by the event loop, at most four times a second and once at the end; what it
                raises goes to the loop's exception handler and cannot end the job.

        Raises:
            UsageError: A single text instead of many ids.
        """
        counts = dict.fromkeys(Standing, 0)
        problems: list[ItemOutcome[None]] = []
        batch = self.mark_each(entry_ids, invoiced=invoiced, chunk=chunk)
        channel = self._connection.channel
        meter = Meter(self._connection.clock, stats=channel.stats, limits=channel.limiter.snapshot)
        meter.start()
        total = len(entry_ids) if isinstance(entry_ids, Sized) else None
        tell = asyncio.get_running_loop().call_soon
        async for outcome in batch:
            counts[outcome.standing] += 1
            if not outcome.standing.is_there:
                problems.append(outcome)
            if on_progress is not None and meter.is_due():
                ended = sum(counts.values())
                tell(on_progress, meter.look(rows=ended, counts=counts, total=total))
        if on_progress is not None:
            ended = sum(counts.values())
            tell(on_progress, meter.look(rows=ended, counts=counts, total=total))
        return MarkReport(counts=counts, problems=tuple(problems), stopped_by=batch.stopped_by)

    def mark_each(
        self,
        entry_ids: Iterable[str] | AsyncIterable[str],
        *,
        invoiced: bool = True,
        chunk: int | None = None,
    ) -> Batch[None]:
        """Mark like `mark_time_entries`, but hand out each id's outcome as it is known.

        Iterate the result once with ``async for``; its memory does not grow with the number of ids.
        """
        adapter = self._offered("mark_time_entries")
        limit = adapter.capabilities.of("mark_time_entries").batch_limit
        if isinstance(entry_ids, str):
            raise UsageError("mark_time_entries() takes many ids: put a single one into a list")
        patient = self.bulk_lane()

        async def send(items: tuple[Item[None], ...]) -> WriteResult[object]:
            return await patient.mark_batch([item.id for item in items], invoiced=invoiced)

        def check(item: Item[None]) -> None:
            adapter.mark_time_entries(EntryMarks(entry_ids=(item.id,), invoiced=invoiced))

        size = min(chunk or _CHUNK, limit or chunk or _CHUNK)
        return Batch(
            _items(entry_ids),
            send,
            clock=self._connection.clock,
            size=size,
            check=check,
            screen=screen_by(patient.native.find_time_entries),
        )


def _items(
    entry_ids: Iterable[str] | AsyncIterable[str],
) -> Iterator[Item[None]] | AsyncIterator[Item[None]]:
    if isinstance(entry_ids, AsyncIterable):
        return _async_items(entry_ids)
    return (_item(position, entry) for position, entry in enumerate(entry_ids, start=1))


async def _async_items(entry_ids: AsyncIterable[str]) -> AsyncIterator[Item[None]]:
    position = 0
    async for entry in entry_ids:
        position += 1
        yield _item(position, entry)


def _item(position: int, entry: object) -> Item[None]:
    if isinstance(entry, str):
        return Item(position=position, id=entry, payload=None)
    problem = f"an id is text, not {type(entry).__name__}; nothing was sent for it"
    return Item(position=position, id=type(entry).__name__, payload=None, problem=problem)
