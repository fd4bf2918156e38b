"""Hooks hear what happens, and cannot change it."""

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

from invoicekit.channel import Lane
from invoicekit.errors import OutcomeUnknown
from invoicekit.events import (
    Event,
    ExchangeLost,
    Paused,
    RateChanged,
    RateLimitHit,
    RequestSent,
    ResponseReceived,
    RetryScheduled,
)

pytestmark = pytest.mark.looptime


async def test_a_call_is_told_step_by_step() -> None:
    """Sent, answered, limited, paused, repeated, answered: in this order, numbered by attempt."""
    heard: list[Event] = []
    transport = ScriptedTransport(answer(429, retry_after="5"))
    channel = make_channel(transport, hooks=[heard.append])

    await channel.reader().send(READ, GET)
    await asyncio.sleep(0)

    assert [type(event) for event in heard] == [
        RequestSent,
        ResponseReceived,
        RateLimitHit,
        RateChanged,
        Paused,
        RetryScheduled,
        RequestSent,
        ResponseReceived,
    ]
    assert heard[2] == RateLimitHit(provider="acme", operation="get_invoice", attempt=1, retry_after=5.0)
    assert heard[4] == Paused(provider="acme", seconds=5.0)
    assert heard[5] == RetryScheduled(
        provider="acme", operation="get_invoice", attempt=2, seconds=5.0, status=429
    )
    assert heard[6] == RequestSent(provider="acme", operation="get_invoice", attempt=2)


async def test_a_lost_exchange_is_told_with_its_time() -> None:
    """No answer is an event too."""
    heard: list[Event] = []
    channel = make_channel(ScriptedTransport(Hang()), hooks=[heard.append])

    with pytest.raises(OutcomeUnknown):
        await channel.writer(RecordingGate(), deadline_at=4.0, lane=Lane.BULK).send(APPEND, POST)
    await asyncio.sleep(0)

    lost = heard[-1]
    assert isinstance(lost, ExchangeLost)
    assert lost.seconds == pytest.approx(4, abs=0.01)


async def test_a_failing_hook_changes_nothing() -> None:
    """What a hook raises goes to the loop's exception handler, not into a payment; other hooks still hear."""
    complaints: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda loop, context: complaints.append(type(context["exception"]).__name__)
    )
    heard: list[Event] = []

    def fails(event: Event) -> None:
        raise ValueError("a bug in a dashboard")

    gate = RecordingGate()
    channel = make_channel(ScriptedTransport(), hooks=[fails, heard.append])

    response = await channel.writer(gate, deadline_at=None, lane=Lane.BULK).send(APPEND, POST)
    await asyncio.sleep(0)

    assert response.status == 200
    assert complaints == ["ValueError", "ValueError"]
    assert len(heard) == 2


async def test_no_record_holds_an_id_a_path_or_a_key() -> None:
    """Records are made for logs and metrics."""
    heard: list[Event] = []
    transport = ScriptedTransport(answer(500), answer(429))
    channel = make_channel(transport, hooks=[heard.append])

    await channel.reader().send(READ, GET)
    await asyncio.sleep(0)

    text = " ".join(str(attrs.asdict(event)) for event in heard)
    assert not any(secret in text for secret in ("key-", "/invoices", "example.com", "w1"))
