"""The pytest plugin's fixtures, used as those who test their own programs use them."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from invoicekit import InvoiceService, Money, Outcome, OutcomeUnknown, Payment, WriteResult
from invoicekit.simulate import Fault, FaultKind, Simulator

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


@pytest.mark.invoicekit("local")
async def test_local_books_need_no_simulator(invoicekit_service: InvoiceService) -> None:
    """They are a file in the test's own folder."""
    async with invoicekit_service as service:
        assert await service.list_invoices().snapshot() == ()


def test_loading_the_plugin_imports_nothing_of_ours() -> None:
    """Every pytest run of an environment loads it, whatever it tests."""
    listing = "[name for name in sys.modules if name.startswith('invoicekit')]"
    asked = f"import sys, pytest_invoicekit; print({listing})"

    ended = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert ended.stdout.strip() == "[]"
