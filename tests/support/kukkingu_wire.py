"""Talk to the Kukkingu simulator in the provider's own paths."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import attrs
from manual_clock import ManualClock
from simulator_client import Reply, Wire, connected

from invoicekit.simulate import Rate
from invoicekit_kukkingu.simulator import Behaviour, KukkinguSimulator


def headers(**changes: str | None) -> dict[str, str]:
    """Return what signs a request; a change to None leaves a header out."""
    given = {
        "Authorization": f"Bearer {KukkinguSimulator.TOKEN}",
        "tenant-id": KukkinguSimulator.TENANT_ID,
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    return {name: value for name, value in given.items() if value is not None}


@attrs.frozen(kw_only=True)
class Kukkingu:
    """A running simulator with a draft and a finalized invoice of 120.00 EUR, and a line to it."""

    simulator: KukkinguSimulator
    clock: ManualClock
    wire: Wire
    draft_id: str
    invoice_id: str
    entry_id: str

    async def send(self, method: str, path: str, body: object = None, **more: Any) -> Reply:
        """Send to a path of the API."""
        return await self.wire.send(method, f"/api/v1{path}", body, **more)

    async def on_draft(self, method: str, path: str = "", body: object = None) -> Reply:
        """Send to a path below the draft."""
        return await self.send(method, f"/invoices/{self.draft_id}{path}", body)

    async def on_invoice(self, method: str, path: str = "", body: object = None) -> Reply:
        """Send to a path below the finalized invoice."""
        return await self.send(method, f"/invoices/{self.invoice_id}{path}", body)

    async def on_entry(self, method: str, body: object = None) -> Reply:
        """Send to the time entry."""
        return await self.send(method, f"/time-entries/{self.entry_id}", body)

    async def create(self, **changes: object) -> Reply:
        """Create an invoice."""
        body = {
            "contractId": self.simulator.contract.id,
            "invoiceNumber": "B-1",
            "exchangeRate": 1.12,
            "currencyCode": "EUR",
            "amountMinor": 100,
            **changes,
        }
        return await self.send(
            "POST", "/invoices", {name: value for name, value in body.items() if value is not None}
        )

    async def add_lines(self, *members: Mapping[str, object]) -> Reply:
        """Add lines to the draft."""
        return await self.send("POST", "/billables", {"invoiceId": self.draft_id, "billables": list(members)})


LINE = {"description": "Work", "quantity": 1, "amountMinor": 100, "currencyCode": "EUR"}


@asynccontextmanager
async def kukkingu(
    *, behaviour: Mapping[str, Any] | None = None, signed: Mapping[str, str] | None = None
) -> AsyncIterator[Kukkingu]:
    """Serve a simulator on a manual clock, without a rate limit."""
    clock = ManualClock()
    simulator = KukkinguSimulator(
        behaviour=Behaviour(**(behaviour or {})), clock=clock, rate=Rate.parse("none")
    )
    home, contract = simulator.home, simulator.contract
    draft = home.add_invoice(contract.id, amount_minor=12_000)
    invoice = home.add_invoice(contract.id, amount_minor=12_000, status="FINALIZED")
    entry = home.add_entry(simulator.project.id, description="Work", reference_id="ABC-1")
    await clock.advance(60)
    async with connected(simulator, headers() if signed is None else signed) as wire:
        yield Kukkingu(
            simulator=simulator,
            clock=clock,
            wire=wire,
            draft_id=draft.id,
            invoice_id=invoice.id,
            entry_id=entry.id,
        )
