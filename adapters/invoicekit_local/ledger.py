"""What happens in the books: each function is the work of one transaction."""

import json
import sqlite3
from typing import Final

from invoicekit.errors import (
    Conflict,
    CurrencyMismatch,
    FieldLocked,
    InvalidTransition,
    NotFound,
    UsageError,
)
from invoicekit.model import (
    Absent,
    Invoice,
    InvoiceChange,
    NewCustomer,
    NewInvoice,
    currency_exponent,
)
from invoicekit_local.rows import DRAFT, OPEN, UNCOLLECTIBLE, VOID, invoice_of, totals_in
from invoicekit_local.totals import Totals, line_amount, percent

_STEPS: Final = {
    DRAFT: {OPEN, VOID},
    OPEN: {DRAFT, VOID, UNCOLLECTIBLE},
    UNCOLLECTIBLE: {OPEN},
    VOID: frozenset[str](),
}
Books = sqlite3.Connection


def invoice_row(books: Books, invoice_id: str) -> sqlite3.Row:
    """Return one invoice's row.

    Raises:
        NotFound: There is none.
    """
    row: sqlite3.Row | None = books.execute("select * from invoice where id = ?", (invoice_id,)).fetchone()
    if row is None:
        raise NotFound(f"these books hold no invoice {invoice_id!r}")
    return row


def read_invoice(books: Books, invoice_id: str) -> Invoice:
    """Read one invoice."""
    return invoice_of(books, invoice_row(books, invoice_id))


def totals(books: Books, row: sqlite3.Row) -> Totals:
    """Compute one invoice's totals."""
    amounts = books.execute("select amount_minor from line where invoice_id = ?", (row["id"],)).fetchall()
    return totals_in(books, row, [amount[0] for amount in amounts])


def create_invoice(books: Books, new: NewInvoice) -> Invoice:
    """Write a draft with its lines.

    Raises:
        NotFound: No such customer.
        CurrencyMismatch: A line in another currency.
    """
    _check_customer(books, new.customer_id)
    exponent = currency_exponent(new.currency)
    invoice_id = new_id(books, "inv")
    books.execute(
        "insert into invoice "
        "(id, number, customer_id, currency, issue_date, due_date, status, subject, note) "
        "values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            invoice_id,
            new.number,
            new.customer_id,
            new.currency,
            new.issue_date.isoformat(),
            new.due_date.isoformat(),
            DRAFT,
            new.subject,
            new.note,
        ),
    )
    for position, item in enumerate(new.line_items, start=1):
        if item.unit_price.currency != new.currency:
            raise CurrencyMismatch(f"line {position} is in {item.unit_price.currency}, not {new.currency}")
        amount = line_amount(item.quantity, item.unit_price.amount, exponent)
        books.execute(
            "insert into line values (?, ?, ?, ?, ?, ?, ?)",
            (
                invoice_id,
                position,
                item.description,
                str(item.quantity),
                str(item.unit_price.amount),
                amount,
                item.kind,
            ),
        )
    return read_invoice(books, invoice_id)


def update_invoice(books: Books, invoice_id: str, change: InvoiceChange) -> Invoice:
    """Change fields of a draft.

    Raises:
        FieldLocked: It is no draft any more.
        Conflict: The number is taken.
        NotFound: No such customer.
        InvalidAmount: A percentage that cannot be applied.
    """
    row = invoice_row(books, invoice_id)
    if row["status"] != DRAFT:
        raise FieldLocked(f"invoice {row['number']} is {row['status']}; only a draft can be changed")
    if not isinstance(change.currency, Absent) and change.currency != row["currency"]:
        raise FieldLocked("the currency of an invoice is fixed when it is created")
    _check_keys(books, row, change)
    columns: dict[str, object] = {
        "number": change.number,
        "customer_id": change.customer_id,
        "issue_date": change.issue_date
        if isinstance(change.issue_date, Absent)
        else change.issue_date.isoformat(),
        "due_date": change.due_date if isinstance(change.due_date, Absent) else change.due_date.isoformat(),
        "subject": change.subject,
        "note": change.note,
        "discount_percent": change.discount_percent
        if isinstance(change.discount_percent, Absent)
        else str(percent(change.discount_percent, most=100)),
        "tax_percents": change.tax_percents
        if isinstance(change.tax_percents, Absent)
        else json.dumps([str(percent(one)) for one in change.tax_percents]),
    }
    for column, value in columns.items():
        if not isinstance(value, Absent):
            books.execute(f"update invoice set {column} = ? where id = ?", (value, invoice_id))  # noqa: S608
    return read_invoice(books, invoice_id)


def set_status(books: Books, invoice_id: str, status: str) -> Invoice:
    """Move an invoice one step that `step_refusal` has nothing against."""
    books.execute("update invoice set status = ? where id = ?", (status, invoice_id))
    return read_invoice(books, invoice_id)


def step_refusal(books: Books, invoice_id: str, status: str) -> InvalidTransition | None:
    """Say why an invoice cannot take a step."""
    row = invoice_row(books, invoice_id)
    if status not in _STEPS.get(row["status"], ()):
        return InvalidTransition(f"invoice {row['number']} is {row['status']} and cannot become {status}")
    if row["credits"] is not None and status != VOID:
        return InvalidTransition(f"{row['number']} is a credit note: it is voided or stays as it is")
    if status in {DRAFT, VOID} and row["credits"] is None and totals(books, row).credited:
        return InvalidTransition(
            f"invoice {row['number']} has credit notes: void them before it becomes {status}"
        )
    if status == UNCOLLECTIBLE and totals(books, row).due <= 0:
        return InvalidTransition(f"invoice {row['number']} owes nothing any more")
    if status == DRAFT and _has_payments(books, invoice_id):
        return InvalidTransition(f"invoice {row['number']} has payments: delete them before it becomes draft")
    if status == VOID and totals(books, row).paid:
        return InvalidTransition(
            f"invoice {row['number']} has payments: refund or delete them before it becomes void"
        )
    return None


def delete_invoice(books: Books, invoice_id: str) -> None:
    """Delete a draft without payments."""
    row = books.execute("select * from invoice where id = ?", (invoice_id,)).fetchone()
    if row is None:
        return
    if row["status"] != DRAFT or _has_payments(books, invoice_id):
        raise InvalidTransition(f"invoice {row['number']} is no unpaid draft: void it instead")
    books.execute(
        "update time_entry set invoice_id = null, is_invoiced = 0 where invoice_id = ?", (invoice_id,)
    )
    books.execute("delete from invoice where id = ?", (invoice_id,))


def add_customer(books: Books, new: NewCustomer) -> str:
    """Write a customer and return its id."""
    customer_id = new_id(books, "cus")
    books.execute(
        "insert into customer (id, name, email, address, note) values (?, ?, ?, ?, ?)",
        (customer_id, new.name, new.email, new.address, new.note),
    )
    return customer_id


def duplicate_invoice(books: Books, invoice_id: str) -> Invoice:
    """Copy an invoice and its lines as a draft with the next free number.

    Raises:
        InvalidTransition: It is a credit note.
    """
    row = invoice_row(books, invoice_id)
    if row["credits"] is not None:
        raise InvalidTransition(f"{row['number']} is a credit note: issue another one instead")
    number = next(
        candidate
        for candidate in (f"{row['number']}-{count}" for count in range(2, 100_000))
        if books.execute("select 1 from invoice where number = ?", (candidate,)).fetchone() is None
    )
    copy_id = new_id(books, "inv")
    books.execute(
        "insert into invoice select ?, ?, customer_id, currency, issue_date, due_date, ?, subject, note, "
        "discount_percent, tax_percents, null from invoice where id = ?",
        (copy_id, number, DRAFT, invoice_id),
    )
    books.execute(
        "insert into line select ?, position, description, quantity, unit_price, amount_minor, kind "
        "from line where invoice_id = ?",
        (copy_id, invoice_id),
    )
    return read_invoice(books, copy_id)


def number_taken(number: str) -> Conflict:
    """Return the refusal for a number that stands on another document."""
    return Conflict(f"the number {number!r} is taken by another document; nothing was written")


def new_id(books: Books, prefix: str) -> str:
    """Return the next id of a kind; one that was deleted is never given out again."""
    row = books.execute(
        "insert into counter values (?, 1) "
        "on conflict (name) do update set value = value + 1 returning value",
        (prefix,),
    ).fetchone()
    return f"{prefix}_{row[0]:06d}"


def _check_keys(books: Books, row: sqlite3.Row, change: InvoiceChange) -> None:
    """Refuse a number or a customer that the database would refuse without words."""
    number = change.number
    if not isinstance(number, Absent):
        found = books.execute("select id from invoice where number = ?", (number,)).fetchone()
        if found is not None and found["id"] != row["id"]:
            raise number_taken(number)
    if change.customer_id is None:
        raise UsageError("an invoice of the books has a customer; nothing was written")
    if not isinstance(change.customer_id, Absent):
        _check_customer(books, change.customer_id)


def _check_customer(books: Books, customer_id: str) -> None:
    if books.execute("select 1 from customer where id = ?", (customer_id,)).fetchone() is None:
        raise NotFound(f"these books hold no customer {customer_id!r}")


def _has_payments(books: Books, invoice_id: str) -> bool:
    return books.execute("select 1 from payment where invoice_id = ?", (invoice_id,)).fetchone() is not None
