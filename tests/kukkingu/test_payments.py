"""Payments: paidAt, for the whole amount or not at all."""

from datetime import timedelta, timezone

import pytest
from kukkingu_desk import (
    INVOICE,
    PAID_AT,
    Desk,
    StubSender,
    adapter,
    answer,
    invoice_document,
    new_payment,
    opened,
)

from invoicekit.errors import (
    Conflict,
    CurrencyMismatch,
    FieldLocked,
    InvalidAmount,
    InvalidIdentifier,
    InvalidTransition,
    MalformedResponse,
    ReferenceReused,
    UnsupportedOperation,
)
from invoicekit.model import InvoiceStatus, Money, Outcome
from invoicekit_kukkingu.simulator import Behaviour

TOTAL = Money("120.00", "EUR")
LATER = PAID_AT + timedelta(hours=1)


async def test_a_full_payment_sets_paid_at(desk: Desk) -> None:
    """One PATCH of one field, verified by reading back; the invoice then reads as paid."""
    result = await desk.service.record_payment(desk.invoice_id, TOTAL, paid_at=PAID_AT, reference="bank-1")

    (request,) = desk.requests("patch_invoice")
    assert request.body == b'{"paidAt":"2026-03-01T10:20:30Z"}'
    assert (result.outcome, result.verified, result.attempts) == (Outcome.APPLIED, True, 1)
    assert (result.value.amount, result.value.paid_at, result.value.reference) == (TOTAL, PAID_AT, "bank-1")
    assert (await desk.service.get_invoice(desk.invoice_id)).status is InvoiceStatus.PAID


async def test_the_same_payment_again_sends_nothing(desk: Desk) -> None:
    """With a journal of its own or without, the value is there."""
    await desk.service.record_payment(desk.invoice_id, TOTAL, paid_at=PAID_AT, reference="bank-1")

    again = await desk.service.record_payment(desk.invoice_id, TOTAL, paid_at=PAID_AT, reference="bank-1")
    async with desk.elsewhere() as service:
        elsewhere = await service.record_payment(desk.invoice_id, TOTAL, paid_at=PAID_AT, reference="bank-1")

    assert {again.outcome, elsewhere.outcome} == {Outcome.ALREADY_APPLIED}
    assert len(desk.requests("patch_invoice")) == 1


@pytest.mark.parametrize("amount", ["119.99", "0.01", "120.01"])
async def test_part_payments_are_refused_with_the_alternative(desk: Desk, amount: str) -> None:
    """Less or more than the whole amount cannot be said by an instant; nothing is sent."""
    with pytest.raises(UnsupportedOperation, match="instead"):
        await desk.service.record_payment(
            desk.invoice_id, Money(amount, "EUR"), paid_at=PAID_AT, reference="bank-1"
        )

    assert desk.writes() == []
    assert desk.simulator.ledger.invoice(desk.invoice_id).paid_at is None


async def test_another_instant_is_a_conflict_and_is_not_overwritten(desk: Desk) -> None:
    """Somebody recorded the payment at another time: that record stays."""
    await desk.service.record_payment(desk.invoice_id, TOTAL, paid_at=PAID_AT, reference="bank-1")

    with pytest.raises(Conflict, match="paid already"):
        await desk.service.record_payment(desk.invoice_id, TOTAL, paid_at=LATER, reference="bank-2")

    assert [deed.value for deed in desk.simulator.ledger.deeds("set_paid_at")] == ["2026-03-01T10:20:30Z"]


async def test_a_reference_means_one_payment(desk: Desk) -> None:
    """The same reference with another instant is refused by the journal."""
    await desk.service.record_payment(desk.invoice_id, TOTAL, paid_at=PAID_AT, reference="bank-1")

    with pytest.raises(ReferenceReused):
        await desk.service.record_payment(desk.invoice_id, TOTAL, paid_at=LATER, reference="bank-1")


async def test_a_draft_takes_no_payment(desk: Desk) -> None:
    """Kukkingu would take it; nobody was billed yet."""
    with pytest.raises(InvalidTransition, match="finalize it first"):
        await desk.service.record_payment(desk.draft_id, TOTAL, paid_at=PAID_AT, reference="bank-1")

    assert desk.writes() == []


async def test_a_void_invoice_takes_no_payment(desk: Desk) -> None:
    """VOID cannot be updated."""
    await desk.service.set_status(desk.invoice_id, InvoiceStatus.VOID)

    with pytest.raises(InvalidTransition, match="void"):
        await desk.service.record_payment(desk.invoice_id, TOTAL, paid_at=PAID_AT, reference="bank-1")

    assert desk.requests("patch_invoice") == []


async def test_an_unknown_status_takes_no_payment() -> None:
    """What a new word locks is not tried out."""
    stub = StubSender([answer(invoice_document(status="ARCHIVED"))])
    look = adapter(stub).record_payment(new_payment()).look
    assert look is not None

    sighting = await look(stub)

    assert isinstance(sighting.refusal, FieldLocked)


async def test_another_currency_is_refused(desk: Desk) -> None:
    """120.00 USD do not pay 120.00 EUR."""
    with pytest.raises(CurrencyMismatch):
        await desk.service.record_payment(
            desk.invoice_id, Money("120.00", "USD"), paid_at=PAID_AT, reference="bank-1"
        )

    assert desk.writes() == []


async def test_a_note_is_refused_before_any_request(desk: Desk) -> None:
    """There is nowhere to keep one, and dropping it silently would be a lie."""
    with pytest.raises(UnsupportedOperation, match="note"):
        await desk.service.record_payment(
            desk.invoice_id, TOTAL, paid_at=PAID_AT, reference="bank-1", note="cheque 5"
        )

    assert len(desk.simulator.requests) == 0


@pytest.mark.parametrize(
    ("invoice_id", "amount", "error"),
    [
        ("../clients", TOTAL, InvalidIdentifier),
        ("inv_x/y", TOTAL, InvalidIdentifier),
        ("bil_mqxd1kc6bgtcc676xoqzax47", TOTAL, InvalidIdentifier),
        (INVOICE, Money("1.001", "EUR"), InvalidAmount),
        (INVOICE, Money("90071992547409.92", "EUR"), InvalidAmount),
    ],
)
async def test_what_can_never_be_is_refused_before_any_request(
    desk: Desk, invoice_id: str, amount: Money, error: type[Exception]
) -> None:
    """A bad id or amount costs no request."""
    with pytest.raises(error):
        await desk.service.record_payment(invoice_id, amount, paid_at=PAID_AT, reference="bank-1")

    assert len(desk.simulator.requests) == 0


@pytest.mark.parametrize(
    ("currency", "minor", "amount"),
    [("JPY", 12000, "12000"), ("KWD", 12000, "12.000"), ("USD", 9007199254740991, "90071992547409.91")],
)
async def test_amounts_are_compared_by_the_currencys_exponent(
    desk: Desk, currency: str, minor: int, amount: str
) -> None:
    """The full amount in yen, dinar, and at the edge of what the wire can say."""
    invoice = desk.simulator.home.add_invoice(
        desk.simulator.contract.id, amount_minor=minor, currency=currency, status="FINALIZED"
    )

    result = await desk.service.record_payment(
        invoice.id, Money(amount, currency), paid_at=PAID_AT, reference="bank-1"
    )

    assert result.outcome is Outcome.APPLIED


async def test_an_instant_is_kept_to_the_second_and_in_utc(desk: Desk) -> None:
    """A fraction is cut off before it is sent and before it is compared, in whatever zone it was said."""
    local = (PAID_AT + timedelta(microseconds=999_999)).astimezone(timezone(timedelta(hours=5)))

    await desk.service.record_payment(desk.invoice_id, TOTAL, paid_at=local, reference="bank-1")
    again = await desk.service.record_payment(desk.invoice_id, TOTAL, paid_at=PAID_AT, reference="bank-2")

    assert again.outcome is Outcome.ALREADY_APPLIED
    assert desk.simulator.ledger.invoice(desk.invoice_id).paid_at == "2026-03-01T10:20:30Z"


@pytest.mark.parametrize("keeps", [True, False])
async def test_the_servers_way_of_printing_instants_does_not_matter(keeps: bool) -> None:
    """With milliseconds or as sent: the instant is the same."""
    async with opened(behaviour=Behaviour(keeps_instants=keeps)) as desk:
        result = await desk.service.record_payment(
            desk.invoice_id, TOTAL, paid_at=PAID_AT, reference="bank-1"
        )

        assert result.verified


async def test_an_answer_without_the_value_is_doubt_and_not_success() -> None:
    """A 200 that shows no paidAt proves nothing."""
    stub = StubSender([answer(invoice_document())])

    with pytest.raises(MalformedResponse, match="without the paidAt"):
        await adapter(stub).record_payment(new_payment()).perform(stub)


async def test_a_refused_repeat_of_what_worked_is_done() -> None:
    """The first send worked, somebody voided the invoice, and the repeat is refused: paidAt tells."""
    refusal = Conflict("Kukkingu says its own state contradicts the request", status=409)
    held = invoice_document(status="VOID", paidAt="2026-03-01T10:20:30.000Z")
    stub = StubSender([refusal, answer(held)])

    done = await adapter(stub).record_payment(new_payment()).perform(stub)

    assert done.value.paid_at == PAID_AT


async def test_a_refusal_is_told_where_nothing_is_there() -> None:
    """Reading after it does not hide it."""
    stub = StubSender([Conflict("no", status=409), answer(invoice_document(status="VOID"))])

    with pytest.raises(Conflict):
        await adapter(stub).record_payment(new_payment()).perform(stub)


async def test_another_payment_meanwhile_is_never_overwritten_or_claimed() -> None:
    """Our send was lost, and another instant is there by now: that is doubt, and it is told so."""
    paid_otherwise = invoice_document(paidAt="2026-01-01T00:00:00.000Z")
    stub = StubSender([answer(paid_otherwise)])
    look = adapter(stub).record_payment(new_payment()).look
    assert look is not None

    sighting = await look(stub)

    assert sighting.matches == ()
    assert isinstance(sighting.refusal, Conflict)


async def test_a_lagging_read_does_not_pay_twice(desk: Desk) -> None:
    """Reads that show the former state for a while leave the payment unverified, and sent once."""
    desk.simulator.home.behaviour = Behaviour(lag_seconds=5.0)

    result = await desk.service.record_payment(desk.invoice_id, TOTAL, paid_at=PAID_AT, reference="bank-1")

    assert (result.outcome, result.verified) == (Outcome.APPLIED, False)
    assert len(desk.simulator.ledger.deeds("set_paid_at")) == 1


async def test_mark_paid_pays_the_whole_amount(desk: Desk) -> None:
    """Once; a second time it reads as paid."""
    first = await desk.service.mark_paid(desk.invoice_id, paid_at=PAID_AT, reference="bank-1")
    second = await desk.service.mark_paid(desk.invoice_id, paid_at=LATER, reference="bank-2")

    assert first.value.status is InvoiceStatus.PAID
    assert second.outcome is Outcome.ALREADY_APPLIED
    assert len(desk.requests("patch_invoice")) == 1


async def test_the_list_of_payments_is_paid_at(desk: Desk) -> None:
    """None before; then one, of the whole amount, without an id."""
    before = await desk.service.list_payments(desk.invoice_id).snapshot()
    await desk.service.record_payment(desk.invoice_id, TOTAL, paid_at=PAID_AT, reference="bank-1")

    (payment,) = await desk.service.list_payments(desk.invoice_id).snapshot()

    assert before == ()
    assert (payment.id, payment.amount, payment.paid_at) == (None, TOTAL, PAID_AT)


async def test_a_payment_is_never_deleted(desk: Desk) -> None:
    """Refused before any request, with the alternative."""
    with pytest.raises(UnsupportedOperation, match="instead"):
        await desk.service.delete_payment(desk.invoice_id, "pay_1")

    assert len(desk.simulator.requests) == 0


async def test_money_is_never_given_back(desk: Desk) -> None:
    """Refused before any request, with the alternative."""
    with pytest.raises(UnsupportedOperation, match="instead"):
        await desk.service.refund(desk.invoice_id, TOTAL, reference="r-1")

    assert len(desk.simulator.requests) == 0
