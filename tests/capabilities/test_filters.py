"""A declared filter narrows, by exactly what it says; an undeclared one is refused, not ignored."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from provider_desks import ProviderDesk
from service_calls import EVER, Caller
from varied_desks import vary

from invoicekit import Invoice, InvoiceStatus, TimeEntry
from invoicekit.adapter import Capability
from invoicekit.errors import UsageError

Chosen = tuple[dict[str, Any], Callable[[Any], bool]]


async def invoices(caller: Caller) -> list[Invoice]:
    """Create invoices that differ in customer, issue date and status."""
    await vary(caller.desk)
    await caller.issued()
    voided = await caller.issued()
    await caller.service.set_status(voided.id, InvoiceStatus.VOID)
    await caller.draft(issue_date=date(2026, 5, 20))
    return list(await caller.service.list_invoices().snapshot())


def invoice_filters(held: list[Invoice]) -> dict[str, Chosen]:
    """Choose a value for each filter, and say which invoices it means."""
    customer, day = held[0].customer_id, date(2026, 5, 10)
    return {
        "statuses": ({"statuses": {InvoiceStatus.VOID}}, lambda one: one.status is InvoiceStatus.VOID),
        "customer_id": ({"customer_id": customer}, lambda one: one.customer_id == customer),
        "issued_from": ({"issued_from": day}, lambda one: one.issue_date >= day),
        "issued_to": ({"issued_to": day}, lambda one: one.issue_date <= day),
    }


def entry_filters(held: list[TimeEntry]) -> dict[str, Chosen]:
    """Choose a value for each filter, and say which entries it means; a range stands beside every one."""
    latest = max(held, key=lambda one: one.start)  # type: ignore[arg-type, return-value]  # each has one
    assert isinstance(latest.start, datetime)
    noon = datetime.combine(latest.start.date(), time(), latest.start.tzinfo)
    return {
        "start": ({**EVER, "start": noon}, lambda one: one.start >= noon),
        "end": ({**EVER, "end": noon}, lambda one: one.start < noon),
        "invoiced": ({**EVER, "invoiced": True}, lambda one: one.invoiced is True),
        "billable": ({**EVER, "billable": False}, lambda one: one.is_billable is False),
        "customer_id": (
            {**EVER, "customer_id": latest.customer_id},
            lambda one: one.customer_id == latest.customer_id,
        ),
        "project_id": (
            {**EVER, "project_id": latest.project_id},
            lambda one: one.project_id == latest.project_id,
        ),
        "user_id": ({**EVER, "user_id": latest.user_id}, lambda one: one.user_id == latest.user_id),
    }


async def faults(
    capability: Capability, held: list[Any], chosen: dict[str, Chosen], fetch: Callable[..., Any]
) -> dict[str, str]:
    """Try every filter and say which do not do what is declared."""
    found = {}
    for name, (arguments, means) in chosen.items():
        if name not in capability.filters:
            continue
        wanted = {one.id for one in held if means(one)}
        got = {one.id for one in await fetch(**arguments).snapshot()}
        if got != wanted:
            found[name] = f"gave {sorted(got)}, not {sorted(wanted)}"
        elif not 0 < len(wanted) < len(held):
            found[name] = "was not put to the test"
    return found


async def test_declared_filters_of_invoices_narrow(caller: Caller) -> None:
    """Each narrows to what the unfiltered list itself shows to be meant."""
    held = await invoices(caller)
    service = caller.service

    found = await faults(
        service.capabilities().of("list_invoices"), held, invoice_filters(held), service.list_invoices
    )

    assert found == {}


async def test_declared_filters_of_time_narrow(caller: Caller) -> None:
    """Each narrows to what the unfiltered list itself shows to be meant."""
    service, capability = caller.service, caller.service.capabilities().of("list_time_entries")
    if not capability.is_offered:
        return
    await vary(caller.desk)
    held = list(await service.list_time_entries(**EVER).snapshot())

    found = await faults(capability, held, entry_filters(held), service.list_time_entries)

    assert found == {}


async def test_undeclared_filters_are_refused(caller: Caller, desk: ProviderDesk) -> None:
    """A filter that the provider lacks must not silently give everything."""
    service = caller.service
    lists: dict[str, tuple[dict[str, Chosen], Callable[..., Any]]] = {
        "list_invoices": (invoice_filters([Invoice(id="x", customer_id="x")]), service.list_invoices),
        "list_time_entries": (
            entry_filters(
                [TimeEntry(id="x", start=EVER["start"], customer_id="x", project_id="x", user_id="x")]
            ),
            service.list_time_entries,
        ),
    }
    before = service.stats().sent

    for operation, (chosen, fetch) in lists.items():
        capability = service.capabilities().of(operation)
        for name in (set(chosen) - capability.filters) if capability.is_offered else ():
            with pytest.raises(UsageError):
                await fetch(**chosen[name][0]).snapshot()

    assert service.stats().sent == before


def test_every_filter_is_an_argument(caller: Caller) -> None:
    """What is declared can be asked for: the service has it."""
    told = caller.service.capabilities()
    invoice, entry = (
        invoice_filters([Invoice(id="x")]),
        entry_filters([TimeEntry(id="x", start=EVER["start"])]),
    )

    assert told.of("list_invoices").filters <= set(invoice)
    assert told.of("list_time_entries").filters <= set(entry)
    assert {name for name, one in told.operations.items() if one.filters} <= {
        "list_invoices",
        "list_time_entries",
    }
