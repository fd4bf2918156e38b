"""Talk to the Asset simulator in the provider's own paths."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import attrs
from manual_clock import ManualClock
from simulator_client import Reply, Wire, connected

from invoicekit.simulate import FaultPlan, Rate
from invoicekit_asset.simulator import AssetSimulator, Behaviour, Invoice

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def exact(reply: Reply) -> Any:
    """Parse a body with exact numbers."""
    return json.loads(reply.body, parse_float=Decimal)


@attrs.frozen(kw_only=True)
class AssetLine:
    """A running simulator with one customer and one invoice of 120.00, and a line to it."""

    simulator: AssetSimulator
    clock: ManualClock
    wire: Wire
    customer_id: str
    invoice: Invoice
    headers: dict[str, str]

    async def token(self, **changes: str) -> Reply:
        """Ask for a token."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.simulator.CLIENT_ID,
            "client_secret": self.simulator.CLIENT_SECRET,
            **changes,
        }
        body = "&".join(f"{name}={value}" for name, value in form.items()).encode()
        return await self.wire.send("POST", "/v0/auth/token", body, headers=FORM)

    async def send(self, method: str, path: str, body: object = None, **more: Any) -> Reply:
        """Send to a path below the business, with a token."""
        path = f"/v0/business/{self.simulator.home.business_id}{path}"
        return await self.wire.send(method, path, body, headers=self.headers, **more)

    async def shown(self) -> Any:
        """Read the invoice."""
        return exact(await self.send("GET", f"/invoice/{self.invoice.id}"))["data"]

    async def transact(self, amount: object = 120, **changes: object) -> Any:
        """Create a transaction and return its document."""
        item = {
            "transaction_id": "own-1",
            "amount": amount,
            "description": "x",
            "transaction_datetime": "2026-03-01T10:20:30Z",
            "external_account_id": "eac_1",
            **changes,
        }
        reply = await self.send("POST", "/transactions", [item])
        assert reply.status == 202
        return exact(reply)["data"][0]

    async def apply(self, **body: object) -> Reply:
        """Apply a payment to the invoice."""
        return await self.send("POST", "/invoice-payment", {"invoice_id": self.invoice.id, **body})

    async def patch(self, body: object) -> Reply:
        """Change the invoice."""
        return await self.send("PATCH", f"/invoice/{self.invoice.id}", body)


@asynccontextmanager
async def asset(
    *,
    behaviour: Mapping[str, Any] | None = None,
    faults: FaultPlan | None = None,
    rate: str = "none",
    tenant_rate: str = "none",
) -> AsyncIterator[AssetLine]:
    """Serve a simulator on a manual clock, with a token, without a rate limit unless one is given."""
    clock = ManualClock()
    simulator = AssetSimulator(
        behaviour=Behaviour(**(behaviour or {})),
        clock=clock,
        rate=Rate.parse(rate),
        tenant_rate=Rate.parse(tenant_rate),
        faults=faults,
    )
    customer = simulator.home.add_customer("Acme")
    invoice = simulator.home.add_invoice("120.00", customer_id=customer.id)
    async with connected(simulator) as wire:
        line = AssetLine(
            simulator=simulator,
            clock=clock,
            wire=wire,
            customer_id=customer.id,
            invoice=invoice,
            headers={},
        )
        line.headers["Authorization"] = f"Bearer {(await line.token()).json()['access_token']}"
        yield line
