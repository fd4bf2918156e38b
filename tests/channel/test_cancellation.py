"""Cancelled at any await: nothing is sent afterwards, and it comes out as a cancellation."""

import asyncio

import attrs
import pytest
from channel_bench import (
    APPEND,
    GET,
    POST,
    READ,
    Hang,
    RecordingGate,
    ScriptedTransport,
    answer,
    make_channel,
)

from invoicekit.channel import Channel, Lane
from invoicekit.transport import RateWindow

pytestmark = pytest.mark.looptime


@attrs.frozen
class Stop:
    """Where a call of a write stands when it is cancelled.

    Attributes:
        at: Seconds after its start.
        gate: What the gate has heard by then.
        sent: Requests that have left by then.
    """

    at: float
    gate: list[str]
    sent: int


IN_LINE = Stop(1.0, [], 1)
IN_THE_GATE = Stop(10.5, [], 1)
IN_THE_EXCHANGE = Stop(12.0, ["before"], 2)


async def ready(transport: ScriptedTransport) -> Channel:
    """A channel whose next slot comes in ten seconds."""
    channel = make_channel(
        transport, windows=(RateWindow(limit=98, seconds=98 * 10 * 0.98, is_documented=True),)
    )
    channel.limiter.adopt((RateWindow(limit=1, seconds=9.8),))
    await channel.reader(deadline_seconds=None).send(READ, GET)
    return channel


@pytest.mark.parametrize("deadline_at", [None, 60.0])
@pytest.mark.parametrize("stop", [IN_LINE, IN_THE_GATE, IN_THE_EXCHANGE])
async def test_cancelled_while_waiting(stop: Stop, deadline_at: float | None) -> None:
    """In the line, in the gate, in the exchange: the task is cancelled, and nothing goes out after it."""
    transport, gate = ScriptedTransport(answer(200), Hang()), RecordingGate(seconds=1.0)
    channel = await ready(transport)
    task = asyncio.create_task(
        channel.writer(gate, deadline_at=deadline_at, lane=Lane.BULK).send(APPEND, POST)
    )
    await asyncio.sleep(stop.at)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()
    await asyncio.sleep(100)
    assert gate.log == stop.gate
    assert len(transport.sent) == stop.sent


async def test_cancelled_in_the_pause_before_a_repeat() -> None:
    """The try before was taken back already; no other follows."""
    transport, gate = ScriptedTransport(answer(429, retry_after="30")), RecordingGate()
    channel = make_channel(transport)
    task = asyncio.create_task(channel.writer(gate, deadline_at=None, lane=Lane.BULK).send(APPEND, POST))
    await asyncio.sleep(10)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.sleep(100)
    assert gate.log == ["before", "RateLimited"]
    assert len(transport.sent) == 1


async def test_a_cancelled_call_leaves_its_slot_to_the_next() -> None:
    """Who stands behind a cancelled call does not wait for its slot."""
    transport = ScriptedTransport()
    channel = await ready(transport)
    reader = channel.reader(deadline_seconds=None, lane=Lane.BULK)
    first = asyncio.create_task(reader.send(READ, GET))
    second = asyncio.create_task(reader.send(READ, GET))
    await asyncio.sleep(1)

    first.cancel()
    await second

    assert transport.sent_at[1] == pytest.approx(10, abs=0.01)


@pytest.mark.parametrize("seconds", [0.5, 5.0, 19.99, 20.0])
async def test_asyncio_timeout_around_a_write_is_a_timeout(seconds: float) -> None:
    """A caller's own timeout shows as TimeoutError, even in the moment in which ours fires as well."""
    transport, gate = ScriptedTransport(Hang()), RecordingGate()
    writer = make_channel(transport).writer(gate, deadline_at=None, lane=Lane.INTERACTIVE)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await writer.send(APPEND, POST)

    assert gate.log == ["before"]


async def test_a_failing_sibling_cancels_cleanly() -> None:
    """In a task group a write is cancelled by its sibling's failure, and adds no error of its own."""
    transport = ScriptedTransport(Hang())
    writer = make_channel(transport).writer(RecordingGate(), deadline_at=None, lane=Lane.INTERACTIVE)

    async def fails() -> None:
        await asyncio.sleep(1)
        raise ValueError("sibling")

    async def together() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(writer.send(APPEND, POST))
            group.create_task(fails())

    with pytest.raises(ExceptionGroup) as failure:
        await together()

    assert [type(error) for error in failure.value.exceptions] == [ValueError]
    assert transport.cancelled == 1
