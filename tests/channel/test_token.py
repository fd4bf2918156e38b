"""Bearer tokens: one for everybody, renewed once, never sent elsewhere."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random

import attrs
import pytest
from channel_bench import APPEND, GET, POST, READ, RecordingGate, ScriptedTransport, answer

from invoicekit.channel import Channel, Lane
from invoicekit.clock import LoopClock
from invoicekit.errors import AuthenticationError, NotApplied, RateLimited, Unavailable, UsageError
from invoicekit.secret import Secret
from invoicekit.transport import (
    Departed,
    ExchangeFailed,
    HttpRequest,
    HttpResponse,
    RateWindow,
    Site,
    Token,
)

pytestmark = pytest.mark.looptime
ASK = HttpRequest(method="POST", path="/token", body=b"grant_type=client_credentials")


class Source:
    """Ask for numbered tokens that live for an hour."""

    def __init__(self, lifetime: timedelta | None = timedelta(hours=1)) -> None:
        self.asked = 0
        self.lifetime = lifetime

    async def fetch(self, send: Callable[[HttpRequest], Awaitable[HttpResponse]], now: datetime) -> Token:
        self.asked += 1
        number = self.asked
        response = await send(ASK)
        if response.status != 200:
            raise AuthenticationError("the client is not known", status=response.status)
        expires_at = None if self.lifetime is None else now + self.lifetime
        return Token(value=Secret(f"token-{number}"), expires_at=expires_at)


class Throttled(Source):
    """Tell a refusal by the rate limit from others, as a provider's source does."""

    async def fetch(self, send: Callable[[HttpRequest], Awaitable[HttpResponse]], now: datetime) -> Token:
        async def sent(request: HttpRequest) -> HttpResponse:
            response = await send(request)
            if response.status == 429:
                raise RateLimited("no token for now", status=429)
            return response

        return await super().fetch(sent, now)


class NoKeys:
    def headers(self) -> dict[str, str]:
        return {"x-tenant": "t1"}


def refusing(response: HttpResponse) -> NotApplied | None:
    return AuthenticationError("no", status=401) if response.status == 401 else None


def channel_on(transport: ScriptedTransport, source: Source) -> Channel:
    return Channel(
        site=Site(
            hosts={"api": "https://api.example.com/v1"},
            credentials=NoKeys(),
            account="w1",
            windows=(RateWindow(limit=1_000_000, seconds=1.0),),
            token_source=source,
        ),
        transport=transport,
        refusal=refusing,
        provider="acme",
        clock=LoopClock(),
        random=Random(1),
    )


def tokens_sent(transport: ScriptedTransport) -> list[str]:
    return [sent.headers.get("Authorization", "-") for sent in transport.sent]


async def test_fifty_callers_ask_for_one_token() -> None:
    """However many wait, one request fetches the token and all use it."""
    transport, source = ScriptedTransport(), Source()
    channel = channel_on(transport, source)

    await asyncio.gather(*(channel.reader().send(READ, GET) for _ in range(50)))

    assert source.asked == 1
    assert tokens_sent(transport) == ["-", *["Bearer token-1"] * 50]


async def test_a_token_is_renewed_before_it_expires() -> None:
    """Half a minute before its end it is no longer used."""
    transport, source = ScriptedTransport(), Source()
    channel = channel_on(transport, source)
    await channel.reader().send(READ, GET)

    await asyncio.sleep(3600 - 29)
    await channel.reader().send(READ, GET)

    assert source.asked == 2
    assert tokens_sent(transport)[-1] == "Bearer token-2"


async def test_a_token_without_a_lifetime_is_kept() -> None:
    """Where nobody says when it ends, it is kept until it is refused."""
    transport, source = ScriptedTransport(), Source(lifetime=None)
    channel = channel_on(transport, source)
    await channel.reader().send(READ, GET)

    await asyncio.sleep(1e6)
    await channel.reader().send(READ, GET)

    assert source.asked == 1


async def test_a_refused_token_is_renewed_once_for_all() -> None:
    """Fifty callers whose token went bad: one more request for a token, and all of them get through."""
    transport, source = ScriptedTransport(answer(200), *[answer(401)] * 50), Source()
    channel = channel_on(transport, source)

    await asyncio.gather(*(channel.reader().send(READ, GET) for _ in range(50)))

    assert source.asked == 2


async def test_a_write_with_a_refused_token_goes_back_to_planned_and_out_again() -> None:
    """The refused try certainly had no effect: the gate hears so, and opens again."""
    transport, source = ScriptedTransport(answer(200), answer(401)), Source()
    gate = RecordingGate()
    writer = channel_on(transport, source).writer(gate, deadline_at=None, lane=Lane.INTERACTIVE)

    await writer.send(APPEND, POST)

    assert gate.log == ["before", "TokenRefused", "before"]
    assert tokens_sent(transport) == ["-", "Bearer token-1", "-", "Bearer token-2"]


async def test_a_second_refusal_ends_the_call() -> None:
    """A fresh token that is refused too means that the credentials are no good."""
    transport, source = ScriptedTransport(answer(200), answer(401), answer(200), answer(401)), Source()

    with pytest.raises(AuthenticationError):
        await channel_on(transport, source).reader().send(READ, GET)

    assert source.asked == 2


async def test_refused_credentials_send_nothing_else() -> None:
    """Without a token nothing leaves but the question for one."""
    transport, source = ScriptedTransport(answer(401)), Source()

    with pytest.raises(AuthenticationError):
        await channel_on(transport, source).reader().send(READ, GET)

    assert len(transport.sent) == 1


async def test_a_lost_token_answer_is_asked_for_again() -> None:
    """Asking for a token has no effect worth doubting."""
    transport = ScriptedTransport(ExchangeFailed("lost", departed=Departed.MAYBE))
    source = Source()

    await channel_on(transport, source).reader().send(READ, GET)

    assert source.asked == 2


async def test_a_cancelled_caller_leaves_the_token_to_the_others() -> None:
    """The one that happened to ask first may go away."""
    transport, source = ScriptedTransport(), Source()
    channel = channel_on(transport, source)
    first = asyncio.create_task(channel.reader().send(READ, GET))
    second = asyncio.create_task(channel.reader().send(READ, GET))
    await asyncio.sleep(0)

    first.cancel()
    await second

    assert source.asked == 1
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_no_token_within_the_deadline_is_unavailable() -> None:
    """A token server that hangs does not hold a call beyond its deadline."""
    transport = ScriptedTransport()
    source = Source()
    gate = RecordingGate()
    channel = channel_on(transport, source)

    async def hang(send: object, now: datetime) -> Token:
        await asyncio.sleep(1000)
        raise AssertionError("unreachable")

    source.fetch = hang  # type: ignore[method-assign]

    with pytest.raises(Unavailable, match="no token"):
        await channel.writer(gate, deadline_at=5.0, lane=Lane.INTERACTIVE).send(APPEND, POST)

    assert (gate.log, transport.sent) == ([], [])
    await channel.aclose()


async def test_a_foreign_url_gets_no_credentials() -> None:
    """A document handed out on another host is read without token, key or our own headers."""
    transport, source = ScriptedTransport(), Source()
    foreign = attrs.evolve(
        GET, foreign_url="https://files.example.net/x.pdf?sig=1", headers=(("x-user", "1"),)
    )

    await channel_on(transport, source).reader().send(READ, foreign)

    (sent,) = transport.sent
    assert sent.url == "https://files.example.net/x.pdf?sig=1"
    assert set(sent.headers) == {"Accept"}
    assert source.asked == 0


async def test_a_write_to_a_foreign_url_is_refused() -> None:
    """Only documents are read elsewhere; a write goes to a declared host or nowhere."""
    transport, source = ScriptedTransport(), Source()
    gate = RecordingGate()
    foreign = attrs.evolve(POST, foreign_url="https://files.example.net/x")

    with pytest.raises(UsageError, match="declared hosts"):
        await (
            channel_on(transport, source).writer(gate, deadline_at=None, lane=Lane.BULK).send(APPEND, foreign)
        )

    assert (gate.log, transport.sent) == ([], [])


@pytest.mark.parametrize("seconds", [1, 7])
async def test_a_refusal_by_the_rate_limit_holds_for_tokens_too(seconds: int) -> None:
    """The provider's Retry-After is a promise we keep, also where it was the token that was refused."""
    transport = ScriptedTransport(answer(429, retry_after=str(seconds)))
    channel = channel_on(transport, Throttled())

    await channel.reader(deadline_seconds=30.0).send(READ, GET)

    assert [sent.url.rpartition("/")[2] for sent in transport.sent][:2] == ["token", "token"]
    assert transport.sent_at[1] - transport.sent_at[0] >= seconds


async def test_others_wait_where_a_token_was_refused_by_the_rate_limit() -> None:
    """A refusal holds for everything on the account, so a call that comes later asks no sooner."""
    transport = ScriptedTransport(answer(429, retry_after="7"))
    channel = channel_on(transport, Throttled())

    async def later() -> None:
        await asyncio.sleep(1.0)
        await channel.reader(deadline_seconds=30.0).send(READ, GET)

    await asyncio.gather(channel.reader(deadline_seconds=30.0).send(READ, GET), later())

    assert transport.sent_at[1] - transport.sent_at[0] >= 7.0
