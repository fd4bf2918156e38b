"""Somebody waits for an answer while a bulk job uses the whole rate."""

import asyncio

import pytest

from invoicekit import InvoiceService
from invoicekit.clock import LoopClock
from invoicekit.simulate import Rate
from invoicekit.testing import InProcessTransport
from invoicekit_clockify.simulator import ClockifySimulator

pytestmark = pytest.mark.looptime(noop_cycles=0)

SLOT = 1 / (0.98 * 50)
ROUND_TRIP = 0.02


@pytest.mark.parametrize("rate", ["50/s:window", "50/s:log:retry-after"])
async def test_a_call_waits_two_slots_at_most_while_a_job_runs(rate: str) -> None:
    """Five hundred bulk reads are in line; each interactive read goes before all of them."""
    clock = LoopClock()
    simulator = ClockifySimulator(seed=7, rate=Rate.parse(rate), clock=clock)
    simulator.populate({"clients": 1, "invoices": 1})
    transport = InProcessTransport(simulator, delay_seconds=ROUND_TRIP / 2, clock=clock)
    waits = []
    async with InvoiceService.connect(
        "clockify",
        api_key=simulator.API_KEY,
        workspace_id=simulator.WORKSPACE_ID,
        base_url=f"http://127.0.0.1:1{simulator.CORE_PATH}",
        rate="50/s",
        transport=transport,
        clock=clock,
    ) as service:
        (invoice_id,) = [invoice.id async for invoice in service.list_invoices()]
        lane = service.bulk_lane()
        job = [asyncio.create_task(lane.get_invoice(invoice_id)) for _ in range(500)]
        for _ in range(30):
            await asyncio.sleep(0.137)
            asked_at = clock.monotonic()
            await service.get_invoice(invoice_id)
            waits.append(clock.monotonic() - asked_at - ROUND_TRIP)
        waiting = service.limits().waiting
        await asyncio.gather(*job)
        stats = service.stats()

    assert waiting > 200
    assert max(waits) <= 2 * SLOT
    assert stats.rate_limited == 0
