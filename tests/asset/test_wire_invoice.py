"""Invoices, from all three generations of the pages and the seed, exactly."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from asset_desk import INVOICE, LEDGER, TRANSACTION, invoice_document, payment_row, usd

from invoicekit.errors import MalformedResponse
from invoicekit.model import (
    MISSING,
    UNSUPPORTED,
    Invoice,
    InvoiceStatus,
    LineItem,
    Money,
    PaymentStatus,
)
from invoicekit.wire import Codec
from invoicekit_asset.status import STATUS_RULES
from invoicekit_asset.wire_create import encode_status
from invoicekit_asset.wire_invoice import InvoiceRecord, read_invoice, read_invoices

SEED = b"""{
  "data": {
    "business_id": "<string>",
    "number": "<string>",
    "description": "<string>",
    "total_amount": 123,
    "source": "manual",
    "due_at": "2023-11-07T05:31:56Z",
    "sent_at": "2023-11-07T05:31:56Z",
    "status": "open",
    "id": "<string>",
    "customer_id": "<string>",
    "total_paid": 0,
    "voided_at": "2023-11-07T05:31:56Z",
    "credit_amount": 123,
    "metadata_": {},
    "lines": [
      {
        "description": "<string>",
        "ledger_id": "ldg_WQMDNUHpBThYSNh4AprDBo",
        "unit_price": 123,
        "quantity": 123,
        "id": "<string>",
        "invoice_id": "<string>",
        "discount_amount": 123,
        "discount_rate": 123,
        "tax_amount": 123,
        "tax_rate": 123,
        "is_prepayment": true,
        "metadata_": {}
      }
    ],
    "payments": [
      {
        "invoice_id": "<string>",
        "transaction_id": "<string>",
        "payment_id": "<string>",
        "datetime": "2023-11-07T05:31:56Z",
        "payment_amount": 123,
        "id": "<string>",
        "invoice": "<unknown>"
      }
    ]
  }
}"""
"""Source: the vendor's page on updating an invoice's status, its sample answer."""


def record(**changes: object) -> InvoiceRecord:
    """Read an invoice document with these members changed; a member of `...` is left out."""
    document = {name: value for name, value in invoice_document(**changes).items() if value is not ...}
    return read_invoice(json.dumps({"data": document}).encode(), "USD")


def only_line(document: Mapping[str, object]) -> LineItem:
    """Read an invoice of one line and return it."""
    lines = record(lines=[document]).invoice().line_items
    assert isinstance(lines, tuple)
    return lines[0]


def test_the_seed_decodes() -> None:
    """The oldest form: priced lines, every member that the page shows."""
    invoice = read_invoice(SEED, "USD").invoice()

    at = datetime(2023, 11, 7, tzinfo=UTC).date()
    assert invoice == Invoice(
        id="<string>",
        number="<string>",
        status=InvoiceStatus.OPEN,
        payment_status=PaymentStatus.UNPAID,
        raw_status="open",
        currency="USD",
        issue_date=at,
        due_date=at,
        customer_id="<string>",
        customer_name=UNSUPPORTED,
        line_items=(
            LineItem(
                description="<string>",
                quantity=Decimal(123),
                unit_price=usd("123"),
                amount=MISSING,
                id="<string>",
                position=1,
                kind=LEDGER,
            ),
        ),
        subtotal=UNSUPPORTED,
        discount_percent=UNSUPPORTED,
        tax_percents=UNSUPPORTED,
        total=usd("123"),
        amount_paid=usd("0"),
        amount_due=usd("123"),
        subject="<string>",
        note=MISSING,
    )


def test_the_seeds_payment_decodes() -> None:
    """With its unknown back reference."""
    read = read_invoice(SEED, "USD")
    payment = read.payment(read.payments[0])

    assert (payment.amount, payment.paid_at) == (
        usd("123"),
        datetime(2023, 11, 7, 5, 31, 56, tzinfo=UTC),
    )
    assert payment.raw["invoice"] == "<unknown>"


def test_the_seed_encodes_again_exactly() -> None:
    """Everything sent survives in raw, and the request is the page's own."""
    raw = read_invoice(SEED, "USD").raw

    assert json.loads(Codec().encode({"data": dict(raw)})) == json.loads(SEED)
    assert encode_status("open") == b'{"status":"open"}'


def test_fractions_survive_as_they_were_sent() -> None:
    """150.75 and 520.560 keep their digits, in and out."""
    text = b'{"data":{"id":"inv_1","total_amount":520.560,"total_paid":150.75}}'

    read = read_invoice(text, "USD")

    assert str(read.invoice().amount_due) == "369.810 USD"
    assert Codec().encode({"data": dict(read.raw)}) == text


def test_only_the_id_is_required() -> None:
    """What a version leaves out is missing, not an error."""
    invoice = read_invoice(b'{"data":{"id":"inv_1","new_member":[1]}}', "USD").invoice()

    assert (invoice.status, invoice.payment_status) == (InvoiceStatus.UNKNOWN, PaymentStatus.UNKNOWN)
    assert (invoice.total, invoice.line_items, invoice.is_status_derived) == (MISSING, MISSING, False)
    assert invoice.raw["new_member"] == [1]


@pytest.mark.parametrize("status", [..., None, ""])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, InvoiceStatus.OPEN),
        ({"total_paid": 119.99}, InvoiceStatus.OPEN),
        ({"total_paid": 120}, InvoiceStatus.PAID),
        ({"total_paid": ..., "payments": [payment_row("120.00")]}, InvoiceStatus.PAID),
        ({"voided_at": "2026-03-02T00:00:00Z"}, InvoiceStatus.VOID),
        ({"total_paid": ..., "payments": ...}, InvoiceStatus.UNKNOWN),
        ({"total_amount": 0}, InvoiceStatus.OPEN),
    ],
)
def test_a_missing_status_is_derived_and_marked_so(
    changes: dict[str, object], expected: InvoiceStatus, status: object
) -> None:
    """By what the newest samples still show; where that is not enough it stays unknown."""
    invoice = record(**{**changes, "status": status}).invoice()

    assert invoice.status is expected
    assert invoice.is_status_derived is (expected is not InvoiceStatus.UNKNOWN)
    assert invoice.raw_status is None


@pytest.mark.parametrize("rule", STATUS_RULES, ids=lambda rule: rule.raw)
def test_every_word_of_the_table_is_read(rule: Any) -> None:
    """The document axis by the word; a refund's word says what was paid, too."""
    invoice = record(status=rule.raw, total_paid=120).invoice()

    assert (invoice.status, invoice.raw_status, invoice.is_status_derived) == (rule.status, rule.raw, False)
    assert invoice.payment_status is (rule.payment_status if "refunded" in rule.raw else PaymentStatus.PAID)


def test_a_new_word_does_not_fail() -> None:
    """It is kept, and means unknown."""
    invoice = record(status="disputed").invoice()

    assert (invoice.status, invoice.raw_status) == (InvoiceStatus.UNKNOWN, "disputed")


@pytest.mark.parametrize(
    ("paid", "expected"),
    [
        (0, PaymentStatus.UNPAID),
        (1, PaymentStatus.PARTIALLY_PAID),
        (120, PaymentStatus.PAID),
        (121, PaymentStatus.OVERPAID),
    ],
)
def test_what_was_paid_follows_from_the_amounts(paid: int, expected: PaymentStatus) -> None:
    """Also where somebody only set the word."""
    assert record(status="paid", total_paid=paid).invoice().payment_status is expected


def test_a_voided_invoice_owes_nothing() -> None:
    """Whatever its amounts say."""
    assert record(status="voided").invoice().amount_due == usd("0")


@pytest.mark.parametrize(
    ("line", "amount"),
    [
        ({"amount": 10.5}, usd("10.5")),
        ({"amount": "10.50"}, usd("10.50")),
        ({"unit_price": "0.1", "quantity": 3}, usd("0.3")),
        ({"unit_price": 2, "quantity": 3, "discount_amount": 0, "discount_rate": None}, usd("6")),
        ({"unit_price": 2, "quantity": 3, "discount_amount": 1}, MISSING),
        ({"unit_price": 2, "quantity": 3, "discount_rate": 0.1}, MISSING),
        ({"unit_price": 2}, MISSING),
        ({}, MISSING),
    ],
)
def test_a_line_has_an_amount_or_a_price(line: dict[str, object], amount: object) -> None:
    """The product is exact; where a discount enters, nobody knows how."""
    item = only_line(line)

    assert item.amount == amount


@pytest.mark.parametrize(
    ("metadata", "quantity", "unit_price"),
    [
        ({"quantity": "1.5", "unit_price": "60"}, Decimal("1.5"), usd("60")),
        ({"quantity": "1.5", "unit_price": "61"}, MISSING, MISSING),
        ({"quantity": "1e1", "unit_price": "9"}, MISSING, MISSING),
        ({"quantity": 1, "unit_price": 90}, MISSING, MISSING),
        ({"quantity": "1.5"}, MISSING, MISSING),
        (None, MISSING, MISSING),
    ],
)
def test_factors_we_kept_are_believed_while_they_make_the_amount(
    metadata: object, quantity: object, unit_price: object
) -> None:
    """Anybody may write metadata: what does not fit the amount is left unsaid."""
    item = only_line({"amount": 90, "metadata": metadata})

    assert (item.quantity, item.unit_price) == (quantity, unit_price)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"project": "x"}, {"project": "x"}),
        ({"project": {"amount": "3000.00", "value": "x"}}, {"project": "x"}),
        ({"project": [{"amount": "1", "value": "x"}, {"value": "y"}]}, {"project": "x, y"}),
        (None, {}),
        ("odd", {}),
    ],
)
def test_tags_come_as_text_or_as_rows(tags: object, expected: Mapping[str, str]) -> None:
    """The pages disagree, and either is read."""
    assert record(tags=tags).tags == expected


def test_payments_of_one_transaction_are_told_apart() -> None:
    """By its id alone; credit has none, and a write-off is no money."""
    rows = [
        payment_row(1),
        payment_row(2, None, id="inp_2"),
        payment_row(3, None, id="inp_3", is_write_off=True),
    ]
    read = record(payments=rows)

    assert [row.id for row in read.payments_of(TRANSACTION)] == ["inp_1"]
    assert [row.is_from_credit for row in read.payments] == [False, True, False]
    assert [row.is_money for row in read.payments] == [True, True, False]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"id":"inv_1"}',
        b'{"data":{}}',
        b'{"data":{"id":1}}',
        b'{"data":{"id":"inv_1","total_amount":true}}',
        b'{"data":{"id":"inv_1","total_amount":"1e3"}}',
        b'{"data":{"id":"inv_1","total_amount":NaN}}',
        b'{"data":{"id":"inv_1","lines":{}}}',
        b'{"data":{"id":"inv_1","payments":[{"id":"inp_1"}]}}',
    ],
)
def test_what_is_no_invoice_is_malformed(body: bytes) -> None:
    """Never half an invoice."""
    with pytest.raises(MalformedResponse):
        read_invoice(body, "USD")


def test_another_invoice_than_asked_for_is_malformed() -> None:
    """An answer about something else proves nothing."""
    with pytest.raises(MalformedResponse, match="another invoice"):
        read_invoice(json.dumps({"data": invoice_document(id="inv_2")}).encode(), "USD", expected_id=INVOICE)


@pytest.mark.parametrize(
    ("envelope", "following"),
    [
        ({"data": [], "pagination": {"next_page_token": "t"}}, "t"),
        ({"data": [], "pagination": {"next_page_token": None}}, None),
        ({"data": [], "pagination": {"next_page_token": ""}}, None),
        ({"records": [], "next_page_token": "t", "previous_page_token": None}, "t"),
        ({"data": [], "next_page_token": None}, None),
    ],
)
def test_a_page_in_either_envelope(envelope: object, following: str | None) -> None:
    """Data with pagination, or records beside the tokens."""
    assert read_invoices(json.dumps(envelope).encode(), "USD") == ((), following)


@pytest.mark.parametrize(
    "envelope",
    [
        {"data": []},
        {"data": [], "pagination": {}},
        {"data": [], "pagination": {"next_page_token": 2}},
        {"pagination": {"next_page_token": None}},
        [],
    ],
)
def test_a_page_that_does_not_say_whether_there_is_more_is_malformed(envelope: object) -> None:
    """A list that may have been cut is no proof that something is not in it."""
    with pytest.raises(MalformedResponse):
        read_invoices(json.dumps(envelope).encode(), "USD")


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "120"), ("KWD", "1.234"), ("EUR", "0.01")])
def test_the_currency_is_the_configured_one(currency: str, amount: str) -> None:
    """No document names one."""
    body = f'{{"data":{{"id":"inv_1","total_amount":{amount},"total_paid":0}}}}'.encode()
    invoice = read_invoice(body, currency).invoice()

    assert (invoice.total, invoice.currency) == (Money(amount, currency), currency)


def test_the_note_is_read_where_we_keep_it() -> None:
    """In the metadata, under either of its names."""
    assert record(metadata={"note": "thanks"}).invoice().note == "thanks"
    assert record(metadata=..., metadata_={"note": "thanks"}).invoice().note == "thanks"
    assert record(sent_at="2026-03-01T23:30:00-05:00").invoice().issue_date == date(2026, 3, 2)
