"""A SET that is asked for again: a refusal of the repeat says nothing about the first send."""

import pytest
from guard_bench import LATE, LOST_AFTER, LOST_BEFORE, OK, REJECT, RESEND, THROTTLE, Bench

from invoicekit.errors import JournalUnavailable, OutcomeUnknown, Rejected
from invoicekit.journal import Intent, IntentKey, IntentState, Lease
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

    async def fail(key: IntentKey, *, lease: Lease | None = None) -> Intent:
        if bench.provider.sent:
            raise JournalUnavailable("disk full")
        return await record(key, lease=lease)

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
