"""What stands around a world: steps to stop at, a journal that records and fails, reads that lie."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from invoicekit.clock import LoopClock
from invoicekit.errors import JournalUnavailable
from invoicekit.journal import Intent, IntentKey, IntentState, KnownRate, Lease, MemoryJournal
from invoicekit.simulate import Engine
from invoicekit.testing import InProcessTransport
from invoicekit.transport import HttpResponse, Outgoing

EPOCH = datetime(2026, 3, 2, 12, tzinfo=UTC)


class ShiftingClock(LoopClock):
    """The loop's time, with a wall clock that can be set wrong."""

    def __init__(self) -> None:
        super().__init__(EPOCH)
        self.off = timedelta()

    def now(self) -> datetime:
        return super().now() + self.off


class Steps:
    """The places at which a process can be stopped: before and after everything it awaits."""

    def __init__(self) -> None:
        self.passed = 0
        self.names: list[str] = []
        self._stop_at = -1
        self._stop: Callable[[], Awaitable[None]] | None = None

    def stop(self, number: int, stop: Callable[[], Awaitable[None]]) -> None:
        """Call `stop` at the step of this number, counted from 0 and from now."""
        self.passed, self.names, self._stop_at, self._stop = 0, [], number, stop

    async def at(self, name: str) -> None:
        """Pass one step."""
        number, self.passed = self.passed, self.passed + 1
        self.names.append(name)
        if number == self._stop_at and self._stop is not None:
            stop, self._stop = self._stop, None
            await stop()


class RecordingJournal:
    """A process's way to a journal that may outlive it: records every move, and can fail or die."""

    def __init__(self, inner: MemoryJournal, steps: Steps, *, failing: frozenset[str] = frozenset()) -> None:
        self.inner = inner
        self.steps = steps
        self.failing = failing
        self.is_dead = False
        self.is_frozen = False
        self.moves: list[tuple[IntentKey, IntentState | None, IntentState]] = []

    @property
    def sendings(self) -> int:
        """How often it was recorded that a send leaves."""
        return sum(after is IntentState.SENDING for _, _, after in self.moves)

    async def open(self) -> None:
        """Do nothing."""

    async def plan(self, intent: Intent, *, lease: Lease | None = None) -> Intent:
        await self._before("plan")
        found = await self.inner.get(intent.key)
        after = await self.inner.plan(intent, lease=lease)
        if found is None:
            self.moves.append((intent.key, None, after.state))
        await self.steps.at("planned")
        return after

    async def replan(self, intent: Intent, *, expected: IntentState, lease: Lease | None = None) -> Intent:
        await self._before("replan")
        after = await self.inner.replan(intent, expected=expected, lease=lease)
        if after == intent:
            self.moves.append((intent.key, None, after.state))
        await self.steps.at("replanned")
        return after

    async def record_sending(self, key: IntentKey, **more: Any) -> Intent:
        await self._before("record_sending")
        found = await self.inner.get(key)
        after = await self.inner.record_sending(key, **more)
        self.moves.append((key, None if found is None else found.state, after.state))
        await self.steps.at("sending recorded")
        return after

    async def move(
        self,
        key: IntentKey,
        state: IntentState,
        *,
        resource_id: str | None = None,
        evidence: str = "",
        lease: Lease | None = None,
        is_last: bool = False,
    ) -> Intent:
        await self._before("move")
        found = await self.inner.get(key)
        after = await self.inner.move(
            key, state, resource_id=resource_id, evidence=evidence, lease=lease, is_last=is_last
        )
        self.moves.append((key, None if found is None else found.state, after.state))
        await self.steps.at(f"moved to {state.value}")
        return after

    def note(
        self, key: IntentKey, state: IntentState, *, evidence: str = "", lease: Lease | None = None
    ) -> None:
        if self.is_dead or "note" in self.failing:
            return
        self.inner.note(key, state, evidence=evidence, lease=lease)

    def renew(self, leases: Iterable[Lease]) -> None:
        if not self.is_dead and not self.is_frozen:
            self.inner.renew(leases)

    def release(self, lease: Lease) -> None:
        if not self.is_dead:
            self.inner.release(lease)

    def keep_rate(self, rate: KnownRate) -> None:
        if not self.is_dead:
            self.inner.keep_rate(rate)

    async def known_rate(self, provider: str, account: str) -> KnownRate | None:
        return await self.inner.known_rate(provider, account)

    async def get(self, key: IntentKey) -> Intent | None:
        return await self.inner.get(key)

    def intents(
        self,
        *,
        provider: str | None = None,
        account: str | None = None,
        states: frozenset[IntentState] | None = None,
    ) -> AsyncIterator[Intent]:
        return self.inner.intents(provider=provider, account=account, states=states)

    async def prune(self, *, settled_before: datetime) -> int:
        return await self.inner.prune(settled_before=settled_before)

    async def aclose(self) -> None:
        """Do nothing."""

    async def _before(self, name: str) -> None:
        await self.steps.at(name)
        if self.is_dead:
            await asyncio.Event().wait()  # a dead process does nothing more, and is never told so
        if name in self.failing:
            raise JournalUnavailable("the journal cannot be written; nothing was sent")


class Watch:
    """Looks at every write as it reaches the provider.

    Attributes:
        writes: Requests that may change something, so far, refused ones included.
        acted: Those among them that were not refused.
        faults: What was seen that must never be.
    """

    def __init__(self, engine: Engine, sendings: Callable[[], int], effects: Callable[[], int]) -> None:
        self._names = {route.operation for route in engine.simulator.routes() if route.is_write}
        self._sendings = sendings
        self._effects = effects
        self._most = effects()
        self.writes = 0
        self.acted = 0
        self.faults: list[str] = []

    def saw(self, operation: str, status: int | None) -> None:
        """Judge a request that just passed the provider."""
        effects = self._effects()
        if effects < self._most:
            self.faults.append(f"V7: an effect went away with {operation}")
        self._most = effects
        if operation not in self._names:
            return
        self.writes += 1
        self.acted += status is None or not 400 <= status < 500
        if self.writes > self._sendings():
            self.faults.append(f"V5, V6: {operation} left before its record")


class WatchedEngine(Engine):
    """An engine whose requests somebody looks at."""

    watch: Watch | None = None

    def receive(self, method: str, target: str, headers, body):  # type: ignore[no-untyped-def]  # as its base
        outcome = super().receive(method, target, headers, body)
        if self.watch is not None:
            record = self.simulator.requests[-1]
            self.watch.saw(record.operation, record.status)
        return outcome


class RigTransport(InProcessTransport):
    """One process's transport: passes the steps, and lets reads lag or lists turn in a circle.

    Attributes:
        lag: Seconds for which reads go on to show what stood before a write.
        is_circling: Whether lists name a next page for ever, and show the first one again.
    """

    steps: Steps | None = None
    lag = 0.0
    is_circling = False
    circles_after_write = False
    _seen: dict[tuple[str, str, bytes], HttpResponse]
    _written_at: float | None = None
    _write_line: Callable[[Outgoing], bool]

    def rig(self, steps: Steps, is_write: Callable[[Outgoing], bool]) -> None:
        """Say what counts as the write."""
        self.steps, self._write_line, self._seen = steps, is_write, {}

    async def exchange(self, outgoing: Outgoing) -> HttpResponse:
        assert self.steps is not None
        await self.steps.at(f"request {outgoing.method}")
        response = await self._answered(outgoing)
        await self.steps.at(f"answer {outgoing.method}")
        return response

    async def _answered(self, outgoing: Outgoing) -> HttpResponse:
        name = (outgoing.method, outgoing.url, outgoing.body or b"")
        now = asyncio.get_running_loop().time()
        if self._write_line(outgoing):
            self._written_at = now
            if self.circles_after_write:
                self.is_circling = True
            return await super().exchange(outgoing)
        is_stale = self._written_at is not None and now < self._written_at + self.lag
        if is_stale and name in self._seen:
            await self._clock.sleep(self._delay_seconds)
            return self._seen[name]
        if self.is_circling:
            return circling(await super().exchange(first_page(outgoing)))
        response = await super().exchange(outgoing)
        if 200 <= response.status < 300 and not is_stale:
            self._seen[name] = response
        return response


def first_page(outgoing: Outgoing) -> Outgoing:
    """Return the request for the first page, whichever was asked for, as a careless cache would."""
    parts = urlsplit(outgoing.url)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name not in {"page", "page_token"}]
    body = outgoing.body
    if body and body.startswith(b"{"):
        document = json.loads(body)
        for member in ("page", "detailedFilter"):
            if isinstance(document.get(member), dict):
                document[member]["page"] = 1
            elif member in document:
                document[member] = 1
        body = json.dumps(document).encode()
    url = parts._replace(query=urlencode(query)).geturl()
    return Outgoing(method=outgoing.method, url=url, headers=outgoing.headers, body=body)


def circling(response: HttpResponse) -> HttpResponse:
    """Take the end's signal out of a list, or put a next page in."""
    headers = {name: value for name, value in response.headers.items() if name != "last-page"}
    body = response.body
    try:
        document = json.loads(body)
    except ValueError:
        document = None
    if isinstance(document, dict):
        document.pop("total", None)
        if isinstance(document.get("pagination"), dict):
            document["pagination"]["next_page_token"] = "again"
        body = json.dumps(document).encode()
    return HttpResponse(status=response.status, headers=headers, body=body)


@asynccontextmanager
async def quietly(task: "asyncio.Task[object]") -> AsyncIterator[None]:
    """End a task that is left over, whatever it raises."""
    try:
        yield
    finally:
        if not task.done():
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
