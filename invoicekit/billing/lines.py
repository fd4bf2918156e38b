"""Tracked time turned into lines: every entry on exactly one, or left out with a reason."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import attrs

from invoicekit.billing.rounding import billed, hours
from invoicekit.billing.terms import TimeTerms
from invoicekit.model import Money, NewLineItem, TimeEntry, TimeGrouping

_ONE = Decimal(1)


@attrs.frozen(kw_only=True)
class TimeLine:
    """One line to be billed.

    Attributes:
        worked, time: What was tracked, and what is billed after rounding.
        quantity: Billed hours, in hundredths.
        amount: What the line comes to: price times quantity, to the minor unit.
    """

    description: str
    entry_ids: tuple[str, ...]
    worked: timedelta
    time: timedelta
    quantity: Decimal
    hourly_rate: Money
    amount: Money

    def item(self, kind: str | None) -> NewLineItem:
        """Return the line as it is sent.

        Where price times hours is no whole number of minor units, providers round it each in its own
        way, or refuse it: such a line is sent as one piece of its rounded amount, with the hours in words.
        """
        if self.hourly_rate * self.quantity == self.amount:
            return NewLineItem(
                description=self.description,
                quantity=self.quantity,
                unit_price=self.hourly_rate,
                kind=kind,
            )
        words = f"{self.description} ({self.quantity} h at {self.hourly_rate})"
        return NewLineItem(description=words, quantity=_ONE, unit_price=self.amount, kind=kind)


@attrs.frozen(kw_only=True)
class LeftOut:
    """An entry that is on no line.

    Attributes:
        needs_attention: It ought to be billed, and cannot: somebody has to mend it first.
    """

    entry_id: str
    reason: str
    needs_attention: bool = True


def lines_of(
    entries: Iterable[TimeEntry], terms: TimeTerms, *, names: Mapping[str, str] | None = None
) -> tuple[tuple[TimeLine, ...], tuple[LeftOut, ...]]:
    """Group entries into lines, earliest first, and say of each other entry why it is on none.

    Args:
        names: What projects, users and tasks are called, by id; an id without a name stands for itself.
    """
    groups: dict[Hashable, list[tuple[TimeEntry, datetime, timedelta, Money]]] = {}
    left_out: list[LeftOut] = []
    seen: set[str] = set()
    key = _key_of(terms)
    for entry in sorted(entries, key=_order):
        if entry.id in seen:
            continue
        seen.add(entry.id)
        start, worked, rate = entry.start, entry.duration, terms.hourly_rate or entry.hourly_rate
        problem = _problem(entry, terms)
        if problem is not None:
            left_out.append(problem)
        elif isinstance(start, datetime) and isinstance(worked, timedelta) and isinstance(rate, Money):
            groups.setdefault((key(entry, start), rate), []).append((entry, start, worked, rate))
    called = names or {}
    return tuple(_line(group, terms, called) for group in groups.values()), tuple(left_out)


def _order(entry: TimeEntry) -> tuple[bool, float, str]:
    is_known = isinstance(entry.start, datetime)
    return (not is_known, entry.start.timestamp() if isinstance(entry.start, datetime) else 0.0, entry.id)


def _problem(entry: TimeEntry, terms: TimeTerms) -> LeftOut | None:
    rate = terms.hourly_rate or entry.hourly_rate
    if entry.invoiced is True:
        return LeftOut(entry_id=entry.id, reason="is invoiced already", needs_attention=False)
    if entry.is_billable is False:
        return LeftOut(entry_id=entry.id, reason="is not billable", needs_attention=False)
    if isinstance(entry.start, datetime) and not terms.start <= entry.start < terms.end:
        return LeftOut(entry_id=entry.id, reason="began outside of the period", needs_attention=False)
    if terms.project_ids and entry.project_id not in terms.project_ids:
        return LeftOut(entry_id=entry.id, reason="is of another project", needs_attention=False)
    if not isinstance(entry.start, datetime):
        return LeftOut(entry_id=entry.id, reason="has no start; give it one")
    if not isinstance(entry.duration, timedelta):
        return LeftOut(entry_id=entry.id, reason="is still running; stop the timer")
    if entry.duration <= timedelta():
        return LeftOut(entry_id=entry.id, reason="lasts no time; correct or delete it")
    if not isinstance(rate, Money):
        return LeftOut(entry_id=entry.id, reason="has no hourly rate; set one there, or name one for all")
    if rate.currency != terms.currency:
        return LeftOut(
            entry_id=entry.id, reason=f"is priced in {rate.currency}, and the invoice is in {terms.currency}"
        )
    if rate.amount < 0:
        return LeftOut(entry_id=entry.id, reason=f"has a rate below zero: {rate}")
    return None


def _key_of(terms: TimeTerms) -> Callable[[TimeEntry, datetime], Hashable]:
    keys: dict[TimeGrouping, Callable[[TimeEntry, datetime], Hashable]] = {
        TimeGrouping.SINGLE: lambda entry, start: (),
        TimeGrouping.PROJECT: lambda entry, start: entry.project_id,
        TimeGrouping.USER: lambda entry, start: entry.user_id,
        TimeGrouping.TASK: lambda entry, start: (entry.project_id, entry.task_id),
        TimeGrouping.DAY: lambda entry, start: start.astimezone(terms.zone).date(),
        TimeGrouping.DETAILED: lambda entry, start: entry.id,
    }
    return keys[terms.grouping]


def _line(
    group: list[tuple[TimeEntry, datetime, timedelta, Money]], terms: TimeTerms, names: Mapping[str, str]
) -> TimeLine:
    entry, start, _, rate = group[0]
    worked = [each for _, _, each, _ in group]
    time = billed(worked, terms.rounding)
    quantity = hours(time)
    return TimeLine(
        description=_description(entry, start, terms, names),
        entry_ids=tuple(one.id for one, _, _, _ in group),
        worked=sum(worked, timedelta()),
        time=time,
        quantity=quantity,
        hourly_rate=rate,
        amount=(rate * quantity).rounded(),
    )


def _description(entry: TimeEntry, start: datetime, terms: TimeTerms, names: Mapping[str, str]) -> str:
    def named(value: object, otherwise: str) -> str:
        return names.get(value, value) if isinstance(value, str) and value else otherwise

    day = start.astimezone(terms.zone).date().isoformat()
    project = named(entry.project_id, "Time")
    said = entry.description if isinstance(entry.description, str) and entry.description else project
    words = {
        TimeGrouping.SINGLE: "Time",
        TimeGrouping.PROJECT: project,
        TimeGrouping.USER: named(entry.user_id, "Time"),
        TimeGrouping.TASK: f"{project}: {named(entry.task_id, 'other')}",
        TimeGrouping.DAY: day,
        TimeGrouping.DETAILED: f"{day} {said}",
    }
    return words[terms.grouping]
