"""A SET that is asked for again: a refusal of the repeat says nothing about the first send."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from guard_bench import LATE, LOST_AFTER, LOST_BEFORE, OK, REJECT, RESEND, THROTTLE, Bench

from invoicekit.adapter import Idempotency, Write
from invoicekit.clock import LoopClock
from invoicekit.errors import JournalUnavailable, OutcomeUnknown, Rejected
from invoicekit.guard import DoubtPolicy
from invoicekit.journal import Intent, IntentKey, IntentState
from invoicekit.model import Outcome, WriteResult

pytestmark = pytest.mark.looptime
KEY = ("set_status", "value:inv1")


async def test_refused_repeat_is_no_failure(bench: Bench) -> None:
    """The first send took effect, and no read can tell: to call the write rejected would be a lie."""
    bench.provider.script = [LOST_AFTER, REJECT]

    with pytest.raises(OutcomeUnknown, match="earlier send"):
        await bench.guard.run(bench.setting("new", has_look=False), bench.scope())

    assert await bench.state(*KEY) is IntentState.IN_DOUBT


async def test_refused_repeat_is_looked_into(bench: Bench) -> None:
    """The first send took effect late, which is why the repeat was refused: reading on shows it."""
    bench.provider.script = [LATE, REJECT]
    bench.provider.late_by = 20.0

    result = await bench.guard.run(bench.setting("new", settle=30.0), bench.scope())

    assert (result.outcome, result.verified) == (Outcome.APPLIED, True)
    assert len(bench.provider.sent) == 2


async def test_throttled_repeat_goes_on(bench: Bench) -> None:
    """A repeat that is refused unprocessed is sent again, and its answer settles all."""
    bench.provider.script = [LOST_BEFORE, THROTTLE, OK]

    result = await bench.guard.run(bench.setting("new"), bench.scope())

    assert (result.outcome, result.attempts) == (Outcome.APPLIED, 3)
    assert await bench.state(*KEY) is IntentState.CONFIRMED


async def test_another_value_waits_for_the_refused_repeat_too(bench: Bench) -> None:
    """The doubtful first send may still arrive: a newer value waits for its bound."""
    bench.provider.script = [LATE, REJECT]
    bench.provider.late_by = 20.0
    with pytest.raises(OutcomeUnknown):
        await bench.guard.run(bench.setting("doubtful", settle=30.0), bench.scope(10.0))

    with pytest.raises(OutcomeUnknown, match="different"):
        await bench.guard.run(bench.setting("newer", settle=30.0), bench.scope(5.0))

    assert len(bench.provider.sent) == 2


async def test_repeat_that_cannot_be_written_down_is_not_sent(bench: Bench) -> None:
    """The journal fails before the repeat: nothing more is sent, and the doubt stays."""
    bench.provider.script = [LOST_AFTER]
    record = bench.journal.record_sending

    async def fail(key: IntentKey, **more: Any) -> Intent:
        if bench.provider.sent:
            raise JournalUnavailable("disk full")
        return await record(key, **more)

    bench.journal.record_sending = fail  # type: ignore[method-assign]  # a journal that fails late

    with pytest.raises(OutcomeUnknown, match="disk full"):
        await bench.guard.run(bench.setting("new", has_look=False), bench.scope())

    assert len(bench.provider.sent) == 1


async def test_resolving_a_superseded_value_looks(bench: Bench) -> None:
    """The record is the newer value's: what it says is not said of the older one."""
    bench.provider.script = [LOST_BEFORE] * 3
    with pytest.raises(OutcomeUnknown) as caught:
        await bench.guard.run(bench.setting("older", settle=1.0), bench.scope())
    await bench.guard.run(bench.setting("newer", settle=1.0), bench.scope())

    with pytest.raises(OutcomeUnknown, match="since"):
        await caught.value.resolve()

    assert await bench.state(*KEY) is IntentState.CONFIRMED


@pytest.mark.parametrize("kind", ["append", "set"])
async def test_throttled_tries_use_up_no_send(bench: Bench, kind: str) -> None:
    """Three sends may be in doubt; a try refused unprocessed never is, and so does not count."""
    bench.rebuild(RESEND)
    bench.provider.script = [LOST_BEFORE, THROTTLE, LOST_BEFORE, THROTTLE, OK]
    result: WriteResult[str | None] | WriteResult[str]

    if kind == "append":
        result = await bench.guard.run(bench.append(settle=1.0), bench.scope(), reference="r1")
    else:
        result = await bench.guard.run(bench.setting("new"), bench.scope(), reference="r1")

    assert (result.outcome, result.attempts) == (Outcome.APPLIED, 5)


async def test_a_refused_repeat_is_the_cause_of_the_doubt(bench: Bench) -> None:
    """Whoever sent several items at once can see that their content was refused, and halve them."""
    bench.provider.script = [LOST_BEFORE, REJECT]

    with pytest.raises(OutcomeUnknown) as caught:
        await bench.guard.run(bench.setting("new", has_look=False), bench.scope())

    assert isinstance(caught.value.__cause__, Rejected)


async def test_a_repeated_value_is_in_doubt_at_every_moment(bench: Bench) -> None:
    """Killed between the doubt and the repeat, nobody takes the first send for one that never was."""
    bench.provider.script = [LOST_BEFORE, LOST_BEFORE]
    states: list[IntentState] = []
    record, move = bench.journal.record_sending, bench.journal.move

    async def recording(key: IntentKey, **more: Any) -> Intent:
        states.append((stored := await record(key, **more)).state)
        return stored

    async def moving(key: IntentKey, state: IntentState, **more: Any) -> Intent:
        states.append((stored := await move(key, state, **more)).state)
        return stored

    bench.journal.record_sending, bench.journal.move = recording, moving  # type: ignore[method-assign]

    await bench.guard.run(bench.setting("new"), bench.scope())

    sending, doubt = IntentState.SENDING, IntentState.IN_DOUBT
    assert states == [sending, doubt, sending, doubt, sending, IntentState.CONFIRMED]


def keyed(bench: Bench, *, key_seconds: float | None) -> Write[str]:
    write = bench.setting("new", has_look=True, settle=5.0)
    operation = attrs.evolve(
        write.operation, idempotency=Idempotency.SERVER_KEY, key_seconds=key_seconds, looks_before=False
    )
    return attrs.evolve(write, operation=operation)


@pytest.mark.parametrize(("key_seconds", "sends"), [(None, 2), (86_400.0, 2), (3600.0, 1)])
async def test_a_key_is_repeated_only_while_it_is_remembered(
    bench: Bench, key_seconds: float | None, sends: int
) -> None:
    """An hour after the first send, a key of a day is still known, one of an hour perhaps not."""
    bench.provider.script = [LOST_BEFORE]
    write = keyed(bench, key_seconds=key_seconds)
    cut = asyncio.create_task(bench.guard.run(write, bench.scope(0.2), reference="r1"))
    with pytest.raises(OutcomeUnknown):
        await cut
    await asyncio.sleep(3000)
    bench.rebuild(DoubtPolicy())

    ended = await asyncio.gather(
        bench.guard.run(write, bench.scope(), reference="r1"), return_exceptions=True
    )

    assert len(bench.provider.sent) == sends
    assert isinstance(ended[0], WriteResult if sends == 2 else OutcomeUnknown)


async def test_a_key_from_the_future_is_not_repeated(bench: Bench) -> None:
    """The wall clock went back: how old the key is cannot be told, so it is only read."""
    bench.provider.script = [LOST_BEFORE]
    write = keyed(bench, key_seconds=86_400.0)
    with pytest.raises(OutcomeUnknown):
        await bench.guard.run(write, bench.scope(0.2), reference="r1")
    bench.clock = LoopClock(datetime(2025, 12, 31, tzinfo=UTC))
    bench.rebuild(DoubtPolicy())

    with pytest.raises(OutcomeUnknown, match="too late to repeat it"):
        await bench.guard.run(write, bench.scope(), reference="r1")

    assert len(bench.provider.sent) == 1
