"""Looking things up in the books, page by page."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeVar

from invoicekit.errors import NotFound, UsageError
from invoicekit.model import Customer, Invoice, InvoiceQuery, Page, Payment, TimeEntry, TimeEntryQuery
from invoicekit_local.ledger import invoice_row
from invoicekit_local.rows import customer_of, entry_of, instant, invoice_of, payment_of

T = TypeVar("T")
Books = sqlite3.Connection

PAGE_SIZE = 200
_LONGEST_CURSOR = 19


def by_number(books: Books, number: str) -> Sequence[Invoice]:
    """Read the invoice of this number; at most one."""
    rows = books.execute("select * from invoice where number = ?", (number,)).fetchall()
    return [invoice_of(books, row) for row in rows]


def has_invoice(books: Books, invoice_id: str) -> bool:
    """Tell whether the invoice is there."""
    return books.execute("select 1 from invoice where id = ?", (invoice_id,)).fetchone() is not None


def has_payment(books: Books, invoice_id: str, payment_id: str) -> bool:
    """Tell whether the payment is there."""
    found = books.execute("select 1 from payment where id = ? and invoice_id = ?", (payment_id, invoice_id))
    return found.fetchone() is not None


def invoices(books: Books, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
    """Read one page of invoices; the status people see is computed, so it is filtered after reading."""
    conditions, values = _conditions(
        ("customer_id = ?", query.customer_id),
        ("issue_date >= ?", None if query.issued_from is None else query.issued_from.isoformat()),
        ("issue_date <= ?", None if query.issued_to is None else query.issued_to.isoformat()),
    )
    page = _page(books, "invoice", conditions, values, cursor, lambda row: invoice_of(books, row))
    if not query.statuses:
        return page
    wanted = tuple(invoice for invoice in page.items if invoice.status in query.statuses)
    return Page(items=wanted, next_cursor=page.next_cursor)


def payments(books: Books, invoice_id: str) -> Page[Payment]:
    """Read all payments and refunds of an invoice."""
    currency = invoice_row(books, invoice_id)["currency"]
    rows = books.execute("select * from payment where invoice_id = ? order by rowid", (invoice_id,))
    return Page(items=tuple(payment_of(row, currency) for row in rows))


def payment(books: Books, payment_id: str) -> Payment:
    """Read one payment or refund that is known to be there."""
    row = books.execute("select * from payment where id = ?", (payment_id,)).fetchone()
    return payment_of(row, invoice_row(books, row["invoice_id"])["currency"])


def payments_referring(books: Books, kind: str, reference: str) -> Sequence[Payment]:
    """Read the payment or refund of a reference; at most one."""
    rows = books.execute(
        "select * from payment where kind = ? and reference = ?", (kind, reference)
    ).fetchall()
    return [payment(books, row["id"]) for row in rows]


def time_entries(books: Books, query: TimeEntryQuery, cursor: str | None) -> Page[TimeEntry]:
    """Read one page of time entries."""
    conditions, values = _conditions(
        ("start >= ?", None if query.start is None else instant(query.start)),
        ("start < ?", None if query.end is None else instant(query.end)),
        ("is_invoiced = ?", query.invoiced),
        ("is_billable = ?", query.billable),
        ("customer_id = ?", query.customer_id),
        ("project_id = ?", query.project_id),
        ("user_id = ?", query.user_id),
    )
    return _page(books, "time_entry", conditions, values, cursor, entry_of)


def customers(books: Books, cursor: str | None) -> Page[Customer]:
    """Read one page of customers."""
    return _page(books, "customer", [], [], cursor, customer_of)


def customers_named(books: Books, name: str) -> Sequence[Customer]:
    """Read the customer of this name; at most one."""
    return [customer_of(row) for row in books.execute("select * from customer where name = ?", (name,))]


def customer(books: Books, customer_id: str) -> Customer:
    """Read one customer.

    Raises:
        NotFound: There is none.
    """
    row = books.execute("select * from customer where id = ?", (customer_id,)).fetchone()
    if row is None:
        raise NotFound(f"these books hold no customer {customer_id!r}")
    return customer_of(row)


def _conditions(*pairs: tuple[str, object]) -> tuple[list[str], list[object]]:
    given = [(condition, value) for condition, value in pairs if value is not None]
    return [condition for condition, _ in given], [value for _, value in given]


def _page(
    books: Books,
    table: str,
    conditions: list[str],
    values: list[object],
    cursor: str | None,
    read: Callable[[sqlite3.Row], T],
) -> Page[T]:
    if cursor is not None and not (cursor.isascii() and cursor.isdecimal() and len(cursor) < _LONGEST_CURSOR):
        raise UsageError("a cursor is what an earlier page gave as its next")
    where = " and ".join([*conditions, "rowid > ?"])
    # Table and conditions are literals of this module; every value is bound.
    rows = books.execute(
        f"select rowid as cursor_row, * from {table} where {where} order by rowid limit ?",  # noqa: S608
        (*values, int(cursor or 0), PAGE_SIZE + 1),
    ).fetchall()
    next_cursor = str(rows[PAGE_SIZE - 1]["cursor_row"]) if len(rows) > PAGE_SIZE else None
    return Page(items=tuple(read(row) for row in rows[:PAGE_SIZE]), next_cursor=next_cursor)
