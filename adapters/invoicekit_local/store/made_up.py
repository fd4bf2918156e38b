"""Rows as another program might have written them into the books."""

import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from random import Random

_FIRST_START = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
_CUSTOMERS, _PROJECTS, _USERS = 2, 3, 2


def populate(books: sqlite3.Connection, order: Mapping[str, object], *, seed: int) -> Mapping[str, int]:
    """Write as many rows of each kind as ordered, and return how many were written.

    Raises:
        ValueError: The order names something unknown, or not a whole number of at least 0.
    """
    if strange := sorted(set(order) - set(_KINDS)):
        raise ValueError(f"the books hold no {', '.join(strange)}; they hold {', '.join(_KINDS)}")
    written = {}
    for kind, count in order.items():
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            raise ValueError(f"{kind}: a whole number of at least 0, not {count!r}")
        draw = Random(f"{seed}:{kind}")  # noqa: S311
        for _ in range(count):
            _KINDS[kind](books, draw)
        written[kind] = count
    return written


def _client(books: sqlite3.Connection, draw: Random) -> None:
    number = _count(books, "customer") + 1
    books.execute(
        "insert into customer (id, name, email) values (?, ?, ?)",
        (f"cus_m{number:05}", f"Made up {number} Ltd", f"billing{number}@example.com"),
    )


def _invoice(books: sqlite3.Connection, draw: Random) -> None:
    number = _count(books, "invoice") + 1
    invoice_id = f"inv_m{number:05}"
    books.execute(
        "insert into invoice (id, number, customer_id, currency, issue_date, due_date, status) "
        "values (?, ?, ?, 'EUR', '2026-04-01', '2026-04-30', 'open')",
        (invoice_id, f"M-{number:05}", _customers(books, draw, 1)[0]),
    )
    books.execute(
        "insert into line values (?, 1, 'made up', '1', ?, ?, null)",
        (invoice_id, f"{100 + number}.00", 100 * (100 + number)),
    )


def _time_entry(books: sqlite3.Connection, draw: Random) -> None:
    number = _count(books, "time_entry") + 1
    customers = _customers(books, draw, _CUSTOMERS)
    start = _FIRST_START + timedelta(hours=3 * number, minutes=draw.randrange(60))
    books.execute(
        "insert into time_entry (id, customer_id, project_id, user_id, description, start, seconds, "
        "is_billable, rate_minor, currency) values (?, ?, ?, ?, ?, ?, ?, ?, 9000, 'EUR')",
        (
            f"t_m{number:05}",
            customers[number % len(customers)],
            f"project-{number % _PROJECTS}",
            f"user-{number % _USERS}",
            f"work {number}",
            start.isoformat(timespec="microseconds"),
            60 * draw.randrange(5, 120),
            number % 5 != 0,
        ),
    )


def _customers(books: sqlite3.Connection, draw: Random, count: int) -> list[str]:
    while _count(books, "customer") < count:
        _client(books, draw)
    return [str(row[0]) for row in books.execute("select id from customer order by rowid limit ?", (count,))]


def _count(books: sqlite3.Connection, table: str) -> int:
    return int(books.execute(f"select count(*) from {table}").fetchone()[0])  # noqa: S608 -- a literal below


_KINDS: Mapping[str, Callable[[sqlite3.Connection, Random], None]] = {
    "clients": _client,
    "invoices": _invoice,
    "time_entries": _time_entry,
}
