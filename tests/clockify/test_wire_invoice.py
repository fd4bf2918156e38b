"""Invoices in and out of Clockify's JSON."""

import json
from datetime import date
from decimal import Decimal

import pytest
from clockify_desk import CLIENT, INVOICE, answer, invoice_document

from invoicekit.errors import MalformedResponse
from invoicekit.model import (
    MISSING,
    Invoice,
    InvoiceStatus,
    LineItem,
    Money,
    NewInvoice,
    PaymentStatus,
)
from invoicekit_clockify.wire_invoice import (
    encode_invoice,
    encode_search,
    encode_status,
    read_invoice,
    read_invoices,
)


def euros(amount: str) -> Money:
    return Money(amount, "EUR")


def decoded(**changes: object) -> Invoice:
    return read_invoice(answer(invoice_document(**changes)).body).invoice()


def test_a_full_invoice_is_read_whole() -> None:
    """Minor units, hundredfold percents and midnight days come out in neutral words."""
    assert decoded() == Invoice(
        id=INVOICE,
        number="A-1",
        status=InvoiceStatus.OPEN,
        payment_status=PaymentStatus.UNPAID,
        raw_status="SENT",
        currency="EUR",
        issue_date=date(2026, 1, 31),
        due_date=date(2026, 2, 28),
        customer_id=CLIENT,
        customer_name="Acme",
        line_items=(
            LineItem(
                description="Work",
                quantity=Decimal("2.5"),
                unit_price=euros("40.00"),
                amount=euros("100.00"),
                id="1",
                position=1,
                kind="Service",
            ),
        ),
        subtotal=euros("100.00"),
        discount_percent=Decimal("5.5"),
        tax_percents=(Decimal(20), Decimal(0)),
        total=euros("113.40"),
        amount_paid=euros("0.00"),
        amount_due=euros("113.40"),
        subject="January",
        note="Thank you",
    )


def test_everything_sent_is_kept_in_raw() -> None:
    """Unknown fields raise nothing and are there for whoever knows them, on lines too."""
    invoice = decoded(newField={"deep": [1]}, items=[{"order": 1, "newer": True}])

    assert invoice.raw["newField"] == {"deep": [1]}
    assert isinstance(invoice.line_items, tuple)
    assert invoice.line_items[0].raw == {"order": 1, "newer": True}


def test_the_short_answer_of_create_leaves_the_rest_missing() -> None:
    """What an answer does not carry is MISSING, not null and not zero."""
    short = {"id": INVOICE, "number": "A-1", "currency": "EUR"}

    invoice = read_invoice(answer(short).body).invoice()

    assert (invoice.total, invoice.tax_percents, invoice.line_items, invoice.note) == (MISSING,) * 4
    assert (invoice.status, invoice.payment_status) == (InvoiceStatus.UNKNOWN, PaymentStatus.UNKNOWN)


def test_null_is_kept_apart_from_missing() -> None:
    """The provider's own null says something else than a field that did not come."""
    invoice = decoded(note=None, items=None, amount=None, tax2=None)

    assert (invoice.note, invoice.line_items, invoice.total) == (None, (), None)
    assert invoice.tax_percents == (Decimal(20), Decimal(0))


def test_without_a_currency_there_is_no_money() -> None:
    """A number without its currency is no amount; it stays in raw."""
    invoice = decoded(currency=None)

    assert (invoice.currency, invoice.total, invoice.raw["amount"]) == (None, MISSING, 11340)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", 113.4),
        ("amount", "11340"),
        ("amount", True),
        ("id", None),
        ("dueDate", "soon"),
        ("items", {}),
    ],
)
def test_a_wrong_type_is_an_error(field: str, value: object) -> None:
    """Nothing is coerced where money is."""
    with pytest.raises(MalformedResponse):
        decoded(**{field: value})


def test_an_answer_about_another_invoice_is_not_believed() -> None:
    """A mixed-up answer must not pass for a confirmation."""
    with pytest.raises(MalformedResponse, match="another invoice"):
        read_invoice(answer(invoice_document(id=CLIENT)).body, expected_id=INVOICE)


@pytest.mark.parametrize(
    ("status", "paid", "balance", "expected"),
    [
        ("SENT", 0, 100, PaymentStatus.UNPAID),
        ("UNSENT", 0, 0, PaymentStatus.UNPAID),
        ("OVERDUE", 40, 60, PaymentStatus.PARTIALLY_PAID),
        ("PARTIALLY_PAID", 40, 60, PaymentStatus.PARTIALLY_PAID),
        ("PAID", 100, 0, PaymentStatus.PAID),
        ("PAID", 0, 0, PaymentStatus.PAID),
        ("PAID", 120, -20, PaymentStatus.OVERPAID),
        ("PAID", 0, 100, PaymentStatus.PAID),
        ("FROZEN", 100, 0, PaymentStatus.PAID),
        ("PARTIALLY_PAID", None, None, PaymentStatus.PARTIALLY_PAID),
        ("SENT", None, None, PaymentStatus.UNKNOWN),
    ],
)
def test_what_was_paid_is_told_by_the_amounts(
    status: str, paid: int | None, balance: int | None, expected: PaymentStatus
) -> None:
    """The word decides only where the amounts do not."""
    assert decoded(status=status, paid=paid, balance=balance).payment_status is expected


def test_a_page_is_an_envelope_with_a_total() -> None:
    """Rows and the announced number come out together."""
    rows, total = read_invoices(answer({"invoices": [invoice_document()], "total": 7}).body)

    assert ([row.id for row in rows], total) == ([INVOICE], 7)


def test_a_new_invoice_goes_out_without_what_create_drops() -> None:
    """Exactly the required fields, days as midnights."""
    new = NewInvoice(
        number="A-1",
        customer_id=CLIENT,
        currency="EUR",
        issue_date=date(2026, 1, 31),
        due_date=date(2026, 2, 28),
        subject="January",
        note="Thank you",
    )

    assert json.loads(encode_invoice(new)) == {
        "clientId": CLIENT,
        "currency": "EUR",
        "issuedDate": "2026-01-31T00:00:00Z",
        "dueDate": "2026-02-28T00:00:00Z",
        "number": "A-1",
    }


def test_a_search_has_its_own_names() -> None:
    """Page and pageSize stand in the body; the issue dates have dashes in their names."""
    body = encode_search(
        page=2,
        page_size=50,
        number="A-1",
        statuses=("SENT",),
        customer_id=CLIENT,
        issued_from=date(2026, 1, 1),
        issued_to=date(2026, 1, 31),
    )

    assert json.loads(body) == {
        "page": 2,
        "pageSize": 50,
        "invoiceNumber": "A-1",
        "strictSearch": True,
        "statuses": ["SENT"],
        "clients": {"contains": "CONTAINS", "ids": [CLIENT], "status": "ALL"},
        "issueDate": {"issue-date-start": "2026-01-01", "issue-date-end": "2026-01-31"},
    }


def test_a_status_change_names_its_field() -> None:
    """{"status": …} would be refused."""
    assert encode_status("VOID") == b'{"invoiceStatus":"VOID"}'
