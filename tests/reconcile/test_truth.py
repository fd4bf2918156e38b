"""A statement of 500 lines against 600 invoices of the Clockify simulator, over sockets."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from reconcile_truth import Truth, World, draw_world

from invoicekit import InvoiceService
from invoicekit.bulk import Standing
from invoicekit.model import InvoiceStatus, Money
from invoicekit.reconcile import (
    Decision,
    Kind,
    Plan,
    PlanRow,
    Receivable,
    ReconcileJob,
    make_plan,
    match,
    parse_statement,
    plan_of,
    read_plan,
    write_plan,
)
from invoicekit.simulate import Rate, serving
from invoicekit_clockify.simulator import ClockifySimulator

SEED = 20260301
AT = datetime(2026, 2, 20, 8, 30, tzinfo=UTC)


def stocked(world: World) -> ClockifySimulator:
    """Return a simulator that holds the invoices of a world."""
    simulator = ClockifySimulator(rate=Rate.parse("5000/s"), settle_seconds=0.05)
    clients: dict[str, str] = {}
    for bill in world.bills:
        if bill.customer not in clients:
            clients[bill.customer] = simulator.home.add_client(bill.customer).id
        simulator.home.add_invoice(
            client_id=clients[bill.customer],
            number=bill.number,
            amount_minor=bill.minor,
            currency="EUR",
            status="SENT" if bill.state == "PAID" else bill.state,
        )
    return simulator


@attrs.frozen(kw_only=True)
class Scene:
    world: World
    simulator: ClockifySimulator
    service: InvoiceService


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    world = draw_world(SEED)
    simulator = stocked(world)
    ids = {invoice.number: invoice.id for invoice in simulator.ledger.invoices()}
    async with serving(simulator) as running:
        settings: dict[str, Any] = {**simulator.settings(running.url), "rate": "2000/s"}
        journal = tmp_path / "journal.sqlite"
        async with InvoiceService.connect("clockify", journal=journal, **settings) as service:
            for bill in world.bills:
                paid = bill.minor if bill.state == "PAID" else bill.paid
                if paid:
                    await service.record_payment(
                        ids[bill.number],
                        Money.from_minor(paid, "EUR"),
                        paid_at=AT,
                        reference=f"by hand {bill.number}",
                    )
            yield Scene(world=world, simulator=simulator, service=service)


def by_line(plan: Plan) -> dict[str, list[PlanRow]]:
    found: dict[str, list[PlanRow]] = {}
    for row in plan.of_lines():
        found.setdefault(row.line_id, []).append(row)
    return found


def told(rows: list[PlanRow], truth: Truth) -> Truth:
    """Say what a plan says of a line as its truth would."""
    first = [row for row in rows if row.option <= 1]
    parts = {row.invoice_number: row.allocated.minor for row in first if row.allocated is not None}
    surplus = [row.surplus for row in first if row.surplus is not None]
    decision = rows[0].decision
    assert decision is not None
    return Truth(
        kind=rows[0].kind,
        decision=decision.value,
        parts=None if truth.parts is None else parts,
        surplus=surplus[0].minor if surplus else 0,
    )


async def planned(scene: Scene) -> Plan:
    return await make_plan(scene.service, [parse_statement(scene.world.statement, name="bank.xml")])


def differences(plan: Plan, world: World) -> dict[str, tuple[Truth, Truth]]:
    found = {}
    for line_id, rows in by_line(plan).items():
        kept = [row for row in rows if row.kind != Kind.DUPLICATE.value]
        truth = world.truths[line_id]
        if told(kept, truth) != truth:
            found[line_id] = (told(kept, truth), truth)
    return found


async def test_the_plan_tells_the_truth_and_is_applied_once(scene: Scene, tmp_path: Path) -> None:
    """Every class and part is right; applied, the ledger agrees; again, nothing is sent."""
    world = scene.world
    assert (world.lines, len(world.bills)) == (500, 600)

    plan = await planned(scene)

    assert differences(plan, world) == {}
    assert set(by_line(plan)) == set(world.truths)
    duplicates = Counter(row.line_id for row in plan.rows if row.kind == Kind.DUPLICATE.value)
    assert duplicates == world.repeats
    unmatched = {row.invoice_number for row in plan.rows if row.kind == "unmatched invoice"}
    assert unmatched == never_proposed(plan, world)

    before = ledger(scene)
    write_plan(plan, tmp_path / "plan.csv")
    job = ReconcileJob(scene.service, read_plan(tmp_path / "plan.csv"))
    outcomes = [outcome async for outcome in job.outcomes()]

    expected = Counter(before)
    for truth in world.truths.values():
        if truth.decision == "apply":
            expected.update(dict(truth.parts or {}))
    assert {outcome.standing for outcome in outcomes} == {Standing.APPLIED}
    assert ledger(scene) == expected

    count = len(scene.simulator.ledger.payments())
    again = ReconcileJob(scene.service, read_plan(tmp_path / "plan.csv"))
    standings = {outcome.standing async for outcome in again.outcomes()}

    assert standings == {Standing.ALREADY_APPLIED}
    replanned = await planned(scene)
    assert [row for row in replanned.rows if row.decision is Decision.APPLY] == []
    applied = {line_id for line_id, truth in world.truths.items() if truth.decision == "apply"}
    seen = {row.line_id for row in replanned.rows if row.kind == Kind.ALREADY_APPLIED.value}
    assert seen == applied
    assert (ledger(scene), len(scene.simulator.ledger.payments())) == (expected, count)


def never_proposed(plan: Plan, world: World) -> set[str]:
    """Return the open invoices that no line could pay, by the truth; the proposals of asked lines aside."""
    proposed = {row.invoice_number for row in plan.of_lines() if row.invoice_number}
    applied = {number for truth in world.truths.values() for number in truth.parts or ()}
    return {bill.number for bill in world.bills if bill.due} - applied - proposed


def ledger(scene: Scene) -> Counter[str]:
    """Return what stands on each invoice at the provider, in minor units by number."""
    return Counter(
        {
            invoice.number: sum(payment.amount for payment in invoice.payments)
            for invoice in scene.simulator.ledger.invoices()
            if invoice.payments
        }
    )


def receivables(world: World) -> Iterator[Receivable]:
    states = {"SENT": InvoiceStatus.OPEN, "VOID": InvoiceStatus.VOID, "PAID": InvoiceStatus.PAID}
    for bill in world.bills:
        yield Receivable(
            id=f"id-{bill.number}",
            number=bill.number,
            due=Money.from_minor(bill.due, "EUR"),
            total=Money.from_minor(bill.minor, "EUR"),
            customer=bill.customer,
            status=states[bill.state],
        )


@pytest.mark.parametrize("seed", range(8))
def test_other_worlds_are_told_right_too(seed: int) -> None:
    """The rules were not fitted to one seed; this needs no provider."""
    world = draw_world(seed)
    statement = parse_statement(world.statement, name="bank.xml")

    matching = match(statement.lines, receivables(world))

    plan = plan_of(matching, provider="clockify", account="w", statements=[statement])
    assert differences(plan, world) == {}
