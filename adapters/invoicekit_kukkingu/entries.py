"""Time entries: listed, and hung on lines one by one."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import Conflict, MalformedResponse, UnsupportedOperation, UsageError
from invoicekit.model import EntryMarks, TimeEntry, TimeEntryQuery
from invoicekit.wire import canonical, checked_id
from invoicekit_kukkingu import requests
from invoicekit_kukkingu.config import KukkinguConfig, refused
from invoicekit_kukkingu.ids import BILLABLE_ID, CLIENT_ID, ENTRY_ID
from invoicekit_kukkingu.operations import GET_TIME_ENTRY, LIST_TIME_ENTRIES, Writes
from invoicekit_kukkingu.wire import utc_of
from invoicekit_kukkingu.wire_time import EntryRecord, encode_entry, read_entries, read_entry

MOST_IN_A_CHAIN = 100
_TICK = timedelta(microseconds=1)
_EARLIEST = datetime.min.replace(tzinfo=UTC)


async def fetch_entry(sender: Sender, entry_id: str) -> EntryRecord:
    """Read one time entry."""
    response = await sender.send(GET_TIME_ENTRY, requests.get_entry(entry_id))
    return read_entry(response.body, expected_id=entry_id, headers=response.shown_headers)


async def entries_of_line(sender: Sender, billable_id: str) -> Sequence[TimeEntry]:
    """Read the time entries that hang on a line."""
    response = await sender.send(LIST_TIME_ENTRIES, requests.list_entries(billable_id=billable_id))
    records = read_entries(response.body, headers=response.shown_headers)
    return tuple(record.entry() for record in records)


async def list_entries(sender: Sender, query: TimeEntryQuery) -> Sequence[TimeEntry]:
    """Read the time entries that match, in one request; what the server cannot filter is filtered here.

    Source: vendor's page, list time entries: filters by project, line and range of days; none for unbilled.

    Raises:
        UnsupportedOperation: A filter by user, or by being billable: Kukkingu knows neither.
        UsageError, InvalidInstant: A range that is none; nothing was sent.
    """
    if query.user_id is not None:
        raise UnsupportedOperation("Kukkingu's time entries name no user; instead: filter by project_id=")
    if query.billable is not None:
        raise UnsupportedOperation("Kukkingu has no flag for billable time; instead: filter by invoiced=")
    start = None if query.start is None else utc_of(query.start)
    end = None if query.end is None else utc_of(query.end)
    if (start is not None and end is not None and start >= end) or end == _EARLIEST:
        raise UsageError("a range needs a start before its end")
    if query.customer_id is not None:
        checked_id("customer", query.customer_id, CLIENT_ID)
    request = requests.list_entries(
        project_id=query.project_id,
        first=None if start is None else start.date(),
        last=None if end is None else (end - _TICK).date(),
    )
    response = await sender.send(LIST_TIME_ENTRIES, request)
    records = read_entries(response.body, headers=response.shown_headers)
    return tuple(record.entry() for record in records if _matches(record, query))


def _matches(record: EntryRecord, query: TimeEntryQuery) -> bool:
    entry = record.entry()
    day = record.day
    return (
        (query.invoiced is None or entry.invoiced is query.invoiced)
        and (query.start is None or query.start <= day)
        and (query.end is None or day < query.end)
        and (query.customer_id is None or entry.customer_id == query.customer_id)
    )


def mark_entries(config: KukkinguConfig, writes: Writes, marks: EntryMarks) -> Write[None]:
    """Mark time entries invoiced by hanging them on the configured line, or take them off theirs.

    One that hangs on any line already is invoiced, and stays where it is.

    Raises:
        ConfigurationError: No line is configured; nothing was sent.
        UsageError, InvalidIdentifier: No ids, too many for one call, or one that is none; nothing was sent.
    """
    if not marks.invoiced:
        return _chain(writes, marks.entry_ids, None, may_stay=False)
    if config.billable_id is None:
        raise refused("billable_id", "is needed to mark time entries; or use link_time_entries()")
    return _chain(writes, marks.entry_ids, config.billable_id, may_stay=True)


def link_entries(writes: Writes, entry_ids: Sequence[str], billable_id: str) -> Write[None]:
    """Hang time entries on a line, one write each.

    One that hangs on another line is refused with `Conflict`: moving it would unbill what was billed.
    """
    checked_id("billable", billable_id, BILLABLE_ID)
    return _chain(writes, entry_ids, billable_id, may_stay=False)


def _chain(
    writes: Writes, entry_ids: Sequence[str], billable_id: str | None, *, may_stay: bool
) -> Write[None]:
    ids = tuple(dict.fromkeys(entry_ids))
    if not 1 <= len(ids) <= MOST_IN_A_CHAIN:
        raise UsageError(
            f"1 to {MOST_IN_A_CHAIN} time entries in one call; mark_time_entries takes any number"
        )
    for entry_id in ids:
        checked_id("time entry", entry_id, ENTRY_ID)
    return _link(writes, ids, billable_id, may_stay=may_stay)


def _link(writes: Writes, ids: tuple[str, ...], billable_id: str | None, *, may_stay: bool) -> Write[None]:
    """Read one entry and write it anew as a whole, with another line or none.

    The entry is the lock: within this process no two such writes meet. There is no version to compare, so
    what another process changes between our read and our write is lost; the read is made as late as
    possible, after the guard's own look.
    """
    entry_id, rest = ids[0], ids[1:]
    done = Done(value=None, resource_id=entry_id)

    def is_there(record: EntryRecord) -> bool:
        return record.billable_id == billable_id or (may_stay and record.billable_id is not None)

    def refusal(record: EntryRecord) -> Conflict | None:
        if billable_id is None or record.billable_id is None or is_there(record):
            return None
        return Conflict(
            f"time entry {entry_id} hangs on line {record.billable_id} already; unmark it first if it is to "
            "be billed elsewhere; nothing was sent"
        )

    async def perform(sender: Sender) -> Done[None]:
        before = await fetch_entry(sender, entry_id)
        if is_there(before):
            return done  # somebody else did it between the look and this read
        taken = refusal(before)
        if taken is not None:
            raise taken
        request = requests.replace_entry(entry_id, encode_entry(before, billable_id))
        response = await sender.send(writes.mark_time_entries, request)
        after = read_entry(response.body, expected_id=entry_id, headers=response.shown_headers)
        if after.billable_id != billable_id or after.kept_fields() != before.kept_fields():
            raise MalformedResponse(f"time entry {entry_id} came back otherwise than it was written")
        return Done(value=None, resource_id=entry_id, raw=after.raw, headers=after.headers)

    async def look(sender: Sender) -> Sighting[None]:
        record = await fetch_entry(sender, entry_id)
        if is_there(record):
            return Sighting(matches=(done,))
        return Sighting(refusal=refusal(record))

    return Write(
        operation=writes.mark_time_entries,
        target=entry_id,
        content=canonical(entry_id=entry_id, billable_id=billable_id),
        perform=perform,
        look=look,
        recall=lambda _: None,
        then=(lambda _: _link(writes, rest, billable_id, may_stay=may_stay)) if rest else None,
    )
