"""Mark time entries in batches, and read the marks back at the end."""

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable
from contextlib import aclosing

from invoicekit.batch import Item, screen_by
from invoicekit.bulk.job import BulkService, Job
from invoicekit.bulk.job_event import JobEnded, JobEvent, JobProgressed, JobVerified, RowEnded
from invoicekit.bulk.verification import MarkCheck, Verify
from invoicekit.clock import Clock
from invoicekit.errors import InvoiceKitError
from invoicekit.model import EntryMarks, WriteResult

MOST_ENTRIES_A_REQUEST = 500
_MARKS_UNDER_WAY = 16


class MarkJob(Job[None]):
    """Set the invoiced flag of time entries, in batches.

    Args:
        verify: How to read the marks back at the end; iterate `events` then. None leaves them as the
            provider's answers have them.
    """

    def __init__(
        self,
        service: BulkService,
        items: Iterable[Item[None]] | AsyncIterable[Item[None]],
        *,
        invoiced: bool = True,
        size: int | None = None,
        width: int = _MARKS_UNDER_WAY,
        clock: Clock | None = None,
        on_pause: Callable[[float], None] | None = None,
        verify: Verify | None = None,
    ) -> None:
        lane = service.bulk_lane()

        async def send(part: tuple[Item[None], ...]) -> WriteResult[None]:
            return await lane.mark_batch(tuple(item.id for item in part), invoiced=invoiced)

        def check(item: Item[None]) -> None:
            lane.native.mark_time_entries(EntryMarks(entry_ids=(item.id,), invoiced=invoiced))

        limit = service.capabilities().of("mark_time_entries").batch_limit or MOST_ENTRIES_A_REQUEST
        most = min(limit, size or MOST_ENTRIES_A_REQUEST)
        super().__init__(
            service,
            items,
            send,
            size=most,
            width=width,
            clock=clock,
            on_pause=on_pause,
            check=check,
            screen=screen_by(lane.native.find_time_entries),
        )
        self._check = (
            None if verify is None else MarkCheck(lane, verify, invoiced=invoiced, clock=self._clock)
        )

    async def events(self, name: str = "", *, total: int | None = None) -> AsyncGenerator[JobEvent, None]:
        """Run like every job; then read the marks back where `verify` asks for it.

        Raises:
            UsageError: They could not be read back by what `verify` says; nothing was sent.
        """
        if self._check is None:
            async with aclosing(super().events(name, total=total)) as events:
                async for event in events:
                    yield event
            return
        with self._check as check:
            await check.prepare()
            async with aclosing(super().events(name, total=total)) as events:
                async for event in events:
                    if isinstance(event, RowEnded):
                        check.note(event.outcome)
                    elif isinstance(event, JobEnded) and self.is_whole:
                        async for one in self._verified(check):
                            yield one
                        event = JobEnded(report=self.report())
                    yield event

    async def _verified(self, check: MarkCheck) -> AsyncGenerator[JobEvent, None]:
        before = self._service.stats().sent
        failure = ""
        try:
            async with aclosing(check.look()) as looks:
                async for _ in looks:
                    yield JobProgressed(progress=self.progress())
                    if self._is_stopped:
                        failure = "interrupted"
                        break
        except InvoiceKitError as problem:
            failure = problem.brief
        found = check.result(reads=self._service.stats().sent - before, failure=failure)
        self._tally.verify(found, check.is_verified)
        yield JobVerified(verification=found, is_verified=check.is_verified)
