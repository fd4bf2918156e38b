"""What an adapter declares of its lists and its requests is what it does."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

from invoicekit.errors import InvoiceKitError, UsageError
from invoicekit.events import Event, RequestSent
from invoicekit.model import Absent, Invoice, InvoiceStatus, TimeEntry
from invoicekit.testing.calls import READS, WRITES, Hand
from invoicekit.testing.rule import Finding, Rule, Tier, Trial

_DAY = date(2026, 5, 10)
_LATER = date(2026, 5, 20)
_FIRST_START, _LAST_END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
_ENTRY_FILTERS = {
    "invoiced": "invoiced",
    "billable": "is_billable",
    "customer_id": "customer_id",
    "project_id": "project_id",
    "user_id": "user_id",
}


def _filters(held: tuple[Invoice, ...]) -> dict[str, tuple[Any, Callable[[Invoice], Any]]]:
    """Choose a value for each filter, and say which invoices it means; None where an invoice cannot tell."""
    customer = held[0].customer_id
    return {
        "statuses": ({held[0].status}, lambda one: one.status is held[0].status),
        "customer_id": (customer, lambda one: _told(one.customer_id, lambda found: found == customer)),
        "issued_from": (_DAY, lambda one: _told(one.issue_date, lambda found: found >= _DAY)),
        "issued_to": (_DAY, lambda one: _told(one.issue_date, lambda found: found <= _DAY)),
    }


def _told(value: object, holds: Callable[[Any], bool]) -> bool | None:
    return None if value is None or isinstance(value, Absent) else holds(value)


async def _filtered(trial: Trial) -> None:
    trial.offered("create_invoice")
    trial.offered("list_invoices")
    declared = trial.subject.adapter.capabilities.of("list_invoices").filters
    bench = trial.bench()
    async with bench.process() as service:
        hand = Hand(bench, service)
        await hand.draft()
        await hand.draft(issue_date=_LATER)
        await hand.issued()
        with suppress(InvoiceKitError):  # where an invoice cannot be for just anybody
            if service.capabilities().of("create_customer").is_offered:
                other = (await service.create_customer(bench.fresh("Other"))).value.id
                await hand.draft(customer_id=other)
        with suppress(InvoiceKitError):  # where nothing is voided there is one status less to choose from
            if service.capabilities().of("set_status").is_offered:
                invoice = await hand.issued()
                await service.set_status(invoice.id, InvoiceStatus.VOID, allow_irreversible=True)
        held = await service.list_invoices().snapshot()
        for name, (value, means) in _filters(held).items():
            wanted = {one.id: means(one) for one in held}
            try:
                found = {one.id for one in await service.list_invoices(**{name: value}).snapshot()}
            except UsageError as error:
                if name in declared:
                    raise Finding(f"the filter {name} is declared, and refused: {error}") from error
                continue
            if name not in declared:
                raise Finding(f"list_invoices takes {name}= without a word, and declares no such filter")
            if None in wanted.values():
                continue
            expected = {one for one, is_meant in wanted.items() if is_meant}
            if found != expected:
                raise Finding(
                    f"list_invoices({name}={value!r}) gives {len(found)} invoices; meant are {len(expected)}"
                )


async def _entries_filtered(trial: Trial) -> None:
    trial.offered("list_time_entries")
    declared = trial.subject.adapter.capabilities.of("list_time_entries").filters
    bench = trial.bench()
    bench.track(8)
    async with bench.process() as service:
        every: dict[str, Any] = {"start": _FIRST_START, "end": _LAST_END}
        held = await service.list_time_entries(**every).snapshot()
        if service.capabilities().of("mark_time_entries").is_offered and held:
            await service.mark_batch([held[0].id])
            held = await service.list_time_entries(**every).snapshot()
        for name, value, means in _entry_filters(held):
            if value is None or isinstance(value, Absent):
                continue
            wanted = {one.id: means(one) for one in held}
            try:
                found = await service.list_time_entries(**{**every, name: value}).snapshot()
            except UsageError as error:
                if name in declared:
                    raise Finding(f"the filter {name} is declared, and refused: {error}") from error
                continue
            if None in wanted.values():
                continue
            expected = {one for one, is_meant in wanted.items() if is_meant}
            if {one.id for one in found} != expected:
                raise Finding(
                    f"list_time_entries({name}={value!r}) gives {len(found)}, and means {len(expected)}"
                )


def _entry_filters(held: tuple[TimeEntry, ...]) -> Iterator[tuple[str, Any, Callable[[TimeEntry], Any]]]:
    """Choose values for each filter, and say which entries they mean."""
    starts = sorted(one.start for one in held if isinstance(one.start, datetime))
    middle = starts[len(starts) // 2]
    yield "start", middle, lambda one: _told(one.start, lambda found: found >= middle)
    yield "end", middle, lambda one: _told(one.start, lambda found: found < middle)
    for name, field in _ENTRY_FILTERS.items():
        value = getattr(held[0], field)
        for wanted in (True, False) if isinstance(value, bool) else (value,):
            yield name, wanted, _has(field, wanted)


def _has(field: str, value: object) -> Callable[[TimeEntry], Any]:
    return lambda one: _told(getattr(one, field), lambda found: found == value)


async def _sends(trial: Trial) -> None:
    capabilities = trial.subject.adapter.capabilities
    for method in trial.offered(*READS, *WRITES):
        declared = {_plain(operation.name) for operation in capabilities.of(method).sends}
        if not declared:
            continue
        bench = trial.served("no request that could be another")
        sent: list[str] = []

        def note(event: Event, sent: list[str] = sent) -> None:
            if isinstance(event, RequestSent):
                sent.append(_plain(event.operation))

        async with bench.process() as service:
            call = await Hand(bench, service).ready(method)
            with service.watched(note):
                await call(service)
        if strange := sorted(set(sent) - declared):
            raise Finding(f"{method} sends {', '.join(strange)}, and declares {', '.join(sorted(declared))}")


def _plain(name: str) -> str:
    """Return an operation's name without its number in a chain."""
    return re.sub(r"_\d+$", "", name)


RULES = (
    Rule(
        id="reads.filters",
        title="A declared filter narrows by exactly what it says; another is refused",
        why="A filter that is ignored sends every customer a reminder, not the one.",
        bug="async def list_invoices(self, query, cursor): ...  # and query is never looked at",
        tier=Tier.BRONZE,
        check=_filtered,
    ),
    Rule(
        id="reads.entry-filters",
        title="A filter of time entries narrows by exactly what it says, from the first instant to the last",
        why="An entry that a filter drops is never billed; one that it lets through is billed twice.",
        bug="start <= entry.start <= end  # and midnight belongs to two months",
        tier=Tier.BRONZE,
        check=_entries_filtered,
    ),
    Rule(
        id="capabilities.sends",
        title="A call sends what its capability says, and nothing else",
        why="What one more call would do is read off what it sends: an undeclared write is a surprise.",
        bug="sends=(READ,)  # and it posts",
        tier=Tier.PLATINUM,
        check=_sends,
    ),
)
