"""The pytest plugin's fixtures, used as those who test their own programs use them."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from invoicekit import InvoiceService, Money, Outcome, OutcomeUnknown, Payment, WriteResult
from invoicekit.errors import Unavailable
from invoicekit.simulate import Fault, FaultKind, Simulator, Store, StoreFault

PAID_AT = datetime(2026, 3, 1, tzinfo=UTC)


async def pay(service: InvoiceService) -> WriteResult[Payment]:
    """A program under test: pay the first invoice in full."""
    async with service:
        invoice = (await service.list_invoices().snapshot())[0]
        assert isinstance(invoice.amount_due, Money)
        return await service.record_payment(
            invoice.id, invoice.amount_due, paid_at=PAID_AT, reference="bank-1"
        )


async def test_a_service_talks_to_the_simulator_beside_it(
    invoicekit_service: InvoiceService, clockify_simulator: Simulator
) -> None:
    """Without a word it is Clockify, with something to pay."""
    result = await pay(invoicekit_service)

    assert (result.outcome, invoicekit_service.provider) == (Outcome.APPLIED, "clockify")
    assert len(list(clockify_simulator.ledger.rows("payments"))) == 1


async def test_the_simulator_asked_for_names_the_provider(
    invoicekit_service: InvoiceService, asset_simulator: Simulator
) -> None:
    """No marker is needed."""
    await pay(invoicekit_service)

    assert invoicekit_service.provider == "asset"
    assert len(list(asset_simulator.ledger.rows("transactions"))) == 1


@pytest.mark.invoicekit("kukkingu", data={"invoices": 1})
async def test_the_marker_names_provider_and_data(
    invoicekit_service: InvoiceService, invoicekit_simulator: Simulator, kukkingu_simulator: Simulator
) -> None:
    """Both names give the same simulator."""
    async with invoicekit_service as service:
        invoices = await service.list_invoices().snapshot()
        assert sum(invoice.amount_due != Money.zero("EUR") for invoice in invoices) == 1

    assert invoicekit_simulator is kukkingu_simulator


@pytest.mark.invoicekit("clockify", faults=[Fault(kind=FaultKind.DROP_BEFORE, at="add_payment")])
async def test_a_program_is_tried_with_a_lost_request(
    invoicekit_connect: Callable[..., InvoiceService], invoicekit_simulator: Simulator, tmp_path: Path
) -> None:
    """Doubt, said aloud, and again by the next process that shares the journal: nothing was paid."""
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            await pay(invoicekit_connect(journal=tmp_path / "journal.sqlite"))

    assert list(invoicekit_simulator.ledger.rows("payments")) == []


async def test_local_books_need_no_simulator(local_service: InvoiceService, local_books: Store) -> None:
    """They have something to pay, and what stands in their file is seen without the adapter."""
    result = await pay(local_service)

    (payment,) = local_books.ledger.rows("payments")
    assert (result.outcome, local_service.provider) == (Outcome.APPLIED, "local")
    assert (payment["reference"], payment["amount_minor"]) == ("bank-1", 10100)


@pytest.mark.invoicekit("local", data={}, book="other")
async def test_the_marker_says_what_is_in_local_books(invoicekit_service: InvoiceService) -> None:
    """Nothing, if so; and other words are settings."""
    async with invoicekit_service as service:
        assert await service.list_invoices().snapshot() == ()
        assert service.account == "other"


@pytest.mark.invoicekit("local", faults=[StoreFault.FULL, StoreFault.COMMIT_DONE])
async def test_a_program_is_tried_with_a_full_disk(
    invoicekit_connect: Callable[..., InvoiceService], local_books: Store
) -> None:
    """Nothing was paid, and it says so; then the commit is told as failed, and the look finds it."""
    with pytest.raises(Unavailable):
        await pay(invoicekit_connect())
    assert list(local_books.ledger.rows("payments")) == []

    result = await pay(invoicekit_connect())

    assert result.outcome is Outcome.APPLIED
    assert len(list(local_books.ledger.rows("payments"))) == 1


@pytest.fixture
def watched_end() -> Iterator[list[Path]]:
    """Look at folders once the fixtures that came after this one have ended."""
    plain = sqlite3.connect
    folders: list[Path] = []
    yield folders
    assert folders
    assert [folder for folder in folders if folder.exists()] == []
    assert sqlite3.connect is plain


@pytest.mark.invoicekit("local", faults=[StoreFault.LOCKED])
async def test_local_books_leave_no_file_behind(
    watched_end: list[Path], local_service: InvoiceService, local_books: Store
) -> None:
    """Not even where something failed, and SQLite is as it was."""
    watched_end.append(local_books.folder)

    with pytest.raises(Unavailable):
        await pay(local_service)

    assert list(local_books.folder.iterdir())


def test_loading_the_plugin_imports_nothing_of_ours() -> None:
    """Every pytest run of an environment loads it, whatever it tests."""
    listing = "[name for name in sys.modules if name.startswith('invoicekit')]"
    asked = f"import sys, pytest_invoicekit; print({listing})"

    ended = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert ended.stdout.strip() == "[]"
