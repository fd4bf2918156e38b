"""What a desk needs so that every field and every filter shows: records that differ in all of them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from provider_desks import START, ProviderDesk

from invoicekit import InvoiceChange, Money, NewLineItem, TimeEntry
from invoicekit_asset.simulator import AssetSimulator
from invoicekit_clockify import Clockify
from invoicekit_clockify.simulator import ClockifySimulator
from invoicekit_clockify.wire_items import TimeImport
from invoicekit_kukkingu.simulator import KukkinguSimulator
from invoicekit_local import Local

_DAY = 86_400


async def _clockify(desk: ProviderDesk) -> None:
    """Track other people's time, days later, and import some of it as a line of an invoice."""
    assert isinstance(desk.simulator, ClockifySimulator)
    assert isinstance(desk.service.native, Clockify)
    home = desk.simulator.home
    client = home.add_client("Elsewhere")
    project, user = home.add_project("Other", client.id), home.add_user("Somebody")
    start = 1_704_067_200 + 3 * _DAY
    for number in range(2):
        home.add_entry(start=start + number * 3600, project=project, user=user, billable=not number)
    invoice = home.add_invoice(client_id=client.id, amount_minor=0, currency="EUR", status="UNSENT")
    wanted = TimeImport(
        start=datetime.fromtimestamp(start, UTC), end=datetime.fromtimestamp(start + _DAY, UTC), zone=UTC
    )
    await desk.service.write(desk.service.native.import_items(invoice.id, wanted), reference="import")


async def _invoiced_elsewhere(desk: ProviderDesk) -> str:
    """Invoice somebody else, and return whom."""
    customer = (await desk.service.create_customer("Elsewhere")).value.id
    await desk.service.create_invoice(
        number="OTHER-1",
        customer_id=customer,
        currency="EUR",
        issue_date=date(2026, 5, 1),
        due_date=date(2026, 5, 31),
        line_items=[NewLineItem(description="other", quantity=Decimal(1), unit_price=Money("5", "EUR"))],
    )
    return customer


async def _asset(desk: ProviderDesk) -> None:
    """Invoice somebody else: Asset tracks no time."""
    await _invoiced_elsewhere(desk)


async def _local(desk: ProviderDesk) -> None:
    """Track time of all kinds, days later."""
    assert isinstance(desk.service.native, Local)
    customer = await _invoiced_elsewhere(desk)
    entries = [
        TimeEntry(
            id=f"varied{number}",
            start=START + timedelta(days=3, hours=number),
            duration=timedelta(minutes=30),
            customer_id=customer,
            project_id="p1",
            user_id="u1",
            description="work",
            is_billable=not number,
            hourly_rate=Money("60", "EUR"),
        )
        for number in range(2)
    ]
    await desk.service.native.add_time_entries(entries)
    await desk.service.mark_batch([entries[0].id])


async def _kukkingu(desk: ProviderDesk) -> None:
    """Work for somebody else, days later, and hang some of it on a line."""
    assert isinstance(desk.simulator, KukkinguSimulator)
    home = desk.simulator.home
    contract = home.add_contract(home.add_client("Elsewhere").id, "Other")
    home.add_invoice(contract.id, number="OTHER-1", amount_minor=7_000)
    project = home.add_project(contract.id, "Other")
    entries = [home.add_entry(project.id, date="2026-03-04", description="more") for _ in range(2)]
    await desk.service.mark_batch([entries[0].id])


_VARIED: dict[str, Callable[[ProviderDesk], Awaitable[None]]] = {
    "asset": _asset,
    "clockify": _clockify,
    "kukkingu": _kukkingu,
    "local": _local,
}

_KINDS = {"asset": AssetSimulator.LEDGER_ID}
_CHANGES = {"asset": InvoiceChange(extra={"asset": {"tags": {"team": "blue"}}})}


def kind_of(provider: str) -> str:
    """Return what this provider calls a kind of line; for Asset it is an account of the ledger."""
    return _KINDS.get(provider, "Service")


def change_of(provider: str) -> InvoiceChange:
    """Return a change that this provider can make; Asset changes tags alone."""
    return _CHANGES.get(provider, InvoiceChange(number="CHANGED-9"))


async def vary(desk: ProviderDesk) -> None:
    """Add records that differ in everything this provider can tell apart."""
    more = _VARIED.get(desk.service.provider)
    if more is not None:
        await more(desk)
