"""Both jobs against a provider on a real socket that fails on purpose; its own ledger is the judge."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from invoicekit import InvoiceService
from invoicekit.bulk import (
    ENTRY_COLUMNS,
    PAYMENT_COLUMNS,
    InputFiles,
    MarkJob,
    OpenInvoice,
    PayJob,
    Source,
    Standing,
    audit_entries,
    audit_payments,
    entry_items,
    payment_items,
    row_of,
    write_inputs,
)
from invoicekit.guard import marker_of
from invoicekit.journal import IntentKey
from invoicekit.model import Money
from invoicekit.simulate import Fault, FaultKind, FaultPlan, serving
from invoicekit_clockify.simulator import ClockifySimulator

ENTRIES = 900
PAYMENTS = 24

FAULTS = (
    Fault(kind=FaultKind.DROP_AFTER, at="mark_time_entries", nth=2),
    Fault(kind=FaultKind.ERROR_BEFORE, at="mark_time_entries", nth=4),
    Fault(kind=FaultKind.THROTTLE_EMPTY, at="mark_time_entries", nth=5),
    Fault(kind=FaultKind.DROP_AFTER, at="add_payment", nth=3),
    Fault(kind=FaultKind.ERROR_AFTER, at="add_payment", nth=6),
    Fault(kind=FaultKind.ERROR_BEFORE, at="add_payment", nth=9),
    Fault(kind=FaultKind.THROTTLE_EMPTY, at="add_payment", nth=12),
    Fault(kind=FaultKind.ERROR_BEFORE, at="list_payments", nth=7),
)


def connected(**settings: object) -> InvoiceService:
    return InvoiceService.connect("clockify", **settings)  # type: ignore[arg-type]  # any setting


@pytest.fixture
def simulator() -> ClockifySimulator:
    made = ClockifySimulator(seed=3, faults=FaultPlan.scripted(FAULTS), settle_seconds=0.2)
    made.populate({"clients": 1, "invoices": 6, "time_entries": ENTRIES, "currency": "EUR", "status": "SENT"})
    return made


@pytest.fixture
def files(simulator: ClockifySimulator, tmp_path: Path) -> InputFiles:
    return write_inputs(
        tmp_path,
        entry_ids=(entry.id for entry in simulator.ledger.entries()),
        entry_count=ENTRIES,
        invoices=[
            OpenInvoice(id=invoice.id, due=Money.from_minor(invoice.balance, invoice.currency))
            for invoice in simulator.ledger.invoices()
        ],
        payment_count=PAYMENTS,
        seed=3,
    )


@pytest.fixture
async def service(simulator: ClockifySimulator, tmp_path: Path) -> AsyncIterator[InvoiceService]:
    async with serving(simulator) as running:
        settings = {**simulator.settings(running.url), "rate": "2000/s", "settle_seconds": 0.2}
        async with connected(journal=tmp_path / "journal.sqlite", **settings) as opened:
            yield opened


async def test_marks_agree_with_the_ledger(
    simulator: ClockifySimulator, service: InvoiceService, files: InputFiles
) -> None:
    """Lost answers, failures and 429s: every entry is marked, strangers and broken rows are rejected."""
    rows: list[dict[str, str | int]] = []
    counts = dict.fromkeys(Standing, 0)

    for path in files.entries:
        job = MarkJob(service, entry_items(Source(path=str(path), columns=ENTRY_COLUMNS)))
        rows += [row_of(outcome) async for outcome in job.outcomes()]
        for standing, count in job.report().counts.items():
            counts[standing] += count

    faults = [row.as_json() for row in simulator.faults]
    verdict = audit_entries(rows, simulator.ledger.rows("time-entries"), faults)
    assert verdict.contradictions == ()
    assert (verdict.rows, verdict.there) == (files.entry_rows, ENTRIES)
    assert counts == {
        Standing.APPLIED: ENTRIES,
        Standing.ALREADY_APPLIED: 5,
        Standing.REJECTED: 5,
        Standing.UNKNOWN: 0,
        Standing.NOT_ATTEMPTED: 0,
    }
    assert len(simulator.faults) == 3


async def pay(service: InvoiceService, files: InputFiles) -> list[dict[str, str | int]]:
    rows: list[dict[str, str | int]] = []
    for path in files.payments:
        job = PayJob(service, payment_items(Source(path=str(path), columns=PAYMENT_COLUMNS)))
        rows += [row_of(outcome) async for outcome in job.outcomes()]
        assert job.report().rows > 0
    return rows


def ids_of(rows: list[dict[str, str | int]], standing: Standing) -> set[str]:
    return {str(row["id"]) for row in rows if row["standing"] == standing.value}


async def test_payments_agree_with_the_ledger(
    simulator: ClockifySimulator, service: InvoiceService, files: InputFiles
) -> None:
    """No payment twice, none lost; in doubt is only what a fault refused without saying so."""
    rows = await pay(service, files)

    verdict = audit_payments(
        rows,
        list(simulator.ledger.rows("payments")),
        [row.as_json() for row in simulator.faults],
        marker_of=lambda reference: marker_of(
            IntentKey("clockify", service.account, "record_payment", reference)
        ),
    )
    assert verdict.contradictions == ()
    assert (verdict.there, verdict.doubted) == (PAYMENTS - 1, 1)
    assert len(ids_of(rows, Standing.UNKNOWN)) == 1
    assert len(rows) == files.payment_rows
    assert len(simulator.ledger.payments()) == PAYMENTS - 1


async def test_a_second_run_pays_nothing_again(
    simulator: ClockifySimulator, service: InvoiceService, files: InputFiles
) -> None:
    """The finished job run again sends no payment; what was applied is already applied."""
    await pay(service, files)
    before = len(simulator.requests.of("add_payment"))

    rows = await pay(service, files)

    assert len(simulator.requests.of("add_payment")) == before
    assert ids_of(rows, Standing.APPLIED) == set()
    assert len(ids_of(rows, Standing.ALREADY_APPLIED)) == PAYMENTS - 1


async def test_a_wrong_key_sends_one_request(simulator: ClockifySimulator, files: InputFiles) -> None:
    """A 401 ends the job: nothing marked, nothing sent after it, every row not attempted."""
    async with serving(simulator) as running:
        settings = {**simulator.settings(running.url), "api_key": "wrong", "rate": "2000/s"}
        async with connected(**settings) as service:
            job = MarkJob(service, entry_items(Source(path=str(files.entries[0]), columns=ENTRY_COLUMNS)))

            standings = [outcome.standing async for outcome in job.outcomes()]

    assert len(simulator.requests) == 1
    assert standings.count(Standing.APPLIED) == 0
    assert job.report().exit_code() == 2
