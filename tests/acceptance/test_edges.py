"""What no provider can be told is refused in words, by every one of them, and before anything is sent."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from provider_desks import DESKS, ProviderDesk
from service_calls import Caller

from invoicekit import Money
from invoicekit.errors import InvalidAmount, InvoiceKitError, UsageError

EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-14))
BEFORE_ALL_YEARS = datetime(1, 1, 1, tzinfo=EAST)
AFTER_ALL_YEARS = datetime(9999, 12, 31, 23, tzinfo=WEST)
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
DAY = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(params=sorted(DESKS))
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ProviderDesk]:
    """One provider after the other."""
    async with DESKS[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
def caller(desk: ProviderDesk, tmp_path: Path) -> Caller:
    """What makes calls ready."""
    return Caller(desk, tmp_path)


async def refused(desk: ProviderDesk, call: Callable[[], Awaitable[object]]) -> bool:
    """Tell whether a call was refused in words, and no write was sent."""
    before = writes(desk)
    with pytest.raises(UsageError):
        await call()
    return writes(desk) == before


def writes(desk: ProviderDesk) -> int:
    """Count what may have changed something at the provider."""
    sent = () if desk.simulator is None else tuple(desk.simulator.requests)
    return sum(record.method != "GET" for record in sent)


@pytest.mark.parametrize("outside", [BEFORE_ALL_YEARS, AFTER_ALL_YEARS])
async def test_a_payment_outside_of_all_years(caller: Caller, desk: ProviderDesk, outside: datetime) -> None:
    """An instant that UTC has no year for; its arithmetic would fail somewhere deep."""
    invoice = await caller.issued()
    service = desk.service

    assert await refused(
        desk,
        lambda: service.record_payment(invoice.id, Money("120", "EUR"), reference="edge", paid_at=outside),
    )


@pytest.mark.parametrize(
    ("start", "end"),
    [(BEFORE_ALL_YEARS, DAY), (DAY, AFTER_ALL_YEARS), (FIRST, LAST), (FIRST, FIRST + timedelta(days=1))],
)
async def test_a_range_at_the_edge_of_all_years(desk: ProviderDesk, start: datetime, end: datetime) -> None:
    """It is listed or refused in words: no other error comes up."""
    if not desk.service.capabilities().of("list_time_entries").is_offered:
        return
    with suppress(UsageError):
        await desk.service.list_time_entries(start=start, end=end).snapshot()


@pytest.mark.parametrize("cursor", ["\ud800", "../../x?y=1", "9" * 5000, ""])
async def test_a_cursor_of_nobodys(desk: ProviderDesk, cursor: str) -> None:
    """One that was made up is refused in words, by us or by the provider, if not simply the end."""
    service = desk.service
    for fetch in (service.list_invoices, service.list_customers):
        with suppress(InvoiceKitError):
            await fetch(cursor=cursor).snapshot()


@pytest.mark.parametrize("quantity", ["NaN", "Infinity", "1e999999", "1e-999999"])
async def test_a_quantity_that_is_none(caller: Caller, desk: ProviderDesk, quantity: str) -> None:
    """Refused at once, and in a message that can be read."""
    customer = await caller.customer()
    (line,) = caller.lines(1)
    wrong = type(line)(
        description=line.description,
        quantity=Decimal(quantity),
        unit_price=line.unit_price,
        kind=line.kind,
    )
    before = writes(desk)

    with pytest.raises(InvalidAmount) as refusal:
        await caller.draft(customer_id=customer, line_items=(wrong,))

    assert len(str(refusal.value)) < 1000
    assert writes(desk) == before
