"""Many at once on one payment: one effect, or a duplicate that is told; never a silent second one."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from invoicekit import DuplicateDetected, InvoiceService, Money, Outcome, WriteResult
from invoicekit.errors import ReferenceReused
from invoicekit.guard import DoubtPolicy, OnDoubt
from invoicekit.simulate import Fault, FaultKind, FaultPlan, serving
from invoicekit_clockify.simulator import Behaviour, ClockifySimulator

Connect = Callable[..., InvoiceService]
ConnectTo = Callable[..., AbstractAsyncContextManager[InvoiceService]]
WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
TEN = Money("10.00", "EUR")
PATIENT = DoubtPolicy(on_doubt=OnDoubt.RESEND, look_pauses=(0.0, 0.05))


async def pay(service: InvoiceService, invoice_id: str, reference: str = "bank-1") -> WriteResult[object]:
    return await service.record_payment(invoice_id, TEN, reference=reference, paid_at=WHEN)


@pytest.mark.parametrize("kept", ["memory", "sqlite"])
async def test_fifty_tasks_with_one_reference_pay_once(
    kept: str, connect: Connect, simulator: ClockifySimulator, invoice_id: str, tmp_path: Path
) -> None:
    """One applies it, the others are told that it was applied."""
    async with connect(journal=None if kept == "memory" else tmp_path / "j.sqlite") as service:
        results = await asyncio.gather(*(pay(service, invoice_id) for _ in range(50)))

    outcomes = Counter(result.outcome for result in results)
    assert outcomes == {Outcome.APPLIED: 1, Outcome.ALREADY_APPLIED: 49}
    assert len(simulator.ledger.payments(invoice_id)) == 1


async def test_one_reference_on_two_invoices_at_once_pays_one(
    service: InvoiceService, simulator: ClockifySimulator
) -> None:
    """The reference is the payment's name: the second invoice is refused, now and later."""
    first, second, _ = [invoice.id for invoice in simulator.ledger.invoices()]

    ended = await asyncio.gather(pay(service, first), pay(service, second), return_exceptions=True)
    again = await asyncio.gather(pay(service, first), pay(service, second), return_exceptions=True)

    for results in (ended, again):
        assert sorted(isinstance(each, ReferenceReused) for each in results) == [False, True]
    assert len(simulator.ledger.payments()) == 1


async def test_two_services_without_a_common_journal_tell_their_duplicate(tmp_path: Path) -> None:
    """Both looked before either sent: nothing can prevent it, and whoever looks next says so."""
    slow = Fault(kind=FaultKind.SLOW_BODY, at="list_payments", times=2, seconds=0.3)
    async with two_services(slow, tmp_path) as (simulator, one, other):
        invoice_id = simulator.ledger.invoices()[0].id

        results = await asyncio.gather(pay(one, invoice_id), pay(other, invoice_id), return_exceptions=True)

        assert len(simulator.ledger.payments(invoice_id)) == 2
        assert any(isinstance(each, DuplicateDetected) for each in results)


async def test_two_services_on_one_journal_pay_once(tmp_path: Path) -> None:
    """The second finds the first one's open record, waits for the bound and finds the payment."""
    slow = Fault(kind=FaultKind.SLOW_BODY, at="add_payment", seconds=0.2)
    async with two_services(slow, tmp_path, shared=True) as (simulator, one, other):
        invoice_id = simulator.ledger.invoices()[0].id

        results = await asyncio.gather(pay(one, invoice_id), pay(other, invoice_id), return_exceptions=True)

        assert len(simulator.ledger.payments(invoice_id)) == 1
        outcomes = [each.outcome for each in results if isinstance(each, WriteResult)]
        assert Outcome.APPLIED in outcomes or Outcome.ALREADY_APPLIED in outcomes


async def test_a_write_that_arrives_after_the_bound_is_told_by_the_next_call(connect_to: ConnectTo) -> None:
    """With "resend" and a bound that did not hold: two stand there, and the next call says so."""
    late = Fault(kind=FaultKind.LATE, at="add_payment", seconds=0.6)
    simulator = ClockifySimulator(seed=7, faults=FaultPlan.scripted([late]), settle_seconds=0.2)
    simulator.populate({"invoices": 1, "amount_minor": 10_000, "currency": "EUR"})
    invoice_id = simulator.ledger.invoices()[0].id
    async with connect_to(simulator, settle_seconds=0.2, policy=PATIENT) as service:
        first = await pay(service, invoice_id)
        await simulator.late.finish()

        with pytest.raises(DuplicateDetected) as told:
            await pay(service, invoice_id)

    assert first.outcome is Outcome.APPLIED
    assert len(told.value.candidates) == 2


@pytest.mark.parametrize(("last_page", "short"), [(True, False), (False, False), (False, True)])
async def test_the_marker_is_found_on_whatever_page(
    last_page: bool, short: bool, connect_to: ConnectTo
) -> None:
    """Two rows a page, with and without the end signal, and pages that come shorter than asked for."""
    behaviour = Behaviour(sends_last_page=last_page, short_pages=short)
    simulator = ClockifySimulator(seed=7, behaviour=behaviour)
    simulator.populate({"invoices": 1, "amount_minor": 100_000, "currency": "EUR"})
    invoice_id = simulator.ledger.invoices()[0].id
    for _ in range(2):
        async with connect_to(simulator, page_size=2) as service:
            results = [await pay(service, invoice_id, f"bank-{number}") for number in range(7)]

    assert {result.outcome for result in results} == {Outcome.ALREADY_APPLIED}
    assert len(simulator.ledger.payments(invoice_id)) == 7


@asynccontextmanager
async def two_services(
    fault: Fault, folder: Path, *, shared: bool = False
) -> AsyncIterator[tuple[ClockifySimulator, InvoiceService, InvoiceService]]:
    simulator = ClockifySimulator(seed=7, faults=FaultPlan.scripted([fault]), settle_seconds=0.2)
    simulator.populate({"invoices": 1, "amount_minor": 10_000, "currency": "EUR"})
    async with serving(simulator) as running:
        settings = {**simulator.settings(running.url), "rate": "1000/s", "settle_seconds": 0.5}
        names = ["one.sqlite", "one.sqlite" if shared else "two.sqlite"]
        one, other = [
            InvoiceService.connect("clockify", journal=folder / name, policy=PATIENT, **settings)  # type: ignore[arg-type]
            for name in names
        ]
        async with one, other:
            yield simulator, one, other
