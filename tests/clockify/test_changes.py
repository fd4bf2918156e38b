"""Changing, deleting and copying invoices."""

from decimal import Decimal

import pytest
from clockify_desk import INVOICE, PAID_AT, Desk, StubSender, adapter, answer, invoice_document, opened

from invoicekit.errors import (
    DestructiveTransition,
    FieldLocked,
    NotFound,
    OutcomeUnknown,
)
from invoicekit.model import InvoiceChange, Money, Outcome
from invoicekit.simulate import Fault, FaultKind

MARCH = InvoiceChange(subject="March")


@pytest.mark.parametrize(
    "kind", [None, FaultKind.DROP_AFTER, FaultKind.DROP_BEFORE, FaultKind.GARBAGE, FaultKind.WRONG_BODY]
)
async def test_a_change_arrives_whatever_becomes_of_its_answer(kind: FaultKind | None) -> None:
    """The same replacement may go again; what is there tells."""
    async with opened(faults=[] if kind is None else [Fault(kind=kind, at="update_invoice")]) as desk:
        desk.simulator.home.add_invoice(amount_minor=100)

        result = await desk.service.update_invoice(desk.invoice_id, MARCH)

        assert (result.outcome, result.verified) == (Outcome.APPLIED, True)
        assert result.value.subject == desk.simulator.ledger.invoice(desk.invoice_id).subject == "March"


async def test_a_change_that_is_there_sends_nothing(desk: Desk) -> None:
    """Asked for again, it is already applied."""
    await desk.service.update_invoice(desk.invoice_id, MARCH)

    again = await desk.service.update_invoice(desk.invoice_id, MARCH)

    assert again.outcome is Outcome.ALREADY_APPLIED
    assert len(desk.requests("update_invoice")) == 1


async def test_percents_arrive_plain_and_come_back_hundredfold(desk: Desk) -> None:
    """19.5 % asked for is 19.5 % stored and 19.5 % read."""
    change = InvoiceChange(tax_percents=(Decimal("19.5"), Decimal(7)), discount_percent=Decimal("2.5"))

    result = await desk.service.update_invoice(desk.invoice_id, change)

    stored = desk.simulator.ledger.invoice(desk.invoice_id)
    assert (stored.tax, stored.tax2, stored.discount) == (Decimal("19.5"), Decimal(7), Decimal("2.5"))
    assert (result.value.tax_percents, result.value.discount_percent) == (
        (Decimal("19.5"), Decimal(7)),
        Decimal("2.5"),
    )


@pytest.mark.parametrize("status", ["PAID", "PARTIALLY_PAID", "VOID"])
async def test_a_settled_invoice_is_not_replaced(desk: Desk, status: str) -> None:
    """The vendor's own pages do not let anybody, and nobody knows what the API does."""
    desk.simulator.ledger.invoice(desk.invoice_id).status = status

    with pytest.raises(FieldLocked, match=status):
        await desk.service.update_invoice(desk.invoice_id, MARCH)

    assert desk.requests("update_invoice") == []


async def test_a_lock_shows_in_the_first_look() -> None:
    """So it is told before the write is planned any further."""
    stub = StubSender([answer(invoice_document(status="PAID"))])
    write = adapter(stub).update_invoice(INVOICE, MARCH)
    assert write.look is not None

    assert isinstance((await write.look(stub)).refusal, FieldLocked)


async def test_the_state_is_read_again_right_before_the_replacement() -> None:
    """An invoice that was paid since the first look is not replaced either."""
    stub = StubSender([answer(invoice_document(status="PAID"))])

    with pytest.raises(FieldLocked):
        await adapter(stub).update_invoice(INVOICE, MARCH).perform(stub)

    assert [request.method for _, request in stub.sent] == ["GET"]


@pytest.mark.parametrize("kind", [None, FaultKind.DROP_AFTER, FaultKind.ERROR_BEFORE])
async def test_an_invoice_is_deleted_whatever_becomes_of_the_answer(kind: FaultKind | None) -> None:
    """Gone is done, also when the repeat finds nothing left to delete."""
    async with opened(faults=[] if kind is None else [Fault(kind=kind, at="delete_invoice")]) as desk:
        result = await desk.service.delete_invoice(desk.invoice_id)
        again = await desk.service.delete_invoice(desk.invoice_id)

        assert (result.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
        assert desk.simulator.ledger.invoices() == []


async def test_a_deletion_that_comes_too_late_is_done() -> None:
    """Somebody else deleted it between our look and our request."""
    gone = NotFound("gone", status=400, code="501")
    stub = StubSender([gone, gone])

    done = await adapter(stub).delete_invoice(INVOICE).perform(stub)

    assert done.resource_id == INVOICE


async def test_a_deletion_that_was_refused_as_unknown_is_looked_at() -> None:
    """A request that was garbled on its way is refused as unknown too, and the invoice is still there."""
    stub = StubSender([NotFound("gone", status=400, code="501"), answer(invoice_document())])

    with pytest.raises(NotFound):
        await adapter(stub).delete_invoice(INVOICE).perform(stub)


async def test_an_invoice_with_payments_is_not_deleted(desk: Desk) -> None:
    """Its payments would go with it; the error names the call that deletes them on purpose."""
    await desk.service.record_payment(
        desk.invoice_id, Money("1.00", "EUR"), paid_at=PAID_AT, reference="bank-1"
    )

    with pytest.raises(DestructiveTransition, match=r"delete_payment\(\)"):
        await desk.service.delete_invoice(desk.invoice_id)

    assert desk.requests("delete_invoice") == []


@pytest.mark.parametrize("paid", [None, 1])
async def test_payments_that_cannot_be_told_away_count_as_there(paid: int | None) -> None:
    """An answer without `paid` is no proof of an unpaid invoice."""
    stub = StubSender([answer(invoice_document(paid=paid))])
    write = adapter(stub).delete_invoice(INVOICE)
    assert write.look is not None

    assert isinstance((await write.look(stub)).refusal, DestructiveTransition)


async def test_a_proxys_404_does_not_prove_that_an_invoice_is_gone() -> None:
    """Only Clockify's own words do."""
    stub = StubSender([NotFound("not found", status=404)])
    write = adapter(stub).delete_invoice(INVOICE)
    assert write.look is not None

    with pytest.raises(NotFound):
        await write.look(stub)


async def test_a_copy_is_a_draft_of_its_own(desk: Desk) -> None:
    """The answer is the new invoice."""
    result = await desk.service.duplicate_invoice(desk.invoice_id, reference="copy-1")

    assert result.value.id != desk.invoice_id
    assert result.resource_id == result.value.id
    assert result.value.total == Money("120.00", "EUR")
    first, copy = (desk.simulator.ledger.invoice(one) for one in (desk.invoice_id, result.value.id))
    assert (copy.status, copy.amount, copy.number != first.number) == ("UNSENT", 12_000, True)
    assert not [item for item in copy.items if item.entries]


async def test_a_copy_whose_answer_is_lost_is_not_made_again() -> None:
    """Nothing tells it from somebody else's, so a person must."""
    async with opened(faults=[Fault(kind=FaultKind.DROP_AFTER, at="duplicate_invoice")]) as desk:
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                await desk.service.duplicate_invoice(desk.invoice_id, reference="copy-1")

        assert len(desk.requests("duplicate_invoice")) == 1
