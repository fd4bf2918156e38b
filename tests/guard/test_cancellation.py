"""Cancellation passes on, and leaves a promise that the next call can settle."""

import asyncio
from typing import Any

import pytest
from guard_bench import HANG, LOST_BEFORE, Bench

from invoicekit.guard import DoubtPolicy
from invoicekit.journal import Intent, IntentKey, IntentState
from invoicekit.model import Outcome

pytestmark = pytest.mark.looptime


async def cancelled_after(bench: Bench, seconds: float, settle: float | None = None) -> None:
    call = asyncio.create_task(bench.guard.run(bench.append(settle=settle), bench.scope(), reference="r1"))
    await asyncio.sleep(seconds)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert call.cancelled()


async def test_cancelled_while_sending_is_doubt(bench: Bench) -> None:
    """A byte may have left: the promise is in doubt, and the next call finds the effect."""
    bench.provider.script = [HANG]

    await cancelled_after(bench, 1.0)

    assert await bench.state() is IntentState.IN_DOUBT
    result = await bench.guard.run(bench.append(), bench.scope(), reference="r1")
    assert result.outcome is Outcome.ALREADY_APPLIED
    assert len(bench.provider.sent) == 1


async def test_cancelled_while_looking_before_is_planned_again(bench: Bench) -> None:
    """Nothing left: the promise stays planned, and the next call sends."""
    write = bench.append()
    look = write.look

    async def slow(sender: object) -> object:
        await asyncio.sleep(10)
        assert look is not None
        return await look(sender)  # type: ignore[arg-type]

    object.__setattr__(write, "look", slow)
    call = asyncio.create_task(bench.guard.run(write, bench.scope(), reference="r1"))
    await asyncio.sleep(1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    assert await bench.state() is IntentState.PLANNED
    result = await bench.guard.run(bench.append(), bench.scope(), reference="r1")
    assert result.outcome is Outcome.APPLIED


async def test_cancelled_while_looking_after_a_good_answer_is_confirmed(bench: Bench) -> None:
    """The provider had said yes before the task was torn away."""
    write = bench.append()
    look = write.look
    looks = 0

    async def slow_second(sender: object) -> object:
        nonlocal looks
        looks += 1
        if looks == 2:
            await asyncio.sleep(10)
        assert look is not None
        return await look(sender)  # type: ignore[arg-type]

    object.__setattr__(write, "look", slow_second)
    call = asyncio.create_task(bench.guard.run(write, bench.scope(), reference="r1"))
    await asyncio.sleep(1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    assert await bench.state() is IntentState.CONFIRMED


async def test_cancelled_while_waiting_for_the_settle_bound_stays_in_doubt(bench: Bench) -> None:
    """Impatience does not settle anything."""
    bench.provider.script = [LOST_BEFORE]

    await cancelled_after(bench, 5.0, settle=50.0)

    assert await bench.state() is IntentState.IN_DOUBT
    assert len(bench.provider.sent) == 1


async def test_timeout_around_a_write_is_a_timeout(bench: Bench) -> None:
    """`asyncio.timeout` sees its own cancellation come back."""
    bench.provider.script = [HANG]

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await bench.guard.run(bench.append(), bench.scope(), reference="r1")


async def test_a_restart_after_a_crash_reads_back_first(bench: Bench) -> None:
    """A `sending` record without an owner means doubt: look, do not send."""
    bench.provider.script = [LOST_BEFORE]
    call = asyncio.create_task(bench.guard.run(bench.append(settle=9.0), bench.scope(), reference="r1"))
    await asyncio.sleep(1)
    bench.rebuild(DoubtPolicy())

    later = asyncio.create_task(bench.guard.run(bench.append(settle=9.0), bench.scope(), reference="r1"))
    await asyncio.sleep(1)

    assert len(bench.provider.sent) == 1
    for task in (call, later):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_cancelled_while_the_record_is_written_is_planned_again(bench: Bench) -> None:
    """Nothing had left: that is no doubt, and the next call need not wait for anything."""
    record = bench.journal.record_sending

    async def slowly(key: IntentKey, **more: Any) -> Intent:
        stored = await record(key, **more)
        await asyncio.sleep(10)
        return stored

    bench.journal.record_sending = slowly  # type: ignore[method-assign]  # a slow disk
    await cancelled_after(bench, 1.0)
    bench.journal.record_sending = record  # type: ignore[method-assign]

    assert await bench.state() is IntentState.PLANNED
    assert bench.provider.sent == []
