"""Time entries, as the core host lists them and as the detailed report shows them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import attrs

from invoicekit.errors import UsageError
from invoicekit.model import MISSING, NO_HEADERS, Absent, EntryMarks, TimeEntry, TimeEntryQuery
from invoicekit.wire import HEX_24, checked_id, named, read_duration, read_instant
from invoicekit_clockify.wire import (
    CODEC,
    Flag,
    Text,
    Units,
    document_of,
    money_of,
    report_instant,
    rows_of,
    text_or_none,
)

REPORT_PAGE_LIMIT = 1000
"""Source: vendor support, 2021, on the detailed report."""


@attrs.frozen(kw_only=True)
class WireInterval:
    """When; the core host writes the duration as ISO 8601 text, the report as whole seconds."""

    start: Text = MISSING
    end: Text = MISSING
    duration: str | int | Decimal | Absent | None = MISSING


@attrs.frozen(kw_only=True)
class WireRate:
    """Price of an hour, in minor units."""

    amount: Units = MISSING
    currency: Text = MISSING


@attrs.frozen(kw_only=True)
class WireEntry:
    """One entry of the core host: nothing in it tells whether it is invoiced.

    Source: vendor OpenAPI document; a peer's field-by-field comparison of July and August 2026 found no
        undeclared field.
    """

    id: str
    user_id: Text = attrs.field(default=MISSING, metadata=named("userId"))
    project_id: Text = attrs.field(default=MISSING, metadata=named("projectId"))
    task_id: Text = attrs.field(default=MISSING, metadata=named("taskId"))
    description: Text = MISSING
    billable: Flag = MISSING
    is_locked: Flag = attrs.field(default=MISSING, metadata=named("isLocked"))
    interval: WireInterval | Absent | None = attrs.field(default=MISSING, metadata=named("timeInterval"))
    hourly_rate: WireRate | Absent | None = attrs.field(default=MISSING, metadata=named("hourlyRate"))


@attrs.frozen(kw_only=True)
class WireInvoicing:
    """What the report says of an invoiced entry; the invoice is empty where it was marked by hand."""

    invoice_id: Text = attrs.field(default=MISSING, metadata=named("invoiceId"))
    by_hand: Flag = attrs.field(default=MISSING, metadata=named("manuallyInvoiced"))


@attrs.frozen(kw_only=True)
class WireReportEntry:
    """One row of the detailed report. Its id is ``_id``; the document's ``get_id`` is on no wire.

    Source: the vendor's own prose sample, Clockify.Net and a PHP billing sync in production.
    """

    id: str = attrs.field(metadata=named("_id"))
    user_id: Text = attrs.field(default=MISSING, metadata=named("userId"))
    project_id: Text = attrs.field(default=MISSING, metadata=named("projectId"))
    task_id: Text = attrs.field(default=MISSING, metadata=named("taskId"))
    customer_id: Text = attrs.field(default=MISSING, metadata=named("clientId"))
    description: Text = MISSING
    billable: Flag = MISSING
    is_locked: Flag = attrs.field(default=MISSING, metadata=named("isLocked"))
    interval: WireInterval | Absent | None = attrs.field(default=MISSING, metadata=named("timeInterval"))
    invoicing: WireInvoicing | Absent | None = attrs.field(default=MISSING, metadata=named("invoicingInfo"))


@attrs.frozen(kw_only=True)
class _Report:
    timeentries: tuple[WireReportEntry, ...]


def to_entry(
    wire: WireEntry, raw: Mapping[str, object], headers: Mapping[str, str] = NO_HEADERS
) -> TimeEntry:
    """Say a core entry in the neutral words; whether it is invoiced, this read cannot tell."""
    start, end, duration = _times(wire.interval)
    rate = wire.hourly_rate
    return TimeEntry(
        id=wire.id,
        invoiced=None,
        user_id=wire.user_id,
        project_id=wire.project_id,
        task_id=wire.task_id,
        description=wire.description,
        is_billable=wire.billable,
        is_locked=wire.is_locked,
        start=start,
        end=end,
        duration=duration,
        hourly_rate=money_of(rate.amount, text_or_none(rate.currency))
        if isinstance(rate, WireRate)
        else rate,
        raw=raw,
        headers=headers,
    )


def to_report_entry(
    wire: WireReportEntry,
    raw: Mapping[str, object],
    *,
    known: bool | None,
    headers: Mapping[str, str] = NO_HEADERS,
) -> TimeEntry:
    """Say a report row in the neutral words.

    Args:
        known: The state the report was narrowed to; None where it shows both.
    """
    start, end, duration = _times(wire.interval)
    return TimeEntry(
        id=wire.id,
        invoiced=_is_invoiced(wire.invoicing) if known is None else known,
        invoice_id=wire.invoicing.invoice_id if isinstance(wire.invoicing, WireInvoicing) else wire.invoicing,
        user_id=wire.user_id,
        project_id=wire.project_id,
        task_id=wire.task_id,
        customer_id=wire.customer_id,
        description=wire.description,
        is_billable=wire.billable,
        is_locked=wire.is_locked,
        start=start,
        end=end,
        duration=duration,
        raw=raw,
        headers=headers,
    )


def _is_invoiced(invoicing: WireInvoicing | Absent | None) -> bool | None:
    """Read the state off a row: null is "not invoiced", a missing member tells nothing."""
    if invoicing is None:
        return False
    if isinstance(invoicing, Absent):
        return None
    return True if text_or_none(invoicing.invoice_id) or invoicing.by_hand is True else None


def _times(
    interval: WireInterval | Absent | None,
) -> tuple[datetime | Absent | None, datetime | Absent | None, timedelta | Absent | None]:
    if not isinstance(interval, WireInterval):
        return interval, interval, interval
    return _instant(interval.start), _instant(interval.end), _duration(interval.duration)


def _instant(text: Text) -> datetime | Absent | None:
    return read_instant(text) if isinstance(text, str) else text


def _duration(value: str | int | Decimal | Absent | None) -> timedelta | Absent | None:
    if isinstance(value, str):
        return read_duration(value)
    if isinstance(value, int | Decimal):
        return timedelta(seconds=int(value))
    return value


def read_entry(
    body: bytes, *, where: str = "time entry", headers: Mapping[str, str] = NO_HEADERS
) -> TimeEntry:
    """Read one entry of the core host."""
    document = CODEC.parse(body, where=where)
    return to_entry(CODEC.structure(document, WireEntry, where=where), document_of(document), headers)


def read_entries(
    body: bytes, *, where: str = "time entries", headers: Mapping[str, str] = NO_HEADERS
) -> tuple[TimeEntry, ...]:
    """Read a bare array of the core host's entries."""
    rows = rows_of(CODEC.parse(body, where=where), where=where)
    wires = CODEC.structure(rows, tuple[WireEntry, ...], where=where)
    return tuple(to_entry(wire, document_of(row), headers) for wire, row in zip(wires, rows, strict=True))


def read_report(
    body: bytes,
    *,
    known: bool | None,
    where: str = "detailed report",
    headers: Mapping[str, str] = NO_HEADERS,
) -> tuple[TimeEntry, ...]:
    """Read one page of the detailed report.

    Shape: {"timeentries": [...], "totals": [...]}; instants in the zone that was asked for, with its offset.
    """
    document = CODEC.parse(body, where=where)
    report = CODEC.structure(document, _Report, where=where)
    rows = rows_of(document_of(document)["timeentries"], where=where)
    return tuple(
        to_report_entry(wire, document_of(row), known=known, headers=headers)
        for wire, row in zip(report.timeentries, rows, strict=True)
    )


def encode_marks(marks: EntryMarks) -> bytes:
    """Write one batch of marks.

    Shape: {"timeEntryIds": [id, ...], "invoiced": bool}, both required; always an array, ids unique. The
    flag is set to the value, so a repeat changes nothing. Answer: 200 with an empty body. No core read
    shows the flag afterwards, only the detailed report. It links no entry to an invoice; only import does.
    Source: vendor OpenAPI document, PATCH /v1/workspaces/{workspaceId}/time-entries/invoiced; live,
        re-probed 2026-08-11.
    Unverified: the most ids in one request, and what one bad id does to the rest.

    Raises:
        UsageError: No ids.
        InvalidIdentifier: One of them is no id of Clockify's; nothing was sent.
    """
    ids = [checked_id("time entry", one, HEX_24) for one in dict.fromkeys(marks.entry_ids)]
    if not ids:
        raise UsageError("there are no time entries to mark")
    return CODEC.encode({"timeEntryIds": ids, "invoiced": marks.invoiced})


def encode_entry_ids(entry_ids: Sequence[str]) -> bytes:
    """Write which entries to read.

    Shape: {"timeEntryIds": [id, ...], "hydrated": bool}. In no vendor document.
    Source: peer's live probe of 2026-08-05, POST /v1/workspaces/{workspaceId}/time-entries/batch, 200.
    """
    ids = [checked_id("time entry", one, HEX_24) for one in dict.fromkeys(entry_ids)]
    return CODEC.encode({"timeEntryIds": ids, "hydrated": False})


def encode_report(
    query: TimeEntryQuery, *, start: datetime, end: datetime, page: int, page_size: int
) -> bytes:
    """Write one page's request for the detailed report.

    Shape: required dateRangeStart, dateRangeEnd, detailedFilter {page, pageSize, sortColumn, options.totals};
    filters invoicingState, billable, clients, projects, users as {contains, ids, status}. The window is wall
    clock in `timeZone`, so UTC is named and instants are meant literally. The range's end is included.
    Source: vendor OpenAPI document of 2026, POST /v1/workspaces/{workspaceId}/reports/detailed on the
        reports host; the zone: peer's live probes.
    Unverified: that rows sorted by ID keep their places while pages are read; that the end is included to
        the millisecond. The reader drops what starts outside of [start, end).
    """
    document: dict[str, object] = {
        "dateRangeStart": report_instant(start),
        "dateRangeEnd": report_instant(end - timedelta(milliseconds=1)),
        "timeZone": "UTC",
        "exportType": "JSON",
        "sortOrder": "ASCENDING",
        "detailedFilter": {
            "page": page,
            "pageSize": min(page_size, REPORT_PAGE_LIMIT),
            "sortColumn": "ID",
            "options": {"totals": "EXCLUDE"},
        },
    }
    if query.invoiced is not None:
        document["invoicingState"] = "INVOICED" if query.invoiced else "UNINVOICED"
    if query.billable is not None:
        document["billable"] = query.billable
    filters = (("clients", query.customer_id), ("projects", query.project_id), ("users", query.user_id))
    for name, wanted in filters:
        if wanted is not None:
            ids = [checked_id(name, wanted, HEX_24)]
            document[name] = {"contains": "CONTAINS", "ids": ids, "status": "ALL"}
    return CODEC.encode(document)
