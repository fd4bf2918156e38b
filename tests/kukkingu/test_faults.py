"""Every fault on every write, judged by what the simulator really holds."""

import asyncio

import pytest
from kukkingu_desk import PAID_AT, Desk, new_line, opened

from invoicekit.errors import OutcomeUnknown
from invoicekit.model import InvoiceStatus, Money, Outcome, WriteResult
from invoicekit.simulate import Fault, FaultKind, FaultPlan

ALL = list(FaultKind)
TOTAL = Money("120.00", "EUR")
THERE = {Outcome.APPLIED, Outcome.ALREADY_APPLIED}


def fault(kind: FaultKind, at: str) -> Fault:
    seconds = 0.1 if kind.value.startswith(("stall", "slow")) else None
    return Fault(kind=kind, at=at, seconds=seconds, retry_after="0.05")


@pytest.mark.parametrize("kind", ALL)
async def test_paid_at_is_set_once_and_right(kind: FaultKind) -> None:
    """Whatever is lost, the invoice ends with the one instant asked for, and the caller is told so."""
    async with opened(faults=[fault(kind, "patch_invoice")]) as desk:
        result = await desk.service.record_payment(
            desk.invoice_id, TOTAL, paid_at=PAID_AT, reference="bank-1"
        )

        await desk.simulator.late.finish()
        values = {deed.value for deed in desk.simulator.ledger.deeds("set_paid_at", desk.invoice_id)}
        assert result.outcome in THERE
        assert values == {"2026-03-01T10:20:30Z"}
        assert len(desk.simulator.faults) == 1


@pytest.mark.parametrize("kind", ALL)
async def test_a_draft_is_finalized_once(kind: FaultKind) -> None:
    """The action that can never be taken back takes effect once; a repeat that is refused is no failure."""
    async with opened(faults=[fault(kind, "finalize_invoice")]) as desk:
        result = await desk.service.set_status(desk.draft_id, InvoiceStatus.OPEN, allow_irreversible=True)

        await desk.simulator.late.finish()
        assert result.outcome in THERE
        assert len(desk.simulator.ledger.deeds("finalize", desk.draft_id)) == 1
        assert len(desk.simulator.faults) == 1


@pytest.mark.parametrize("kind", ALL)
async def test_an_invoice_is_voided_once(kind: FaultKind) -> None:
    """Doubt about voiding is settled by reading the status."""
    async with opened(faults=[fault(kind, "void_invoice")]) as desk:
        result = await desk.service.set_status(desk.invoice_id, InvoiceStatus.VOID)

        await desk.simulator.late.finish()
        assert result.outcome in THERE
        assert desk.simulator.ledger.invoice(desk.invoice_id).status == "VOID"
        assert len(desk.simulator.ledger.deeds("void", desk.invoice_id)) == 1
        assert len(desk.simulator.faults) == 1


@pytest.mark.parametrize("kind", ALL)
async def test_an_entry_is_linked_once_and_keeps_the_rest(kind: FaultKind) -> None:
    """A replacement that may be lost, late or doubled leaves the entry on its line, with all its fields."""
    async with opened(faults=[fault(kind, "replace_time_entry")]) as desk:
        report = await desk.service.mark_time_entries([desk.entry_id])

        await desk.simulator.late.finish()
        entry = desk.simulator.ledger.entry(desk.entry_id)
        assert report.is_done
        assert (entry.billable_id, entry.description, entry.seconds) == (desk.line_id, "Work", 3600)
        assert (entry.reference_source, entry.reference_id) == ("JIRA", "ABC-1")
        assert len(desk.simulator.ledger.deeds("link", desk.entry_id)) == 1
        assert len(desk.simulator.faults) == 1


async def create(desk: Desk) -> bool:
    """Create one invoice of two lines; False where it ended in doubt."""
    try:
        await desk.service.create_invoice(
            number="N-1",
            customer_id=desk.client_id,
            currency="EUR",
            issue_date=PAID_AT.date(),
            due_date=PAID_AT.date(),
            line_items=[new_line(), new_line("1.00")],
        )
    except OutcomeUnknown:
        return False
    return True


# A replayed append is doubled by whoever replays it; no client can prevent that.
@pytest.mark.parametrize("kind", [kind for kind in ALL if kind is not FaultKind.REPLAY])
@pytest.mark.parametrize("at", ["create_invoice", "create_billables"])
async def test_an_invoice_is_created_once_with_each_line_once(kind: FaultKind, at: str) -> None:
    """An append is never sent again while in doubt, and a rerun completes what is there."""
    async with opened(faults=[fault(kind, at)]) as desk:
        is_told = await create(desk)
        await desk.simulator.late.finish()
        assert len(desk.simulator.ledger.invoices("N-1")) == 1 or not is_told

        async with desk.elsewhere() as service:
            rerun = await service.create_invoice(
                number="N-1",
                customer_id=desk.client_id,
                currency="EUR",
                issue_date=PAID_AT.date(),
                due_date=PAID_AT.date(),
                line_items=[new_line(), new_line("1.00")],
            )

        (invoice,) = desk.simulator.ledger.invoices("N-1")
        lines = desk.simulator.ledger.billables(invoice.id)
        assert sorted(line.amount for line in lines) == [100, 4000]
        assert rerun.value.id == invoice.id
        assert rerun.outcome is Outcome.ALREADY_APPLIED or not is_told
        # An answer of many lines names no one record that it could be mistaken for.
        assert len(desk.simulator.faults) == 1 or (kind, at) == (FaultKind.WRONG_BODY, "create_billables")


async def test_a_storm_costs_no_payment_and_doubles_none() -> None:
    """A third of all writes goes wrong: every invoice ends as its caller was told, by the ledger."""
    async with opened(faults=FaultPlan.profile("storm", seed=7)) as desk:
        home, contract = desk.simulator.home, desk.simulator.contract
        ids = [home.add_invoice(contract.id, amount_minor=12_000, status="FINALIZED").id for _ in range(60)]

        results = await asyncio.gather(
            *(
                desk.service.record_payment(one, TOTAL, paid_at=PAID_AT, reference=f"bank-{one}")
                for one in ids
            ),
            return_exceptions=True,
        )

        await desk.simulator.late.finish()
        for one, result in zip(ids, results, strict=True):
            paid_at = desk.simulator.ledger.invoice(one).paid_at
            if isinstance(result, WriteResult):
                assert paid_at == "2026-03-01T10:20:30Z"
            else:
                assert isinstance(result, OutcomeUnknown) or paid_at is None
        assert sum(isinstance(result, WriteResult) for result in results) >= 55
        assert len(desk.simulator.faults) > 20
