"""A service is entered once, used, and left; everything else is refused in words."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest

from invoicekit import InvoiceService, Money, UsageError
from invoicekit.errors import AdapterNotFound, ConfigurationError, ServiceClosed
from invoicekit.guard import IN_DOUBT
from invoicekit.journal import IntentState, SqliteJournal
from invoicekit.model import Outcome
from invoicekit.testing import InProcessTransport
from invoicekit.transport import AiohttpTransport, HttpResponse, Outgoing, Transport
from invoicekit_clockify.simulator import ClockifySimulator

Connect = Callable[..., InvoiceService]

PAID_AT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


async def test_calls_before_entering_are_refused(connect: Connect, invoice_id: str) -> None:
    """Nothing is sent by a service that was not entered."""
    service = connect()

    with pytest.raises(ServiceClosed, match="async with"):
        await service.get_invoice(invoice_id)
    await service.aclose()


async def test_calls_after_leaving_are_refused(
    connect: Connect, invoice_id: str, simulator: ClockifySimulator
) -> None:
    """Nothing is sent by a service that was left."""
    async with connect() as service:
        pass

    with pytest.raises(ServiceClosed, match="closed"):
        await service.get_invoice(invoice_id)
    assert len(simulator.requests) == 0


async def test_a_service_is_entered_once(connect: Connect) -> None:
    """A second entry is a mistake that would hide a closed connection."""
    async with connect() as service:
        with pytest.raises(ServiceClosed):
            await service.__aenter__()


async def test_leaving_twice_does_nothing(connect: Connect) -> None:
    """`aclose` may be called again."""
    async with connect() as service:
        await service.aclose()
    await service.aclose()


@attrs.define
class Lent:
    """A transport that is lent, and that calls back while a payment is on its way."""

    inner: Transport
    meanwhile: Callable[[], Awaitable[None]]

    async def exchange(self, outgoing: Outgoing) -> HttpResponse:
        if outgoing.method == "POST":
            await self.meanwhile()
        return await self.inner.exchange(outgoing)

    def stream(
        self, outgoing: Outgoing
    ) -> AbstractAsyncContextManager[tuple[HttpResponse, AsyncIterator[bytes]]]:
        return self.inner.stream(outgoing)

    async def aclose(self) -> None:
        raise AssertionError("it is only lent")


async def test_leaving_waits_for_the_payment_on_its_way(
    simulator: ClockifySimulator, connect: Connect, invoice_id: str, tmp_path: Path
) -> None:
    """What left is neither denied nor forgotten, though the transport is not ours to close."""
    leaving: list[asyncio.Task[None]] = []

    async def leave() -> None:
        leaving.append(asyncio.create_task(service.aclose()))
        await asyncio.sleep(0.01)

    path = tmp_path / "journal.sqlite"
    service = connect(journal=path, transport=Lent(InProcessTransport(simulator), leave))
    await service.__aenter__()

    paid = await service.record_payment(invoice_id, Money("1.00", "EUR"), paid_at=PAID_AT, reference="r1")
    await leaving[0]

    assert paid.outcome is Outcome.APPLIED
    async with connect(journal=path) as service:
        assert await service.resolve_unknown() == ()
        found = [intent async for intent in service._connection.journal.intents()]
    assert [intent.state for intent in found] == [IntentState.CONFIRMED]


async def test_leaving_that_is_cut_short_closes_the_journal(
    simulator: ClockifySimulator, connect: Connect, invoice_id: str, tmp_path: Path
) -> None:
    """Whoever gives its end a limit of time leaves no thread behind, and the payment in doubt."""
    arrived, never = asyncio.Event(), asyncio.Event()

    async def hang() -> None:
        arrived.set()
        await never.wait()

    path = tmp_path / "journal.sqlite"
    service = connect(journal=path, transport=Lent(InProcessTransport(simulator), hang))
    await service.__aenter__()
    paying = asyncio.create_task(
        service.record_payment(invoice_id, Money("1.00", "EUR"), paid_at=PAID_AT, reference="r1")
    )
    await arrived.wait()

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await service.aclose()

    assert "invoicekit-journal" not in {thread.name for thread in threading.enumerate()}
    paying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await paying
    async with connect(journal=path) as service:
        [left] = [intent async for intent in service._connection.journal.intents()]
    assert left.state in IN_DOUBT


async def test_a_given_transport_stays_open(connect: Connect, invoice_id: str) -> None:
    """What was lent is not closed: the next service goes on with it."""
    transport = AiohttpTransport()
    try:
        for _ in range(2):
            async with connect(transport=transport) as service:
                await service.get_invoice(invoice_id)
    finally:
        await transport.aclose()


async def test_a_given_journal_stays_open(connect: Connect, invoice_id: str, tmp_path: Path) -> None:
    """A journal that was lent keeps its promises for the next service."""
    journal = SqliteJournal(tmp_path / "lent.sqlite")
    for _ in range(2):
        async with connect(journal=journal) as service:
            await service.get_invoice(invoice_id)
        assert [intent async for intent in journal.intents()] == []
    await journal.aclose()


async def test_unknown_provider_names_those_there_are() -> None:
    """The message lists what is installed."""
    with pytest.raises(AdapterNotFound, match="clockify"):
        InvoiceService.connect("clockfy")


async def test_missing_setting_is_named_with_its_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which key, and where it may stand."""
    monkeypatch.delenv("INVOICEKIT_CLOCKIFY_API_KEY", raising=False)

    with pytest.raises(ConfigurationError, match="INVOICEKIT_CLOCKIFY_API_KEY"):
        InvoiceService.connect("clockify", workspace_id="6a1b2c3d4e5f60718293a4b5")


async def test_unusable_journal_is_refused_on_entering(connect: Connect, tmp_path: Path) -> None:
    """A journal that cannot be opened stops everything before anything is sent."""
    path = tmp_path / "not-a-journal.sqlite"
    path.write_text("these are not the bytes of a database, but long enough to be looked at" * 20)

    with pytest.raises(ConfigurationError, match="not-a-journal"):
        async with connect(journal=path):
            pass


async def test_profile_connects(
    simulator: ClockifySimulator, connect: Connect, tmp_path: Path, invoice_id: str
) -> None:
    """A named profile carries provider, settings and journal."""
    reference = connect()
    base = reference._connection.site.hosts["api"]
    await reference.aclose()
    file = tmp_path / "invoicekit.toml"
    file.write_text(
        "[profiles.acme]\n"
        'provider = "clockify"\n'
        f'workspace_id = "{simulator.WORKSPACE_ID}"\n'
        f'base_url = "{base}"\n'
        f'api_key = "{simulator.API_KEY}"\n'
        'journal = "acme.sqlite"\n'
    )
    file.chmod(0o600)

    async with InvoiceService.from_profile("acme", path=file) as service:
        invoice = await service.get_invoice(invoice_id)

    assert invoice.id == invoice_id
    assert (tmp_path / "acme.sqlite").exists()


async def test_on_doubt_takes_its_word(connect: Connect) -> None:
    """A misspelt policy is refused when connecting."""
    with pytest.raises(UsageError, match="ask, resend, not 'maybe'"):
        connect(on_doubt="maybe")
