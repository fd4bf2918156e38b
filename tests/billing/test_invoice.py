"""From tracked time to a draft at every provider that tracks time, judged by its own books."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest
from provider_books import ProviderBooks, books_of
from provider_desks import DESKS, ProviderDesk

from invoicekit import InvoiceService, InvoiceStatus, Money, Outcome, TimeEntry
from invoicekit.billing import Rounding, TimePlan, TimeTerms
from invoicekit.clock import LoopClock
from invoicekit.errors import (
    Conflict,
    InvalidTransition,
    InvoiceKitError,
    OutcomeUnknown,
    ReferenceReused,
    UnsupportedOperation,
    UsageError,
)
from invoicekit.model import TimeGrouping, TimeWay
from invoicekit.simulate import Fault, FaultKind, FaultPlan, Rate
from invoicekit.testing import URL, InProcessTransport
from invoicekit_clockify.simulator import ClockifySimulator
from invoicekit_local import Local

TRACKING = ("clockify", "kukkingu", "local")
RATE = Money("90", "EUR")


@attrs.frozen(kw_only=True)
class Bench:
    """A desk with billable time of one customer."""

    desk: ProviderDesk
    customer_id: str
    entry_ids: tuple[str, ...]

    @property
    def service(self) -> InvoiceService:
        return self.desk.service

    @property
    def books(self) -> ProviderBooks:
        return books_of(self.desk)

    def terms(self, **given: object) -> TimeTerms:
        values: dict[str, Any] = {
            "number": "T-1",
            "customer_id": self.customer_id,
            "start": datetime(2020, 1, 1, tzinfo=UTC),
            "end": datetime(2030, 1, 1, tzinfo=UTC),
            "currency": "EUR",
            "issue_date": date(2026, 12, 1),
            "due_date": date(2026, 12, 31),
            "hourly_rate": None if self.service.provider == "clockify" else RATE,
            "kind": "Service" if self.service.provider == "clockify" else None,
            **given,
        }
        return TimeTerms(**values)

    async def plan(self, **given: object) -> TimePlan:
        return await self.service.plan_time_invoice(self.terms(**given))

    def invoiced(self) -> set[str]:
        return {one for one, is_invoiced in self.books.entries().items() if is_invoiced}


async def bench_on(desk: ProviderDesk) -> Bench:
    service = desk.service
    if isinstance(service.native, Local):
        customer = (await service.create_customer(desk.customer_name)).value.id
        at = datetime(2026, 11, 2, 9, tzinfo=UTC)
        await service.native.add_time_entries(
            [
                TimeEntry(
                    id=f"t{n}",
                    customer_id=customer,
                    start=at + timedelta(days=n),
                    duration=timedelta(minutes=50),
                )
                for n in range(3)
            ]
        )
        return Bench(desk=desk, customer_id=customer, entry_ids=("t0", "t1", "t2"))
    listed = service.list_time_entries(
        start=datetime(2020, 1, 1, tzinfo=UTC), end=datetime(2030, 1, 1, tzinfo=UTC), invoiced=False
    )
    entries = [one for one in await listed.snapshot() if one.is_billable is not False]
    customer = next(one.customer_id for one in entries if isinstance(one.customer_id, str))
    ids = tuple(one.id for one in entries if one.customer_id == customer)
    return Bench(desk=desk, customer_id=customer, entry_ids=ids)


@pytest.fixture(params=TRACKING)
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    async with DESKS[request.param](tmp_path) as desk:
        yield await bench_on(desk)


@pytest.fixture
async def clockify(tmp_path: Path) -> AsyncIterator[Bench]:
    async with DESKS["clockify"](tmp_path) as desk:
        yield await bench_on(desk)


@pytest.mark.parametrize("grouping", TimeGrouping)
async def test_time_becomes_a_draft(bench: Bench, grouping: TimeGrouping) -> None:
    """Every entry is billed once, invoice and entries agree, and the draft's total is the plan's."""
    plan = await bench.plan(grouping=grouping)

    billed = await bench.service.invoice_time_entries(plan)

    assert set(plan.entry_ids) == set(bench.entry_ids)
    assert (billed.agrees, billed.not_shown, billed.outcome) == (True, (), Outcome.APPLIED)
    assert bench.invoiced() == set(bench.entry_ids)
    held = bench.books.invoice(billed.invoice.id)
    assert (held.total, len(held.lines)) == (plan.total.amount, len(plan.lines))
    assert billed.invoice.status is InvoiceStatus.DRAFT


async def test_nothing_is_left_to_bill_then(bench: Bench) -> None:
    """A second plan for the period is empty, and is refused before anything is sent."""
    await bench.service.invoice_time_entries(await bench.plan())

    again = await bench.plan(number="T-2")

    assert again.lines == ()
    with pytest.raises(UsageError, match="no time to bill"):
        await bench.service.invoice_time_entries(again)
    assert "T-2" not in [one.number for one in bench.books.invoices()]


async def test_a_rerun_finds_what_was_done(bench: Bench) -> None:
    """With the same plan: one invoice, the same lines, and told so."""
    plan = await bench.plan()
    first = await bench.service.invoice_time_entries(plan)

    again = await bench.service.invoice_time_entries(plan)

    assert (again.outcome, again.agrees) == (Outcome.ALREADY_APPLIED, True)
    assert again.invoice.id == first.invoice.id
    assert len(bench.books.invoice(first.invoice.id).lines) == len(plan.lines)


async def test_rounded_time_goes_onto_lines_of_our_own(bench: Bench) -> None:
    """No provider's import rounds as we do, so the lines are written, and the entries tied or marked."""
    plan = await bench.plan(rounding=Rounding.parse("up:60"), hourly_rate=RATE, grouping=TimeGrouping.SINGLE)

    billed = await bench.service.invoice_time_entries(plan)

    (line,) = plan.lines
    assert plan.way in {TimeWay.LINK, TimeWay.MARK}
    assert line.time >= line.worked
    assert not line.time % timedelta(hours=1)
    assert billed.agrees
    assert bench.books.invoice(billed.invoice.id).total == plan.total.amount
    assert bench.invoiced() == set(bench.entry_ids)


async def test_entries_that_changed_since_stop_it(bench: Bench) -> None:
    """What was planned is not what is there: nothing is written."""
    plan = await bench.plan()
    await bench.service.mark_time_entries(plan.entry_ids[:1]) if bench.service.provider != "kukkingu" else (
        await _hang_elsewhere(bench, plan.entry_ids[0])
    )

    with pytest.raises(Conflict, match="plan again"):
        await bench.service.invoice_time_entries(plan)

    assert "T-1" not in [one.number for one in bench.books.invoices()]


async def _hang_elsewhere(bench: Bench, entry_id: str) -> None:
    other = await bench.service.plan_time_invoice(bench.terms(number="T-0"))
    made = await bench.service.create_invoice(
        number="T-0",
        customer_id=bench.customer_id,
        currency="EUR",
        issue_date=date(2026, 12, 1),
        due_date=date(2026, 12, 31),
        line_items=[other.lines[0].item(None)],
    )
    lines = (await bench.service.get_invoice(made.value.id)).line_items
    assert isinstance(lines, tuple)
    await bench.service.link_time_entries(made.value.id, [entry_id], line_id=lines[0].id)


async def test_another_plan_under_the_number_is_refused(bench: Bench) -> None:
    """A number stands for one invoice, whatever a second plan says of it."""
    await bench.service.invoice_time_entries(await bench.plan(hourly_rate=RATE))
    await _free(bench)
    other = await bench.plan(hourly_rate=Money("91", "EUR"))

    with pytest.raises((ReferenceReused, Conflict)):
        await bench.service.invoice_time_entries(other)

    assert len([one for one in bench.books.invoices() if one.number == "T-1"]) == 1
    assert not bench.invoiced()


async def _free(bench: Bench) -> None:
    await bench.service.mark_time_entries(bench.entry_ids, invoiced=False)


async def test_what_was_made_can_be_taken_back(bench: Bench) -> None:
    """The draft is gone and its time can be billed again; where no invoice is deleted, that is said."""
    plan = await bench.plan()
    await bench.service.invoice_time_entries(plan)

    if bench.service.capabilities().of("delete_invoice").is_offered:
        taken = await bench.service.release_time_entries(plan)
        assert taken is not None
        assert taken.number == "T-1"
        assert bench.books.invoices() == []
        assert bench.invoiced() == set()
        assert await bench.service.release_time_entries(plan) is None
    else:
        with pytest.raises(UnsupportedOperation, match="deletes no invoices"):
            await bench.service.release_time_entries(plan)


async def test_an_issued_invoice_is_not_taken_back(bench: Bench) -> None:
    """It may be with the customer."""
    plan = await bench.plan()
    billed = await bench.service.invoice_time_entries(plan)
    await bench.service.set_status(billed.invoice.id, InvoiceStatus.OPEN, allow_irreversible=True)

    with pytest.raises(InvalidTransition):
        await bench.service.release_time_entries(plan)

    assert bench.invoiced() == set(bench.entry_ids)


async def test_a_plan_is_for_its_account(bench: Bench) -> None:
    """Another account's time is not billed here."""
    plan = await bench.plan()
    other = attrs.evolve(plan, books=attrs.evolve(plan.books, account="elsewhere"))

    with pytest.raises(UsageError, match="elsewhere"):
        await bench.service.invoice_time_entries(other)


FAULTS = [FaultKind.DROP_AFTER, FaultKind.ERROR_AFTER, FaultKind.THROTTLE_EMPTY]


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("provider", ["clockify", "kukkingu"])
@pytest.mark.parametrize("is_adjusted", [False, True])
async def test_whatever_is_lost_is_done_once_in_the_end(
    provider: str, kind: FaultKind, is_adjusted: bool, tmp_path: Path
) -> None:
    """Each write of the chain fails once, one after the other; runs until one ends well bill all once."""
    async with DESKS[provider](tmp_path) as desk:
        bench = await bench_on(desk)
        assert desk.simulator is not None
        given = {"hourly_rate": RATE, "rounding": Rounding.parse("up:30")} if is_adjusted else {}
        plan = await bench.plan(**given)
        writes = [route.operation for route in desk.simulator.routes() if route.is_write]
        desk.simulator.plan = FaultPlan.scripted(Fault(kind=kind, at=name, nth=1) for name in writes)

        billed = None
        for _ in range(6):
            try:
                billed = await bench.service.invoice_time_entries(plan)
            except InvoiceKitError:
                continue  # whatever it is, the next run must cope
            break

        assert billed is not None
        assert billed.agrees, billed.problems
        (held,) = [one for one in bench.books.invoices() if one.number == "T-1"]
        assert (held.total, len(held.lines)) == (plan.total.amount, len(plan.lines))
        assert bench.invoiced() == set(bench.entry_ids)


@pytest.mark.looptime
@pytest.mark.parametrize("at", ["create_invoice", "import_items"])
async def test_doubt_stays_doubt_and_bills_nothing_else(at: str) -> None:
    """A request that was lost on its way may still arrive: no run sends it again, none goes on past it."""
    clock = LoopClock()
    simulator = ClockifySimulator(rate=Rate.parse("5000/s"), clock=clock)
    simulator.populate({"time_entries": 6, "clients": 1})
    settings: dict[str, Any] = {**simulator.settings(URL), "rate": "1000/s"}
    way = InProcessTransport(simulator, clock=clock)
    async with InvoiceService.connect("clockify", transport=way, clock=clock, **settings) as service:
        bench = await bench_on(
            ProviderDesk(service=service, entry_ids=(), payments_held=lambda _: [], simulator=simulator)
        )
        plan = await bench.plan()
        simulator.plan = FaultPlan.scripted([Fault(kind=FaultKind.DROP_BEFORE, at=at, nth=1)])

        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                await service.invoice_time_entries(plan)

    assert len([one for one in simulator.requests if one.operation == at]) == 1
    assert bench.invoiced() == set()


async def test_time_that_turned_up_is_told(clockify: Bench) -> None:
    """An import takes the whole window: an entry that nobody planned is on the invoice, and is named."""
    service, whole = clockify.service, await clockify.plan()
    listed = await service.list_time_entries(
        start=whole.terms.start, end=whole.terms.end, invoiced=False, customer_id=clockify.customer_id
    ).snapshot()
    known = await service.native.with_rates(listed[1:])
    plan = TimePlan.of(whole.terms, known, books=whole.books, capabilities=service.capabilities())

    billed = await service.invoice_time_entries(plan)

    assert not billed.agrees
    assert any("that the plan does not have" in problem for problem in billed.problems)


async def test_a_tax_is_on_the_whole(clockify: Bench) -> None:
    """In percent, on the sum of the lines."""
    plan = await clockify.plan(tax_percent=Decimal(19))

    billed = await clockify.service.invoice_time_entries(plan)

    assert billed.agrees, billed.problems
    assert billed.invoice.total == plan.total
    assert plan.total > plan.subtotal


async def test_an_import_that_would_take_too_much_is_not_used(clockify: Bench) -> None:
    """Entries without a price would be billed at nothing: so our own lines, and marks."""
    plan = await clockify.plan()
    listed = await clockify.service.list_time_entries(
        start=plan.terms.start, end=plan.terms.end, invoiced=False, customer_id=clockify.customer_id
    ).snapshot()
    unpriced = [attrs.evolve(listed[0], hourly_rate=None), *listed[1:]]

    other = TimePlan.of(plan.terms, unpriced, books=plan.books, capabilities=clockify.service.capabilities())

    assert (plan.way, other.way) == (TimeWay.IMPORT, TimeWay.MARK)
    assert "leaves out" in other.why


async def test_tracked_in_clockify_billed_in_asset(clockify: Bench, tmp_path: Path) -> None:
    """The lines go to one provider, the marks to the other, once each."""
    async with DESKS["asset"](tmp_path) as desk:
        asset = desk.service
        customer = (await asset.create_customer("Acme")).value.id
        terms = attrs.evolve(clockify.terms(), customer_id=customer, kind=None)

        plan = await asset.plan_time_invoice(
            terms, tracker=clockify.service, tracked_customer_id=clockify.customer_id
        )
        first = await asset.invoice_time_entries(plan, tracker=clockify.service)
        again = await asset.invoice_time_entries(plan, tracker=clockify.service)

        assert (first.agrees, again.agrees, again.outcome) == (True, True, Outcome.ALREADY_APPLIED)
        (held,) = books_of(desk).invoices()
        assert held.total == plan.total.amount
        assert clockify.invoiced() == set(clockify.entry_ids)


async def test_time_from_a_file_is_billed_where_none_is_tracked(tmp_path: Path) -> None:
    """Asset takes lines with times from anywhere; who tracks time itself does not."""
    at = datetime(2026, 11, 2, 9, tzinfo=UTC)
    entries = [TimeEntry(id="f1", start=at, duration=timedelta(hours=2), hourly_rate=RATE)]
    async with DESKS["asset"](tmp_path) as desk, DESKS["local"](tmp_path) as other:
        customer = (await desk.service.create_customer("Acme")).value.id
        terms = Bench(desk=desk, customer_id=customer, entry_ids=()).terms(hourly_rate=None)

        billed = await desk.service.invoice_time_entries(
            await desk.service.plan_time_invoice(terms, entries=entries)
        )

        assert billed.agrees, billed.problems
        assert books_of(desk).invoice(billed.invoice.id).total == Decimal("180")
        with pytest.raises(UsageError, match="tracks no time"):
            await other.service.plan_time_invoice(terms, entries=entries)
