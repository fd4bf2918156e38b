"""Between writers and provider: whose a request is, what goes wrong with it, what arrives all the same."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from urllib.parse import urlsplit

import attrs
from fault_rig import circling, first_page
from history_record import Arrival, Effect, Pause, Standing
from history_script import Strike

from invoicekit.simulate import Answer, Engine, FaultPlan, FaultSource, Outcome, Route, Simulator
from invoicekit.simulate import Call as Request
from invoicekit.simulate import Fault as ProviderFault
from invoicekit.simulate.router import NoMatch, Router
from invoicekit.testing import InProcessTransport, Line, LineFault
from invoicekit.transport import Departed, ExchangeFailed, HttpResponse, Outgoing, Transport

CALL_HEADER = "x-history-call"
CURRENT: ContextVar["Journey | None"] = ContextVar("journey", default=None)


class Death(BaseException):
    """A process is no more: whatever it still does has no effect."""


@attrs.define(kw_only=True)
class Journey:
    """One call on its way: its steps, its requests, and what is to strike them.

    Attributes:
        stop_at: The step at which `stop` is called; -1 for none.
        records: `sending` records that it made durable.
    """

    number: int
    writer: int
    strikes: tuple[Strike, ...] = ()
    stop_at: int = -1
    stop: Callable[[], None] | None = None
    steps: int = 0
    records: int = 0
    writes: int = 0
    stopped_in: str = ""
    is_circling: bool = False
    seen: Counter[tuple[int, str]] = attrs.field(factory=Counter)

    async def at(self, name: str) -> None:
        """Pass one step."""
        number, self.steps = self.steps, self.steps + 1
        if number == self.stop_at and self.stop is not None:
            self.stopped_in = name
            self.stop()
            await asyncio.sleep(0)

    def strike(self, on: str) -> Strike | None:
        """Return what strikes this request; asked once for each."""
        struck = None
        for number, strike in enumerate(self.strikes):
            if strike.on != on:
                continue
            self.seen[number, on] += 1
            if struck is None and strike.hits(self.seen[number, on]):
                struck = strike
        return struck


class Observer:
    """Told of everything that reaches the provider; knows every journey by its number.

    Attributes:
        changed: Told of every change, with the call and the operation that made it.
        standing: Tells what stands in the books of what a call is about.
        effect_of: Tells what an operation of a call did just now; it gets what `standing` said before.
    """

    def __init__(self) -> None:
        self.journeys: dict[int, Journey] = {}
        self.arrivals: list[Arrival] = []
        self.effects: list[Effect] = []
        self.pauses: list[Pause] = []
        self.struck: list[tuple[int, Strike]] = []
        self.changed: Callable[[int, str], None] = lambda call, operation: None
        self.standing: Callable[[int], Standing] = lambda call: Standing()
        self.effect_of: Callable[[int, str, Standing], Effect | None] = lambda call, operation, before: None


class _Source(FaultSource):
    """Gives the engine the fault of the journey whose request is being received."""

    def __init__(self, draw: Callable[[Request], ProviderFault | None]) -> None:
        super().__init__(FaultPlan.none())
        self._ask = draw

    def draw(self, call: Request, *, is_write: bool) -> ProviderFault | None:
        return self._ask(call)


class HistoryEngine(Engine):
    """An engine that knows whose request it answers."""

    def __init__(self, simulator: Simulator, observer: Observer) -> None:
        super().__init__(simulator)
        self._observer = observer
        self._writes = {route.operation for route in simulator.routes() if route.is_write}
        self._router = Router(self._watched(route) for route in simulator.routes())
        self._source = _Source(self._fault)
        self._fault_now = ""

    def is_write(self, method: str, url: str) -> bool:
        """Tell whether a request may change something."""
        found = self._router.find(method, urlsplit(url).path)
        return not isinstance(found, NoMatch) and found.route.is_write

    def _fault(self, call: Request) -> ProviderFault | None:
        journey = self._journey(call)
        if journey is None:
            return None
        kind = "write" if call.operation in self._writes else "read"
        strike = journey.strike(kind)
        if strike is None:
            return None
        self._fault_now = str(strike)
        self._observer.struck.append((journey.number, strike))
        return None if strike.fault is None else attrs.evolve(strike.fault, at="*", nth=1, times=None)

    def _journey(self, call: Request) -> Journey | None:
        return self._observer.journeys.get(int(call.headers.get(CALL_HEADER, "-1")))

    def _watched(self, route: Route) -> Route:
        if not route.is_write:
            return route

        def answer(call: Request) -> Answer:
            number = int(call.headers.get(CALL_HEADER, "-1"))
            before = self._observer.standing(number)
            given = route.answer(call)
            if given.is_success:
                effect = self._observer.effect_of(number, call.operation, before)
                if effect is not None:
                    self._observer.effects.append(effect)
                self._observer.changed(number, call.operation)
            return given

        return attrs.evolve(route, answer=answer)

    def receive(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        number = int(headers.get(CALL_HEADER, "-1"))
        journey = self._observer.journeys.get(number)
        is_write = self.is_write(method, target.partition("?")[0])
        if journey is not None and is_write:
            journey.writes += 1
        self._fault_now = ""
        outcome = super().receive(method, target, headers, body)
        record = self.simulator.requests[-1]
        self._observer.arrivals.append(
            Arrival(
                call=number,
                operation=record.operation,
                is_write=is_write,
                status=record.status,
                at=record.at_seconds,
                records=0 if journey is None else journey.records,
                writes=0 if journey is None else journey.writes,
                fault=self._fault_now,
            )
        )
        return outcome


class _JourneyLine(Line):
    """Names the trouble that the journey has for a request that just sets out."""

    def __init__(self, find: Callable[[Outgoing], LineFault | None]) -> None:
        super().__init__()
        self._find = find

    def draw(self, outgoing: Outgoing) -> LineFault | None:
        return self._find(outgoing)


class HistoryTransport:
    """One process's way to the provider: requests that left go on, whatever becomes of who sent them.

    Args:
        carrier: Carries the requests.
        stranger: Does what a stranger does.

    Attributes:
        lets_go: Whether a request whose sender is gone arrives all the same.
    """

    def __init__(
        self,
        engine: HistoryEngine,
        observer: Observer,
        *,
        stranger: Callable[[str], None],
        carrier: Transport | None = None,
        delay_seconds: float = 0.01,
    ) -> None:
        self._engine = engine
        self._observer = observer
        self._stranger = stranger
        self._carrier = carrier or InProcessTransport(
            engine,
            line=_JourneyLine(self._trouble),
            delay_seconds=delay_seconds,
            clock=engine.simulator.clock,
        )
        self._on_the_way: set[asyncio.Task[HttpResponse]] = set()
        self._paused: list[tuple[int, float, float]] = []
        self.is_dead = False
        self.lets_go = True

    def _trouble(self, outgoing: Outgoing) -> LineFault | None:
        """Strike on the line alone: what the provider does is drawn when the request gets there."""
        number = int(outgoing.headers[CALL_HEADER])
        journey = self._observer.journeys[number]
        on = "write" if self._engine.is_write(outgoing.method, outgoing.url) else "read"
        for index, strike in enumerate(journey.strikes):
            if strike.on == on and strike.fault is None and strike.hits(journey.seen[index, on] + 1):
                if strike.stranger:
                    self._stranger(strike.stranger)
                if strike.trouble is None or strike.circles:
                    continue
                if strike.trouble.trouble.loss is not None:
                    # It never gets there, so nobody else counts it.
                    journey.seen[index, on] += 1
                    self._observer.struck.append((number, strike))
                return attrs.evolve(strike.trouble, at="*", nth=1, times=None)
        return None

    async def exchange(self, outgoing: Outgoing) -> HttpResponse:
        """Send once; a cancelled exchange may arrive all the same."""
        journey = CURRENT.get()
        if journey is None or self.is_dead:
            raise Death
        await journey.at(f"request {outgoing.method}")
        if self.is_dead:
            raise Death
        named = attrs.evolve(outgoing, headers={**outgoing.headers, CALL_HEADER: str(journey.number)})
        is_read = not self._engine.is_write(outgoing.method, outgoing.url)
        circles = any(strike.circles for strike in journey.strikes) and is_read
        self._note_departure(journey)
        carrying = asyncio.create_task(self._carrier.exchange(first_page(named) if circles else named))
        self._on_the_way.add(carrying)
        carrying.add_done_callback(self._arrived)
        try:
            response = await asyncio.shield(carrying)
        except asyncio.CancelledError:
            if not self.lets_go:
                carrying.cancel()
            raise
        await journey.at(f"answer {outgoing.method}")
        self._note_pause(response, journey)
        return circling(response) if circles else response

    def _arrived(self, carrying: "asyncio.Task[HttpResponse]") -> None:
        self._on_the_way.discard(carrying)
        if not carrying.cancelled():
            carrying.exception()  # nobody may be left to be told

    def _note_pause(self, response: HttpResponse, journey: Journey) -> None:
        hint = response.headers.get("retry-after", "")
        if response.status == 429 and hint.isdecimal():
            now = self._engine.simulator.clock.monotonic()
            self._paused.append((journey.number, now, float(hint)))

    def _note_departure(self, journey: Journey) -> None:
        now = self._engine.simulator.clock.monotonic()
        self._observer.pauses += [
            Pause(call=call, told_at=told_at, seconds=seconds, next_call=journey.number, next_at=now)
            for call, told_at, seconds in self._paused
            if now < told_at + seconds or call == journey.number
        ]
        self._paused = [
            paused for paused in self._paused if paused[0] != journey.number and now < paused[1] + paused[2]
        ]

    def stream(
        self, outgoing: Outgoing
    ) -> AbstractAsyncContextManager[tuple[HttpResponse, AsyncIterator[bytes]]]:
        """Refuse: no history streams."""
        raise ExchangeFailed("no history streams", departed=Departed.NO)

    async def settle(self) -> None:
        """Wait until nothing is on the way any more."""
        while self._on_the_way:
            await asyncio.wait(list(self._on_the_way))

    async def aclose(self) -> None:
        """Do nothing: a process that ends closes nothing."""
