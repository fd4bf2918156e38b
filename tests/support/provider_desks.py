"""One desk for each provider: a service on it, and what a user of it would have at hand."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs

from invoicekit import InvoiceService, TimeEntry
from invoicekit.simulate import Rate, Simulator, serving
from invoicekit_asset.simulator import AssetSimulator
from invoicekit_clockify.simulator import ClockifySimulator
from invoicekit_kukkingu.simulator import KukkinguSimulator
from invoicekit_local import Local

START = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)


@attrs.frozen(kw_only=True)
class ProviderDesk:
    """A provider as its user finds it.

    Attributes:
        service: Connected with what this provider alone needs.
        entry_ids: Tracked time that is not invoiced yet.
        payments_held: Asks the provider's own ledger for the amounts, in minor units, of one invoice.
        simulator: What plays the provider, and counts its requests; None where there is no HTTP.
        customer_name: Whom to invoice; created where it is not there.
    """

    service: InvoiceService
    entry_ids: tuple[str, ...]
    payments_held: Callable[[str], list[int]]
    simulator: Simulator | None = None
    customer_name: str = "Acme GmbH"

    async def billable(self) -> tuple[str, tuple[str, ...]]:
        """Return a customer who has billable time, and that time."""
        start, end = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
        listed = self.service.list_time_entries(start=start, end=end, invoiced=False, billable=True)
        entries = await listed.snapshot()
        customer = next(one.customer_id for one in entries if isinstance(one.customer_id, str))
        return customer, tuple(one.id for one in entries if one.customer_id == customer)


@asynccontextmanager
async def asset(folder: Path) -> AsyncIterator[ProviderDesk]:
    """Asset, by its simulator."""
    simulator = AssetSimulator(rate=Rate.parse("none"), tenant_rate=Rate.parse("none"))
    async with serving(simulator) as running:
        reach: dict[str, object] = {
            **simulator.settings(running.url),
            "currency": "EUR",
            "rate": "1000/s",
            "journal": folder / "asset.sqlite",
        }
        async with InvoiceService.connect("asset", **reach) as service:  # type: ignore[arg-type]
            yield ProviderDesk(
                service=service,
                entry_ids=("e1", "e2"),
                payments_held=lambda invoice: [
                    int(row.amount * 100) for row in simulator.ledger.payments(invoice)
                ],
                simulator=simulator,
            )


@asynccontextmanager
async def kukkingu(folder: Path) -> AsyncIterator[ProviderDesk]:
    """Kukkingu, by its simulator; invoices hang on a contract, so the customer is the contract's."""
    simulator = KukkinguSimulator(rate=Rate.parse("5000/s"))
    entries = [simulator.home.add_entry(simulator.project.id, description=f"work {n}") for n in range(3)]
    async with serving(simulator) as running:
        reach: dict[str, object] = {
            **simulator.settings(running.url),
            "rate": "1000/s",
            "journal": folder / "kukkingu.sqlite",
        }

        def payments_held(invoice_id: str) -> list[int]:
            invoice = simulator.ledger.invoice(invoice_id)
            return [invoice.amount] if invoice.paid_at else []

        async with InvoiceService.connect("kukkingu", **reach) as service:  # type: ignore[arg-type]
            yield ProviderDesk(
                service=service,
                entry_ids=tuple(entry.id for entry in entries),
                payments_held=payments_held,
                simulator=simulator,
                customer_name=simulator.client.name,
            )


@asynccontextmanager
async def clockify(folder: Path) -> AsyncIterator[ProviderDesk]:
    """Clockify, by its simulator."""
    simulator = ClockifySimulator(rate=Rate.parse("5000/s"))
    simulator.populate({"time_entries": 6, "clients": 1})
    async with serving(simulator) as running:
        reach: dict[str, object] = {
            **simulator.settings(running.url),
            "rate": "1000/s",
            "item_type": "Service",
            "journal": folder / "clockify.sqlite",
        }
        async with InvoiceService.connect("clockify", **reach) as service:  # type: ignore[arg-type]
            yield ProviderDesk(
                service=service,
                entry_ids=tuple(entry.id for entry in simulator.ledger.entries()),
                payments_held=lambda invoice: [
                    payment.amount for payment in simulator.ledger.payments(invoice)
                ],
                simulator=simulator,
            )


@asynccontextmanager
async def local(folder: Path) -> AsyncIterator[ProviderDesk]:
    """The embedded ledger."""

    books = folder / "books.sqlite"

    def payments_held(invoice: str) -> list[int]:
        with sqlite3.connect(books) as connection:
            rows = connection.execute("select amount_minor from payment where invoice_id = ?", (invoice,))
            held = [int(row[0]) for row in rows]
        connection.close()
        return held

    async with InvoiceService.connect("local", path=str(books), journal=folder / "local.sqlite") as service:
        assert isinstance(service.native, Local)
        entries = [
            TimeEntry(id=f"e{n}", start=START + timedelta(hours=n), duration=timedelta(minutes=30))
            for n in range(6)
        ]
        await service.native.add_time_entries(entries)
        yield ProviderDesk(
            service=service,
            entry_ids=tuple(entry.id for entry in entries),
            payments_held=payments_held,
        )


DESKS: dict[str, Callable[[Path], AbstractAsyncContextManager[ProviderDesk]]] = {
    "asset": asset,
    "clockify": clockify,
    "kukkingu": kukkingu,
    "local": local,
}
