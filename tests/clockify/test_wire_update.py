"""The full replacement of an invoice."""

import json
from datetime import date
from decimal import Decimal

import pytest
from clockify_desk import CLIENT, answer, invoice_document

from invoicekit.errors import MalformedResponse, UnsupportedOperation, UsageError
from invoicekit.model import InvoiceChange
from invoicekit_clockify.wire_invoice import InvoiceRecord, read_invoice
from invoicekit_clockify.wire_update import check_change, encode_update, shows

WHOLE = {
    "number": "A-1",
    "currency": "EUR",
    "issuedDate": "2026-01-31T08:00:00Z",
    "dueDate": "2026-02-28T08:00:00Z",
    "discountPercent": Decimal("5.500"),
    "taxPercent": Decimal("20.000"),
    "tax2Percent": Decimal("0.000"),
    "clientId": CLIENT,
    "companyId": "65f0c0ffee0000000000d001",
    "note": "Thank you",
    "subject": "January",
    "taxType": "SIMPLE",
    "visibleZeroFields": ["TAX"],
    "billFrom": "Us",
    "clientAddress": "1 Street",
}


def record(**changes: object) -> InvoiceRecord:
    return read_invoice(answer(invoice_document(**changes)).body)


def replaced(change: InvoiceChange, **document: object) -> dict[str, object]:
    body: dict[str, object] = json.loads(encode_update(record(**document), change), parse_float=Decimal)
    return body


def test_a_replacement_carries_everything_as_it_was() -> None:
    """Nothing that a PUT would wipe is left out, percents are plain, dates are untouched, no amount goes."""
    assert replaced(InvoiceChange()) == WHOLE


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        (InvoiceChange(number="A-2"), {"number": "A-2"}),
        (InvoiceChange(customer_id="65f0c0ffee0000000000c002"), {"clientId": "65f0c0ffee0000000000c002"}),
        (InvoiceChange(currency="USD"), {"currency": "USD"}),
        (InvoiceChange(issue_date=date(2026, 3, 1)), {"issuedDate": "2026-03-01T00:00:00Z"}),
        (InvoiceChange(due_date=date(2026, 3, 2)), {"dueDate": "2026-03-02T00:00:00Z"}),
        (InvoiceChange(subject=None, note=""), {"subject": "", "note": ""}),
        (InvoiceChange(discount_percent=Decimal("1.5")), {"discountPercent": Decimal("1.5")}),
        (InvoiceChange(tax_percents=()), {"taxPercent": 0, "tax2Percent": 0}),
        (
            InvoiceChange(tax_percents=(Decimal("7"), Decimal("8.25"))),
            {"taxPercent": 7, "tax2Percent": Decimal("8.25")},
        ),
        (
            InvoiceChange(extra={"billFrom": "We", "visibleZeroFields": ["DISCOUNT"]}),
            {"billFrom": "We", "visibleZeroFields": ["DISCOUNT"]},
        ),
    ],
)
def test_only_what_is_asked_for_differs(change: InvoiceChange, sent: dict[str, object]) -> None:
    """Everything else goes back as it was read."""
    assert replaced(change) == {**WHOLE, **sent}


def test_nulls_are_left_out() -> None:
    """A null that was read is not a text to be written; leaving it out leaves it null."""
    body = replaced(InvoiceChange(), note=None, billFrom=None, tax2=None)

    assert {"note", "billFrom"}.isdisjoint(body)
    assert body["tax2Percent"] == 0


@pytest.mark.parametrize("field", ["tax", "tax2", "discount", "currency", "number", "issuedDate", "dueDate"])
def test_an_incomplete_read_is_never_written_back(field: str) -> None:
    """What did not come in the read would be wiped by the replacement."""
    document = invoice_document()
    del document[field]

    with pytest.raises(MalformedResponse, match=f"without {field}"):
        encode_update(read_invoice(answer(document).body), InvoiceChange(subject="x"))


@pytest.mark.parametrize(
    ("change", "is_there"),
    [
        (InvoiceChange(), True),
        (InvoiceChange(subject="January", note=" Thank you "), True),
        (InvoiceChange(subject="March"), False),
        (InvoiceChange(note=None), False),
        (InvoiceChange(issue_date=date(2026, 1, 31)), True),
        (InvoiceChange(issue_date=date(2026, 2, 1)), False),
        (InvoiceChange(discount_percent=Decimal("5.5"), tax_percents=(Decimal(20),)), True),
        (InvoiceChange(tax_percents=(Decimal(20), Decimal(1))), False),
        (InvoiceChange(tax_percents=()), False),
        (InvoiceChange(extra={"visibleZeroFields": ("TAX",)}), True),
        (InvoiceChange(extra={"taxType": "NONE"}), False),
    ],
)
def test_a_read_shows_whether_the_change_is_there(*, change: InvoiceChange, is_there: bool) -> None:
    """Asked fields alone are compared, in the reads' own scales."""
    assert shows(record(), change) is is_there


def test_an_empty_text_and_null_are_alike() -> None:
    """A note that was cleared may come back either way."""
    assert shows(record(note=None), InvoiceChange(note=None))
    assert shows(record(note=""), InvoiceChange(note=None))


def test_extra_is_merged_last() -> None:
    """Any name goes into the body, one that this version has never heard of too."""
    change = InvoiceChange(note="n", extra={"billFrom": "Us", "invoiceLanguage": "sr"})

    body = replaced(change)

    assert (body["note"], body["billFrom"], body["invoiceLanguage"]) == ("n", "Us", "sr")


def test_what_no_invoice_can_have_is_refused_at_once() -> None:
    """No client, a third tax or a field with a call of its own never reach the wire."""
    with pytest.raises(UnsupportedOperation):
        check_change(InvoiceChange(customer_id=None))
    with pytest.raises(UnsupportedOperation):
        check_change(InvoiceChange(tax_percents=(Decimal(1),) * 3))
    for name in ("status", "balance", "note", "taxPercent"):
        with pytest.raises(UsageError, match=name):
            check_change(InvoiceChange(extra={name: "x"}))
