"""The limiter against real sockets, by sample; `nox -s rates` plays every model, and holds it to figures.

Those depend on a machine that is not stood still by others, so the sample has none.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from invoicekit import InvoiceService
from invoicekit.simulate import Rate
from invoicekit_clockify.simulator import ClockifySimulator

WHOLE = os.environ.get("INVOICEKIT_RATES") == "whole"
MODELS = ["50/s", "50/s:burst=5", "50/s:window", "50/s:log", "50/s:log:counts-refused"]

Connect = Callable[..., AbstractAsyncContextManager[InvoiceService]]


@pytest.mark.parametrize("retry_after", ["", ":retry-after"] if WHOLE else [":retry-after"])
@pytest.mark.parametrize("model", MODELS if WHOLE else ["50/s:window"])
@pytest.mark.parametrize("told", ["50/s", "100/s"])
async def test_every_call_gets_in(connect_to: Connect, model: str, retry_after: str, told: str) -> None:
    """Told the truth or twice as much: no call is given up for a 429, and there are few of them."""
    simulator = ClockifySimulator(seed=7, rate=Rate.parse(model + retry_after))
    simulator.populate({"clients": 1, "invoices": 1})
    calls = 750 if WHOLE else 100
    async with connect_to(simulator, rate=told) as service:
        (invoice_id,) = [invoice.id async for invoice in service.list_invoices()]
        lane = service.bulk_lane()
        left = iter(range(calls))

        async def work() -> None:
            for _ in left:
                await lane.get_invoice(invoice_id)

        await asyncio.gather(*(work() for _ in range(16)))
        stats, limits = service.stats(), service.limits()

    assert stats.sent == 1 + calls + stats.rate_limited
    if WHOLE and told == "50/s":
        assert stats.rate_limited <= 0.01 * calls
    elif WHOLE:
        assert 0 < stats.rate_limited <= 0.12 * calls
        assert limits.believed_rate < 75
