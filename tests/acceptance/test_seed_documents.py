"""The five pages that the adapters began with: their samples go in and come out, value for value."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from clockify_desk import new_payment

from invoicekit.errors import InvalidIdentifier
from invoicekit.model import EntryMarks, InvoiceChange, InvoiceStatus, Money, PaymentStatus
from invoicekit.wire import Codec
from invoicekit_asset.wire_create import encode_status as encode_asset_status
from invoicekit_clockify.wire_invoice import encode_status, read_invoice
from invoicekit_clockify.wire_payment import encode_payment
from invoicekit_clockify.wire_time import encode_marks
from invoicekit_kukkingu.changes import wire_change
from invoicekit_kukkingu.wire_invoice import encode_paid_at
from invoicekit_kukkingu.wire_invoice import read_invoice as read_kukkingu_invoice

ADD_PAYMENT = """{
  "amount": 100,
  "note": "This is a sample note for this invoice payment.",
  "paymentDate": "2021-01-01T12:00:00Z"
}"""
PAYMENT_ADDED = """{
  "amount": 100,
  "balance": 50,
  "billFrom": "Business X",
  "calculationType": {"$ref": "#/components/schemas/CalculationType"},
  "clientAddress": "Ground Floor, ABC Bldg., Palo Alto, California, USA 94020",
  "clientId": "98h687e29ae1f428e7ebe707",
  "clientName": "Client X",
  "companyId": "04g687e29ae1f428e7ebe123",
  "containsImportedExpenses": false,
  "containsImportedTimes": false,
  "currency": "USD",
  "discount": 10.5,
  "discountAmount": 11,
  "dueDate": "2020-06-01T08:00:00Z",
  "id": "78a687e29ae1f428e7ebe303",
  "issuedDate": "2020-01-01T08:00:00Z",
  "items": [{"$ref": "#/components/schemas/InvoiceItemDto"}],
  "note": "This is a sample note for this invoice.",
  "number": "202306121129",
  "paid": 50,
  "status": "PAID",
  "subject": "January salary",
  "subtotal": 5000,
  "tax": 1.5,
  "tax2": 0,
  "tax2Amount": 0,
  "taxAmount": 1,
  "taxType": {"$ref": "#/components/schemas/TaxType"},
  "userId": "12t687e29ae1f428e7ebe202",
  "visibleZeroFields": {"$ref": "#/components/schemas/VisibleZeroFieldsInvoice"}
}"""
"""Source: the vendor's page on adding a payment, its samples."""

KUKKINGU = """{"data": {
  "id": "inv_mqxd1kc6bgtcc676xoqzax47",
  "contract": "ctr_cccccccccccccccccccccccc",
  "status": "FINALIZED",
  "invoiceNumber": "INV-2025-0001",
  "exchangeRate": 1.12,
  "currencyCode": "EUR",
  "amountMinor": 9007199254740991,
  "issuedAt": "2023-10-05T14:48:00.000Z",
  "dueAt": "2023-10-05T14:48:00.000Z",
  "paidAt": "2023-10-05T14:48:00.000Z"
}}"""
"""Source: the vendor's page on updating an invoice in part, its sample values and largest amount."""


def exact(text: str) -> object:
    return json.loads(text, parse_float=Decimal)


def test_a_payment_is_encoded_as_on_its_page() -> None:
    """One hundred minor units, the note, the instant with its Z: nothing else."""
    payment = new_payment(amount=Money("1.00", "USD"), paid_at=datetime(2021, 1, 1, 12, tzinfo=UTC))
    note = "This is a sample note for this invoice payment."

    assert exact(encode_payment(payment, units=100, note=note).decode()) == exact(ADD_PAYMENT)


def test_the_answer_to_a_payment_is_decoded_and_encoded_again() -> None:
    """Hundredths, hundredfold percents and days; the page's own placeholders stay in raw."""
    record = read_invoice(PAYMENT_ADDED.encode())
    invoice = record.invoice()

    assert (invoice.id, invoice.number) == ("78a687e29ae1f428e7ebe303", "202306121129")
    assert (invoice.total, invoice.amount_paid, invoice.amount_due, invoice.subtotal) == (
        Money("1.00", "USD"),
        Money("0.50", "USD"),
        Money("0.50", "USD"),
        Money("50.00", "USD"),
    )
    assert (invoice.status, invoice.raw_status) == (InvoiceStatus.PAID, "PAID")
    assert invoice.payment_status is PaymentStatus.PAID  # set by hand: the word counts, whatever is due
    assert (invoice.issue_date, invoice.due_date) == (date(2020, 1, 1), date(2020, 6, 1))
    assert (invoice.discount_percent, invoice.tax_percents) == (
        Decimal("0.105"),
        (Decimal("0.015"), Decimal(0)),
    )
    assert exact(Codec().encode(dict(invoice.raw)).decode()) == exact(PAYMENT_ADDED)


def test_a_status_is_encoded_as_on_its_page() -> None:
    """Each provider's own name for it."""
    assert exact(encode_status("PAID").decode()) == {"invoiceStatus": "PAID"}
    assert exact(encode_asset_status("open").decode()) == {"status": "open"}


def test_marks_are_encoded_as_on_their_page() -> None:
    """The shape is the page's; its sample ids are no ids of the provider's, and would be refused."""
    ids = ("54a377ddd3fcab07cfbb432a", "25b687e29ae1f428e7ebe123")

    body = encode_marks(EntryMarks(entry_ids=ids, invoiced=False))

    assert exact(body.decode()) == {"invoiced": False, "timeEntryIds": list(ids)}
    with pytest.raises(InvalidIdentifier):
        encode_marks(EntryMarks(entry_ids=("54m377ddd3fcab07cfbb432w", ids[1]), invoiced=False))


def test_a_partial_update_is_encoded_as_on_its_page() -> None:
    """Every field with its sample value; paidAt goes alone, as a finalized invoice wants it."""
    change = InvoiceChange(
        number="INV-2025-0001",
        currency="EUR",
        issue_date=date(2023, 10, 5),
        due_date=date(2023, 10, 5),
        extra={"exchangeRate": Decimal("1.12"), "amountMinor": 9007199254740991},
    )
    at = datetime(2023, 10, 5, 14, 48, tzinfo=UTC)

    assert exact(Codec().encode(wire_change(change)).decode()) == {
        "invoiceNumber": "INV-2025-0001",
        "exchangeRate": Decimal("1.12"),
        "currencyCode": "EUR",
        "amountMinor": 9007199254740991,
        "issuedAt": "2023-10-05T00:00:00Z",
        "dueAt": "2023-10-05T00:00:00Z",
    }
    assert exact(encode_paid_at(at).decode()) == {"paidAt": "2023-10-05T14:48:00Z"}


def test_a_partially_updated_invoice_is_decoded_and_encoded_again() -> None:
    """The largest amount of the page, to the last cent."""
    record = read_kukkingu_invoice(KUKKINGU.encode())
    invoice = record.invoice()

    assert invoice.total == invoice.amount_paid == Money("90071992547409.91", "EUR")
    assert record.paid_at == datetime(2023, 10, 5, 14, 48, tzinfo=UTC)
    assert exact(Codec().encode({"data": dict(invoice.raw)}).decode()) == exact(KUKKINGU)
