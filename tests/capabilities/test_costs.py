"""What is declared behaves, and costs what is declared: counted at the provider's own door."""

import pytest
from provider_desks import ProviderDesk
from service_calls import METHODS, Caller

from invoicekit.adapter import Adapter, Write
from invoicekit.model import EntryMarks


def requests(desk: ProviderDesk) -> int:
    """Count what reached the provider; what needs none shows in the channel."""
    return desk.service.stats().sent if desk.simulator is None else len(desk.simulator.requests)


async def cost(caller: Caller, method: str) -> int:
    """Make one call ready, then count what it alone sends."""
    call = await caller.ready(method)
    before = requests(caller.desk)
    await call(caller.service)
    return requests(caller.desk) - before


async def test_every_declared_operation_works_at_its_declared_cost(caller: Caller) -> None:
    """The requests of one call are those declared: bulk plans its time by them."""
    told = caller.service.capabilities()
    offered = [method for method in METHODS if told.of(method).is_offered]

    counted = {method: await cost(caller, method) for method in offered}

    declared = {method: told.of(method).calls for method in offered}
    if "mark_time_entries" in declared:
        declared["mark_time_entries"] += told.of("mark_time_entries").calls_each * (len(caller.batch()) - 1)
    assert counted == declared


async def test_every_further_line_costs_what_is_declared(caller: Caller) -> None:
    """Lines that go one by one are counted one by one, and lines that go together are not."""
    capability = caller.service.capabilities().of("create_invoice")
    customer = await caller.customer()
    before = requests(caller.desk)

    await caller.draft(customer_id=customer, line_items=caller.lines(3))

    assert requests(caller.desk) - before == capability.calls + 2 * capability.calls_each


async def test_no_batch_is_larger_than_declared(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many ids are given, one call of the adapter holds at most `batch_limit` of them."""
    desk, limit = caller.desk, caller.service.capabilities().of("mark_time_entries").batch_limit
    kind = type(desk.service.native)
    sizes: list[int] = []
    original = kind.mark_time_entries

    def noted(self: Adapter[object], marks: EntryMarks) -> Write[None]:
        sizes.append(len(marks.entry_ids))
        return original(self, marks)

    monkeypatch.setattr(kind, "mark_time_entries", noted)
    if not caller.service.capabilities().of("mark_time_entries").is_offered:
        return
    ids = [*desk.entry_ids, *more_entries(desk, limit or 0)]

    report = await caller.service.mark_time_entries(ids)

    assert report.is_done, report.problems
    assert sum(sizes) == len(ids)
    assert max(sizes) == min(limit or len(ids), len(ids))


def more_entries(desk: ProviderDesk, count: int) -> list[str]:
    """Track more time, where the desk has not enough to fill a batch."""
    if desk.simulator is None or count < len(desk.entry_ids):
        return []
    desk.simulator.populate({"time_entries": count})
    kind = next(kind for kind in desk.simulator.ledger.kinds if kind.startswith("time"))
    held = [str(row["id"]) for row in desk.simulator.ledger.rows(kind)]
    return [one for one in held if one not in desk.entry_ids]
