"""A Clockify simulator on a real socket, and services connected to it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from invoicekit import InvoiceService
from invoicekit.simulate import serving
from invoicekit_clockify.simulator import ClockifySimulator

Connect = Callable[..., InvoiceService]


@pytest.fixture
def simulator() -> ClockifySimulator:
    """Three unsent invoices of 100 EUR and fifty time entries, no faults, no limit."""
    made = ClockifySimulator(seed=7)
    made.populate(
        {
            "clients": 1,
            "invoices": 3,
            "time_entries": 50,
            "amount_minor": 10_000,
            "currency": "EUR",
            "status": "SENT",
        }
    )
    return made


@pytest.fixture
async def connect(simulator: ClockifySimulator) -> AsyncIterator[Connect]:
    """Make services on the running simulator; settings given win."""
    async with serving(simulator) as running:

        def make(**settings: object) -> InvoiceService:
            given: dict[str, object] = {
                "api_key": simulator.API_KEY,
                "workspace_id": simulator.WORKSPACE_ID,
                "base_url": f"{running.url}{simulator.CORE_PATH}",
                "rate": "1000/s",
                **settings,
            }
            return InvoiceService.connect("clockify", **given)  # type: ignore[arg-type]  # any setting

        yield make


@pytest.fixture
async def service(connect: Connect) -> AsyncIterator[InvoiceService]:
    """One open service with a memory journal."""
    async with connect() as opened:
        yield opened


@pytest.fixture
def invoice_id(simulator: ClockifySimulator) -> str:
    """The first invoice's id."""
    return simulator.ledger.invoices()[0].id


@pytest.fixture
async def connect_to() -> Callable[..., AbstractAsyncContextManager[InvoiceService]]:
    """Serve the simulator given, and open a service on it."""

    @asynccontextmanager
    async def open_on(simulator: ClockifySimulator, **settings: object) -> AsyncIterator[InvoiceService]:
        async with serving(simulator) as running:
            given: dict[str, object] = {
                "api_key": simulator.API_KEY,
                "workspace_id": simulator.WORKSPACE_ID,
                "base_url": f"{running.url}{simulator.CORE_PATH}",
                "rate": "1000/s",
                **settings,
            }
            async with InvoiceService.connect("clockify", **given) as opened:  # type: ignore[arg-type]
                yield opened

    return open_on
