"""A bulk job for programs: described first, run with a service, watched while it runs."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Sized
from contextlib import aclosing
from typing import Generic, Protocol, TypeVar

from invoicekit.batch import Item, Progress
from invoicekit.bulk.job import BulkService
from invoicekit.bulk.job_event import JobEnded, JobEvent, JobProgressed
from invoicekit.bulk.mark_job import MarkJob
from invoicekit.bulk.pay_job import PayJob
from invoicekit.bulk.report import Report
from invoicekit.bulk.rows import PaymentRow
from invoicekit.bulk.status_job import StatusJob
from invoicekit.bulk.status_rows import StatusRow
from invoicekit.bulk.status_steps import StatusSteps
from invoicekit.bulk.verification import Verify
from invoicekit.errors import UsageError
from invoicekit.model import InvoiceStatus

T = TypeVar("T")
U = TypeVar("U")
S = TypeVar("S", bound=BulkService, contravariant=True)

Input = Iterable[T] | AsyncIterable[T]
"""Any number of rows, known or still coming."""


class Running(Protocol):
    """A job that was made with a service, whatever its rows carry."""

    def events(self, name: str = "", *, total: int | None = None) -> AsyncGenerator[JobEvent, None]:
        """Run, and yield what happens."""
        ...

    def progress(self) -> Progress:
        """Measure now."""
        ...

    def report(self) -> Report:
        """Close the books."""
        ...

    def stop(self) -> None:
        """Send nothing new."""
        ...

    def abort(self) -> None:
        """Cut off what is under way."""
        ...


class BulkJob(Generic[S]):
    """Thousands of changes as one thing to run, watch and stop.

    ```python
    job = BulkJob.record_payments(payments)
    async for event in job.run(service):
        ...
    ```

    A job runs once. Whatever ends it early (`stop`, `close`, a cancelled task, a crash) leaves nothing to
    clean up: make the same job again, and it does what is left, no payment twice. Keep the service open
    until the run has ended.

    Args:
        start: Makes the job of a service, e.g. ``lambda service: ReconcileJob(service, plan)``.
        name: What it is called in events and reports.
        total: How many rows there are, where that is known.
    """

    def __init__(self, start: Callable[[S], Running], *, name: str, total: int | None = None) -> None:
        self._start = start
        self._name = name
        self._total = total
        self._job: Running | None = None
        self._ended = asyncio.Event()
        self._is_stopped = False

    @classmethod
    def mark_time_entries(
        cls,
        entry_ids: Input[str],
        *,
        invoiced: bool = True,
        chunk: int | None = None,
        verify: Verify | None = None,
    ) -> "BulkJob[BulkService]":
        """Mark time entries as invoiced, or as not invoiced.

        Args:
            chunk: Most ids in one request; the provider's own limit where None.
            verify: Read the marks back once all are sent; the report's `verification` says what was shown.

        Raises:
            UsageError: A single text instead of many ids.
        """
        if isinstance(entry_ids, str):
            raise UsageError("a job takes many ids: put a single one into a list")
        items = _turned(entry_ids, _entry)
        return BulkJob(
            lambda service: MarkJob(service, items, invoiced=invoiced, size=chunk, verify=verify),
            name="time entries",
            total=_size(entry_ids),
        )

    @classmethod
    def record_payments(cls, payments: Input[PaymentRow]) -> "BulkJob[BulkService]":
        """Record payments, each reference at most once."""
        items = _turned(payments, _payment)
        return BulkJob(lambda service: PayJob(service, items), name="payments", total=_size(payments))

    @classmethod
    def set_statuses(
        cls,
        statuses: Input[tuple[str, InvoiceStatus]],
        *,
        allow_payment_loss: bool = False,
        allow_irreversible: bool = False,
    ) -> "BulkJob[BulkService]":
        """Set the status of invoices, given as pairs of id and status.

        Args:
            allow_payment_loss: Consent to steps that destroy, or may destroy, payments.
            allow_irreversible: Consent to steps that the provider never takes back.
        """

        def start(service: BulkService) -> StatusJob:
            steps = StatusSteps(provider=service.provider, rules=service.capabilities().statuses)
            return StatusJob(
                service,
                _turned(statuses, lambda position, pair: _status(position, pair, steps)),
                allow_payment_loss=allow_payment_loss,
                allow_irreversible=allow_irreversible,
            )

        return BulkJob(start, name="invoices", total=_size(statuses))

    async def run(self, service: S) -> AsyncGenerator[JobEvent, None]:
        """Run and yield what happens; read it to its end, or close it.

        Slow reading slows the job down. Cancelling the task that reads cuts the job off: ``CancelledError``
        passes on, what was under way is in doubt until a rerun looks, and `report` tells what was left.

        Raises:
            UsageError: It was run before.
            ConservationError: A defect of ours: trust the journal, not the report.
        """
        if self._job is not None:
            raise UsageError("a job runs once; make another one of the same rows, and it does what is left")
        self._job = self._start(service)
        if self._is_stopped:
            self._job.stop()
        try:
            async with aclosing(self._job.events(self._name, total=self._total)) as events:
                async for event in events:
                    yield event
        finally:
            self._ended.set()

    async def finish(self, service: S, *, on_progress: Callable[[Progress], None] | None = None) -> Report:
        """Run to the end and return the report.

        Args:
            on_progress: Called by the event loop, about four times a second and once at the end; what it
                raises goes to the loop's exception handler and cannot end the job.

        Raises:
            UsageError: It was run before.
        """
        async with aclosing(self.run(service)) as events:
            async for event in events:
                if on_progress is not None and isinstance(event, JobProgressed):
                    asyncio.get_running_loop().call_soon(on_progress, event.progress)
                elif isinstance(event, JobEnded):
                    return event.report
        raise AssertionError("a run that does not raise tells its end")

    @property
    def progress(self) -> Progress:
        """How far it is at this moment."""
        return Progress(total=self._total) if self._job is None else self._job.progress()

    def report(self) -> Report:
        """Return the report of a run that has ended, however it ended.

        Raises:
            UsageError: It did not begin.
        """
        if self._job is None:
            raise UsageError("the job has not begun; nothing was sent")
        return self._job.report()

    def stop(self) -> None:
        """Send nothing new: what is under way ends, the rest is told as not attempted, and the run ends."""
        self._is_stopped = True
        if self._job is not None:
            self._job.stop()

    def abort(self) -> None:
        """Stop, and cut off what is under way: those rows are in doubt until a rerun looks."""
        self.stop()
        if self._job is not None:
            self._job.abort()

    async def close(self, *, grace_seconds: float = 20.0) -> None:
        """Stop, and wait until the run has ended; what is still under way after the grace is cut off.

        For a shutdown: somebody else is reading the run and reads on. Call it before the service is closed.
        """
        self.stop()
        if self._job is None:
            return
        try:
            async with asyncio.timeout(grace_seconds):
                await self._ended.wait()
        except TimeoutError:
            self.abort()
            await self._ended.wait()


def _size(rows: Input[T]) -> int | None:
    return len(rows) if isinstance(rows, Sized) else None


def _turned(rows: Input[T], turn: Callable[[int, T], Item[U]]) -> Iterator[Item[U]] | AsyncIterator[Item[U]]:
    if isinstance(rows, AsyncIterable):
        return _turned_later(rows, turn)
    return (turn(position, row) for position, row in enumerate(rows, start=1))


async def _turned_later(rows: AsyncIterable[T], turn: Callable[[int, T], Item[U]]) -> AsyncIterator[Item[U]]:
    position = 0
    async for row in rows:
        position += 1
        yield turn(position, row)


def _entry(position: int, entry_id: str) -> Item[None]:
    return Item(position=position, id=entry_id, payload=None)


def _payment(position: int, payment: PaymentRow) -> Item[PaymentRow | None]:
    return Item(
        position=position,
        id=payment.reference,
        payload=payment,
        content=payment.content(),
        lane=payment.invoice_id,
    )


def _status(position: int, pair: tuple[str, InvoiceStatus], steps: StatusSteps) -> Item[StatusRow | None]:
    invoice_id, status = pair
    row = StatusRow(
        invoice_id=invoice_id,
        status=status,
        consents=steps.consents(status),
        refusal=steps.refusal(status),
    )
    return Item(position=position, id=invoice_id, payload=row, content=row.content())
