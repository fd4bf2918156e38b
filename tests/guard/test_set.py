"""SETs: the present value decides, and the same value may be asked for again."""

import asyncio

import attrs
import pytest
from guard_bench import LATE, LOST_AFTER, LOST_BEFORE, REJECT, Bench

from invoicekit.adapter import Sighting
from invoicekit.errors import DestructiveTransition, OutcomeUnknown, Rejected
from invoicekit.journal import IntentState
from invoicekit.model import Outcome

pytestmark = pytest.mark.looptime


async def test_value_that_is_there_sends_nothing(bench: Bench) -> None:
    """Read, equal, done."""
    result = await bench.guard.run(bench.setting("old"), bench.scope())

    assert (result.outcome, result.verified) == (Outcome.ALREADY_APPLIED, True)
    assert bench.provider.sent == []


async def test_without_a_reference_the_journal_never_answers(bench: Bench) -> None:
    """Mark, unmark, mark again sends three times."""
    for value in ("new", "old", "new"):
        await bench.guard.run(bench.setting(value), bench.scope())

    assert len(bench.provider.sent) == 3
    assert bench.provider.value == "new"


async def test_with_a_reference_the_journal_answers(bench: Bench) -> None:
    """The caller's reference stands for one effect, even when the value moved on since."""
    await bench.guard.run(bench.setting("new"), bench.scope(), reference="r1")
    bench.provider.value = "other"

    again = await bench.guard.run(bench.setting("new"), bench.scope(), reference="r1")

    assert again.outcome is Outcome.ALREADY_APPLIED
    assert bench.provider.value == "other"


async def test_lost_answer_is_settled_by_the_value(bench: Bench) -> None:
    """The value is there: nothing is sent again."""
    bench.provider.script = [LOST_AFTER]

    result = await bench.guard.run(bench.setting("new"), bench.scope())

    assert (result.outcome, result.verified) == (Outcome.APPLIED, True)
    assert len(bench.provider.sent) == 1


async def test_lost_request_is_repeated_with_the_same_value(bench: Bench) -> None:
    """The value is not there: asking for the same value again is harmless."""
    bench.provider.script = [LOST_BEFORE, LOST_BEFORE]

    result = await bench.guard.run(bench.setting("new"), bench.scope())

    assert (result.outcome, result.attempts) == (Outcome.APPLIED, 3)


@pytest.mark.parametrize("has_look", [True, False])
async def test_three_sends_at_most(bench: Bench, has_look: bool) -> None:
    """Then it stays in doubt, with or without a read that could tell."""
    bench.provider.script = [LOST_BEFORE] * 9

    with pytest.raises(OutcomeUnknown):
        await bench.guard.run(bench.setting("new", has_look=has_look), bench.scope())

    assert len(bench.provider.sent) == 3


@pytest.mark.parametrize("has_look", [True, False])
async def test_a_later_call_may_ask_for_the_value_again(bench: Bench, has_look: bool) -> None:
    """The same value again is harmless, so three lost sends of an earlier call lock nobody out."""
    bench.provider.script = [LOST_BEFORE] * 3
    with pytest.raises(OutcomeUnknown):
        await bench.guard.run(bench.setting("new", has_look=has_look), bench.scope())

    result = await bench.guard.run(bench.setting("new", has_look=has_look), bench.scope())

    assert (result.outcome, bench.provider.value) == (Outcome.APPLIED, "new")


@pytest.mark.parametrize("is_seen_again", [False, True])
async def test_another_value_waits_for_the_echo_of_one_that_was_repeated(
    bench: Bench, is_seen_again: bool
) -> None:
    """The first send may still arrive though a repeat settled the value: it must not undo a newer one."""
    bench.provider.script = [LATE]
    bench.provider.late_by = 20.0
    await bench.guard.run(bench.setting("repeated", settle=30.0), bench.scope())
    for _ in range(is_seen_again):
        await bench.guard.run(bench.setting("repeated", settle=30.0), bench.scope())

    await bench.guard.run(bench.setting("newer", settle=30.0), bench.scope())
    await asyncio.sleep(60.0)

    assert bench.provider.value == "newer"


async def test_another_value_waits_for_the_echo_though_a_call_was_torn_away(bench: Bench) -> None:
    """Whoever asked for the old value again and was cancelled left a plan: the echo comes all the same."""
    bench.provider.script = [LATE]
    bench.provider.late_by = 20.0
    await bench.guard.run(bench.setting("repeated", settle=30.0), bench.scope())

    async def look(sender: object) -> Sighting[str]:
        await asyncio.Event().wait()
        return Sighting()

    stuck = attrs.evolve(bench.setting("repeated", settle=30.0), look=look)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1.0):
            await bench.guard.run(stuck, bench.scope())

    await bench.guard.run(bench.setting("newer", settle=30.0), bench.scope())
    await asyncio.sleep(60.0)

    assert bench.provider.value == "newer"


async def test_another_value_waits_until_the_doubtful_one_cannot_arrive(bench: Bench) -> None:
    """A late old value must not overwrite a newer one: the newer waits for the settle bound."""
    bench.provider.script = [LATE] * 3
    bench.provider.late_by = 20.0
    with pytest.raises(OutcomeUnknown):
        await bench.guard.run(bench.setting("doubtful", settle=30.0), bench.scope())
    doubt_began = bench.provider.now()

    with pytest.raises(OutcomeUnknown, match="different"):
        await bench.guard.run(bench.setting("newer", settle=30.0), bench.scope(5.0))
    result = await bench.guard.run(bench.setting("newer", settle=30.0), bench.scope())

    assert result.outcome is Outcome.APPLIED
    assert bench.provider.sent[-1] >= doubt_began + 25.0
    assert bench.provider.value == "newer"


async def test_refusal_before_the_first_send_leaves_the_value(bench: Bench) -> None:
    """A destructive change without consent is refused after the read and before any write."""
    bench.provider.refusal = DestructiveTransition("would delete payments")

    with pytest.raises(DestructiveTransition):
        await bench.guard.run(bench.setting("new"), bench.scope())

    assert (bench.provider.sent, bench.provider.value) == ([], "old")


async def test_refusal_that_appears_in_doubt_stops_the_repeat(bench: Bench) -> None:
    """Once money is there that the change would destroy, the same value is not asked for again."""
    bench.provider.script = [LOST_BEFORE]
    write = bench.setting("new")
    perform = write.perform

    async def then_refuse(sender: object) -> object:
        bench.provider.refusal = DestructiveTransition("a payment arrived")
        return await perform(sender)  # type: ignore[arg-type]

    object.__setattr__(write, "perform", then_refuse)

    with pytest.raises(OutcomeUnknown):
        await bench.guard.run(write, bench.scope())

    assert len(bench.provider.sent) == 1


async def test_rejection_is_final_and_may_be_asked_again(bench: Bench) -> None:
    """A rejection is journalled as such; asking again is a new try."""
    bench.provider.script = [REJECT]
    with pytest.raises(Rejected):
        await bench.guard.run(bench.setting("new"), bench.scope())
    assert await bench.state("set_status", "value:inv1") is IntentState.REJECTED

    result = await bench.guard.run(bench.setting("new"), bench.scope())

    assert result.outcome is Outcome.APPLIED
