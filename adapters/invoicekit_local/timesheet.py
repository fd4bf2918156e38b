"""Tracked time in the books: written down, marked, and tied to the invoice that bills it."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from invoicekit.adapter import Done, Sighting
from invoicekit.errors import Conflict, FieldLocked, NotFound, UsageError
from invoicekit.model import Money, TimeEntry, TimeLink
from invoicekit_local.ledger import invoice_row
from invoicekit_local.rows import VOID, instant
from invoicekit_local.totals import stored

Books = sqlite3.Connection


def add_time_entries(books: Books, entries: Sequence[TimeEntry]) -> None:
    """Write tracked time; an entry that is there already, under its id, stays as it is."""
    for entry in entries:
        if not isinstance(entry.start, datetime) or not isinstance(entry.duration, timedelta):
            raise UsageError(f"time entry {entry.id!r} needs a start and a duration")
        rate = entry.hourly_rate if isinstance(entry.hourly_rate, Money) else None
        books.execute(
            "insert or ignore into time_entry values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entry.id,
                entry.customer_id or None,
                entry.project_id or None,
                entry.user_id or None,
                entry.description or None,
                instant(entry.start),
                int(entry.duration.total_seconds()),
                entry.is_billable is not False,
                None if rate is None else stored(rate.minor),
                None if rate is None else rate.currency,
                bool(entry.invoiced),
                None,
            ),
        )


def mark_entries(books: Books, entry_ids: Sequence[str], *, invoiced: bool) -> None:
    """Set the flag of all entries, or of none; what is not invoiced any more hangs on no invoice.

    Raises:
        NotFound: One of them is not in the books.
    """
    for entry_id in entry_ids:
        changed = books.execute(
            "update time_entry set is_invoiced = ?1, invoice_id = iif(?1, invoice_id, null) where id = ?2",
            (invoiced, entry_id),
        )
        if changed.rowcount == 0:
            raise NotFound(f"these books hold no time entry {entry_id!r}")


def link_sighting(books: Books, link: TimeLink) -> Sighting[None]:
    """Tell whether all entries hang on the invoice, and why the others cannot be hung on it.

    Raises:
        NotFound: There is no such invoice.
    """
    invoice = invoice_row(books, link.invoice_id)
    missing = 0
    for entry_id in link.entry_ids:
        row = books.execute(
            "select invoice_id, is_invoiced from time_entry where id = ?", (entry_id,)
        ).fetchone()
        if row is None:
            return Sighting(refusal=NotFound(f"these books hold no time entry {entry_id!r}"))
        if row["invoice_id"] == link.invoice_id:
            continue
        missing += 1
        if row["is_invoiced"]:
            where = f"on {row['invoice_id']}" if row["invoice_id"] else "elsewhere"
            return Sighting(
                refusal=Conflict(f"time entry {entry_id!r} is invoiced {where} already; nothing was written")
            )
    if missing and invoice["status"] == VOID:
        return Sighting(refusal=FieldLocked(f"invoice {invoice['number']} is void and bills no time"))
    return Sighting() if missing else Sighting(matches=(Done(value=None, resource_id=link.invoice_id),))


def link_entries(books: Books, link: TimeLink) -> None:
    """Tie entries that `link_sighting` has nothing against to the invoice."""
    for entry_id in link.entry_ids:
        books.execute(
            "update time_entry set is_invoiced = 1, invoice_id = ? where id = ?", (link.invoice_id, entry_id)
        )
