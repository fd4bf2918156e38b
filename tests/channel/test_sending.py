"""The way of one call: host, slot, gate, credentials, exchange, verdict, repeat."""

import asyncio

import pytest
from channel_bench import (
    APPEND,
    GET,
    POST,
    READ,
    SET,
    Hang,
    Keys,
    RecordingGate,
    ScriptedTransport,
    Slow,
    answer,
    make_channel,
)

from invoicekit.channel import ChannelStats, Lane, WriteWithoutGate
from invoicekit.clock import LoopClock
from invoicekit.errors import (
    AuthenticationError,
    ConfigurationError,
    InvalidIdentifier,
    JournalUnavailable,
    NotApplied,
    OutcomeUnknown,
    RateLimited,
    ServiceClosed,
    Unavailable,
)
from invoicekit.operation import Effect, Operation
from invoicekit.transport import Departed, ExchangeFailed, HttpRequest, HttpResponse, RateWindow

pytestmark = pytest.mark.looptime

UNSENT = ExchangeFailed("no connection", departed=Departed.NO)
LOST = ExchangeFailed("connection lost", departed=Departed.MAYBE)
FIFTY = (RateWindow(limit=50, seconds=1.0),)


def now() -> float:
    return asyncio.get_running_loop().time()


async def test_a_read_goes_out_whole_and_signed() -> None:
    """Method, URL, media types, headers and credentials reach the transport; the answer comes back."""
    transport = ScriptedTransport(answer(200, x_page="1"))
    request = HttpRequest(
        method="GET",
        path="/invoices",
        query=(("page", "2"),),
        headers=(("X-Trace", "t"),),
        accept="text/plain",
    )

    response = await make_channel(transport).reader().send(READ, request)

    assert response.headers == {"x-page": "1"}
    sent = transport.sent[0]
    assert (sent.method, sent.url, sent.body) == ("GET", "https://api.example.com/v1/invoices?page=2", None)
    assert sent.headers == {"Accept": "text/plain", "X-Trace": "t", "X-Api-Key": "key-1"}


async def test_a_body_has_its_media_type() -> None:
    """Content-Type goes with a body, and only then."""
    transport = ScriptedTransport()

    await make_channel(transport).writer(RecordingGate(), deadline_at=None, lane=Lane.BULK).send(APPEND, POST)

    assert transport.sent[0].body == b"{}"
    assert transport.sent[0].headers["Content-Type"] == "application/json"


async def test_each_attempt_is_signed_anew() -> None:
    """Credentials may have changed between tries: an old token is not sent twice."""
    transport = ScriptedTransport(answer(503), answer(503))

    await make_channel(transport).reader().send(READ, GET)

    assert [sent.headers["X-Api-Key"] for sent in transport.sent] == ["key-1", "key-2", "key-3"]


@pytest.mark.parametrize(
    ("request_", "failure"),
    [
        (HttpRequest(method="GET", path="/a", host="evil"), ConfigurationError),
        (HttpRequest(method="GET", path="/a/../b"), InvalidIdentifier),
        (HttpRequest(method="GET", path="//evil.example.com/a"), InvalidIdentifier),
    ],
)
async def test_no_key_is_asked_for_before_the_host_is_checked(
    request_: HttpRequest, failure: type[Exception]
) -> None:
    """A request that could lead elsewhere is refused before slot, key and exchange."""
    transport, keys = ScriptedTransport(), Keys()
    channel = make_channel(transport, keys=keys)

    with pytest.raises(failure):
        await channel.reader().send(READ, request_)

    assert (transport.sent, keys.calls, channel.limiter.snapshot().granted) == ([], 0, 0)


@pytest.mark.parametrize("effect", [Effect.SET, Effect.APPEND])
async def test_a_reader_refuses_writes_before_any_io(effect: Effect) -> None:
    """No write leaves without a gate, whatever an adapter tries."""
    transport, keys = ScriptedTransport(), Keys()
    channel = make_channel(transport, keys=keys)

    with pytest.raises(WriteWithoutGate, match="pay"):
        await channel.reader().send(Operation(name="pay", effect=effect), POST)

    assert (transport.sent, keys.calls, channel.limiter.snapshot().granted) == ([], 0, 0)


async def test_the_gate_opens_before_every_try_of_a_write() -> None:
    """Before each send, and told of each that had no effect."""
    transport, gate = ScriptedTransport(answer(429), UNSENT), RecordingGate()

    await make_channel(transport).writer(gate, deadline_at=None, lane=Lane.INTERACTIVE).send(APPEND, POST)

    assert gate.log == ["before", "RateLimited", "before", "Unavailable", "before"]
    assert len(transport.sent) == 3


async def test_the_gate_never_opens_for_a_read() -> None:
    """Reads on the writer's way need no promise."""
    transport, gate = ScriptedTransport(answer(503), answer(429)), RecordingGate()

    await make_channel(transport).writer(gate, deadline_at=None, lane=Lane.INTERACTIVE).send(READ, GET)

    assert gate.log == []
    assert len(transport.sent) == 3


async def test_the_gate_opens_after_the_limiter_granted() -> None:
    """Waiting for the limit is never doubt: the promise is made when the slot is there."""
    transport, gate = ScriptedTransport(), RecordingGate()
    channel = make_channel(transport, windows=(RateWindow(limit=1, seconds=10.0),))
    await channel.reader().send(READ, GET)
    task = asyncio.create_task(channel.writer(gate, deadline_at=None, lane=Lane.BULK).send(APPEND, POST))

    await asyncio.sleep(9)
    assert gate.log == []
    await task

    assert gate.log == ["before"]
    assert transport.sent_at[1] == pytest.approx(10 / 0.98, abs=0.01)


async def test_a_gate_that_fails_means_nothing_is_sent() -> None:
    """What cannot be made durable is not sent, and not tried again."""
    transport, gate = ScriptedTransport(), RecordingGate(failure=JournalUnavailable("disk full"))

    with pytest.raises(JournalUnavailable):
        await make_channel(transport).writer(gate, deadline_at=None, lane=Lane.BULK).send(APPEND, POST)

    assert (transport.sent, gate.log) == ([], [])


async def test_a_deadline_that_passes_in_the_gate_takes_the_try_back() -> None:
    """A slow disk may use the time up: then nothing is sent, and the gate hears it."""
    transport, gate = ScriptedTransport(), RecordingGate(seconds=5.0)

    with pytest.raises(Unavailable):
        await make_channel(transport).writer(gate, deadline_at=3.0, lane=Lane.BULK).send(APPEND, POST)

    assert (transport.sent, gate.log) == ([], ["before", "Unavailable"])


@pytest.mark.parametrize("operation", [SET, APPEND])
@pytest.mark.parametrize("step", [answer(500), answer(302), LOST])
async def test_a_write_in_doubt_is_never_sent_again(
    operation: Operation, step: HttpResponse | Exception
) -> None:
    """One send, one doubt: what to do about it is the guard's."""
    transport, gate = ScriptedTransport(step), RecordingGate()
    channel = make_channel(transport)

    with pytest.raises(OutcomeUnknown) as doubt:
        await channel.writer(gate, deadline_at=None, lane=Lane.BULK).send(operation, POST)

    assert len(transport.sent) == 1
    assert gate.log == ["before"]
    assert doubt.value.attempts == 1
    assert channel.stats().in_doubt == 1


async def test_a_refusal_by_the_provider_is_told_to_the_gate_and_not_repeated() -> None:
    """The provider's own 4xx ends the call; the promise is settled by what it says."""
    transport, gate = ScriptedTransport(answer(401)), RecordingGate()
    channel = make_channel(transport, refusal=lambda response: AuthenticationError("wrong key", code="4003"))

    with pytest.raises(AuthenticationError) as refused:
        await channel.writer(gate, deadline_at=None, lane=Lane.BULK).send(APPEND, POST)

    assert len(transport.sent) == 1
    assert gate.log == ["before", "AuthenticationError"]
    assert (refused.value.status, refused.value.attempts) == (401, 1)


async def test_a_bad_certificate_is_not_repeated() -> None:
    """Proof that nothing was sent, and that nothing will be."""
    final = ExchangeFailed("certificate refused", departed=Departed.NO, is_final=True)
    transport, gate = ScriptedTransport(final), RecordingGate()

    with pytest.raises(NotApplied):
        await make_channel(transport).writer(gate, deadline_at=None, lane=Lane.BULK).send(APPEND, POST)

    assert len(transport.sent) == 1
    assert gate.log == ["before", "NotApplied"]


@pytest.mark.parametrize("step", [answer(500), answer(503), answer(408), UNSENT, LOST])
async def test_a_read_is_repeated(step: HttpResponse | Exception) -> None:
    """A lost or broken answer to a read costs nothing but the read."""
    transport = ScriptedTransport(step, step)
    channel = make_channel(transport)

    response = await channel.reader().send(READ, GET)

    assert response.status == 200
    assert channel.stats() == ChannelStats(sent=3, reads=3, retries=2, unavailable=2)


async def test_attempts_are_counted_on_the_error() -> None:
    """The last failure says how often was sent."""
    transport = ScriptedTransport(answer(503), UNSENT, answer(503))

    with pytest.raises(Unavailable) as failure:
        await make_channel(transport).reader().send(READ, GET)

    assert failure.value.attempts == 3


async def test_nothing_of_the_transport_hangs_on_an_error() -> None:
    """No cause and no context: those may hold a request's headers."""
    with pytest.raises(OutcomeUnknown) as doubt:
        await (
            make_channel(ScriptedTransport(LOST))
            .writer(RecordingGate(), deadline_at=None, lane=Lane.BULK)
            .send(APPEND, POST)
        )

    assert doubt.value.__cause__ is None
    assert doubt.value.__context__ is None


# --- rate limits ------------------------------------------------------------------------------


@pytest.mark.parametrize("retry_after", ["1", "7", "Thu, 01 Jan 2026 00:00:07 GMT"])
@pytest.mark.parametrize("operation", [READ, APPEND])
async def test_never_again_before_retry_after(operation: Operation, retry_after: str) -> None:
    """Seconds or a date: the refused request waits that long at least."""
    transport = ScriptedTransport(answer(429, retry_after=retry_after))
    channel = make_channel(transport)

    await channel.writer(RecordingGate(), deadline_at=None, lane=Lane.INTERACTIVE).send(operation, POST)

    assert transport.sent_at[1] - transport.sent_at[0] >= (1 if retry_after == "1" else 7)


async def test_a_call_that_cannot_wait_so_long_fails_at_once() -> None:
    """A deadline shorter than Retry-After: RateLimited now, not after the deadline."""
    transport = ScriptedTransport(answer(429, retry_after="120"))

    with pytest.raises(RateLimited) as failure:
        await make_channel(transport).reader(deadline_seconds=30).send(READ, GET)

    assert now() == 0
    assert failure.value.retry_after == 120
    assert len(transport.sent) == 1


async def test_others_with_a_deadline_fail_at_once_too_while_the_account_is_paused() -> None:
    """A pause holds for the account, and who cannot wait for its end is not made to."""
    transport = ScriptedTransport(answer(429, retry_after="120"))
    channel = make_channel(transport)
    bulk = asyncio.create_task(channel.reader(deadline_seconds=None, lane=Lane.BULK).send(READ, GET))
    await asyncio.sleep(1)

    with pytest.raises(RateLimited) as failure:
        await channel.reader().send(READ, GET)

    assert now() == 1
    assert failure.value.retry_after == pytest.approx(119)
    assert failure.value.attempts == 0
    assert (await bulk).status == 200
    assert transport.sent_at[1] >= 120


async def test_a_bulk_call_outlives_any_number_of_429s() -> None:
    """The limit rejects no item of a bulk job."""
    transport = ScriptedTransport(*[answer(429, retry_after="3")] * 25)
    channel = make_channel(transport)

    response = await channel.reader(deadline_seconds=None, lane=Lane.BULK).send(READ, GET)

    assert response.status == 200
    assert now() >= 75
    assert channel.stats().rate_limited == 25


async def test_an_interactive_call_gives_up_after_its_attempts() -> None:
    """A person is not kept waiting for ever."""
    transport = ScriptedTransport(*[answer(429)] * 25)

    with pytest.raises(RateLimited) as failure:
        await make_channel(transport).reader().send(READ, GET)

    assert failure.value.attempts == 3


async def test_an_absurd_retry_after_ends_even_a_bulk_call() -> None:
    """Nobody waits thirty years, and nobody goes before it either."""
    transport = ScriptedTransport(answer(429, retry_after="1000000000"))
    channel = make_channel(transport)

    with pytest.raises(RateLimited):
        await channel.reader(deadline_seconds=None, lane=Lane.BULK).send(READ, GET)

    assert (await channel.reader().send(READ, GET)).status == 200
    assert now() < 1


async def test_repeats_wait_for_a_slot_like_everybody() -> None:
    """A repeat is a request: it is paced too."""
    transport = ScriptedTransport(answer(503), answer(503))
    channel = make_channel(transport, windows=(RateWindow(limit=1, seconds=10.0),))

    await channel.reader(deadline_seconds=None).send(READ, GET)

    assert transport.sent_at[1] - transport.sent_at[0] >= 10
    assert transport.sent_at[2] - transport.sent_at[1] >= 10


async def test_an_outage_is_not_amplified() -> None:
    """Everything fails: repeats stay within a tenth of the calls, and every call ends."""
    transport = ScriptedTransport(*[UNSENT] * 10_000)
    channel = make_channel(transport)
    reader = channel.reader()

    for _ in range(2000):
        with pytest.raises(Unavailable):
            await reader.send(READ, GET)
        await asyncio.sleep(0.02)

    assert channel.stats().sent <= 2200


# --- time -------------------------------------------------------------------------------------


async def test_an_exchange_ends_with_the_operations_time() -> None:
    """A write without an answer is in doubt when the operation's own time is up."""
    operation = Operation(name="pay", effect=Effect.APPEND, timeout_seconds=8.0)
    transport = ScriptedTransport(Hang())

    with pytest.raises(OutcomeUnknown, match="8 s"):
        await (
            make_channel(transport)
            .writer(RecordingGate(), deadline_at=100.0, lane=Lane.INTERACTIVE)
            .send(operation, POST)
        )

    assert now() == pytest.approx(8, abs=0.01)
    assert transport.cancelled == 1


async def test_an_exchange_ends_with_the_calls_deadline() -> None:
    """Whatever the operation allows, the call's deadline holds, repeats included."""
    transport = ScriptedTransport(Slow(4, answer(503)), Hang())

    with pytest.raises(Unavailable):
        await make_channel(transport).reader(deadline_seconds=10).send(READ, GET)

    assert now() == pytest.approx(10, abs=0.01)
    assert len(transport.sent) == 2


async def test_without_a_deadline_a_bulk_read_is_still_bounded() -> None:
    """No deadline for the call is not no time limit for an exchange."""
    transport = ScriptedTransport(Hang())

    response = await make_channel(transport).reader(deadline_seconds=None, lane=Lane.BULK).send(READ, GET)

    assert response.status == 200
    assert now() > 20


async def test_the_line_for_a_slot_ends_with_the_deadline() -> None:
    """Nobody stands in line beyond their deadline, and nothing is sent for them."""
    transport = ScriptedTransport()
    channel = make_channel(transport, windows=(RateWindow(limit=1, seconds=10.0),))
    reader = channel.reader(deadline_seconds=15)

    ended = await asyncio.gather(*(reader.send(READ, GET) for _ in range(4)), return_exceptions=True)

    assert [type(end) for end in ended] == [HttpResponse, HttpResponse, RateLimited, RateLimited]
    assert now() == pytest.approx(15, abs=0.01)
    assert len(transport.sent) == 2


async def test_a_repeat_that_would_come_too_late_is_left_out() -> None:
    """A pause that reaches the deadline is not even begun."""
    transport = ScriptedTransport(answer(503, retry_after="10"))

    with pytest.raises(Unavailable):
        await make_channel(transport).reader(deadline_seconds=10).send(READ, GET)

    assert now() == 0


# --- life -------------------------------------------------------------------------------------


async def test_a_closed_channel_sends_nothing() -> None:
    """After closing, calls are refused, those in line included."""
    transport = ScriptedTransport()
    channel = make_channel(transport, windows=(RateWindow(limit=1, seconds=10.0),))
    reader = channel.reader(deadline_seconds=None)
    await reader.send(READ, GET)
    in_line = asyncio.create_task(reader.send(READ, GET))
    await asyncio.sleep(1)

    await channel.aclose()

    with pytest.raises(ServiceClosed):
        await reader.send(READ, GET)
    assert now() == 1
    with pytest.raises(ServiceClosed):
        await in_line
    assert len(transport.sent) == 1


async def test_closing_leaves_what_is_under_way_its_deadline() -> None:
    """An exchange that closing finds under way still ends in time."""
    transport = ScriptedTransport(Hang())
    channel = make_channel(transport)
    task = asyncio.create_task(
        channel.writer(RecordingGate(), deadline_at=10.0, lane=Lane.BULK).send(APPEND, POST)
    )
    await asyncio.sleep(1)

    await channel.aclose()

    with pytest.raises(OutcomeUnknown):
        await task
    assert now() == pytest.approx(10, abs=0.01)


async def test_two_channels_share_an_accounts_limiter() -> None:
    """The limit is the account's, not the channel's."""
    first, second = ScriptedTransport(), ScriptedTransport()
    channel = make_channel(first, windows=FIFTY)
    other = make_channel(second, limiter=channel.limiter, clock=LoopClock())

    await asyncio.gather(
        *(made.reader().send(READ, GET) for made in [channel, other] for _ in range(50)),
    )

    times = sorted([*first.sent_at, *second.sent_at])
    assert times[-1] == pytest.approx(99 / 49, abs=0.01)


async def test_stats_are_a_snapshot() -> None:
    """Counts that were read do not change afterwards."""
    channel = make_channel(ScriptedTransport())
    before = channel.stats()

    await channel.reader().send(READ, GET)

    assert (before.sent, channel.stats().sent) == (0, 1)
