"""Refunds: given back once under an id of our own, and never more than was paid."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from asset_desk import (
    INVOICE,
    LEDGER,
    PAID_AT,
    Desk,
    StubSender,
    adapter,
    answer,
    invoice_document,
    opened,
    usd,
)

from invoicekit.errors import (
    CurrencyMismatch,
    InvalidAmount,
    InvalidTransition,
    MalformedResponse,
    OutcomeUnknown,
    ReferenceReused,
    UsageError,
)
from invoicekit.guard import OnDoubt
from invoicekit.model import InvoiceStatus, Money, NewRefund, Outcome, PaymentStatus
from invoicekit.simulate import Fault, FaultKind
from invoicekit_asset import RefundMethod, RefundOrder, RefundTarget
from invoicekit_asset.simulator import Behaviour

HAPPENED = [FaultKind.ERROR_AFTER, FaultKind.DROP_AFTER, FaultKind.GARBAGE, FaultKind.LATE]
MARKER = "ik:00000000000000ff"


async def paid(desk: Desk) -> None:
    await desk.service.mark_paid(desk.invoice_id, paid_at=PAID_AT, reference="paid")


def order(desk: Desk, amount: str = "120.00", line_id: str | None = None) -> RefundOrder:
    target = RefundTarget(invoice_id=desk.invoice_id, amount=usd(amount), line_id=line_id)
    return RefundOrder(
        external_id="r-1", targets=(target,), refunded_at=PAID_AT, method=RefundMethod.ACH, memo="sorry"
    )


@pytest.mark.parametrize("kind", [None, *HAPPENED])
async def test_money_is_given_back_once(kind: FaultKind | None) -> None:
    """Asset takes a second refund of the same id: it is looked for and never asked for."""
    faults = [] if kind is None else [Fault(kind=kind, at="create_refund", seconds=0.02)]
    async with opened(faults=faults) as desk:
        await paid(desk)

        first = await desk.service.refund(desk.invoice_id, usd("120.00"), reference="r", reason="late")
        async with desk.elsewhere() as service:
            again = await service.refund(desk.invoice_id, usd("120.00"), reference="r", reason="late")
        invoice = await desk.service.get_invoice(desk.invoice_id)

        (refund,) = desk.simulator.home.refunds.values()
        assert (refund.amount, refund.memo, refund.external_id[:3]) == (Decimal("120.00"), "late", "ik:")
        assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
        assert first.value.id == again.value.id == refund.id
        assert desk.simulator.ledger.invoice(desk.invoice_id).status == "refunded"
        assert (invoice.status, invoice.payment_status) == (InvoiceStatus.PAID, PaymentStatus.REFUNDED)


@pytest.mark.parametrize("on_doubt", OnDoubt)
async def test_a_refund_that_did_not_arrive_is_resent_only_where_chosen(on_doubt: OnDoubt) -> None:
    """By default doubt stays doubt."""
    fault = Fault(kind=FaultKind.DROP_BEFORE, at="create_refund")
    async with opened(faults=[fault], on_doubt=on_doubt) as desk:
        await paid(desk)
        if on_doubt is OnDoubt.ASK:
            with pytest.raises(OutcomeUnknown):
                await desk.service.refund(desk.invoice_id, usd("120.00"), reference="r")
        else:
            await desk.service.refund(desk.invoice_id, usd("120.00"), reference="r")

        assert len(desk.simulator.home.refunds) == (on_doubt is OnDoubt.RESEND)


async def test_a_part_of_the_only_line_is_given_back(desk: Desk) -> None:
    """A partial refund must name the line, and there is no choice."""
    await paid(desk)

    await desk.service.refund(desk.invoice_id, usd("20"), reference="a")
    await desk.service.refund(desk.invoice_id, usd("100"), reference="b")
    invoice = await desk.service.get_invoice(desk.invoice_id)

    (line,) = desk.simulator.ledger.invoice(desk.invoice_id).lines
    parts = [part for refund in desk.simulator.home.refunds.values() for part in refund.parts]
    assert [(part.amount, part.line_id) for part in parts] == [
        (Decimal(20), line.id),
        (Decimal(100), line.id),
    ]
    assert invoice.payment_status is PaymentStatus.REFUNDED


async def test_a_part_of_several_lines_needs_the_native_call(desk: Desk) -> None:
    """Which line gives back is the caller's to say; nothing is sent."""
    invoice = desk.simulator.home.add_invoice("10", "20", customer_id=desk.customer_id, ledger_id=LEDGER)
    await desk.service.mark_paid(invoice.id, paid_at=PAID_AT, reference="p")

    with pytest.raises(UsageError, match="refund_invoice"):
        await desk.service.refund(invoice.id, usd("5"), reference="r")
    target = RefundTarget(invoice_id=invoice.id, amount=usd("5"), line_id=invoice.lines[1].id)
    wanted = RefundOrder(external_id="x-1", targets=(target,), refunded_at=PAID_AT)
    result = await desk.service.write(desk.native.refund_invoice(wanted), reference="r")

    (refund,) = desk.simulator.home.refunds.values()
    assert (refund.external_id, refund.parts[0].line_id) == ("x-1", invoice.lines[1].id)
    assert result.outcome is Outcome.APPLIED


async def test_no_more_than_was_paid_is_given_back(desk: Desk) -> None:
    """Earlier refunds count; nothing is sent."""
    await desk.service.record_payment(desk.invoice_id, usd("50"), paid_at=PAID_AT, reference="p")
    await desk.service.refund(desk.invoice_id, usd("30"), reference="a")

    with pytest.raises(InvalidAmount, match="20"):
        await desk.service.refund(desk.invoice_id, usd("20.01"), reference="b")

    assert len(desk.requests("create_refund")) == 1


async def test_a_voided_invoice_gives_nothing_back(desk: Desk) -> None:
    """Refused after a fresh read."""
    await desk.service.set_status(desk.invoice_id, InvoiceStatus.VOID)

    with pytest.raises(InvalidTransition):
        await desk.service.refund(desk.invoice_id, usd("1"), reference="a")


async def test_one_id_stands_for_one_amount(desk: Desk) -> None:
    """A second amount under it is a mistake, wherever it is asked for."""
    await paid(desk)
    await desk.service.refund(desk.invoice_id, usd("20"), reference="a")

    async with desk.elsewhere() as service:
        with pytest.raises(ReferenceReused):
            await service.refund(desk.invoice_id, usd("30"), reference="a")

    assert len(desk.simulator.home.refunds) == 1


async def test_the_date_is_the_providers_own(desk: Desk) -> None:
    """The neutral call has none, and an adapter reads no clock."""
    await paid(desk)

    result = await desk.service.refund(desk.invoice_id, usd("120"), reference="a")

    assert isinstance(result.value.paid_at, datetime)
    assert abs((result.value.paid_at - datetime.now(tz=UTC)).total_seconds()) < 60


async def test_without_a_date_the_native_call_is_named() -> None:
    """A provider that tells no time is no reason to invent one."""
    stub = StubSender([answer({"data": invoice_document(total_paid=120, status="paid")})])
    refund = NewRefund(invoice_id=INVOICE, amount=usd("120"), reference="r", marker=MARKER)

    with pytest.raises(UsageError, match="refund_invoice"):
        await adapter(stub).refund(refund).perform(stub)


async def test_the_order_is_written_as_the_page_shows_it(desk: Desk) -> None:
    """Every member, amounts as plain numbers."""
    await paid(desk)

    await desk.service.write(desk.native.refund_invoice(order(desk)), reference="r")

    (record,) = desk.requests("create_refund")
    assert json.loads(record.body, parse_float=Decimal) == {
        "amount": Decimal("120.00"),
        "refund_external_id": "r-1",
        "refunded_at": "2026-03-01T10:20:30Z",
        "method": "ach",
        "is_return": False,
        "memo": "sorry",
        "invoices_to_refund": [{"amount": Decimal("120.00"), "invoice_id": desk.invoice_id}],
    }


async def test_one_refund_of_two_invoices_counts_for_each_by_its_part(desk: Desk) -> None:
    """What one invoice gave back does not count against the other."""
    other = desk.simulator.home.add_invoice("80", customer_id=desk.customer_id)
    await paid(desk)
    await desk.service.mark_paid(other.id, paid_at=PAID_AT, reference="other")
    targets = tuple(
        RefundTarget(invoice_id=one.id, amount=usd("50"), line_id=one.lines[0].id)
        for one in (desk.simulator.ledger.invoice(desk.invoice_id), other)
    )
    both = RefundOrder(external_id="r-2", targets=targets, refunded_at=PAID_AT)
    await desk.service.write(desk.native.refund_invoice(both), reference="r-2")

    await desk.service.refund(other.id, usd("30"), reference="rest")

    (refunds, listed) = (await desk.native.list_invoice_refunds(other.id), await desk.native.list_refunds())
    assert [refund.given_back(other.id) for refund in refunds] == [usd("50"), usd("30")]
    assert [refund.amount for refund in listed.items] == [usd("100"), usd("30")]


async def test_an_answer_about_another_refund_is_no_confirmation() -> None:
    """Another id or another amount: it is read back instead."""
    wanted = RefundOrder(
        external_id="r-1",
        targets=(RefundTarget(invoice_id=INVOICE, amount=usd("1")),),
        refunded_at=PAID_AT,
    )
    for document in (
        {"id": "rfu_1", "external_id": "r-2", "amount": 1},
        {"id": "rfu_1", "external_id": "r-1", "amount": 2},
    ):
        stub = StubSender([answer({"data": document}, status=201)])
        with pytest.raises(MalformedResponse):
            await adapter(stub).refund_invoice(wanted).perform(stub)


@pytest.mark.parametrize("repeat", ["add", "return_first", "refuse"])
async def test_whatever_asset_does_with_a_repeat_there_is_one(repeat: str) -> None:
    """Nobody knows, so it is never asked."""
    fault = Fault(kind=FaultKind.DROP_AFTER, at="create_refund")
    async with opened(behaviour=Behaviour(repeated_refund=repeat), faults=[fault]) as desk:
        await paid(desk)
        await desk.service.write(desk.native.refund_invoice(order(desk)), reference="r")

        assert len(desk.simulator.home.refunds) == 1


def test_what_can_never_be_given_back_is_refused_at_once() -> None:
    """Before anything is planned or sent."""
    with pytest.raises(UsageError):
        RefundOrder(external_id="x", targets=(), refunded_at=PAID_AT)
    target = RefundTarget(invoice_id=INVOICE, amount=usd("1"))
    with pytest.raises(UsageError):
        RefundOrder(external_id="x" * 256, targets=(target,), refunded_at=PAID_AT)
    with pytest.raises(InvalidAmount):
        RefundOrder(
            external_id="x",
            targets=(RefundTarget(invoice_id=INVOICE, amount=usd("0")),),
            refunded_at=PAID_AT,
        )
    refund = NewRefund(invoice_id=INVOICE, amount=Money("1", "EUR"), reference="r", marker=MARKER)
    with pytest.raises(CurrencyMismatch):
        adapter(StubSender()).refund(refund)
