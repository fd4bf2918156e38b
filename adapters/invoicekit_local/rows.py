"""Rows of the books as neutral values."""

import json
import sqlite3
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import attrs

from invoicekit.errors import InvalidInstant
from invoicekit.model import (
    UNSUPPORTED,
    Customer,
    Invoice,
    InvoiceStatus,
    LineItem,
    Money,
    Payment,
    PaymentStatus,
    StatusRule,
    TimeEntry,
)
from invoicekit_local.totals import Totals, money, totals_of

DRAFT, OPEN, PAID, UNCOLLECTIBLE, VOID = "draft", "open", "paid", "uncollectible", "void"

STATUS_RULES = (
    StatusRule(
        raw=DRAFT, status=InvoiceStatus.DRAFT, is_settable=True, via="set_status, while nothing is paid"
    ),
    StatusRule(raw=OPEN, status=InvoiceStatus.OPEN, is_settable=True, via="set_status"),
    StatusRule(
        raw=PAID,
        status=InvoiceStatus.PAID,
        is_derived=True,
        via="payments and credit notes that reach the total",
    ),
    StatusRule(raw=UNCOLLECTIBLE, status=InvoiceStatus.UNCOLLECTIBLE, is_settable=True, via="write_off"),
    StatusRule(
        raw=VOID,
        status=InvoiceStatus.VOID,
        is_settable=True,
        via="set_status, while nothing is paid or credited",
    ),
)
_STATUSES = {rule.raw: rule.status for rule in STATUS_RULES}


def invoice_of(books: sqlite3.Connection, row: sqlite3.Row) -> Invoice:
    """Read one invoice with its lines, totals and both statuses."""
    lines = books.execute(
        "select * from line where invoice_id = ? order by position", (row["id"],)
    ).fetchall()
    totals = totals_in(books, row, [line["amount_minor"] for line in lines])
    status = status_of(row["status"], totals)
    currency = row["currency"]
    entries: dict[str, object] = {
        **dict(row),
        "lines": [dict(line) for line in lines],
        "credited_minor": totals.credited,
    }
    return Invoice(
        id=row["id"],
        number=row["number"],
        status=_STATUSES.get(status, InvoiceStatus.UNKNOWN),
        payment_status=payment_status(totals, _sum(books, row["id"], "refund")),
        raw_status=status,
        currency=currency,
        issue_date=date.fromisoformat(row["issue_date"]),
        due_date=date.fromisoformat(row["due_date"]),
        customer_id=row["customer_id"],
        customer_name=_customer_name(books, row["customer_id"]),
        line_items=tuple(_line(line, currency) for line in lines),
        subtotal=money(totals.subtotal, currency),
        discount_percent=Decimal(row["discount_percent"]),
        tax_percents=_percents(row),
        total=money(totals.total, currency),
        amount_paid=money(totals.paid, currency),
        amount_due=money(0 if status == VOID else totals.due, currency),
        subject=row["subject"],
        note=row["note"],
        raw=entries,
    )


def totals_in(books: sqlite3.Connection, row: sqlite3.Row, amounts: list[int]) -> Totals:
    """Compute an invoice's totals from its lines, payments, refunds and credit notes."""
    paid = _sum(books, row["id"], "payment") - _sum(books, row["id"], "refund")
    found = totals_of(amounts, Decimal(row["discount_percent"]), _percents(row), paid)
    if row["credits"] is None:
        return attrs.evolve(found, credited=_credited(books, row["id"]))
    return found if row["status"] == VOID else attrs.evolve(found, credited=found.total)


def status_of(stored: str, totals: Totals) -> str:
    """Return the status people see: an open invoice is paid once nothing is owed of what was asked for."""
    is_settled = totals.due <= 0 and (totals.paid > 0 or totals.credited != 0)
    return PAID if stored == OPEN and is_settled else stored


def payment_status(totals: Totals, refunded: int) -> PaymentStatus:
    """Return the payment axis, from what was paid and given back."""
    if refunded and totals.paid <= 0:
        return PaymentStatus.REFUNDED
    if refunded:
        return PaymentStatus.PARTIALLY_REFUNDED
    if totals.paid <= 0 and (totals.due > 0 or not totals.credited):
        return PaymentStatus.UNPAID
    if totals.due < 0:
        return PaymentStatus.OVERPAID
    return PaymentStatus.PAID if totals.due == 0 else PaymentStatus.PARTIALLY_PAID


def payment_of(row: sqlite3.Row, currency: str) -> Payment:
    """Read one payment or refund; a refund's amount is negative."""
    sign = 1 if row["kind"] == "payment" else -1
    return Payment(
        id=row["id"],
        invoice_id=row["invoice_id"],
        amount=money(sign * row["amount_minor"], currency),
        paid_at=datetime.fromisoformat(row["paid_at"]),
        note=row["note"],
        author=UNSUPPORTED,
        reference=row["reference"],
        raw=dict(row),
    )


def customer_of(row: sqlite3.Row) -> Customer:
    """Read one customer."""
    return Customer(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        address=row["address"],
        note=row["note"],
        currency=UNSUPPORTED,
        is_archived=bool(row["is_archived"]),
        raw=dict(row),
    )


def entry_of(row: sqlite3.Row) -> TimeEntry:
    """Read one stretch of time."""
    start = datetime.fromisoformat(row["start"])
    duration = timedelta(seconds=row["seconds"])
    rate = None if row["rate_minor"] is None else money(row["rate_minor"], row["currency"])
    return TimeEntry(
        id=row["id"],
        invoiced=bool(row["is_invoiced"]),
        invoice_id=row["invoice_id"],
        user_id=row["user_id"],
        project_id=row["project_id"],
        task_id=UNSUPPORTED,
        customer_id=row["customer_id"],
        description=row["description"],
        is_billable=bool(row["is_billable"]),
        is_locked=UNSUPPORTED,
        start=start,
        end=start + duration,
        duration=duration,
        hourly_rate=rate,
        raw=dict(row),
    )


def instant(moment: datetime) -> str:
    """Write an instant so that text order is time order.

    Raises:
        InvalidInstant: It has no time zone, or in UTC it would lie outside of all years.
    """
    if moment.utcoffset() is None:
        raise InvalidInstant("the books keep instants with a time zone; use datetime(..., tzinfo=UTC)")
    try:
        return moment.astimezone(UTC).isoformat(timespec="microseconds")
    except OverflowError:
        raise InvalidInstant(f"{moment.isoformat()} lies outside of the years 1 to 9999 in UTC") from None


def _line(row: sqlite3.Row, currency: str) -> LineItem:
    return LineItem(
        id=str(row["position"]),
        position=row["position"],
        description=row["description"],
        quantity=Decimal(row["quantity"]),
        unit_price=Money(row["unit_price"], currency),
        amount=money(row["amount_minor"], currency),
        kind=row["kind"],
        raw=dict(row),
    )


def _percents(row: sqlite3.Row) -> tuple[Decimal, ...]:
    return tuple(Decimal(percent) for percent in json.loads(row["tax_percents"]))


def _sum(books: sqlite3.Connection, invoice_id: str, kind: str) -> int:
    # Added up here: SQLite's own sum fails beyond 63 bits, and then nothing could be read any more.
    rows = books.execute(
        "select amount_minor from payment where invoice_id = ? and kind = ?", (invoice_id, kind)
    )
    return sum(int(row[0]) for row in rows)


def _credited(books: sqlite3.Connection, invoice_id: str) -> int:
    """Return what the notes that are not void take off an invoice."""
    notes = books.execute(
        "select line.amount_minor from line join invoice on invoice.id = line.invoice_id "
        "where invoice.credits = ? and invoice.status <> ?",
        (invoice_id, VOID),
    )
    return -sum(int(row[0]) for row in notes)


def _customer_name(books: sqlite3.Connection, customer_id: str) -> str | None:
    row = books.execute("select name from customer where id = ?", (customer_id,)).fetchone()
    return None if row is None else str(row["name"])
