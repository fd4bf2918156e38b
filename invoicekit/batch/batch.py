"""Carry items of any number through requests, so that each ends in exactly one way."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Iterable, Iterator
from typing import Generic, TypeVar

from invoicekit.batch.outcome import Item, ItemOutcome, Standing
from invoicekit.batch.screen import Screen, Screening
from invoicekit.batch.seen import Seen
from invoicekit.batch.unit import Unit, earlier_of, outcome_of, repeat_of
from invoicekit.batch.verdict import Ruling, is_refused_in_doubt, rule, shows_an_answer
from invoicekit.clock import Clock
from invoicekit.errors import InvoiceKitError, UsageError
from invoicekit.model import WriteResult

T = TypeVar("T")

_RETRIES = 4
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
_INTERRUPTED = "interrupted"


class Batch(Generic[T]):
    """Send items in chunks, a few at a time, and tell how each one ended.

    Iterate once with ``async for``; outcomes come as they are known, one for each item. Ids are
    deduplicated over the whole input. A chunk whose content is refused is halved until only the
    refused items are rejected. The first request goes alone, so that a wrong key costs one request.
    Memory depends on `size` and `width`, not on how many items there are.

    Args:
        items: Any length; read only as fast as they are sent.
        send: Performs one request for distinct items, or raises an `InvoiceKitError`.
        size: Most items in one request.
        width: Most requests under way.
        check: Raises `UsageError` for an item that must not be sent. Asked item by item once `send` refused
            a chunk with a `UsageError`: then only these are rejected, and the rest is sent together.
        screen: Reads which items the provider would refuse. Asked once for a refused chunk, so that it costs
            two requests more instead of its halves; asked before the first send where most chunks hold some.
        on_pause: Told for how many seconds the provider's limit holds a request back.

    Raises:
        Exception: What the input itself raised, after every item read before it has got its outcome.
    """

    def __init__(
        self,
        items: Iterable[Item[T]] | AsyncIterable[Item[T]],
        send: Callable[[tuple[Item[T], ...]], Awaitable[WriteResult[object]]],
        *,
        clock: Clock,
        size: int = 500,
        width: int = 16,
        check: Callable[[Item[T]], None] | None = None,
        screen: Screen[T] | None = None,
        on_pause: Callable[[float], None] | None = None,
    ) -> None:
        if size < 1 or width < 1:
            raise UsageError("a batch needs at least one item a request and one request at a time")
        self._async_source = aiter(items) if isinstance(items, AsyncIterable) else None
        self._source = None if isinstance(items, AsyncIterable) else iter(items)
        self._send = send
        self._clock = clock
        self._size = size
        self._width = width
        self._check = check
        self._screening = Screening(screen)
        self._on_pause = on_pause
        self._lookahead = max(2, 4 * width // size)
        self._most_repeats = 4 * size + 256
        self._seen = Seen()
        self._filling: Unit[T] | None = None
        self._ready: deque[Unit[T]] = deque()
        self._under_way: dict[asyncio.Task[None], Unit[T]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._outbox: deque[ItemOutcome[T]] = deque()
        self._is_exhausted = False
        self._input_failure: BaseException | None = None
        self._stopped_by: InvoiceKitError | None = None
        self._stopping = asyncio.Event()
        self._opened = asyncio.Event()
        self._scouting: asyncio.Event | None = None
        self._answers = 0
        self._held = 0

    @property
    def stopped_by(self) -> InvoiceKitError | None:
        """The error that ended the job before its input's end."""
        return self._stopped_by

    @property
    def is_interrupted(self) -> bool:
        """Whether `stop` or `abort` ended it."""
        return self._stopping.is_set() and self._stopped_by is None

    @property
    def is_read_whole(self) -> bool:
        """Whether the input was read to its end."""
        return self._is_exhausted

    def left_over(self) -> Iterator[ItemOutcome[T]]:
        """Hand out the outcomes that nobody took, once iterating was cancelled or closed early.

        What was under way then is unknown, the rest of what was read is not attempted.
        """
        while self._outbox:
            yield self._outbox.popleft()

    def stop(self) -> None:
        """Send nothing new; what is under way ends, the rest of the input is not attempted."""
        self._stopping.set()
        self._open()

    def abort(self) -> None:
        """Stop, and cut off what is under way: those items are unknown."""
        self.stop()
        for task in self._under_way:
            task.cancel()
        if self._reader is not None and self._async_source is not None:
            self._reader.cancel()

    async def __aiter__(self) -> AsyncGenerator[ItemOutcome[T], None]:
        """Yield one outcome an item; closing the iterator early cuts off what is under way."""
        try:
            while True:
                self._launch()
                while self._outbox:
                    yield self._outbox.popleft()
                pending: set[asyncio.Task[None]] = {*self._under_way}
                if self._reader is not None:
                    pending.add(self._reader)
                if pending:
                    done, _ = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        self._collect(task)
                elif self._is_exhausted and not self._ready:
                    break
        finally:
            await self._cut()
        if self._input_failure is not None:
            raise self._input_failure

    # --- the loop's steps ---------------------------------------------------------------------

    def _launch(self) -> None:
        if self._filling is not None and (self._is_exhausted or self._held >= self._most_repeats):
            self._seal()
        if self._stopping.is_set():
            if self._filling is not None:
                self._seal()
            while self._ready:
                self._close(self._ready.popleft())
        elif self._ready and len(self._under_way) < self._width:
            self._start_ready()
        is_short = len(self._ready) < self._lookahead and self._held < self._most_repeats
        if not self._is_exhausted and self._reader is None and (is_short or self._stopping.is_set()):
            self._reader = asyncio.create_task(self._read())

    def _start_ready(self) -> None:
        busy = {unit.lane for unit in self._under_way.values()} - {""}
        left: deque[Unit[T]] = deque()
        for unit in self._ready:
            if len(self._under_way) < self._width and unit.lane not in busy:
                self._under_way[asyncio.create_task(self._perform(unit))] = unit
            else:
                left.append(unit)
            if unit.lane:
                busy.add(unit.lane)
        self._ready = left

    def _collect(self, task: asyncio.Task[None]) -> None:
        failure = None if task.cancelled() else task.exception()
        if task is self._reader:
            self._reader = None
            self._is_exhausted = self._is_exhausted or task.cancelled() or failure is not None
            self._input_failure = failure
            return
        unit = self._under_way.pop(task)
        if failure is not None:
            raise failure
        self._close(unit)

    def _close(self, unit: Unit[T]) -> None:
        self._held -= len(unit.repeats)
        for outcome in unit.close(self._why()):
            self._end(outcome)

    def _end(self, outcome: ItemOutcome[T]) -> None:
        if not outcome.standing.is_there and outcome.first_position is None:
            self._seen.settle(outcome.id, outcome.standing)
        self._outbox.append(outcome)

    async def _cut(self) -> None:
        tasks = [*self._under_way, *([] if self._reader is None else [self._reader])]
        for task in tasks:
            task.cancel()
        try:
            await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            self._abandon()
            self._seen.close()

    def _abandon(self) -> None:
        """End what is still open, after whoever iterated left early."""
        if self._filling is not None:
            self._seal()
        if self._under_way or self._ready or not self._is_exhausted:
            self._stopping.set()
        for unit in (*self._under_way.values(), *self._ready):
            self._close(unit)
        self._under_way.clear()
        self._ready.clear()

    # --- input --------------------------------------------------------------------------------

    async def _read(self) -> None:
        for _ in range(max(self._size, 64)):
            if self._source is not None:
                item = next(self._source, None)
            elif self._async_source is not None:
                item = await anext(self._async_source, None)
            else:
                item = None
            if item is None:
                self._is_exhausted = True
                return
            self._take(item)
            if self._async_source is not None and self._ready:
                return  # the next item may be long in coming

    def _take(self, item: Item[T]) -> None:
        if item.problem is not None:
            self._outbox.append(outcome_of(item, Standing.REJECTED, item.problem))
            return
        if self._stopping.is_set() and item.earlier is None:
            self._outbox.append(outcome_of(item, Standing.NOT_ATTEMPTED, self._why()))
            return
        try:
            first = self._seen.add(item.id, item.position, content=item.content)
        except UsageError as failure:
            self._halt(failure)
            self._outbox.append(outcome_of(item, Standing.NOT_ATTEMPTED, self._why()))
            return
        if first is None and item.earlier is not None:
            self._end(earlier_of(item, item.earlier))
        elif first is None:
            self._add(item)
        elif not first.is_same_as(item.content):
            reason = "the same id stood before with different content; nothing was sent for this one"
            self._outbox.append(outcome_of(item, Standing.REJECTED, reason, first_position=first.position))
        elif first.standing is not None:
            reason = f"the first one was {first.standing.value}"
            self._outbox.append(repeat_of(item, first.standing, reason, first.position))
        else:
            self._repeat(item, first.position)

    def _add(self, item: Item[T]) -> None:
        if self._filling is not None and self._filling.lane != item.lane:
            self._seal()
        if self._filling is None:
            self._filling = Unit(lane=item.lane)
        self._filling.items[item.id] = item
        if len(self._filling.items) >= self._size:
            self._seal()

    def _seal(self) -> None:
        if self._filling is not None:
            self._ready.append(self._filling)
            self._filling = None

    def _repeat(self, item: Item[T], first_position: int) -> None:
        """Let a duplicate wait for the first one; one that is nowhere any more was applied."""
        open_units = [*self._under_way.values(), *self._ready]
        if self._filling is not None:
            open_units.append(self._filling)
        for unit in open_units:
            if item.id in unit.items:
                unit.repeats.append(item)
                self._held += 1
                return
        self._outbox.append(repeat_of(item, Standing.APPLIED, "", first_position))

    # --- sending ------------------------------------------------------------------------------

    async def _perform(self, unit: Unit[T]) -> None:
        scout = await self._scout()
        try:
            parts = [tuple(unit.items.values())]
            if self._screening.comes_first and len(unit.items) > 1:
                left = await self._screened(unit, parts[0])
                parts = [left] if left else []
            while parts and not self._stopping.is_set():
                parts += await self._attempt(unit, parts.pop())
        finally:
            if scout is not None and not self._opened.is_set():
                self._scouting = None  # nobody was asked: the next unit finds out
                scout.set()

    async def _attempt(self, unit: Unit[T], part: tuple[Item[T], ...]) -> tuple[tuple[Item[T], ...], ...]:
        """Send until the part has ended or the job has; return the halves that are left to be tried."""
        tries = 0
        answers_before = self._answers
        while not self._stopping.is_set():
            unit.sending = part
            try:
                result = await self._send(part)
            except InvoiceKitError as failure:
                problem = failure
            else:
                unit.land(part, result)
                self._screening.landed(is_screened=unit.is_screened)
                self._answers += 1
                self._open()
                return ()
            unit.sending = ()
            tries += 1
            ruling = rule(problem)
            if ruling is Ruling.WAIT or (ruling is Ruling.RETRY and tries <= _RETRIES):
                await self._pause(tries, problem)
                continue
            if ruling is Ruling.STOP or (ruling is Ruling.RETRY and self._answers == answers_before):
                self._halt(problem)
                return ()
            if shows_an_answer(problem):
                self._open()
            self._answers += 1
            if len(part) > 1 and (ruling is Ruling.SPLIT or is_refused_in_doubt(problem)):
                good = await self._good(unit, part, problem)
                if good == part:
                    middle = len(part) // 2
                    return part[middle:], part[:middle]
                if not good:
                    return ()
                part = good
                continue
            standing = Standing.UNKNOWN if ruling is Ruling.UNKNOWN else Standing.REJECTED
            unit.end(part, standing, problem)
            return ()
        return ()

    async def _good(
        self, unit: Unit[T], part: tuple[Item[T], ...], problem: InvoiceKitError
    ) -> tuple[Item[T], ...]:
        """Return what is left of a refused part once those are rejected that are known to be at fault."""
        if isinstance(problem, UsageError):
            return unit.sift(part, self._check)
        return part if unit.is_screened else await self._screened(unit, part)

    async def _screened(self, unit: Unit[T], part: tuple[Item[T], ...]) -> tuple[Item[T], ...]:
        """Reject the items that a read shows the provider not to know, and return the others."""
        unit.is_screened = True
        strangers = await self._screening.strangers(part)
        bad = tuple(item for item in part if item.id in strangers)
        unit.end(bad, Standing.REJECTED, self._screening.refusal())
        return tuple(item for item in part if item.id not in strangers)

    async def _scout(self) -> asyncio.Event | None:
        """Let one unit find out whether any can work, and wait for that; the one gets what ends its time."""
        while not self._opened.is_set():
            if self._scouting is None:
                self._scouting = asyncio.Event()
                return self._scouting
            await self._scouting.wait()
        return None

    def _open(self) -> None:
        self._opened.set()
        if self._scouting is not None:
            self._scouting.set()

    async def _pause(self, tries: int, failure: InvoiceKitError) -> None:
        asked = getattr(failure, "retry_after", None) or 0.0
        seconds = max(asked, min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2 ** min(tries - 1, 10)))
        if self._on_pause is not None:
            self._on_pause(seconds)
        sleep = asyncio.ensure_future(self._clock.sleep(seconds))
        stop = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({sleep, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            stop.cancel()

    # --- ending -------------------------------------------------------------------------------

    def _halt(self, failure: InvoiceKitError) -> None:
        if self._stopped_by is None and not self._stopping.is_set():
            self._stopped_by = failure
        self.stop()

    def _why(self) -> str:
        if self._stopped_by is None:
            return _INTERRUPTED
        return f"the job ended: {type(self._stopped_by).__name__}: {self._stopped_by}"
