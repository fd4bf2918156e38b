"""What was asked, as text and back: exactly, or not at all."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit.model import (
    MISSING,
    EntryMarks,
    InvoiceChange,
    InvoiceStatus,
    Money,
    NewCreditNote,
    NewCustomer,
    NewInvoice,
    NewLineItem,
    NewPayment,
    NewRefund,
    StatusChange,
)
from invoicekit.wire import read_command, write_command

AMOUNT = Money("92233720368547758.07", "EUR")
LINE = NewLineItem(description="d", quantity=Decimal("1.50"), unit_price=AMOUNT, kind="k", taxes=(1, 2))
EAST = timezone(timedelta(hours=5, minutes=30))

COMMANDS = [
    NewPayment(
        invoice_id="i",
        amount=AMOUNT,
        paid_at=datetime(2026, 1, 2, 3, 4, 5, 6, EAST),
        reference="r",
        marker="",
    ),
    NewRefund(invoice_id="i", amount=Money("1", "JPY"), reference="r", marker="m", reason='"\\\n\u2028'),
    NewCreditNote(invoice_id="i", number="n", amount=AMOUNT, issue_date=date(2026, 2, 28)),
    NewInvoice(
        number="1",
        customer_id="c",
        currency="EUR",
        issue_date=date(2026, 1, 1),
        due_date=date(2026, 2, 1),
        line_items=(LINE, LINE),
        extra={"tags": {"a": ["x", 1, None, True]}},
    ),
    InvoiceChange(),
    InvoiceChange(
        number="5",
        customer_id=None,
        issue_date=date(2026, 1, 1),
        note=None,
        discount_percent=Decimal("1.50"),
        tax_percents=(Decimal("19"), Decimal("7.0")),
    ),
    StatusChange(invoice_id="i", status=InvoiceStatus.VOID, allow_payment_loss=True),
    EntryMarks(entry_ids=("a", "b"), invoiced=False),
    NewCustomer(name="Müller & Söhne", email=None),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_every_command_comes_back(command: object) -> None:
    """Field by field, absent and null told apart."""
    text = write_command("method", ("an id", command))

    assert read_command(text) == ("method", ("an id", command))


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**20), max_value=10**20),
    st.datetimes(timezones=st.just(UTC)),
    st.text(),
)
def test_amounts_instants_and_texts_are_exact(amount: Decimal, paid_at: datetime, note: str) -> None:
    """No rounding, no zone lost, no character changed."""
    payment = NewPayment(
        invoice_id="i", amount=Money(amount, "EUR"), paid_at=paid_at, reference="r", marker="m", note=note
    )

    (_, (back,)) = read_command(write_command("record_payment", (payment,)))

    assert back == payment
    assert isinstance(back, NewPayment)
    assert str(back.amount.amount) == str(payment.amount.amount)


@given(st.one_of(st.just(MISSING), st.none(), st.text()))
def test_a_field_that_may_be_absent(note: object) -> None:
    """A text that looks like the sign for absence is a text all the same."""
    change = InvoiceChange(note=note)  # type: ignore[arg-type]  # one of the three

    (_, (back,)) = read_command(write_command("update_invoice", (change,)))

    assert back == change


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        "1",
        '["m",{"Path":{}}]',
        '["m",{"NewPayment":{}}]',
        '["m",{"NewPayment":1}]',
        '["m",[1]]',
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    """A damaged or foreign text makes nothing."""
    with pytest.raises(ValueError, match="cannot be read"):
        read_command(text)


def test_what_has_no_text_is_refused() -> None:
    """A value that JSON cannot hold is no part of a command."""
    change = InvoiceChange(extra={"a": object()})

    with pytest.raises(TypeError):
        write_command("update_invoice", (change,))
