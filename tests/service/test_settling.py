"""What a result says of itself: how it was settled, and what was seen."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

import pytest

from invoicekit import InvoiceService, Money, Outcome, OutcomeUnknown, WriteResult
from invoicekit.errors import InvalidAmount
from invoicekit.events import Event, WriteSettled
from invoicekit.simulate import Fault, FaultKind, FaultPlan, Rate
from invoicekit_clockify.simulator import ClockifySimulator

Connect = Callable[..., InvoiceService]
WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


async def test_an_ordinary_answer_settles_a_payment(service: InvoiceService, invoice_id: str) -> None:
    """The provider's own answer confirms it; reading back only adds the id."""
    result = await service.record_payment(invoice_id, Money("10", "EUR"), reference="r", paid_at=WHEN)

    assert result.evidence.startswith("confirmed by the provider's answer")


async def test_paid_is_verified_only_where_it_is_read(
    connect: Connect, simulator: ClockifySimulator, invoice_id: str
) -> None:
    """Somebody deletes the payment at once: it was recorded, and the invoice does not read as paid."""

    def somebody_else(event: Event) -> None:
        if isinstance(event, WriteSettled):
            invoice = simulator.ledger.invoice(invoice_id)
            invoice.payments.clear()
            invoice.status = "SENT"

    async with connect(hooks=[somebody_else]) as service:
        result = await service.mark_paid(invoice_id, paid_at=WHEN, reference="rest")

    assert (result.outcome, result.verified) == (Outcome.APPLIED, False)
    assert result.value.amount_due == Money("100.00", "EUR")


async def test_nothing_owed_is_no_balance_to_record(connect: Connect) -> None:
    """A credit is no payment of less than nothing."""
    async with connect() as service:
        with pytest.raises(InvalidAmount, match="above zero"):
            await service.record_payment("f" * 24, Money("-5", "EUR"), reference="r", paid_at=WHEN)


async def test_a_probe_narrows_the_limit_to_the_plan(
    connect_to: Callable[..., AbstractAsyncContextManager[InvoiceService]],
) -> None:
    """A Free workspace shows itself by its plan: from then on thirty requests an hour are kept to."""
    simulator = ClockifySimulator(seed=7, plan="free", rate=Rate.parse("1000/s"))
    async with connect_to(simulator, rate=None) as service:
        before = service.limits().allowed_rate

        await service.probe()

        assert before is None
        assert service.limits().allowed_rate == pytest.approx(30 / 3600)


async def test_the_deadline_holds_for_the_looks_as_well(
    connect_to: Callable[..., AbstractAsyncContextManager[InvoiceService]],
) -> None:
    """A slow look before leaves less for the look after: the call ends in time, and says what it saw."""
    slow = Fault(kind=FaultKind.SLOW_BODY, at="list_payments", seconds=0.8)
    stuck = Fault(kind=FaultKind.STALL_AFTER, at="list_payments", nth=2, seconds=30)
    simulator = ClockifySimulator(seed=7, faults=FaultPlan.scripted([slow, stuck]))
    simulator.populate({"invoices": 1, "amount_minor": 10_000, "currency": "EUR"})
    invoice_id = simulator.ledger.invoices()[0].id
    async with connect_to(simulator, deadline_seconds=1.2) as service:
        started = asyncio.get_running_loop().time()

        result = await service.record_payment(invoice_id, Money("1", "EUR"), reference="r", paid_at=WHEN)

        assert asyncio.get_running_loop().time() - started < 1.8
    assert (result.outcome, result.verified) == (Outcome.APPLIED, False)


async def test_doubt_is_resolved_after_the_deadline_too(
    connect_to: Callable[..., AbstractAsyncContextManager[InvoiceService]],
) -> None:
    """The call has ended; looking again later has time of its own."""
    lost = Fault(kind=FaultKind.STALL_AFTER, at="add_payment", seconds=30)
    simulator = ClockifySimulator(seed=7, faults=FaultPlan.scripted([lost]))
    simulator.populate({"invoices": 1, "amount_minor": 10_000, "currency": "EUR"})
    invoice_id = simulator.ledger.invoices()[0].id
    async with connect_to(simulator, deadline_seconds=0.3) as service:
        with pytest.raises(OutcomeUnknown) as caught:
            await service.record_payment(invoice_id, Money("1", "EUR"), reference="r", paid_at=WHEN)

        result = await caught.value.resolve()

    assert isinstance(result, WriteResult)
    assert result.outcome is Outcome.ALREADY_APPLIED
