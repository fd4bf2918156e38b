"""What is offered really happens: the provider's own ledger shows each write, and no read leaves a trace."""

import sqlite3
from contextlib import closing

from provider_desks import ProviderDesk
from service_calls import METHODS, Caller

from invoicekit import Outcome, WriteResult
from invoicekit_clockify.simulator import ClockifySimulator
from invoicekit_local import Local


def ledger(desk: ProviderDesk) -> str:
    """Return everything that really stands at the provider."""
    if desk.simulator is not None:
        held = desk.simulator.ledger
        state: dict[str, object] = {kind: [dict(row) for row in held.rows(kind)] for kind in held.kinds}
        if isinstance(desk.simulator, ClockifySimulator):
            state["clients"] = list(desk.simulator.home.clients)  # its ledger has no rows of them
        return repr(state)
    assert isinstance(desk.service.native, Local)
    with closing(sqlite3.connect(desk.service.native.config.file)) as books:
        return "\n".join(books.iterdump())


async def test_every_write_shows_in_the_ledger_and_no_read_does(caller: Caller) -> None:
    """A declared write changes what stands at the provider, and says so; a read changes nothing."""
    told = caller.service.capabilities()
    offered = [method for method in METHODS if told.of(method).is_offered]
    wrong = {}

    for method in offered:
        call = await caller.ready(method)
        before = ledger(caller.desk)
        result = await call(caller.service)
        has_changed = ledger(caller.desk) != before
        if has_changed is not bool(told.of(method).writes):
            wrong[method] = "changed" if has_changed else "not changed"
        if isinstance(result, WriteResult) and result.outcome is not Outcome.APPLIED:
            wrong[method] = result.evidence

    assert wrong == {}
