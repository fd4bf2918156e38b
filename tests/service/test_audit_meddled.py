"""An audit names exactly what was changed behind our back, after a day on which much went wrong."""

from random import Random

import attrs
import pytest

from invoicekit import NotApplied, OutcomeUnknown
from invoicekit.guard import marker_of
from invoicekit.journal import IntentKey
from invoicekit.service import Standing
from invoicekit.simulate import FaultPlan
from invoicekit.testing import Subject
from invoicekit.testing.bench import Bench
from invoicekit.testing.calls import WHEN, Hand
from invoicekit_clockify.simulator import ClockifySimulator

pytestmark = pytest.mark.looptime

MEANING = {
    "left": Standing.ONCE,
    "deleted": Standing.MISSING,
    "doubled": Standing.TWICE,
    "changed": Standing.DIFFERENT,
}


@pytest.mark.parametrize("seed", range(4))
async def test_it_names_what_was_meddled_with_and_nothing_else(seed: int) -> None:
    """A third of the requests fails; then rows are deleted, doubled and changed by chance."""
    chance = Random(seed)
    bench = Bench(Subject.installed("clockify"), seed=seed)
    assert isinstance(bench.simulator, ClockifySimulator)
    async with bench.process() as service:
        hand = Hand(bench, service)
        ids = [(await hand.issued()).id for _ in range(4)]
        bench.simulator.plan = FaultPlan.profile("storm", seed)
        markers, doubtful = {}, 0
        for number in range(40):
            reference = f"bank-{number}"
            key = IntentKey("clockify", service.account, "record_payment", reference)
            try:
                await service.record_payment(
                    chance.choice(ids), hand.money("2"), paid_at=WHEN, reference=reference
                )
                markers[marker_of(key)] = reference
            except OutcomeUnknown:
                doubtful += 1
            except NotApplied:
                continue
        bench.calm()
        await bench.state()
        meant = {}
        for one in ids:
            rows = bench.simulator.ledger.invoice(one).payments
            for row in list(rows):
                if str(row.note) not in markers:
                    continue
                change = chance.choice((*MEANING, "left", "left"))
                meant[markers[str(row.note)]] = MEANING[change]
                if change in {"deleted", "changed"}:
                    rows.remove(row)
                if change in {"doubled", "changed"}:
                    amount = row.amount + (change == "changed")
                    rows.append(attrs.evolve(row, id=f"{chance.getrandbits(96):024x}", amount=amount))

        audit = await service.audit_payments()

    named = {finding.reference: finding.standing for finding in audit.findings}
    assert named == {name: told for name, told in meant.items() if told is not Standing.ONCE}, f"seed {seed}"
    assert (audit.payments, audit.unsettled) == (len(markers), doubtful), f"seed {seed}"
    assert set(meant) == set(markers.values()), f"seed {seed}"
    assert audit.counts[Standing.ONCE] == list(meant.values()).count(Standing.ONCE)
