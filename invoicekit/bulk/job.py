"""The bulk jobs: thousands of service calls, and one outcome for each row."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Sized
from contextlib import AbstractContextManager, aclosing
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from invoicekit.adapter import Adapter, Capabilities
from invoicekit.batch import Batch, Item, ItemOutcome, Progress, RateUse, Screen, Standing
from invoicekit.bulk.job_event import (
    JobEnded,
    JobEvent,
    JobStarted,
)
from invoicekit.bulk.recorder import Recorder
from invoicekit.bulk.report import Report, Tally, Usage
from invoicekit.bulk.stream import told
from invoicekit.channel import ChannelStats
from invoicekit.clock import Clock, SystemClock
from invoicekit.errors import InvoiceKitError
from invoicekit.events import Hook
from invoicekit.model import Invoice, InvoiceStatus, Money, Payment, TimeEntry, WriteResult

T = TypeVar("T")


class BulkService(Protocol):
    """What a job needs of an `InvoiceService`."""

    def bulk_lane(self) -> "BulkService":
        """Return a view whose calls have no deadline and let interactive ones go first."""
        ...

    @property
    def native(self) -> Adapter[object]:
        """The adapter: tells by itself which id cannot be one."""
        ...

    def capabilities(self) -> Capabilities:
        """Return what the adapter declares."""
        ...

    @property
    def provider(self) -> str:
        """The adapter's name."""
        ...

    @property
    def account(self) -> str:
        """The workspace, tenant or business."""
        ...

    def watched(self, hook: Hook) -> AbstractContextManager[None]:
        """Call `hook` with every event while the block runs."""
        ...

    def stats(self) -> ChannelStats:
        """Return what was sent so far."""
        ...

    def limits(self) -> RateUse:
        """Return how the rate limit stands."""
        ...

    async def mark_batch(self, entry_ids: tuple[str, ...], *, invoiced: bool) -> WriteResult[None]:
        """Mark one batch of time entries, as one request."""
        ...

    def list_time_entries(self, *, start: datetime, end: datetime) -> AsyncIterable[TimeEntry]:
        """Read the entries that started in [start, end), with their marks."""
        ...

    async def record_payment(
        self, invoice_id: str, amount: Money, *, paid_at: datetime, reference: str, note: str
    ) -> WriteResult[Payment]:
        """Record money received, at most once for each reference."""
        ...

    async def set_status(
        self,
        invoice_id: str,
        status: InvoiceStatus,
        *,
        allow_payment_loss: bool = False,
        allow_irreversible: bool = False,
    ) -> WriteResult[Invoice]:
        """Set an invoice's status; the same status again sends nothing."""
        ...


class Job(Generic[T]):
    """One run over many items; iterate `events` or `outcomes` once, then take the `report`.

    A run that is cancelled, or whose iterator is closed early, is cut off: what was under way is unknown,
    what was read and not sent is not attempted, and the report says how much was never read. Running the
    same items again does what is left.

    Args:
        items: Read only as fast as they are sent.
        send: Performs one request for distinct items.
        size: Most items in one request.
        width: Most requests under way.
        on_pause: Told for how many seconds a call is held back by the provider's limit.
        check: Raises `UsageError` for an item that cannot be sent.
        screen: Reads which items the provider does not know.
    """

    def __init__(
        self,
        service: BulkService,
        items: Iterable[Item[T]] | AsyncIterable[Item[T]],
        send: Callable[[tuple[Item[T], ...]], Awaitable[WriteResult[object]]],
        *,
        size: int,
        width: int,
        clock: Clock | None,
        on_pause: Callable[[float], None] | None,
        check: Callable[[Item[T]], None] | None = None,
        screen: Screen[T] | None = None,
    ) -> None:
        self._service = service
        self._clock = clock or SystemClock()
        self._tally = Tally()
        self._total = len(items) if isinstance(items, Sized) else None
        self._recorder = Recorder(self._clock, stats=service.stats, limits=service.limits)
        self._listener = on_pause
        self._batch = Batch(
            self._counted_later(items) if isinstance(items, AsyncIterable) else self._counted(items),
            send,
            clock=self._clock,
            size=size,
            width=width,
            check=check,
            screen=screen,
            on_pause=self._pause,
        )
        self._before = service.stats()
        self._after: ChannelStats | None = None
        self._is_stopped = False
        self._start: float | None = None
        self._end: float | None = None

    @property
    def tally(self) -> Tally:
        """Return the counts so far, for a progress display."""
        return self._tally

    def progress(self) -> Progress:
        """Measure how far it is, and how fast it goes."""
        return self._recorder.look(rows=self._tally.rows, counts=self._tally.counts, total=self._total)

    @property
    def pause_left(self) -> float:
        """Seconds until a pause that the provider asked for ends; 0 while there is none."""
        return self._recorder.pause_left

    async def events(self, name: str = "", *, total: int | None = None) -> AsyncGenerator[JobEvent, None]:
        """Run, and yield what happens: started, rows and progress and pauses, ended.

        Args:
            name: What the job is called.
            total: How many rows there are, where the items themselves cannot tell.

        Raises:
            InputError: The input turned out to be unusable; `report` tells of the rows before that.
            ConservationError: A row would have got a second outcome.
        """
        self._total = self._total if total is None else total
        yield JobStarted(
            name=name,
            provider=self._service.provider,
            account=self._service.account,
            total=self._total,
            began_at=self._clock.now(),
        )
        async with aclosing(told(self, self._clock)) as events:
            async for event in events:
                yield event
        yield JobEnded(report=self.report())

    async def outcomes(self) -> AsyncGenerator[ItemOutcome[T], None]:
        """Run, and yield each row's outcome as it becomes known.

        Raises:
            InputError: The input turned out to be unusable; rows read before it have their outcomes.
            ConservationError: A row would have got a second outcome.
        """
        self._start = self._clock.monotonic()
        self._recorder.start()
        try:
            with self._service.watched(self._recorder.hook):
                async with aclosing(self._batch.__aiter__()) as outcomes:
                    async for outcome in outcomes:
                        self._tally.add(outcome)
                        if outcome.standing is not Standing.NOT_ATTEMPTED:
                            self._recorder.row()
                        yield outcome
        finally:
            for outcome in self._batch.left_over():
                self._tally.add(outcome)
            self._recorder.end()
            self._end = self._clock.monotonic()
            self._after = self._service.stats()

    def stop(self) -> None:
        """Send nothing new; what is under way ends, the rest is not attempted."""
        self._is_stopped = True
        self._batch.stop()

    def abort(self) -> None:
        """Stop, and cut off what is under way: those rows are unknown."""
        self._is_stopped = True
        self._batch.abort()

    def usage(self) -> Usage:
        """Return what was asked of the provider since the job was made."""
        now, limits = self._after or self._service.stats(), self._service.limits()
        started = self._clock.monotonic() if self._start is None else self._start
        ended = self._clock.monotonic() if self._end is None else self._end
        return Usage(
            requests=now.sent - self._before.sent,
            reads=now.reads - self._before.reads,
            retries=now.retries - self._before.retries,
            rate_limited=now.rate_limited - self._before.rate_limited,
            share_of_rate=limits.share_used,
            began_per_second=limits.recalled_rate,
            learned_per_second=limits.learned_rate,
            part_of_rate=limits.part,
            seconds=ended - started,
        )

    def report(self) -> Report:
        """Close the books.

        Raises:
            ConservationError: A row that was read has no outcome.
        """
        whole = self._batch.is_read_whole
        unread = None if self._total is None else max(0, self._total - self._tally.rows)
        return self._tally.report(
            self.usage(),
            stopped_by=self.stopped_by,
            is_interrupted=self._batch.is_interrupted,
            unread=0 if whole else unread,
            course=self._recorder.course(),
        )

    @property
    def is_whole(self) -> bool:
        """Whether every row was read, and none was left because the job ended early."""
        return self._batch.is_read_whole and not self._batch.is_interrupted and self.stopped_by is None

    @property
    def stopped_by(self) -> InvoiceKitError | None:
        """The error that ended the job early."""
        return self._batch.stopped_by

    def _pause(self, seconds: float) -> None:
        self._recorder.pause(seconds)
        if self._listener is not None:
            self._listener(seconds)

    def _counted(self, items: Iterable[Item[T]]) -> Iterable[Item[T]]:
        for item in items:
            self._tally.read()
            yield item

    async def _counted_later(self, items: AsyncIterable[Item[T]]) -> AsyncIterator[Item[T]]:
        async for item in items:
            self._tally.read()
            yield item
