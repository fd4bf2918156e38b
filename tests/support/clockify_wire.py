"""Talk to the Clockify simulator in the provider's own paths."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import attrs
from manual_clock import ManualClock
from simulator_client import Reply, Wire, connected

from invoicekit.simulate import FaultPlan, Rate
from invoicekit_clockify.simulator import Behaviour, ClockifySimulator

INVOICE = {
    "currency": "EUR",
    "issuedDate": "2026-02-01T00:00:00Z",
    "dueDate": "2026-04-01T00:00:00Z",
    "number": "A-1",
}
REPLACEMENT = {**INVOICE, "discountPercent": 0, "taxPercent": 0, "tax2Percent": 0}


@attrs.frozen(kw_only=True)
class Clockify:
    """A running simulator with one client, one project and one invoice of 120.00 EUR, and a line to it."""

    simulator: ClockifySimulator
    clock: ManualClock
    wire: Wire
    client_id: str
    invoice_id: str

    async def send(self, method: str, path: str, body: object = None, **more: Any) -> Reply:
        """Send to a path below the workspace."""
        return await self.wire.send(
            method, f"/api/v1/workspaces/{self.simulator.home.id}{path}", body, **more
        )

    async def on_invoice(self, method: str, path: str = "", body: object = None, **more: Any) -> Reply:
        """Send to a path below the invoice."""
        return await self.send(method, f"/invoices/{self.invoice_id}{path}", body, **more)

    async def pay(self, amount: object = 100, **more: object) -> Reply:
        """Record a payment."""
        body = {"amount": amount, "paymentDate": "2026-03-01T10:20:30Z", **more}
        return await self.on_invoice("POST", "/payments", body)

    async def invoice(self) -> Any:
        """Read the invoice."""
        return (await self.on_invoice("GET")).json()

    async def mark(self, entry_ids: object, *, invoiced: object = True) -> Reply:
        """Set the invoiced flag."""
        return await self.send(
            "PATCH", "/time-entries/invoiced", {"timeEntryIds": entry_ids, "invoiced": invoiced}
        )

    async def report(self, *, page: int = 1, page_size: int = 1000, **more: object) -> Reply:
        """Ask for the detailed report over all time."""
        body: dict[str, object] = {
            "dateRangeStart": "2020-01-01T00:00:00",
            "dateRangeEnd": "2030-01-01T00:00:00",
            "timeZone": "UTC",
            "sortOrder": "ASCENDING",
            "detailedFilter": {"page": page, "pageSize": page_size, "options": {"totals": "EXCLUDE"}},
        }
        path = f"/report/v1/workspaces/{self.simulator.home.id}/reports/detailed"
        return await self.wire.send("POST", path, {**body, **more})

    async def reported(self, **more: object) -> dict[str, Any]:
        """Return invoicingInfo by entry id, as the report shows it."""
        rows = (await self.report(**more)).json()["timeentries"]  # type: ignore[arg-type]  # filters only
        return {row["_id"]: row["invoicingInfo"] for row in rows}


@asynccontextmanager
async def clockify(
    *,
    behaviour: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    faults: FaultPlan | None = None,
    rate: str = "none",
    **settings: Any,
) -> AsyncIterator[Clockify]:
    """Serve a simulator on a manual clock, without a rate limit unless one is given."""
    clock = ManualClock()
    simulator = ClockifySimulator(
        behaviour=Behaviour(**(behaviour or {})),
        clock=clock,
        rate=Rate.parse(rate),
        faults=faults,
        **settings,
    )
    client = simulator.home.add_client("Client A", address="1 Street")
    simulator.home.add_project("Project A", client.id, rate=6000)
    invoice = simulator.home.add_invoice(client_id=client.id, amount_minor=12_000, status="SENT")
    async with connected(simulator, {"X-Api-Key": simulator.API_KEY} if headers is None else headers) as wire:
        yield Clockify(
            simulator=simulator, clock=clock, wire=wire, client_id=client.id, invoice_id=invoice.id
        )
