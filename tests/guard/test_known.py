"""What the journal says was done, and where the provider is asked all the same."""

import asyncio

import attrs
import pytest
from guard_bench import LATE, LOST_AFTER, LOST_BEFORE, RESEND, Bench

from invoicekit.adapter import Done, Sighting, Write
from invoicekit.errors import DuplicateDetected, OutcomeUnknown, Unavailable
from invoicekit.journal import IntentState
from invoicekit.model import Outcome

pytestmark = pytest.mark.looptime


def chained(write: Write[str | None], seen: list[str | None], *, hang_at: int = 0) -> Write[str | None]:
    """Note the id that a following write would be given, and hang in one of the looks."""
    look = write.look
    assert look is not None
    looks = 0

    async def maybe_hang(sender: object) -> Sighting[str | None]:
        nonlocal looks
        looks += 1
        if looks == hang_at:
            await asyncio.sleep(3600)
        return await look(sender)  # type: ignore[arg-type]  # the bench's own sender

    def then(done: Done[str | None]) -> None:
        seen.append(done.resource_id)

    return attrs.evolve(write, look=maybe_hang, then=then)


async def cut_off_in_the_look_after(bench: Bench, write: Write[str | None]) -> None:
    call = asyncio.create_task(bench.guard.run(write, bench.scope(), reference="r1"))
    await asyncio.sleep(1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await bench.state() is IntentState.CONFIRMED


async def test_a_missing_id_is_looked_up(bench: Bench) -> None:
    """Cut off between the answer and the look after: the rerun finds the id, and what follows gets it."""
    seen: list[str | None] = []
    write = chained(bench.append(), seen, hang_at=2)
    await cut_off_in_the_look_after(bench, write)

    result = await bench.guard.run(write, bench.scope(), reference="r1")

    assert (result.outcome, result.value, seen) == (Outcome.ALREADY_APPLIED, "p1", ["p1"])
    assert (await bench.intent()).resource_id == "p1"
    assert len(bench.provider.sent) == 1


async def test_nothing_follows_what_cannot_be_found(bench: Bench) -> None:
    """Without the id the next step would go nowhere and the rest would be called done."""
    seen: list[str | None] = []
    write = chained(bench.append(), seen, hang_at=2)
    await cut_off_in_the_look_after(bench, write)
    bench.provider.lag = 3600.0

    with pytest.raises(OutcomeUnknown, match="does not show it"):
        await bench.guard.run(write, bench.scope(), reference="r1")

    assert seen == []


async def test_a_missing_id_that_nothing_needs_costs_no_answer(bench: Bench) -> None:
    """Where nothing follows, a look that fails leaves the journal's word."""
    write = chained(bench.append(), [], hang_at=2)
    await cut_off_in_the_look_after(bench, write)
    bench.provider.look_failures = [Unavailable("away")]

    result = await bench.guard.run(attrs.evolve(write, then=None), bench.scope(), reference="r1")

    assert (result.outcome, result.value) == (Outcome.ALREADY_APPLIED, None)


async def test_a_late_twin_is_noticed_by_the_next_call(bench: Bench) -> None:
    """The first send arrived after the declared bound and the second was sent: both are shown."""
    bench.rebuild(RESEND)
    bench.provider.script = [LATE]
    bench.provider.late_by = 10.0
    await bench.guard.run(bench.append(settle=3.0), bench.scope(), reference="r1")
    await asyncio.sleep(20)

    with pytest.raises(DuplicateDetected) as caught:
        await bench.guard.run(bench.append(settle=3.0), bench.scope(), reference="r1")

    assert sorted(map(str, caught.value.candidates)) == ["p1", "p2"]
    assert await bench.state() is IntentState.DUPLICATE


async def test_one_send_needs_no_second_look(bench: Bench) -> None:
    """What was sent once and has its id is answered from the journal alone."""
    await bench.guard.run(bench.append(), bench.scope(), reference="r1")
    looks = len(bench.provider.looks)

    await bench.guard.run(bench.append(), bench.scope(), reference="r1")

    assert len(bench.provider.looks) == looks


@pytest.mark.parametrize("behaviour", [LOST_BEFORE, LOST_AFTER])
async def test_one_that_looks_the_same_is_no_proof_of_absence(bench: Bench, behaviour: str) -> None:
    """It may be ours with its marker stripped: then a resend would be the second payment."""
    bench.rebuild(RESEND)
    bench.provider.script = [behaviour]
    write = bench.append(settle=3.0)
    look = write.look
    assert look is not None

    async def stripped(sender: object) -> Sighting[str | None]:
        found = await look(sender)  # type: ignore[arg-type]  # the bench's own sender
        return Sighting(strangers=tuple(match.value for match in found.matches) or ("human",))

    with pytest.raises(OutcomeUnknown, match="look the same"):
        await bench.guard.run(attrs.evolve(write, look=stripped), bench.scope(), reference="r1")

    assert len(bench.provider.sent) == 1
