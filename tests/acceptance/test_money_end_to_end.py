"""Amounts over real sockets and into the provider's own books: what is paid is what stands there."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from provider_books import books_of
from provider_desks import ProviderDesk

from invoicekit import InvoiceService, InvoiceStatus, Money, NewLineItem
from invoicekit.errors import InvalidAmount
from invoicekit.simulate import Rate, Simulator, serving
from invoicekit_asset.simulator import AssetSimulator
from invoicekit_clockify.simulator import ClockifySimulator
from invoicekit_kukkingu.simulator import KukkinguSimulator

WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MOST = 2**63 - 1
CURRENCIES = ["USD", "JPY", "KWD"]
EDGES = [1, 2**53 - 1, 2**53, 2**53 + 1, 10**17 + 1, MOST]

Place = Callable[[Path, str], AbstractAsyncContextManager[ProviderDesk]]


@asynccontextmanager
async def reached(provider: str, simulator: Simulator, **more: Any) -> AsyncIterator[ProviderDesk]:
    """Connect to a simulator."""
    async with serving(simulator) as running:
        reach: dict[str, Any] = {**simulator.settings(running.url), "rate": "1000/s", **more}
        async with InvoiceService.connect(provider, **reach) as service:
            yield desk_of(service, simulator)


def desk_of(service: InvoiceService, simulator: Simulator | None = None, name: str = "Acme") -> ProviderDesk:
    customer = simulator.client.name if isinstance(simulator, KukkinguSimulator) else name
    return ProviderDesk(
        service=service,
        entry_ids=(),
        payments_held=lambda _: [],
        simulator=simulator,
        customer_name=customer,
    )


def asset(folder: Path, currency: str) -> AbstractAsyncContextManager[ProviderDesk]:
    simulator = AssetSimulator(rate=Rate.parse("none"), tenant_rate=Rate.parse("none"))
    return reached("asset", simulator, currency=currency)


def clockify(folder: Path, currency: str) -> AbstractAsyncContextManager[ProviderDesk]:
    return reached("clockify", ClockifySimulator(rate=Rate.parse("5000/s")), item_type="Service")


def kukkingu(folder: Path, currency: str) -> AbstractAsyncContextManager[ProviderDesk]:
    return reached("kukkingu", KukkinguSimulator(rate=Rate.parse("5000/s")))


@asynccontextmanager
async def local(folder: Path, currency: str) -> AsyncIterator[ProviderDesk]:
    async with InvoiceService.connect("local", path=str(folder / "books.sqlite")) as service:
        yield desk_of(service)


CARRIES: dict[Place, Callable[[Money], bool]] = {
    asset: lambda money: True,
    clockify: lambda money: (money.amount * 100) % 1 == 0 and money.amount * 100 <= MOST,
    kukkingu: lambda money: money.minor < 2**53,
    local: lambda money: True,
}
"""Each provider, and whether its wire can carry an amount."""


async def issued(desk: ProviderDesk, money: Money) -> str:
    """Issue an invoice of one line."""
    customer = await desk.service.create_customer(desk.customer_name)
    made = await desk.service.create_invoice(
        number="M-1",
        customer_id=customer.value.id,
        currency=money.currency,
        issue_date=date(2026, 5, 1),
        due_date=date(2026, 5, 31),
        line_items=[NewLineItem(description="all of it", quantity=Decimal(1), unit_price=money)],
    )
    await desk.service.set_status(made.value.id, InvoiceStatus.OPEN, allow_irreversible=True)
    return made.value.id


@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("units", EDGES)
@pytest.mark.parametrize("place", CARRIES)
async def test_what_is_paid_is_what_stands_there(
    place: Place, units: int, currency: str, tmp_path: Path
) -> None:
    """From one minor unit to 63 bits; what a wire cannot carry is refused and never sent."""
    money = Money.from_minor(units, currency)
    async with place(tmp_path, currency) as desk:
        if not CARRIES[place](money):
            with pytest.raises(InvalidAmount):
                await issued(desk, money)
            assert "M-1" not in {one.number for one in books_of(desk).invoices()}
            return
        invoice_id = await issued(desk, money)

        await desk.service.mark_paid(invoice_id, reference="all", paid_at=WHEN)

        read = await desk.service.get_invoice(invoice_id)
        listed = await desk.service.list_payments(invoice_id).snapshot()
        assert (read.total, read.amount_paid) == (money, money)
        assert read.amount_due == Money.zero(currency)
        assert [payment.amount for payment in listed] == [money]
        scale = CARRIED[place](currency)
        assert [held * scale for held in books_of(desk).payments(invoice_id)] == [money.amount]


CARRIED: dict[Place, Callable[[str], Decimal]] = {
    asset: lambda currency: Decimal(1),
    clockify: lambda currency: Decimal(1),
    kukkingu: lambda currency: 100 * Money.from_minor(1, currency).amount,
    local: lambda currency: 100 * Money.from_minor(1, currency).amount,
}
"""What the books' hundredths stand for: minor units by exponent, but for Clockify's."""
