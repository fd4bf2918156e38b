"""Several owners of one journal: a target has one at a time, and who lost it writes nothing more."""

import asyncio
from collections.abc import Iterable
from typing import Any

import attrs
import pytest
from guard_bench import HANG, LOST_BEFORE, OK, REJECT, RESEND, Bench, Row, Writer

from invoicekit.adapter import Done
from invoicekit.clock import LoopClock
from invoicekit.errors import DuplicateDetected, InProgress, OutcomeUnknown, Rejected
from invoicekit.guard import DoubtPolicy
from invoicekit.journal import Intent, IntentKey, IntentState, Lease, MemoryJournal
from invoicekit.model import Outcome, WriteResult

pytestmark = pytest.mark.looptime

KEPT = DoubtPolicy().lease_seconds


class Stage(MemoryJournal):
    """A journal whose owners can be made to stand still.

    Attributes:
        is_renewing: Whether renewals arrive.
        commit_seconds: How long a `sending` record takes to come back.
    """

    def __init__(self) -> None:
        super().__init__(clock=LoopClock())
        self.is_renewing = True
        self.commit_seconds = 0.0

    def renew(self, leases: Iterable[Lease]) -> None:
        if self.is_renewing:
            super().renew(leases)

    async def record_sending(self, key: IntentKey, **more: Any) -> Intent:
        after = await super().record_sending(key, **more)
        await asyncio.sleep(self.commit_seconds)
        return after


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def bench(stage: Stage) -> Bench:
    return Bench(journal=stage)


def working(bench: Bench, seconds: float) -> asyncio.Task[WriteResult[str | None]]:
    """Start a payment as one process, whose answer takes so long; then start another process."""
    write = bench.append()

    async def perform(sender: object) -> Done[str | None]:
        done = await write.perform(sender)  # type: ignore[arg-type]  # the bench's own sender
        await asyncio.sleep(seconds)
        return done

    slow = attrs.evolve(write, perform=perform)
    task = asyncio.create_task(bench.guard.run(slow, bench.scope(), reference="r1"))
    bench.rebuild(DoubtPolicy())
    return task


async def test_a_second_owner_waits_for_the_first(bench: Bench) -> None:
    """It is told what the first one did, and looks at nothing before."""
    first = working(bench, 5)
    await asyncio.sleep(1)

    second = await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    assert (await first).outcome is Outcome.APPLIED
    assert second.outcome is Outcome.ALREADY_APPLIED
    assert len(bench.provider.sent) == 1


async def test_a_second_owner_whose_time_is_up_sends_nothing(bench: Bench) -> None:
    """Waiting ends at the caller's deadline, with the other process named."""
    first = working(bench, 60)
    await asyncio.sleep(1)

    with pytest.raises(InProgress, match=r"process \d+ .*inv1.*nothing was sent"):
        await bench.guard.run(bench.append(), bench.scope(3.0), reference="r1")

    assert asyncio.get_running_loop().time() <= 4.1
    assert (await first).outcome is Outcome.APPLIED


async def test_other_writes_to_the_target_wait_too(bench: Bench) -> None:
    """Read-modify-write needs the target, not the reference."""
    first = working(bench, 5)
    await asyncio.sleep(1)

    second = await bench.guard.run(bench.append("m2", content="20 EUR"), bench.scope(), reference="r2")

    assert first.done()
    assert (second.outcome, bench.provider.sent[1] >= 5) == (Outcome.APPLIED, True)


async def test_other_targets_do_not_wait(bench: Bench) -> None:
    """One slow invoice holds up no other."""
    first = working(bench, 60)
    await asyncio.sleep(1)
    elsewhere = attrs.evolve(bench.append("m2"), target="inv2")

    await bench.guard.run(elsewhere, bench.scope(), reference="r2")

    assert (first.done(), bench.provider.sent) == (False, [0.0, 1.0])
    await first


async def test_a_lease_is_kept_as_long_as_its_owner_works(bench: Bench) -> None:
    """Renewed, it outlasts its own length many times over."""
    first = working(bench, 12 * KEPT)
    await asyncio.sleep(1)

    with pytest.raises(InProgress):
        await bench.guard.run(bench.append(), bench.scope(11 * KEPT), reference="r1")

    await first
    assert len(bench.provider.sent) == 1


async def test_a_killed_owners_target_is_taken_over(bench: Bench, stage: Stage) -> None:
    """Once its lease has lapsed; what it had under way is doubt, which reading settles."""
    first = working(bench, 100 * KEPT)
    await asyncio.sleep(1)
    stage.is_renewing = False

    second = await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    now = asyncio.get_running_loop().time()
    assert (second.outcome, second.verified) == (Outcome.ALREADY_APPLIED, True)
    assert KEPT <= now <= 2 * KEPT
    assert len(bench.provider.sent) == 1
    first.cancel()


@pytest.mark.parametrize("behaviour", [OK, REJECT, LOST_BEFORE, HANG])
async def test_a_finished_call_gives_its_lease_back(bench: Bench, behaviour: str) -> None:
    """However it ended, nobody waits for a lease to lapse."""
    bench.provider.script = [behaviour]
    call = asyncio.create_task(bench.guard.run(bench.append(settle=1.0), bench.scope(), reference="r1"))
    await asyncio.sleep(2)
    call.cancel()
    ended = await asyncio.gather(call, return_exceptions=True)
    bench.rebuild(DoubtPolicy())

    await bench.guard.run(bench.append("m2"), bench.scope(0.01), reference="r2")

    expected = {OK: WriteResult, REJECT: Rejected, LOST_BEFORE: OutcomeUnknown}
    assert isinstance(ended[0], expected.get(behaviour, asyncio.CancelledError))


async def test_a_cancelled_claim_is_given_back(bench: Bench, stage: Stage) -> None:
    """Cancelled while the journal was writing it down, it holds nobody up."""
    plan = stage.plan

    async def slowly(intent: Intent, *, lease: Lease | None = None) -> Intent:
        stored = await plan(intent, lease=lease)
        await asyncio.sleep(1)
        return stored

    stage.plan = slowly  # type: ignore[method-assign]  # a slow disk
    call = asyncio.create_task(bench.guard.run(bench.append(), bench.scope(), reference="r1"))
    await asyncio.sleep(0.5)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    stage.plan = plan  # type: ignore[method-assign]
    bench.rebuild(DoubtPolicy())

    result = await bench.guard.run(bench.append(), bench.scope(0.01), reference="r1")

    assert result.outcome is Outcome.APPLIED


async def test_whoever_stood_still_sends_nothing(bench: Bench, stage: Stage) -> None:
    """The lease may have lapsed since the record was made: the last look is at the clock."""
    stage.commit_seconds = KEPT

    with pytest.raises(InProgress, match="stood still"):
        await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    assert bench.provider.sent == []
    assert await bench.state() is IntentState.PLANNED


async def test_whoever_was_overtaken_before_it_sent_sends_nothing(bench: Bench, stage: Stage) -> None:
    """Its `sending` record is refused: the target is another's by now."""
    write = bench.append()

    async def perform(sender: object) -> Done[str | None]:
        stage.is_renewing = False
        await asyncio.sleep(5 * KEPT)
        return await write.perform(sender)  # type: ignore[arg-type]  # the bench's own sender

    late = attrs.evolve(write, perform=perform)
    first = asyncio.create_task(bench.guard.run(late, bench.scope(), reference="r1"))
    bench.rebuild(DoubtPolicy())
    await asyncio.sleep(2 * KEPT)
    second = await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    with pytest.raises(InProgress, match="another owner"):
        await first

    assert second.outcome is Outcome.APPLIED
    assert len(bench.provider.rows) == len(bench.provider.sent) == 1
    assert await bench.state() is IntentState.CONFIRMED


async def test_an_overtaken_owner_does_not_change_the_record(bench: Bench, stage: Stage) -> None:
    """Cancelled long after it was taken for dead, it leaves the new owner's word alone."""
    first = working(bench, 100 * KEPT)
    await asyncio.sleep(1)
    stage.is_renewing = False
    await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    first.cancel()
    await asyncio.gather(first, return_exceptions=True)

    assert await bench.state() is IntentState.CONFIRMED


async def test_an_overtaken_owner_that_succeeds_late_shows_the_duplicate(bench: Bench, stage: Stage) -> None:
    """With "resend" the new owner sent again; the late success of the first is then one too many."""
    write = bench.append(settle=5.0)

    async def perform(sender: object) -> Done[str | None]:
        assert isinstance(sender, Writer)
        await sender.gate.before_send()
        stage.is_renewing = False
        await asyncio.sleep(10 * KEPT)
        bench.provider.rows.append(Row("late", "m1", bench.provider.now()))
        return Done(value=None)

    frozen = attrs.evolve(write, perform=perform)
    first = asyncio.create_task(bench.guard.run(frozen, bench.scope(), reference="r1"))
    await asyncio.sleep(1)
    bench.rebuild(RESEND)
    second = await bench.guard.run(write, bench.scope(), reference="r1")

    with pytest.raises(DuplicateDetected):
        await first

    assert second.outcome is Outcome.APPLIED
