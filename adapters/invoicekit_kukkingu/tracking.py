"""Recording time: an entry is found again by the reference that it carries."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import attrs

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import MalformedResponse, ReferenceReused, UsageError
from invoicekit.model import TimeEntry
from invoicekit.wire import canonical, checked_id
from invoicekit_kukkingu import requests
from invoicekit_kukkingu.ids import BILLABLE_ID, PROJECT_ID
from invoicekit_kukkingu.operations import LIST_TIME_ENTRIES, Writes
from invoicekit_kukkingu.wire import CODEC
from invoicekit_kukkingu.wire_time import EntryRecord, read_entries, read_new_entry

_SECOND = timedelta(seconds=1)


@attrs.frozen(kw_only=True)
class NewTimeEntry:
    """Time to record on a project.

    Attributes:
        day: The day it was worked on; Kukkingu keeps no time of day.
        duration: More than nothing, in whole seconds.
        reference: Your own id of it, kept as referenceId: it tells a repeat from a second entry.
        source: The system that the reference is of, kept as referenceSource.
        billable_id: The line that bills it at once.

    Raises:
        UsageError: It can never be recorded.
    """

    project_id: str
    day: date
    duration: timedelta
    reference: str
    source: str = "invoicekit"
    description: str | None = None
    billable_id: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what says nothing."""
        if self.duration <= timedelta() or self.duration % _SECOND:
            raise UsageError("a time entry lasts more than nothing, in whole seconds; nothing was sent")
        texts = (self.reference, self.source, "x" if self.description is None else self.description)
        if not all(text.strip() for text in texts):
            raise UsageError("the texts of a time entry are left out or say something; nothing was sent")

    def document(self) -> Mapping[str, object]:
        """Return it as it is sent.

        Shape: {"projectId", "date": "yyyy-mm-dd", "durationSeconds"} and, where given, {"billableId",
        "description", "referenceSource", "referenceId"}.
        Source: vendor's page, create time entry.
        """
        document: dict[str, object] = {
            "projectId": self.project_id,
            "date": self.day.isoformat(),
            "durationSeconds": self.duration // _SECOND,
            "referenceSource": self.source,
            "referenceId": self.reference,
        }
        if self.description is not None:
            document["description"] = self.description
        if self.billable_id is not None:
            document["billableId"] = self.billable_id
        return document


def create_time_entry(writes: Writes, new: NewTimeEntry) -> Write[TimeEntry]:
    """Record time; it is looked for among the project's entries of that day, before and after.

    There is no search by reference, so the same reference on another day or project is not seen.
    Unverified: that references come back as sent.

    Raises:
        InvalidIdentifier: A project or line that is none; nothing was sent.
    """
    checked_id("project", new.project_id, PROJECT_ID)
    if new.billable_id is not None:
        checked_id("billable", new.billable_id, BILLABLE_ID)
    request = requests.create_entry(CODEC.encode(new.document()))
    listing = requests.list_entries(project_id=new.project_id, first=new.day, last=new.day)

    async def perform(sender: Sender) -> Done[TimeEntry]:
        response = await sender.send(writes.create_time_entry, request)
        record = read_new_entry(response.body, headers=response.shown_headers)
        if not (_is_under(record, new) and _is_same(record, new)):
            raise MalformedResponse("the answer to recording time is about another entry")
        return _done(record)

    async def look(sender: Sender) -> Sighting[TimeEntry]:
        response = await sender.send(LIST_TIME_ENTRIES, listing)
        records = read_entries(response.body, headers=response.shown_headers)
        return _sight([record for record in records if _is_under(record, new)], new)

    return Write(
        operation=writes.create_time_entry,
        target=f"time entry {new.source} {new.reference}",
        content=canonical(new=new.document()),
        perform=perform,
        look=look,
        recall=lambda entry_id: TimeEntry(id=entry_id or "", duration=new.duration),
    )


def _sight(records: Sequence[EntryRecord], new: NewTimeEntry) -> Sighting[TimeEntry]:
    """Tell ours by its reference; one of another content is neither there nor not there."""
    same = [record for record in records if _is_same(record, new)]
    if records and not same:
        return Sighting(
            is_complete=False,
            strangers=tuple(record.entry() for record in records),
            refusal=ReferenceReused(
                f"time entry {records[0].id} stands for reference {new.reference!r} with another content; "
                "nothing was sent"
            ),
        )
    return Sighting(matches=tuple(_done(record) for record in same))


def _is_under(record: EntryRecord, new: NewTimeEntry) -> bool:
    return (record.wire.reference_source, record.wire.reference_id) == (new.source, new.reference)


def _is_same(record: EntryRecord, new: NewTimeEntry) -> bool:
    """Tell whether an entry is what was asked for; the line aside, on which it may hang by now."""
    wire = record.wire
    described = wire.description if isinstance(wire.description, str) else None
    return (wire.date, wire.seconds, described) == (
        new.day.isoformat(),
        new.duration // _SECOND,
        new.description,
    )


def _done(record: EntryRecord) -> Done[TimeEntry]:
    return Done(value=record.entry(), resource_id=record.id, raw=record.raw, headers=record.headers)
