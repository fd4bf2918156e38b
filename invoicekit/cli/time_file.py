"""Tracked time from a file, for a provider that tracks none itself."""

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from invoicekit.bulk import Columns, InputError, Record, Source
from invoicekit.errors import InvoiceKitError
from invoicekit.model import Money, TimeEntry

TIME_COLUMNS = Columns(
    required=("time_entry_id", "start", "hours"),
    optional=("project", "user", "task", "description", "hourly_rate"),
)
_SHOWN = 5
_MOST_HOURS = 24 * 366


def read_time(path: str, *, currency: str) -> list[TimeEntry]:
    """Read entries from CSV or JSONL; every row or none.

    Args:
        currency: Of the rates.

    Raises:
        InputError: Rows cannot be used: each with line, column and what to do.
    """
    source = Source(path=path, columns=TIME_COLUMNS)
    source.check()
    entries: list[TimeEntry] = []
    problems: list[str] = []
    lines: dict[str, int] = {}
    for record in source.records():
        try:
            entry = _entry(source.name, record, currency)
        except InputError as problem:
            problems.append(str(problem))
            continue
        if entry.id in lines:
            first = lines[entry.id]
            problems.append(f"{source.name}:{record.line}: {entry.id} stands in line {first} already")
        lines.setdefault(entry.id, record.line)
        entries.append(entry)
    if problems:
        more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
        raise InputError("; ".join(problems[:_SHOWN]) + more)
    return entries


def _entry(name: str, record: Record, currency: str) -> TimeEntry:
    def refused(column: str, what: str) -> InputError:
        return InputError(f"{name}:{record.line}: {column}: {what}")

    if record.problem is not None:
        raise InputError(record.problem)
    values = record.values
    entry_id = values["time_entry_id"].strip()
    if not entry_id:
        raise refused("time_entry_id", "is empty; every row needs its own")
    try:
        start = datetime.fromisoformat(values["start"])
    except ValueError:
        raise refused("start", "is not an instant; write it like 2026-01-31T09:30:00Z") from None
    if start.tzinfo is None:
        raise refused("start", "has no time zone; add Z or an offset like +02:00")
    try:
        hours = Decimal(values["hours"])
    except InvalidOperation:
        raise refused("hours", "is not a number; write hours with a point, like 1.25") from None
    if not hours.is_finite() or not 0 < hours <= _MOST_HOURS:
        raise refused("hours", "is not above zero, or more than a year")
    rate: Money | None = None
    if values.get("hourly_rate"):
        try:
            rate = Money(values["hourly_rate"], currency)
        except InvoiceKitError:
            raise refused("hourly_rate", "is not an amount; write major units, like 90.00") from None
    return TimeEntry(
        id=entry_id,
        invoiced=False,
        is_billable=True,
        start=start,
        duration=timedelta(seconds=int(hours * 3600)),
        project_id=values.get("project") or None,
        user_id=values.get("user") or None,
        task_id=values.get("task") or None,
        description=values.get("description") or None,
        hourly_rate=rate,
    )
