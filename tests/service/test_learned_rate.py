"""A service begins at the rate that the one before it had found, on the same journal."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from invoicekit import InvoiceService
from invoicekit.clock import LoopClock
from invoicekit.journal import MemoryJournal, SqliteJournal
from invoicekit.simulate import Rate
from invoicekit.testing import InProcessTransport
from invoicekit_clockify.simulator import ClockifySimulator

pytestmark = pytest.mark.looptime(noop_cycles=0)

START = datetime(2026, 1, 1, tzinfo=UTC)
Open = Callable[..., InvoiceService]


@pytest.fixture
async def on_account() -> Open:
    """Connect to a workspace that allows 20 a second and tells nobody."""
    clock = LoopClock()
    simulator = ClockifySimulator(seed=7, rate=Rate.parse("20/s:window"), clock=clock)
    simulator.populate({"clients": 1, "invoices": 1})

    def connect(**settings: object) -> InvoiceService:
        given: dict[str, object] = {
            "api_key": simulator.API_KEY,
            "workspace_id": simulator.WORKSPACE_ID,
            "base_url": f"http://127.0.0.1:1{simulator.CORE_PATH}",
            "transport": InProcessTransport(simulator, clock=clock),
            "clock": clock,
            **settings,
        }
        return InvoiceService.connect("clockify", **given)  # type: ignore[arg-type]  # any setting

    return connect


async def search(service: InvoiceService) -> float:
    """Read one by one, long enough to meet the limit; return what is believed then."""
    (invoice_id,) = [invoice.id async for invoice in service.list_invoices()]
    for _ in range(500):
        await service.bulk_lane().get_invoice(invoice_id)
    return service.limits().believed_rate


async def test_the_next_service_starts_from_it(on_account: Open, tmp_path: Path) -> None:
    """Through the file, without a second search; the snapshot says where the rate is from."""
    path = tmp_path / "billing.sqlite"
    async with on_account(journal=path) as first:
        believed = await search(first)
        assert first.limits().recalled_rate is None

    async with on_account(journal=path) as second:
        limits = second.limits()

    assert 15 < believed < 25
    assert limits.rate == limits.recalled_rate == pytest.approx(believed)


async def test_a_killed_process_has_learned_too(on_account: Open) -> None:
    """What was found is kept when it is found, not only on leaving."""
    journal = MemoryJournal()
    async with on_account(journal=journal) as first:
        await search(first)
        async with on_account(journal=journal) as second:
            assert second.limits().recalled_rate is not None


async def test_a_configured_rate_wins(on_account: Open) -> None:
    """Whoever names a rate gets it, whatever was found while nobody did."""
    journal = MemoryJournal()
    async with on_account(journal=journal) as first:
        await search(first)

    async with on_account(journal=journal, rate="15/s") as second:
        limits = second.limits()

    assert limits.rate == pytest.approx(0.98 * 15)
    assert limits.recalled_rate is None


async def test_another_account_starts_from_its_own(on_account: Open) -> None:
    """Limits are an account's."""
    journal = MemoryJournal()
    async with on_account(journal=journal) as first:
        await search(first)

    async with on_account(journal=journal, workspace_id="0" * 24) as second:
        assert second.limits().recalled_rate is None


async def test_after_a_month_it_is_forgotten(on_account: Open) -> None:
    """An old finding is worth less than a new search."""
    journal = MemoryJournal()
    async with on_account(journal=journal) as first:
        await search(first)
    later = LoopClock(START + timedelta(days=31))

    async with on_account(journal=journal, clock=later) as second:
        assert second.limits().rate == 10.0


async def test_no_key_is_kept_with_it(on_account: Open, tmp_path: Path) -> None:
    """The finding is the account's; the credentials are not in the file in any form."""
    path = tmp_path / "billing.sqlite"
    async with on_account(journal=path) as first:
        await search(first)
    journal = SqliteJournal(path)
    await journal.open()

    known = await journal.known_rate("clockify", ClockifySimulator.WORKSPACE_ID)
    await journal.aclose()

    assert known is not None
    assert known.windows == "~10/1s"
    assert ClockifySimulator.API_KEY.encode() not in path.read_bytes()
