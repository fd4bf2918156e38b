"""Whether rows from elsewhere are rows that these books could have written themselves."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from invoicekit.errors import UsageError
from invoicekit.model import Money, currency_exponent
from invoicekit_local.ledger import totals
from invoicekit_local.rows import DRAFT, OPEN, UNCOLLECTIBLE, VOID, instant
from invoicekit_local.totals import line_amount, percent

_MOST = 2**63 - 1
_MOST_COUNT = 2**53
_MOST_SECONDS = 10**10


def check_row(table: str, row: Mapping[str, object]) -> None:
    """Refuse a row with a value that could not be read again, or that no ledger holds.

    Raises:
        UsageError: The message names table and column.
    """
    for column, value in row.items():
        problem = _problem(_CHECKS.get((table, column)), value)
        if problem:
            raise UsageError(f"a {table} with this {column} is none of the books ({problem})")
    if table == "time_entry" and (row["rate_minor"] is None) is not (row["currency"] is None):
        raise UsageError("a time_entry has a rate and its currency, or neither")


def check_books(books: sqlite3.Connection) -> None:
    """Refuse books whose rows contradict each other.

    Raises:
        UsageError: A line that does not come to its amount, more given back than paid, more paid than owed,
            a payment on what takes none, or a credit note that credits nothing that is there.
    """
    for line in books.execute("select line.*, currency from line join invoice on invoice.id = invoice_id"):
        exponent = currency_exponent(line["currency"])
        amount = line_amount(Decimal(line["quantity"]), Decimal(line["unit_price"]), exponent)
        if amount != line["amount_minor"]:
            raise UsageError(
                f"line {line['position']} of invoice {line['invoice_id']} does not come to its amount"
            )
    for note in books.execute(
        "select note.number from invoice as note left join invoice as credited on credited.id = note.credits "
        "where note.credits is not null and (credited.id is null or credited.credits is not null "
        "or credited.currency <> note.currency or credited.customer_id <> note.customer_id)"
    ):
        raise UsageError(f"the credits of document {note['number']} are no invoice of its customer's")
    for row in books.execute(
        "select * from invoice where id in (select credits from invoice where credits is not null)"
    ).fetchall():
        found = totals(books, row)
        if not 0 <= found.credited <= found.total:
            raise UsageError(f"the credits of invoice {row['id']} are more than it comes to")
    for row in books.execute(
        "select * from invoice where id in (select invoice_id from payment) order by rowid"
    ).fetchall():
        found = totals(books, row)
        if not 0 <= found.paid <= found.total or (found.paid and row["status"] in {DRAFT, VOID}):
            raise UsageError(f"the payment rows of invoice {row['id']} do not add up: no ledger holds them")


def _problem(check: Callable[[object], object] | None, value: object) -> str:
    """Say what is wrong with a value; empty for nothing."""
    if not isinstance(value, str | int | None) or isinstance(value, bool):
        return f"{type(value).__name__} in the place of a text or a whole number"
    try:
        if isinstance(value, str):
            value.encode()
        elif value is not None and abs(value) > _MOST:
            return "more than 63 bits"
        if check is not None and not check(value):
            return "out of bounds"
    except (ValueError, TypeError, ArithmeticError, UsageError) as error:
        return type(error).__name__
    return ""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("no whole number")
    return value


def _is_day(value: object) -> bool:
    return date.fromisoformat(_text(value)).isoformat() == value


def _is_instant(value: object) -> bool:
    return instant(datetime.fromisoformat(_text(value))) == value


def _is_currency(value: object) -> bool:
    return currency_exponent(_text(value)) >= 0 and len(_text(value)) == 3


def _is_number(value: object) -> bool:
    return Money(_text(value), "EUR") is not None


def _is_discount(value: object) -> bool:
    return percent(Decimal(_text(value)), most=100) >= 0


def _are_percents(value: object) -> bool:
    given = json.loads(_text(value))
    return isinstance(given, list) and all(percent(Decimal(_text(one))) >= 0 for one in given)


def _is_flag(value: object) -> bool:
    return _whole(value) in {0, 1}


_CHECKS: Final[Mapping[tuple[str, str], Callable[[object], object]]] = {
    ("counter", "name"): _text,
    ("counter", "value"): lambda value: 0 <= _whole(value) < _MOST_COUNT,
    ("customer", "id"): _text,
    ("customer", "name"): _text,
    ("customer", "is_archived"): _is_flag,
    ("invoice", "id"): _text,
    ("invoice", "number"): _text,
    ("invoice", "currency"): _is_currency,
    ("invoice", "issue_date"): _is_day,
    ("invoice", "due_date"): _is_day,
    ("invoice", "status"): lambda value: value in {DRAFT, OPEN, UNCOLLECTIBLE, VOID},
    ("invoice", "discount_percent"): _is_discount,
    ("invoice", "tax_percents"): _are_percents,
    ("line", "position"): lambda value: _whole(value) > 0,
    ("line", "quantity"): _is_number,
    ("line", "unit_price"): _is_number,
    ("payment", "id"): _text,
    ("payment", "kind"): lambda value: value in {"payment", "refund"},
    ("payment", "amount_minor"): lambda value: _whole(value) > 0,
    ("payment", "paid_at"): _is_instant,
    ("payment", "reference"): _text,
    ("time_entry", "id"): _text,
    ("time_entry", "start"): _is_instant,
    ("time_entry", "seconds"): lambda value: 0 <= _whole(value) < _MOST_SECONDS,
    ("time_entry", "is_billable"): _is_flag,
    ("time_entry", "is_invoiced"): _is_flag,
    ("time_entry", "currency"): lambda value: value is None or _is_currency(value),
}
