"""Carry out one fault on one request."""

from collections.abc import Callable

from invoicekit.simulate.exchange import Answer, Call, Refusal, Route
from invoicekit.simulate.fault import Effect, Fault, FaultKind
from invoicekit.simulate.fault_log import FaultRow
from invoicekit.simulate.outcome import Manner, Outcome
from invoicekit.simulate.simulator import Simulator

_STALL_SECONDS = 30.0
_DRIP_SECONDS = 0.5


def perform(route: Route, call: Call) -> Answer:
    """Run the handler; a refusal is an answer too."""
    try:
        return route.answer(call)
    except Refusal as refusal:
        return refusal.answer


def strike(simulator: Simulator, route: Route, call: Call, fault: Fault, at_seconds: float) -> Outcome:
    """Let the fault happen, and write down whether the call took effect."""
    kind = fault.kind
    answer = perform(route, call) if kind.effect is Effect.AT_ONCE else None
    mistaken = None
    if kind is FaultKind.WRONG_BODY:
        assert answer is not None  # noqa: S101 - the effect of WRONG_BODY is AT_ONCE
        mistaken = simulator.mistaken(call, answer) if answer.is_success else None
        if mistaken is None:
            return Outcome(answer=answer)  # nothing to mistake it for, so nothing struck
    row = FaultRow(
        number=len(simulator.faults) + 1,
        operation=call.operation,
        kind=kind,
        method=call.method,
        path=call.path,
        is_write=route.is_write,
        at_seconds=at_seconds,
        targets=simulator.targets(call),
        is_applied=route.is_write and answer is not None and answer.is_success,
    )
    simulator.faults.append(row)
    simulator.tally.struck(kind, at_seconds, _pause_seconds(fault))
    if kind is FaultKind.LATE and route.is_write:
        row.is_applied = None
        simulator.late.schedule(_apply_late(row, route, call), fault.seconds)
    if kind is FaultKind.REPLAY and row.is_applied:
        simulator.late.schedule(lambda: _replay(route, call), fault.seconds)
    outcome = _delivered(simulator, fault, mistaken or answer)
    row.status = outcome.status
    return outcome


def _delivered(simulator: Simulator, fault: Fault, answer: Answer | None) -> Outcome:
    kind = fault.kind
    if kind in (FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER, FaultKind.LATE):
        return Outcome(manner=Manner.CUT, is_reset=fault.is_reset)
    if kind in (FaultKind.STALL_BEFORE, FaultKind.STALL_AFTER):
        return Outcome(manner=Manner.STALL, seconds=_chosen(fault, _STALL_SECONDS))
    if kind in (FaultKind.ERROR_BEFORE, FaultKind.ERROR_AFTER):
        return Outcome(answer=simulator.failed(fault.status))
    if kind is FaultKind.REDIRECT:
        return Outcome(answer=Answer(status=fault.redirect_status, headers={"Location": fault.location}))
    if answer is None:
        hint = fault.retry_after if kind is FaultKind.THROTTLE_RETRY_AFTER else None
        return Outcome(
            answer=simulator.throttled(retry_after=hint, is_empty=kind is FaultKind.THROTTLE_EMPTY)
        )
    if kind is FaultKind.SLOW_BODY:
        return Outcome(answer=answer, manner=Manner.DRIP, seconds=_chosen(fault, _DRIP_SECONDS))
    if kind is FaultKind.TRUNCATED:
        return Outcome(answer=answer, manner=Manner.TRUNCATED)
    return Outcome(answer=_garbled(answer) if kind is FaultKind.GARBAGE else answer)


def _chosen(fault: Fault, ordinary_seconds: float) -> float:
    return ordinary_seconds if fault.seconds is None else fault.seconds


def _garbled(answer: Answer) -> Answer:
    """Keep the status and break the document."""
    body = answer.body[: len(answer.body) // 2] + b'"<html>\x00' if answer.body else b"<html>upstream</html>"
    return Answer(status=answer.status, body=body, content_type="application/json", headers=answer.headers)


def _apply_late(row: FaultRow, route: Route, call: Call) -> Callable[[], None]:
    def apply() -> None:
        row.is_applied = perform(route, call).is_success

    return apply


def _replay(route: Route, call: Call) -> None:
    perform(route, call)  # whoever sent it has its answer already


def _pause_seconds(fault: Fault) -> float | None:
    if fault.kind is not FaultKind.THROTTLE_RETRY_AFTER or not fault.retry_after.isdecimal():
        return None
    return float(fault.retry_after)
