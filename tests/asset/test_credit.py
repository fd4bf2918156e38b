"""Money without a transaction: credit spent and debts given up, each at most once, never repeated."""

from decimal import Decimal

import pytest
from asset_desk import (
    INVOICE,
    PAID_AT,
    Desk,
    StubSender,
    adapter,
    answer,
    invoice_document,
    opened,
    payment_row,
    usd,
)

from invoicekit.errors import (
    CurrencyMismatch,
    InvalidAmount,
    InvalidRequest,
    InvalidTransition,
    MalformedResponse,
    OutcomeUnknown,
)
from invoicekit.guard import OnDoubt
from invoicekit.model import InvoiceStatus, Money, Outcome, Payment, WriteResult
from invoicekit.simulate import Fault, FaultKind

HAPPENED = [FaultKind.ERROR_AFTER, FaultKind.DROP_AFTER, FaultKind.GARBAGE, FaultKind.LATE]


async def spend(desk: Desk, amount: str = "30.00", reference: str = "c-1") -> WriteResult[Payment]:
    write = desk.native.apply_credit(desk.invoice_id, usd(amount))
    return await desk.service.write(write, reference=reference)


def grant(desk: Desk, amount: str = "100.00") -> None:
    desk.simulator.home.customers[desk.customer_id].credit = Decimal(amount)


@pytest.mark.parametrize("kind", [None, *HAPPENED])
async def test_credit_is_spent_once(kind: FaultKind | None) -> None:
    """No row carries an id of ours: the rows before and after tell whether it was."""
    faults = [] if kind is None else [Fault(kind=kind, at="apply_payment", seconds=0.02)]
    async with opened(faults=faults) as desk:
        grant(desk)
        result = await spend(desk)

        (row,) = desk.rows()
        assert (row.amount, row.transaction_id, desk.credit()) == (Decimal("30.00"), None, Decimal("70.00"))
        assert (result.outcome, result.value.id) == (Outcome.APPLIED, row.id)


async def test_credit_is_never_sent_again_in_doubt() -> None:
    """Not even where resending was chosen: nothing would tell the second from the first."""
    fault = Fault(kind=FaultKind.DROP_BEFORE, at="apply_payment")
    async with opened(faults=[fault], on_doubt=OnDoubt.RESEND) as desk:
        grant(desk)

        with pytest.raises(OutcomeUnknown):
            await spend(desk)

        assert len(desk.requests("apply_payment")) == 1


async def test_equal_amounts_of_credit_are_two_where_two_were_asked_for(desk: Desk) -> None:
    """An earlier row of the same amount is not taken for the new one."""
    grant(desk)
    first, second = await spend(desk, reference="a"), await spend(desk, reference="b")

    assert [row.id for row in desk.rows()] == [first.value.id, second.value.id]


async def test_another_process_does_not_guess() -> None:
    """It did not see the rows before, so nothing there can be taken for ours."""
    look = adapter(StubSender()).apply_credit(INVOICE, usd("30")).look
    assert look is not None

    sighting = await look(StubSender())

    assert (sighting.matches, sighting.is_complete) == ((), False)


async def test_no_more_than_is_open_is_drawn(desk: Desk) -> None:
    """Refused before anything is sent."""
    grant(desk, "500.00")

    with pytest.raises(InvalidAmount):
        await spend(desk, "120.01")

    assert desk.requests("apply_payment") == []


async def test_more_than_the_customer_has_is_the_providers_to_refuse(desk: Desk) -> None:
    """Its word is certain, and nothing is applied."""
    with pytest.raises(InvalidRequest):
        await spend(desk)

    assert desk.rows() == []


async def test_a_closed_invoice_takes_no_credit(desk: Desk) -> None:
    """As it takes no payment."""
    grant(desk)
    await desk.service.set_status(desk.invoice_id, InvoiceStatus.VOID)

    with pytest.raises(InvalidTransition):
        await spend(desk)


async def test_an_answer_without_a_new_row_is_no_confirmation() -> None:
    """The same rows as before: in doubt."""
    before = answer({"data": invoice_document(payments=[payment_row(30, None)])})
    stub = StubSender([before, before])

    with pytest.raises(MalformedResponse):
        await adapter(stub).apply_credit(INVOICE, usd("30")).perform(stub)


def test_what_can_never_be_spent_is_refused_at_once() -> None:
    """Before anything is planned or sent."""
    native = adapter(StubSender())
    with pytest.raises(CurrencyMismatch):
        native.apply_credit(INVOICE, Money("1", "EUR"))
    with pytest.raises(InvalidAmount):
        native.apply_credit(INVOICE, usd("0"))


@pytest.mark.parametrize("kind", [None, *HAPPENED])
async def test_a_debt_is_given_up_once(kind: FaultKind | None) -> None:
    """All that is owed by then, and no more."""
    faults = [] if kind is None else [Fault(kind=kind, at="write_off", seconds=0.02)]
    async with opened(faults=faults) as desk:
        await desk.service.record_payment(desk.invoice_id, usd("20"), paid_at=PAID_AT, reference="b")

        first = await desk.service.write_off(desk.invoice_id, reference="w")
        async with desk.elsewhere() as service:
            again = await service.write_off(desk.invoice_id, reference="w")

        assert [(row.amount, row.is_write_off) for row in desk.rows()] == [
            (Decimal("20"), False),
            (Decimal("100.00"), True),
        ]
        assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
        assert first.value.amount_due == usd("0")


async def test_a_write_off_is_never_sent_again_in_doubt() -> None:
    """It carries no id: doubt stays doubt."""
    fault = Fault(kind=FaultKind.DROP_BEFORE, at="write_off")
    async with opened(faults=[fault], on_doubt=OnDoubt.RESEND) as desk:
        with pytest.raises(OutcomeUnknown):
            await desk.service.write_off(desk.invoice_id, reference="w")

        assert len(desk.requests("write_off")) == 1


@pytest.mark.parametrize("is_paid", [True, False])
async def test_nothing_owed_is_nothing_to_give_up(desk: Desk, *, is_paid: bool) -> None:
    """Paid or voided: refused, nothing sent."""
    if is_paid:
        await desk.service.mark_paid(desk.invoice_id, paid_at=PAID_AT, reference="b")
    else:
        await desk.service.set_status(desk.invoice_id, InvoiceStatus.VOID)

    with pytest.raises(InvalidTransition):
        await desk.service.write_off(desk.invoice_id, reference="w")

    assert desk.requests("write_off") == []


async def test_a_write_off_is_not_listed_as_a_payment(desk: Desk) -> None:
    """Money received and money given up are two things."""
    await desk.service.record_payment(desk.invoice_id, usd("20"), paid_at=PAID_AT, reference="b")
    await desk.service.write_off(desk.invoice_id, reference="w")

    payments = await desk.service.list_payments(desk.invoice_id).snapshot()

    assert [payment.amount for payment in payments] == [usd("20")]
