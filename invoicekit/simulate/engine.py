"""The one path of a request: route, credentials, rate limit, fault plan, handler."""

from collections.abc import Mapping
from urllib.parse import parse_qs

import attrs

from invoicekit.simulate.exchange import Call, Refusal, Route
from invoicekit.simulate.outcome import Outcome
from invoicekit.simulate.plan import FaultSource
from invoicekit.simulate.rate import Gate
from invoicekit.simulate.record import RequestRecord, kept_headers
from invoicekit.simulate.router import NoMatch, Router
from invoicekit.simulate.simulator import Simulator
from invoicekit.simulate.strike import perform, strike
from invoicekit.simulate.watched import Watched


class Engine:
    """Answers requests whatever carries them; does its own routing, on the raw path, as the provider does.

    Synchronous, so a request is one step; only delivering its outcome may take time.
    """

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self._router = Router(simulator.routes())
        self._plan = simulator.plan
        self._source = FaultSource(self._plan)
        self._gates: dict[str, Gate] = {}

    def receive(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Take one whole request and remember it.

        Args:
            target: Path and query as they stood on the wire.
            headers: Look-ups must ignore case.
        """
        simulator = self.simulator
        now = simulator.clock.monotonic()
        simulator.tally.arrived(now)
        path, _, query = target.partition("?")
        found = self._router.find(method, path)
        call = Call(
            operation="unknown" if isinstance(found, NoMatch) else found.route.operation,
            method=method,
            path=path,
            params={} if isinstance(found, NoMatch) else found.params,
            query=Watched(parse_qs(query, keep_blank_values=True).items() if query else ()),
            headers=headers,
            body=body,
        )
        if isinstance(found, NoMatch):
            outcome = Outcome(answer=simulator.no_route(method, path, found.allowed))
        else:
            outcome = self._pass(found.route, call, now)
        self._remember(call, outcome, now)
        return outcome

    def _pass(self, route: Route, call: Call, now: float) -> Outcome:
        simulator = self.simulator
        try:
            key = simulator.rate_key(call)
        except Refusal as refusal:
            return Outcome(answer=refusal.answer)
        gate = self._gates.get(key)
        if gate is None:
            gate = self._gates[key] = simulator.rate.gate()
        wait_seconds = gate.wait_seconds(now)
        simulator.tally.admitted(now, is_let_in=wait_seconds <= 0)
        if wait_seconds > 0:
            hint = str(-int(-wait_seconds // 1)) if simulator.rate.tells_retry_after else None
            return Outcome(answer=simulator.throttled(retry_after=hint, is_empty=False))
        if simulator.plan is not self._plan:
            self._plan = simulator.plan
            self._source = FaultSource(self._plan)
        fault = self._source.draw(call, is_write=route.is_write)
        if fault is None:
            return Outcome(answer=perform(route, call))
        return attrs.evolve(strike(simulator, route, call, fault, now), is_struck=True)

    def _remember(self, call: Call, outcome: Outcome, now: float) -> None:
        simulator = self.simulator
        simulator.tally.answered(call.operation, outcome.status)
        simulator.requests.append(
            RequestRecord(
                operation=call.operation,
                method=call.method,
                path=call.path,
                query=call.query,
                headers=kept_headers(call.headers),
                credentials=tuple(name for name in simulator.credential_headers if name in call.headers),
                body=call.body,
                status=outcome.status,
                at_seconds=now,
                unread=call.unread() if outcome.is_done else (),
            )
        )
