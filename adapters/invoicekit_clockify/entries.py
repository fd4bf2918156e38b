"""Time entries: listed, marked, and read back where alone the mark can be seen."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

import attrs

from invoicekit.adapter import Done, Sender, Write
from invoicekit.errors import InvalidInstant, UsageError
from invoicekit.model import Absent, EntryMarks, Money, Page, Pager, TimeEntry, TimeEntryQuery
from invoicekit.wire import HEX_24, canonical, checked_id
from invoicekit_clockify.operations import (
    DETAILED_REPORT,
    GET_TIME_ENTRIES,
    GET_TIME_ENTRY,
    LIST_USER_TIME_ENTRIES,
    Writes,
)
from invoicekit_clockify.paging import Bookmark
from invoicekit_clockify.requests import Requests
from invoicekit_clockify.wire import clock_window
from invoicekit_clockify.wire_time import (
    encode_entry_ids,
    encode_marks,
    encode_report,
    read_entries,
    read_entry,
    read_report,
)

# Beyond these a clock of another zone may show a year that there is not.
_FIRST_YEAR, _LAST_YEAR = 2, 9998
_BATCH = 200


def mark_entries(requests: Requests, writes: Writes, marks: EntryMarks) -> Write[None]:
    """Set the invoiced flag of one batch, as one request.

    Repeating it is harmless, and no read by id shows the flag, so nothing is looked up before or after;
    `invoiced_entries` reads it back over a range of days.

    Raises:
        UsageError, InvalidIdentifier: No ids, or one that is none; nothing was sent.
    """
    request = requests.mark_entries(encode_marks(marks))
    ids = sorted(set(marks.entry_ids))

    async def perform(sender: Sender) -> Done[None]:
        response = await sender.send(writes.mark_time_entries, request)
        return Done(value=None, headers=response.shown_headers)

    return Write(
        operation=writes.mark_time_entries,
        target=f"entries:{hashlib.sha256(''.join(ids).encode()).hexdigest()[:32]}",
        content=canonical(entry_ids=ids, invoiced=marks.invoiced),
        perform=perform,
        recall=lambda _: None,
    )


async def entry_page(
    sender: Sender, requests: Requests, query: TimeEntryQuery, cursor: str | None
) -> Page[TimeEntry]:
    """Read one page of time entries.

    A range is read from the detailed report, which alone knows clients and the invoiced flag. Without a
    range only one user's entries can be listed, and their flag stays None.

    Raises:
        UsageError: Half a range; or neither a range nor a user; or a filter that needs the report.
    """
    if query.start is not None and query.end is not None:
        return await report_page(sender, requests, query, cursor)
    if query.start is not None or query.end is not None:
        raise UsageError("Clockify needs both start= and end= of a range")
    if query.invoiced is not None:
        raise UsageError("whether entries are invoiced can be read only over a range: give start= and end=")
    if query.user_id is None:
        raise UsageError(
            "Clockify lists time entries of a range or of one user: give start= and end=, or user_id="
        )
    if query.customer_id is not None or query.billable is not None:
        raise UsageError("without start= and end= only user_id= and project_id= can choose time entries")
    return await user_entry_page(
        sender, requests, UserEntries(user_id=query.user_id, project_id=query.project_id), cursor
    )


async def report_page(
    sender: Sender, requests: Requests, query: TimeEntryQuery, cursor: str | None
) -> Page[TimeEntry]:
    """Read one page of the detailed report, on the reports host; it may lag behind the core host."""
    start, end = query.start, query.end
    if start is None or end is None:
        raise UsageError("the detailed report needs start= and end=")
    _check_window(start, end)
    bookmark = Bookmark.at(cursor)
    body = encode_report(query, start=start, end=end, page=bookmark.page, page_size=requests.page_size)
    response = await sender.send(DETAILED_REPORT, requests.report(body))
    rows = read_report(response.body, known=query.invoiced, headers=response.shown_headers)
    return Page(
        items=tuple(row for row in rows if _starts_within(row, start, end)),
        next_cursor=bookmark.after(response, count=len(rows)),
    )


async def entries_shown(
    sender: Sender,
    requests: Requests,
    entry_ids: Iterable[str],
    *,
    start: datetime,
    end: datetime,
    invoiced: bool,
) -> frozenset[str]:
    """Return those of the ids that the report shows in this state, over a range that holds them all.

    The report has no filter by id, so the whole range is read. An id that is missing from the result is in
    the other state, or outside of the range, or the report still lags.
    """
    wanted = frozenset(checked_id("time entry", one, HEX_24) for one in entry_ids)
    query = TimeEntryQuery(start=start, end=end, invoiced=invoiced)
    found: set[str] = set()
    async for entry in Pager[TimeEntry](lambda cursor: report_page(sender, requests, query, cursor)):
        if entry.id in wanted:
            found.add(entry.id)
    return frozenset(found)


@attrs.frozen(kw_only=True)
class UserEntries:
    """Which of one user's entries to list, from the core host.

    Attributes:
        start, end: Aware instants; entries that started in [start, end).
        zone: The zone of the account whose key is used (`current_user().time_zone`); needed with a range,
            because Clockify reads the range as wall clock there, whatever its Z says.
        is_running: True narrows to the running timer.
    """

    user_id: str
    start: datetime | None = None
    end: datetime | None = None
    zone: tzinfo | None = None
    project_id: str | None = None
    is_running: bool | None = None


async def user_entry_page(
    sender: Sender, requests: Requests, wanted: UserEntries, cursor: str | None
) -> Page[TimeEntry]:
    """Read one page of a user's entries, the latest first.

    Raises:
        UsageError: Half a range, or a range without the account's zone.
    """
    bookmark = Bookmark.at(cursor)
    query: list[tuple[str, str]] = []
    if wanted.start is not None and wanted.end is not None:
        if wanted.zone is None:
            raise UsageError("a range of a user's entries needs zone=, the zone of the account")
        _check_window(wanted.start, wanted.end)
        first, last = clock_window(wanted.start, wanted.end, wanted.zone)
        query += [("start", first), ("end", last)]
    elif wanted.start is not None or wanted.end is not None:
        raise UsageError("Clockify needs both start= and end= of a range")
    if wanted.project_id is not None:
        query.append(("project", checked_id("project", wanted.project_id, HEX_24)))
    if wanted.is_running is not None:
        query.append(("in-progress", "true" if wanted.is_running else "false"))
    response = await sender.send(
        LIST_USER_TIME_ENTRIES, requests.user_entries(wanted.user_id, bookmark.page, *query)
    )
    rows = read_entries(response.body, headers=response.shown_headers)
    kept = tuple(
        row
        for row in rows
        if wanted.start is None or wanted.end is None or _starts_within(row, wanted.start, wanted.end)
    )
    return Page(items=kept, next_cursor=bookmark.after(response, count=len(rows)))


async def fetch_entry(sender: Sender, requests: Requests, entry_id: str) -> TimeEntry:
    """Read one entry of the core host."""
    response = await sender.send(GET_TIME_ENTRY, requests.entry(entry_id))
    return read_entry(response.body, where=f"time entry {entry_id}", headers=response.shown_headers)


async def fetch_entries(
    sender: Sender, requests: Requests, entry_ids: Sequence[str]
) -> tuple[TimeEntry, ...]:
    """Read a batch of entries of the core host; ids that it does not know are left out of the answer.

    Unverified: that they are left out rather than refused.
    """
    if not entry_ids:
        return ()
    response = await sender.send(GET_TIME_ENTRIES, requests.entries(encode_entry_ids(entry_ids)))
    return read_entries(response.body, headers=response.shown_headers)


async def entries_with_rates(
    sender: Sender, requests: Requests, entries: Sequence[TimeEntry]
) -> Sequence[TimeEntry]:
    """Add the hourly rates of the core host to rows of the report, which say an amount and no currency.

    Source: vendor OpenAPI document, time entry: hourlyRate {amount, currency}; the batch read: live 200.
    """
    rates: dict[str, Money | Absent | None] = {}
    unpriced = [entry.id for entry in entries if not isinstance(entry.hourly_rate, Money)]
    for first in range(0, len(unpriced), _BATCH):
        batch = await fetch_entries(sender, requests, unpriced[first : first + _BATCH])
        rates.update((entry.id, entry.hourly_rate) for entry in batch)
    return tuple(
        attrs.evolve(entry, hourly_rate=rates.get(entry.id, entry.hourly_rate))
        if not isinstance(entry.hourly_rate, Money)
        else entry
        for entry in entries
    )


def _check_window(start: datetime, end: datetime) -> None:
    if start.utcoffset() is None or end.utcoffset() is None:
        raise InvalidInstant("a range needs instants with a time zone; use datetime(..., tzinfo=UTC)")
    if min(start.year, end.year) < _FIRST_YEAR or max(start.year, end.year) > _LAST_YEAR:
        raise InvalidInstant(f"a range lies within the years {_FIRST_YEAR} to {_LAST_YEAR}")
    if start >= end:
        raise UsageError("a range needs a start before its end")


def _starts_within(entry: TimeEntry, start: datetime, end: datetime) -> bool:
    return not isinstance(entry.start, datetime) or start <= entry.start < end
