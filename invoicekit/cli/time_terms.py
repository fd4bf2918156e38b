"""From options to the terms of an invoice for tracked time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from invoicekit.adapter import Probe
from invoicekit.billing import RoundedPer, Rounding, TimeTerms, whole_days
from invoicekit.errors import UsageError
from invoicekit.model import Money, TimeGrouping


@attrs.frozen(kw_only=True)
class TermOptions:
    """The options as they were typed; None where one was left out."""

    number: str
    customer: str
    first: str
    after: str
    currency: str
    zone: str | None
    projects: Sequence[str]
    group_by: TimeGrouping
    round_to: str | None
    round_per: RoundedPer
    rate: str | None
    tax: str | None
    issue_date: str | None
    due_date: str | None
    subject: str | None
    note: str | None
    kind: str | None

    def terms(self, *, zone: tzinfo, today: date) -> TimeTerms:
        """Put the terms together.

        Raises:
            UsageError: An option cannot be read, or they contradict each other.
        """
        start, end = whole_days(day("--from", self.first), day("--to", self.after), zone)
        issued = today if self.issue_date is None else day("--issue-date", self.issue_date)
        due = issued + timedelta(days=30) if self.due_date is None else day("--due-date", self.due_date)
        rounding = None if self.round_to is None else Rounding.parse(self.round_to, per=self.round_per)
        return TimeTerms(
            number=self.number,
            customer_id=self.customer,
            start=start,
            end=end,
            zone=zone,
            currency=self.currency,
            issue_date=issued,
            due_date=due,
            project_ids=tuple(self.projects),
            grouping=self.group_by,
            rounding=rounding,
            hourly_rate=None
            if self.rate is None
            else Money(str(_number("--rate", self.rate)), self.currency),
            tax_percent=None if self.tax is None else _number("--tax", self.tax),
            subject=self.subject,
            note=self.note,
            kind=self.kind,
        )

    def zone_of(self, probe: Probe | None) -> tzinfo:
        """Return the zone asked for, else the account's, else UTC.

        Raises:
            UsageError: There is no such zone.
        """
        facts = dict(probe.facts) if probe is not None else {}
        name = self.zone or facts.get("time zone")
        if name is None or name == "not told":
            return UTC
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            raise UsageError(
                f"--zone wants a name of the IANA database, like Europe/Berlin, not {name!r}"
            ) from None


_OPTIONS = {
    "customer_id": "--customer",
    "start": "--from",
    "end": "--to",
    "zone": "--zone",
    "currency": "--currency",
    "issue_date": "--issue-date",
    "due_date": "--due-date",
    "project_ids": "--project",
    "grouping": "--group-by",
    "rounding": "--round",
    "hourly_rate": "--rate",
    "tax_percent": "--tax",
    "subject": "--subject",
    "note": "--note",
    "kind": "--kind",
}


def differences(kept: TimeTerms, asked: TimeTerms) -> list[str]:
    """Name the options that ask for something else than the terms that are kept, with both values."""
    told = [
        (option, _shown(getattr(kept, name)), _shown(getattr(asked, name)))
        for name, option in _OPTIONS.items()
    ]
    return [f"{option} was {before}, now {now}" for option, before, now in told if before != now]


def _shown(value: object) -> str:
    match value:
        case None | ():
            return "not given"
        case datetime():
            return value.date().isoformat()  # midnight of the zone, which is told by itself
        case TimeGrouping():
            return value.value
        case tuple():
            return " ".join(str(each) for each in value)
        case _:
            return str(value)


def today(zone: tzinfo, now: datetime) -> date:
    """Return the day it is there."""
    return now.astimezone(zone).date()


def day(option: str, text: str) -> date:
    """Read a day.

    Raises:
        UsageError: It is none; the option is named.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} wants a day like 2026-11-30, not {text!r}") from None


def _number(option: str, text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise UsageError(f"{option} wants a number with a point, like 19 or 92.50, not {text!r}")
    return number
