"""Invoices: two axes, and overdue as a question of the day."""

from datetime import date

import pytest

from invoicekit.model import UNSUPPORTED, Invoice, InvoiceStatus, Money, PaymentStatus

TODAY = date(2026, 3, 1)
YESTERDAY = date(2026, 2, 28)


def invoice(
    *,
    status: InvoiceStatus = InvoiceStatus.OPEN,
    payment_status: PaymentStatus = PaymentStatus.UNPAID,
    due_date: date | None = YESTERDAY,
    amount_due: Money | None = Money("10.00", "EUR"),  # noqa: B008 -- frozen
) -> Invoice:
    return Invoice(
        id="i", status=status, payment_status=payment_status, due_date=due_date, amount_due=amount_due
    )


def test_an_open_invoice_is_overdue_the_day_after() -> None:
    """On the due date itself there is still time."""
    assert invoice(due_date=YESTERDAY).is_overdue(TODAY)
    assert not invoice(due_date=TODAY).is_overdue(TODAY)


@pytest.mark.parametrize("status", [InvoiceStatus.OPEN, InvoiceStatus.UNKNOWN])
def test_what_may_be_owed_may_be_overdue(status: InvoiceStatus) -> None:
    """A status this version does not know is not taken for paid."""
    assert invoice(status=status).is_overdue(TODAY)


@pytest.mark.parametrize(
    "status", [InvoiceStatus.DRAFT, InvoiceStatus.PAID, InvoiceStatus.VOID, InvoiceStatus.UNCOLLECTIBLE]
)
def test_what_is_not_owed_is_never_overdue(status: InvoiceStatus) -> None:
    """Not sent yet, settled, cancelled or given up."""
    assert not invoice(status=status).is_overdue(TODAY)


@pytest.mark.parametrize(
    ("payment_status", "is_overdue"),
    [
        (PaymentStatus.UNPAID, True),
        (PaymentStatus.PARTIALLY_PAID, True),
        (PaymentStatus.UNKNOWN, True),
        (PaymentStatus.PAID, False),
        (PaymentStatus.OVERPAID, False),
    ],
)
def test_the_second_axis_counts_too(payment_status: PaymentStatus, is_overdue: bool) -> None:
    """An open document that is paid in full is not overdue."""
    assert invoice(payment_status=payment_status).is_overdue(TODAY) is is_overdue


@pytest.mark.parametrize("amount", ["0", "0.00", "-5"])
def test_nothing_due_is_not_overdue(amount: str) -> None:
    """Whatever the status says, nobody is reminded of nothing."""
    assert not invoice(amount_due=Money(amount, "EUR")).is_overdue(TODAY)


def test_a_cent_due_is_overdue() -> None:
    """However little."""
    assert invoice(amount_due=Money("0.01", "EUR")).is_overdue(TODAY)


@pytest.mark.parametrize("amount_due", [None, UNSUPPORTED])
def test_an_unknown_balance_may_be_overdue(amount_due: Money | None) -> None:
    """Without a balance the status decides."""
    assert invoice(amount_due=amount_due).is_overdue(TODAY)


def test_without_a_due_date_nothing_is_overdue() -> None:
    """Null and missing alike."""
    assert not invoice(due_date=None).is_overdue(TODAY)
    assert not Invoice(id="i", status=InvoiceStatus.OPEN).is_overdue(TODAY)


def test_an_unknown_status_is_not_fatal() -> None:
    """A new word of the provider's is kept beside UNKNOWN on both axes."""
    record = Invoice(id="i", raw_status="ON_HOLD", raw={"status": "ON_HOLD"})

    assert (record.status, record.payment_status) == (InvoiceStatus.UNKNOWN, PaymentStatus.UNKNOWN)
    assert record.raw_status == "ON_HOLD"
