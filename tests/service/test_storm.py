"""A third of all requests goes wrong; the ledger judges what was reported."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest

from invoicekit import InvoiceKitError, InvoiceService, Money, NotApplied, Outcome, OutcomeUnknown
from invoicekit.clock import LoopClock
from invoicekit.guard import DoubtPolicy, OnDoubt
from invoicekit.simulate import FaultPlan
from invoicekit.testing import URL, InProcessTransport
from invoicekit_clockify.simulator import ClockifySimulator

WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
PAYMENTS = 36


async def outcome_of(service: InvoiceService, invoice: str, number: int) -> str:
    """Record one payment and say in one word how it ended."""
    try:
        result = await service.record_payment(
            invoice, Money("1.00", "EUR"), reference=f"bank-{number}", paid_at=WHEN
        )
    except OutcomeUnknown:
        return "unknown"
    except NotApplied:
        return "not applied"
    except InvoiceKitError as other:
        return f"unexpected {type(other).__name__}: {other}"
    return "applied" if result.outcome in {Outcome.APPLIED, Outcome.ALREADY_APPLIED} else "wrong"


@pytest.mark.looptime
@pytest.mark.parametrize(("seed", "on_doubt"), [(1, "ask"), (2, "resend"), (3, "ask"), (4, "resend")])
async def test_the_ledger_contradicts_no_report(seed: int, on_doubt: str) -> None:
    """Applied means there once, not applied means not there, and nothing is there twice."""
    clock = LoopClock()
    simulator = ClockifySimulator(
        seed=seed, faults=FaultPlan.profile("storm", seed), settle_seconds=0.2, clock=clock
    )
    simulator.populate({"invoices": PAYMENTS // 3, "amount_minor": 10_000, "currency": "EUR"})
    invoices = [invoice.id for invoice in simulator.ledger.invoices()]
    # More sends than usual: of three in a row, all may get lost once in a few dozen runs.
    policy = DoubtPolicy(on_doubt=OnDoubt(on_doubt), max_sends=9)
    settings = {**simulator.settings(URL), "settle_seconds": 0.5}
    transport = InProcessTransport(simulator, clock=clock)
    async with InvoiceService.connect(
        "clockify",
        policy=policy,
        transport=transport,
        clock=clock,
        **settings,  # type: ignore[arg-type]  # the adapter's own
    ) as service:
        patient = service.bulk_lane()
        said = await asyncio.gather(
            *(outcome_of(patient, invoices[number % len(invoices)], number) for number in range(PAYMENTS))
        )
        again = await asyncio.gather(
            *(outcome_of(patient, invoices[number % len(invoices)], number) for number in range(PAYMENTS))
        )

    await simulator.close()
    notes = Counter(str(payment.note) for payment in simulator.ledger.payments())
    assert max(notes.values()) == 1, f"seed {seed}: a payment stands twice"
    assert not [word for word in (*said, *again) if word.startswith(("unexpected", "wrong"))]
    assert len(notes) >= again.count("applied")
    assert len(notes) <= PAYMENTS - again.count("not applied")
    if on_doubt == "resend":
        assert again.count("unknown") == 0
