"""Plans applied at the Clockify simulator: at most once, and only what is still as it was planned."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from clockify_desk import PAID_AT, Desk, opened
from reconcile_desk import applied, edited, line, planned

from invoicekit.batch import Standing
from invoicekit.bulk import JobExit
from invoicekit.model import InvoiceStatus, Money
from invoicekit.reconcile import Decision, Kind, PlanMismatch, ReconcileJob
from invoicekit.simulate import Fault, FaultKind

APPLIED, ALREADY, REJECTED = Standing.APPLIED, Standing.ALREADY_APPLIED, Standing.REJECTED


def add(desk: Desk, number: str, minor: int) -> str:
    invoice = desk.simulator.home.add_invoice(
        client_id=desk.client_id, number=number, amount_minor=minor, status="SENT", currency="EUR"
    )
    return invoice.id


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with opened() as one:
        add(one, "A-2026-1", 100_00)
        add(one, "A-2026-2", 50_00)
        yield one


def paid(desk: Desk) -> dict[str, int]:
    return {
        invoice.number: sum(payment.amount for payment in invoice.payments)
        for invoice in desk.simulator.ledger.invoices()
        if invoice.payments
    }


def number_of(desk: Desk, number: str) -> str:
    return next(each.id for each in desk.simulator.ledger.invoices() if each.number == number)


async def test_a_combined_transfer_pays_each_invoice_once(desk: Desk) -> None:
    """Each part has a reference of its own, and a rerun finds them all, even without the journal."""
    plan = await planned(desk.service, line("A-2026-1 A-2026-2", "150.00"))

    first = await applied(desk.service, plan)
    again = await applied(desk.service, plan)
    async with desk.elsewhere() as other:
        elsewhere = await applied(other, plan)

    assert [one.standing for one in first] == [APPLIED, APPLIED]
    assert [one.standing for one in (*again, *elsewhere)] == [ALREADY] * 4
    assert len({one.id for one in first}) == 2
    assert paid(desk) == {"A-2026-1": 100_00, "A-2026-2": 50_00}
    assert len(desk.requests("add_payment")) == 2


async def test_two_lines_pay_one_invoice_in_turn(desk: Desk) -> None:
    """The second one is judged by what the first one leaves."""
    plan = await planned(desk.service, line("A-2026-1", "40.00"), line("A-2026-1", "60.00", number=2))

    outcomes = await applied(desk.service, plan)

    assert [row.kind for row in plan.of_lines()] == [Kind.PARTIAL.value, Kind.EXACT.value]
    assert [one.standing for one in outcomes] == [APPLIED, APPLIED]
    assert [one.standing for one in await applied(desk.service, plan)] == [ALREADY, ALREADY]


async def test_what_is_asked_is_not_applied(desk: Desk) -> None:
    """Not without being accepted."""
    plan = await planned(desk.service, line("thanks", "100.00", payer=""))

    assert [row.decision for row in plan.of_lines()] == [Decision.ASK]
    assert await applied(desk.service, plan) == []
    assert [one.standing for one in await applied(desk.service, plan, accept=True)] == [APPLIED]


async def test_a_choice_between_two_is_not_accepted_unseen(desk: Desk) -> None:
    """Accepting cannot choose; the person says which in the file."""
    add(desk, "A-2026-9", 100_00)
    plan = await planned(desk.service, line("thanks", "100.00"))

    assert [row.option for row in plan.of_lines()] == [1, 2]
    assert await applied(desk.service, plan, accept=True) == []
    assert paid(desk) == {}


async def test_an_approved_option_is_applied(desk: Desk, tmp_path: Path) -> None:
    """The other one stays as it is."""
    add(desk, "A-2026-9", 100_00)
    plan = await planned(desk.service, line("thanks", "100.00"))

    chosen = edited(plan, tmp_path, lambda rows: rows[1].update(decision="apply"))

    assert [one.standing for one in await applied(desk.service, chosen)] == [APPLIED]
    assert list(paid(desk).values()) == [100_00]


async def test_two_options_of_a_line_are_refused(desk: Desk, tmp_path: Path) -> None:
    """One transfer is not two."""
    add(desk, "A-2026-9", 100_00)
    plan = await planned(desk.service, line("thanks", "100.00"))

    both = edited(plan, tmp_path, lambda rows: [row.update(decision="apply") for row in rows[:2]])
    outcomes = await applied(desk.service, both)

    assert [one.standing for one in outcomes] == [REJECTED, REJECTED]
    assert outcomes[0].reason.endswith("two options of one line are to be applied; choose one of them")
    assert paid(desk) == {}


async def test_more_than_the_line_has_is_refused(desk: Desk, tmp_path: Path) -> None:
    """An amount raised by hand is not paid by nobody."""
    plan = await planned(desk.service, line("A-2026-1", "40.00"))

    more = edited(plan, tmp_path, lambda rows: rows[0].update(allocated="90.00"))
    (outcome,) = await applied(desk.service, more)

    assert outcome.reason.endswith("the rows of this line give 90.00 EUR, and the line has 40.00 EUR")
    assert paid(desk) == {}


async def test_a_voided_invoice_rejects_its_row_and_the_rest_goes_on(desk: Desk) -> None:
    """Somebody voided it after the plan was made."""
    plan = await planned(desk.service, line("A-2026-1", "100.00"), line("A-2026-2", "50.00", number=2))
    await desk.service.set_status(number_of(desk, "A-2026-1"), InvoiceStatus.VOID)

    outcomes = await applied(desk.service, plan)

    assert [one.standing for one in outcomes] == [REJECTED, APPLIED]
    assert outcomes[0].reason == "InvalidTransition: invoice A-2026-1 is void by now; nothing was sent"
    assert paid(desk) == {"A-2026-2": 50_00}


async def test_another_payment_since_the_plan_rejects_its_row(desk: Desk) -> None:
    """It may be this very money, recorded by hand: even where enough is still owed."""
    plan = await planned(desk.service, line("A-2026-1", "40.00"))
    await desk.service.record_payment(
        number_of(desk, "A-2026-1"), Money("40.00", "EUR"), paid_at=PAID_AT, reference="by hand"
    )

    (outcome,) = await applied(desk.service, plan)

    assert (outcome.standing, paid(desk)) == (REJECTED, {"A-2026-1": 40_00})
    assert outcome.reason == (
        "PlanOutdated: invoice A-2026-1 owes 60.00 EUR and not 100.00 EUR as planned: it changed since; "
        "plan again"
    )


async def test_a_deleted_invoice_rejects_its_row(desk: Desk) -> None:
    """What is gone is said, and nothing else is harmed."""
    plan = await planned(desk.service, line("A-2026-1", "100.00"), line("A-2026-2", "50.00", number=2))
    await desk.service.delete_invoice(number_of(desk, "A-2026-1"))

    assert [one.standing for one in await applied(desk.service, plan)] == [REJECTED, APPLIED]


async def test_a_plan_for_another_account_is_refused(desk: Desk) -> None:
    """Ids of one workspace mean nothing in another."""
    plan = await planned(desk.service, line("A-2026-1", "100.00"))
    reach = {**desk.reach, "workspace_id": "65f0c0ffee0000000000aaaa"}
    async with type(desk.service).connect("clockify", **reach) as other:
        with pytest.raises(PlanMismatch, match=r"the plan is for clockify account .* nothing was sent"):
            ReconcileJob(other, plan)


@pytest.mark.parametrize(
    ("kind", "amount"), [("not a payment", "-100.00"), ("not a payment", "0.00"), ("duplicate", "100.00")]
)
async def test_what_is_no_payment_cannot_be_approved(
    desk: Desk, tmp_path: Path, kind: str, amount: str
) -> None:
    """Not by hand either."""
    lines = [line("A-2026-2", amount)] * (2 if kind == "duplicate" else 1)
    plan = await planned(desk.service, *lines)
    target = number_of(desk, "A-2026-1")

    forced = edited(
        plan,
        tmp_path,
        lambda rows: [
            row.update(decision="apply", invoice_id=target, allocated="1.00")
            for row in rows
            if row["class"] == kind
        ],
    )
    outcomes = await applied(desk.service, forced)

    assert REJECTED in {one.standing for one in outcomes}
    assert "A-2026-1" not in paid(desk)


async def test_an_unmatched_line_may_be_assigned_by_hand(desk: Desk, tmp_path: Path) -> None:
    """The person names invoice and amount."""
    plan = await planned(desk.service, line("nothing fits", "33.00", payer="Nobody"))
    target = number_of(desk, "A-2026-1")

    by_hand = edited(
        plan,
        tmp_path,
        lambda rows: rows[0].update(decision="apply", invoice_id=target, allocated="33.00"),
    )

    assert [one.standing for one in await applied(desk.service, by_hand)] == [APPLIED]
    assert [one.standing for one in await applied(desk.service, by_hand)] == [ALREADY]
    assert paid(desk) == {"A-2026-1": 33_00}


async def test_a_broken_row_is_rejected_and_the_rest_goes_on(desk: Desk, tmp_path: Path) -> None:
    """With file, row and column."""
    plan = await planned(desk.service, line("A-2026-1", "100.00"), line("A-2026-2", "50.00", number=2))

    broken = edited(plan, tmp_path, lambda rows: rows[0].update(decision="yes"))
    outcomes = await applied(desk.service, broken)

    assert [one.standing for one in outcomes] == [REJECTED, APPLIED]
    assert outcomes[0].reason.startswith("plan.csv:8, column decision: 'yes' is none of")


async def test_a_lost_answer_is_found_by_the_next_run() -> None:
    """The payment was recorded, its answer lost: looked for, never sent again."""
    fault = Fault(kind=FaultKind.DROP_AFTER, at="add_payment", nth=1)
    async with opened(faults=[fault]) as desk:
        add(desk, "A-2026-1", 100_00)
        plan = await planned(desk.service, line("A-2026-1", "100.00"))

        first = await applied(desk.service, plan)
        again = await applied(desk.service, plan)

        assert [one.standing for one in (*first, *again)] == [APPLIED, ALREADY]
        assert paid(desk) == {"A-2026-1": 100_00}


async def test_doubt_stays_doubt() -> None:
    """The provider failed without saying whether it acted: unknown, and the job ends with 3."""
    fault = Fault(kind=FaultKind.ERROR_BEFORE, at="add_payment", nth=1)
    async with opened(faults=[fault]) as desk:
        add(desk, "A-2026-1", 100_00)
        plan = await planned(desk.service, line("A-2026-1", "100.00"))
        job = ReconcileJob(desk.service, plan)

        standings = [outcome.standing async for outcome in job.outcomes()]

        assert standings == [Standing.UNKNOWN]
        assert job.report().exit_code() is JobExit.IN_DOUBT


async def test_a_new_plan_sees_what_was_applied(desk: Desk) -> None:
    """The same statement planned again has nothing left to do."""
    lines = (line("A-2026-1 A-2026-2", "150.00"), line("A-2026-2", "20.00", number=2))
    await applied(desk.service, await planned(desk.service, *lines))

    again = await planned(desk.service, *lines)

    assert [row.kind for row in again.of_lines()] == [Kind.ALREADY_APPLIED.value, Kind.OVERPAID.value]
    assert await applied(desk.service, again) == []


async def test_the_rest_of_a_cut_off_run_is_planned_again(desk: Desk) -> None:
    """One part of a combined transfer was recorded, then the machine went down."""
    both = line("A-2026-1 A-2026-2", "150.00")
    plan = await planned(desk.service, both)
    half = type(plan)(
        provider=plan.provider, account=plan.account, statements=plan.statements, rows=plan.rows[:1]
    )
    await applied(desk.service, half)

    again = await planned(desk.service, both)
    outcomes = await applied(desk.service, again)

    assert [row.allocated for row in again.of_lines()] == [Money("50.00", "EUR")]
    assert [one.standing for one in outcomes] == [APPLIED]
    assert [one.standing for one in await applied(desk.service, plan)] == [ALREADY, ALREADY]
