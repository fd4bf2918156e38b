"""Changing fields, under the rules of the status."""

from datetime import date
from decimal import Decimal

import pytest
from kukkingu_desk import Desk, StubSender, adapter, answer, invoice_document

from invoicekit.errors import (
    Conflict,
    FieldLocked,
    InvalidAmount,
    MalformedResponse,
    UnsupportedOperation,
    UsageError,
)
from invoicekit.model import InvoiceChange, InvoiceStatus, Outcome
from invoicekit_kukkingu.changes import wire_change

RENAMED = InvoiceChange(number="A-102")


async def test_a_draft_changes_and_keeps_the_rest(desk: Desk) -> None:
    """Only what is named is sent."""
    result = await desk.service.update_invoice(
        desk.draft_id, InvoiceChange(number="A-102", due_date=date(2026, 5, 1))
    )

    (request,) = desk.requests("patch_invoice")
    held = desk.simulator.ledger.invoice(desk.draft_id)
    assert request.body == b'{"dueAt":"2026-05-01T00:00:00Z","invoiceNumber":"A-102"}'
    assert (held.number, held.due_at, held.amount) == ("A-102", "2026-05-01T00:00:00Z", 12_000)
    assert (result.outcome, result.verified) == (Outcome.APPLIED, True)


async def test_the_same_change_again_sends_nothing(desk: Desk) -> None:
    """What is there is not asked for; instants and rates are compared by what they mean."""
    change = InvoiceChange(
        due_date=date(2026, 5, 1), extra={"kukkingu": {"exchangeRate": Decimal("1.120"), "amountMinor": 5}}
    )
    await desk.service.update_invoice(desk.draft_id, change)

    again = await desk.service.update_invoice(desk.draft_id, change)

    assert again.outcome is Outcome.ALREADY_APPLIED
    assert len(desk.requests("patch_invoice")) == 1


@pytest.mark.parametrize("status", ["FINALIZED", "VOID"])
async def test_locked_fields_are_refused_before_any_write(desk: Desk, status: str) -> None:
    """The server's rule is kept here too, from a fresh read."""
    invoice = desk.simulator.home.add_invoice(desk.simulator.contract.id, status=status)

    with pytest.raises(FieldLocked, match=status):
        await desk.service.update_invoice(invoice.id, RENAMED)

    assert desk.writes() == []


async def test_an_unknown_status_is_locked() -> None:
    """A word that this version does not know is taken for the strictest."""
    stub = StubSender([answer(invoice_document(status="ARCHIVED"))])
    look = adapter(stub).update_invoice(str(invoice_document()["id"]), RENAMED).look
    assert look is not None

    assert isinstance((await look(stub)).refusal, FieldLocked)


async def test_a_finalized_invoice_that_shows_the_change_needs_none(desk: Desk) -> None:
    """A rerun after finalizing finds its change done."""
    await desk.service.update_invoice(desk.draft_id, RENAMED)
    await desk.service.set_status(desk.draft_id, InvoiceStatus.OPEN, allow_irreversible=True)

    again = await desk.service.update_invoice(desk.draft_id, RENAMED)

    assert again.outcome is Outcome.ALREADY_APPLIED


@pytest.mark.parametrize(
    "change",
    [
        InvoiceChange(customer_id="clnt_dddddddddddddddddddddddd"),
        InvoiceChange(subject="x"),
        InvoiceChange(note=None),
        InvoiceChange(discount_percent=Decimal(5)),
        InvoiceChange(tax_percents=(Decimal(20),)),
    ],
)
async def test_what_invoices_do_not_have_is_refused_with_the_alternative(
    desk: Desk, change: InvoiceChange
) -> None:
    """Before any request."""
    with pytest.raises(UnsupportedOperation, match="instead"):
        await desk.service.update_invoice(desk.draft_id, change)

    assert len(desk.simulator.requests) == 0


def test_another_currency_needs_its_amount() -> None:
    """The same minor units in yen would be a hundred times the money."""
    with pytest.raises(UsageError, match="amountMinor"):
        wire_change(InvoiceChange(currency="JPY"))

    fields = wire_change(InvoiceChange(currency="JPY", extra={"amountMinor": 120}))
    assert fields == {"currencyCode": "JPY", "amountMinor": 120}


@pytest.mark.parametrize(
    "change",
    [
        InvoiceChange(),
        InvoiceChange(number=""),
        InvoiceChange(number=" A"),
        InvoiceChange(number="x" * 256),
        InvoiceChange(extra={"paidAt": "2026-01-01T00:00:00Z"}),
        InvoiceChange(extra={"status": "VOID"}),
        InvoiceChange(extra={"invoiceNumber": "A"}),
        InvoiceChange(extra={"exchangeRate": "one"}),
    ],
)
def test_what_can_never_be_is_refused(change: InvoiceChange) -> None:
    """Nothing to change, an impossible number, or a field that has a call of its own."""
    with pytest.raises(UsageError):
        wire_change(change)


@pytest.mark.parametrize("currency", ["XXX", "euros"])
def test_a_currency_without_minor_units_is_refused(currency: str) -> None:
    """Its amounts could not be told."""
    with pytest.raises(InvalidAmount):
        wire_change(InvoiceChange(currency=currency, extra={"amountMinor": 1}))


async def test_an_answer_without_the_change_is_doubt() -> None:
    """A 200 that shows the old number proves nothing."""
    stub = StubSender([answer(invoice_document())])

    with pytest.raises(MalformedResponse):
        await adapter(stub).update_invoice(str(invoice_document()["id"]), RENAMED).perform(stub)


@pytest.mark.parametrize(("number", "is_done"), [("A-102", True), ("INV-2025-0001", False)])
async def test_a_refused_repeat_is_judged_by_what_is_there(number: str, *, is_done: bool) -> None:
    """The first send worked and the invoice was finalized since; or nothing worked at all."""
    stub = StubSender([Conflict("no", status=409), answer(invoice_document(invoiceNumber=number))])
    change = adapter(stub).update_invoice(str(invoice_document()["id"]), RENAMED).perform(stub)

    if is_done:
        assert (await change).value.number == "A-102"
    else:
        with pytest.raises(Conflict):
            await change
