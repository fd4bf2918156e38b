"""Tracked time imported onto an invoice, and known again by the entries on its lines."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import Conflict, FieldLocked, MalformedResponse, UsageError
from invoicekit.model import Invoice, TimeEntry, TimeGrouping, TimeWindow
from invoicekit.wire import HEX_24, canonical, checked_id
from invoicekit_clockify.account import fetch_current_user
from invoicekit_clockify.invoices import done_with, fetch_invoice
from invoicekit_clockify.operations import Writes
from invoicekit_clockify.requests import Requests
from invoicekit_clockify.status import LOCKED
from invoicekit_clockify.wire_invoice import InvoiceRecord, read_invoice
from invoicekit_clockify.wire_items import Grouping, TimeImport, encode_import

_GROUPINGS = {
    TimeGrouping.SINGLE: (Grouping.SINGLE_ITEM, None, None),
    TimeGrouping.PROJECT: (Grouping.GROUPED, "PROJECT", "NONE"),
    TimeGrouping.USER: (Grouping.GROUPED, "USER", "NONE"),
    TimeGrouping.TASK: (Grouping.GROUPED, "PROJECT", "TASK"),
    TimeGrouping.DAY: (Grouping.GROUPED, "DATE", "NONE"),
    TimeGrouping.DETAILED: (Grouping.DETAILED, None, None),
}


def import_time(requests: Requests, writes: Writes, invoice_id: str, window: TimeWindow) -> Write[Invoice]:
    """Import billable, uninvoiced time of the invoice's client; its entries become invoiced and linked.

    Clockify takes whatever it finds in the window; the entries named are what the import is known by, in
    every process and after any loss: an invoice whose lines hold them all has it, and one that holds some
    of them is not touched.

    Source: vendor OpenAPI document of 2026, POST .../items/import; lines carry timeEntryIds: the same.
    Unverified: that an import which was answered is shown by the next read of the invoice.

    Raises:
        UsageError, InvalidIdentifier: No entries, or an id that is none; nothing was sent.
    """
    if not window.entry_ids:
        raise UsageError("an import names the entries it is to take; there are none")
    wanted = frozenset(checked_id("time entry", one, HEX_24) for one in window.entry_ids)
    grouping, group_by, then_by = _GROUPINGS[window.grouping]

    async def perform(sender: Sender) -> Done[Invoice]:
        user = await fetch_current_user(sender)
        wish = TimeImport(
            start=window.start,
            end=window.end,
            zone=_zone(user.time_zone),
            grouping=grouping,
            project_ids=window.project_ids,
            group_by=group_by,
            then_by=then_by,
        )
        response = await sender.send(
            writes.import_time_entries, requests.import_items(invoice_id, encode_import(wish))
        )
        after = read_invoice(
            response.body,
            expected_id=invoice_id,
            where=f"invoice {invoice_id}",
            headers=response.shown_headers,
        )
        return done_with(after)

    async def look(sender: Sender) -> Sighting[Invoice]:
        record = await fetch_invoice(sender, requests, invoice_id)
        there = wanted & _linked(record)
        if there == wanted:
            return Sighting(matches=(done_with(record),))
        if record.status in LOCKED:
            refusal: Exception = FieldLocked(
                f"invoice {invoice_id} is {record.status} and takes no lines any more; nothing was sent"
            )
            return Sighting(refusal=refusal)
        if there:
            return Sighting(
                refusal=Conflict(
                    f"invoice {invoice_id} holds {len(there)} of the {len(wanted)} entries already; remove "
                    "their lines, or bill the rest on another invoice; nothing was sent"
                )
            )
        return Sighting()

    return Write(
        operation=writes.import_time_entries,
        target=invoice_id,
        content=canonical(invoice_id=invoice_id, window=window),
        perform=perform,
        look=look,
        recall=lambda _: Invoice(id=invoice_id),
    )


def names_in(entry: TimeEntry) -> Mapping[str, str]:
    """Return the names that a row of the detailed report has beside its ids.

    Source: vendor's prose on the report: projectName, userName, taskName.
    """
    ids = (("projectName", entry.project_id), ("userName", entry.user_id), ("taskName", entry.task_id))
    named = ((one, entry.raw.get(member)) for member, one in ids)
    return {one: name for one, name in named if isinstance(one, str) and isinstance(name, str) and name}


def _linked(record: InvoiceRecord) -> frozenset[str]:
    lines = record.invoice().line_items
    held = lines if isinstance(lines, tuple) else ()
    return frozenset(one for line in held for one in line.time_entry_ids)


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo(name or "")
    except (ZoneInfoNotFoundError, ValueError):
        raise MalformedResponse(
            "the current user names no time zone, and an import's window is wall clock there; nothing was "
            "sent"
        ) from None
