"""Time entries, from and to Kukkingu's JSON."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

import attrs

from invoicekit.errors import MalformedResponse
from invoicekit.model import MISSING, NO_HEADERS, UNSUPPORTED, Absent, TimeEntry
from invoicekit.wire import named, read_date
from invoicekit_kukkingu.wire import CODEC, Related, Relation, Text, read_all, read_one


@attrs.frozen(kw_only=True)
class WireEntry:
    """One time entry.

    Source: vendor's pages, list time entries and update time entry.
    Unverified: how an unbilled entry looks; a null and a missing billable are both taken for it.
    """

    id: str
    date: str
    seconds: int = attrs.field(metadata=named("durationSeconds"))
    project: Relation = MISSING
    billable: Relation = MISSING
    description: Text = MISSING
    reference_source: Text = attrs.field(default=MISSING, metadata=named("referenceSource"))
    reference_id: Text = attrs.field(default=MISSING, metadata=named("referenceId"))


@attrs.frozen(kw_only=True)
class EntryRecord:
    """A time entry as the wire had it, beside its raw document."""

    wire: WireEntry
    raw: Mapping[str, object] = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False)

    @property
    def id(self) -> str:
        """The entry's id."""
        return self.wire.id

    @property
    def billable_id(self) -> str | None:
        """The line it hangs on; None while it is not billed."""
        return Related.of(self.wire.billable).id

    def entry(self) -> TimeEntry:
        """Say the same in the neutral words.

        Kukkingu keeps a day and a duration: `start` is the beginning of that day in UTC, and there is no end.
        """
        wire = self.wire
        line, project = Related.of(wire.billable), Related.of(wire.project)
        contract = project.related("contract")
        return TimeEntry(
            id=wire.id,
            invoiced=line.id is not None,
            invoice_id=None if line.id is None else line.related("invoice").known_id(),
            user_id=UNSUPPORTED,
            project_id=project.known_id(),
            task_id=UNSUPPORTED,
            customer_id=contract.related("client").known_id(),
            description=wire.description,
            is_billable=UNSUPPORTED,
            is_locked=UNSUPPORTED,
            start=self.day,
            end=UNSUPPORTED,
            duration=_duration(wire.seconds),
            hourly_rate=UNSUPPORTED,
            raw=self.raw,
            headers=self.headers,
        )

    @property
    def day(self) -> datetime:
        """The beginning of its day, in UTC."""
        return datetime.combine(read_date(self.wire.date), time(), UTC)

    def kept_fields(self) -> Mapping[str, object]:
        """Return everything that a replacement must say again, the line aside.

        Source: vendor's page, update time entry ("fully replace"): date and durationSeconds are required;
            description, referenceSource and referenceId are what else there is.
        """
        wire = self.wire
        fields: dict[str, object] = {"date": wire.date, "durationSeconds": wire.seconds}
        others = (
            ("description", wire.description),
            ("referenceSource", wire.reference_source),
            ("referenceId", wire.reference_id),
        )
        fields |= {name: value for name, value in others if isinstance(value, str)}
        return fields


def _duration(seconds: int) -> timedelta | Absent:
    try:
        return timedelta(seconds=seconds)
    except OverflowError:
        return MISSING  # Kukkingu shows no bounds; the number stays in `raw`


def read_entry(body: bytes, *, expected_id: str, headers: Mapping[str, str] = NO_HEADERS) -> EntryRecord:
    """Read one time entry.

    Raises:
        MalformedResponse: Not an entry, or another one than asked for.
    """
    where = f"time entry {expected_id}"
    wire, raw = read_one(body, WireEntry, where=where)
    if wire.id != expected_id:
        raise MalformedResponse(
            f"{where}: Kukkingu answered with another entry", paths=("$.data.id: not the id asked for",)
        )
    return EntryRecord(wire=wire, raw=raw, headers=headers)


def read_new_entry(body: bytes, *, headers: Mapping[str, str] = NO_HEADERS) -> EntryRecord:
    """Read the entry that was just recorded, of whatever id."""
    wire, raw = read_one(body, WireEntry, where="recorded time entry")
    return EntryRecord(wire=wire, raw=raw, headers=headers)


def read_entries(body: bytes, *, headers: Mapping[str, str] = NO_HEADERS) -> list[EntryRecord]:
    """Read all time entries of an answer."""
    rows = read_all(body, WireEntry, where="time entries")
    return [EntryRecord(wire=wire, raw=raw, headers=headers) for wire, raw in rows]


def encode_entry(record: EntryRecord, billable_id: str | None) -> bytes:
    """Write a time entry anew as a whole, hung on a line or, with none, taken off it.

    Unverified: that leaving billableId out unlinks; the answer is compared.
    """
    fields = dict(record.kept_fields())
    if billable_id is not None:
        fields["billableId"] = billable_id
    return CODEC.encode(fields)
