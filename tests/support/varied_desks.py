"""What a desk needs so that every field and every filter shows: records that differ in all of them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from provider_desks import START, ProviderDesk

from invoicekit import Money, TimeEntry
from invoicekit_clockify import Clockify
from invoicekit_clockify.simulator import ClockifySimulator
from invoicekit_clockify.wire_items import TimeImport
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


async def _local(desk: ProviderDesk) -> None:
    """Track time of all kinds, days later."""
    assert isinstance(desk.service.native, Local)
    customer = (await desk.service.create_customer("Elsewhere")).value.id
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


_VARIED: dict[str, Callable[[ProviderDesk], Awaitable[None]]] = {"clockify": _clockify, "local": _local}


async def vary(desk: ProviderDesk) -> None:
    """Add records that differ in everything this provider can tell apart."""
    more = _VARIED.get(desk.service.provider)
    if more is not None:
        await more(desk)
