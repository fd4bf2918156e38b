"""The one path of a request: route, credentials, rate limit, fault plan, handler."""

from urllib.parse import parse_qs

from aiohttp import web

from invoicekit.simulate import control
from invoicekit.simulate.exchange import Call, Refusal, Route
from invoicekit.simulate.plan import FaultSource
from invoicekit.simulate.rate import Gate
from invoicekit.simulate.record import RequestRecord, kept_headers
from invoicekit.simulate.router import NoMatch, Router
from invoicekit.simulate.simulator import Simulator
from invoicekit.simulate.strike import Outcome, perform, reply, strike

MAX_BODY_BYTES = 64 * 1024 * 1024


def application(simulator: Simulator) -> web.Application:
    """Build the server side of a simulator: the control routes, and one catch-all for the provider's own."""
    built = web.Application(client_max_size=MAX_BODY_BYTES)
    control.add_routes(built, simulator)
    built.router.add_route("*", "/{path:.*}", _Door(simulator).receive)
    return built


class _Door:
    """Lets requests in; does its own routing, on the raw path, since the provider sees that too."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._router = Router(simulator.routes())
        self._source = FaultSource(simulator.plan)
        self._gates: dict[str, Gate] = {}

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Answer one request and remember it."""
        simulator = self._simulator
        body = await request.read()
        now = simulator.clock.monotonic()
        simulator.tally.arrived(now)
        path, _, query = request.raw_path.partition("?")
        found = self._router.find(request.method, path)
        call = Call(
            operation="unknown" if isinstance(found, NoMatch) else found.route.operation,
            method=request.method,
            path=path,
            params={} if isinstance(found, NoMatch) else found.params,
            query=parse_qs(query, keep_blank_values=True) if query else {},
            headers=request.headers,
            body=body,
        )
        if isinstance(found, NoMatch):
            outcome = reply(simulator.no_route(request.method, path, found.allowed))
        else:
            outcome = await self._pass(request, found.route, call, now)
        self._remember(call, outcome.status, now)
        return outcome.response

    async def _pass(self, request: web.Request, route: Route, call: Call, now: float) -> Outcome:
        simulator = self._simulator
        try:
            key = simulator.rate_key(call)
        except Refusal as refusal:
            return reply(refusal.answer)
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = simulator.rate.gate()
        wait_seconds = gate.wait_seconds(now)
        simulator.tally.admitted(now, is_let_in=wait_seconds <= 0)
        if wait_seconds > 0:
            hint = str(-int(-wait_seconds // 1)) if simulator.rate.tells_retry_after else None
            return reply(simulator.throttled(retry_after=hint, is_empty=False))
        fault = self._source.draw(call, is_write=route.is_write)
        if fault is None:
            return reply(perform(route, call))
        return await strike(simulator, request, route, call, fault, now)

    def _remember(self, call: Call, status: int | None, now: float) -> None:
        simulator = self._simulator
        simulator.tally.answered(call.operation, status)
        simulator.requests.append(
            RequestRecord(
                operation=call.operation,
                method=call.method,
                path=call.path,
                query=call.query,
                headers=kept_headers(call.headers),
                credentials=tuple(name for name in simulator.credential_headers if name in call.headers),
                body=call.body,
                status=status,
                at_seconds=now,
            )
        )
