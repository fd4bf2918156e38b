"""Bodies in pieces, bounded in time as a whole."""

import asyncio

import pytest
from channel_bench import APPEND, GET, READ, Hang, ScriptedTransport, answer, make_channel

from invoicekit.channel import WriteWithoutGate
from invoicekit.errors import MalformedResponse, NotFound, ServiceClosed, Unavailable
from invoicekit.transport import Departed, ExchangeFailed

pytestmark = pytest.mark.looptime


def now() -> float:
    return asyncio.get_running_loop().time()


async def collect(transport: ScriptedTransport, pause: float = 0.0) -> bytes:
    found = b""
    async with make_channel(transport).reader().stream(READ, GET) as pieces:
        async for piece in pieces:
            found += piece
            await asyncio.sleep(pause)
    return found


async def test_pieces_come_as_they_are() -> None:
    """The body is handed on piece by piece, and the exchange is left."""
    transport = ScriptedTransport()
    transport.pieces = [b"one", 0.5, b"two"]

    assert await collect(transport) == b"onetwo"
    assert transport.left == 1
    assert transport.sent[0].headers["X-Api-Key"] == "key-1"


async def test_opening_is_repeated() -> None:
    """Until the body begins nothing was handed out: a failed opening is a failed read."""
    transport = ScriptedTransport(answer(503), ExchangeFailed("gone", departed=Departed.MAYBE))
    transport.pieces = [b"pdf"]

    assert await collect(transport) == b"pdf"
    assert len(transport.sent) == 3
    assert transport.left == 2


async def test_a_refusal_is_an_error_and_the_exchange_is_left() -> None:
    """Not 2xx: the verdict of any read."""
    transport = ScriptedTransport(answer(404))

    with pytest.raises(NotFound):
        await collect(transport)

    assert transport.left == 1


async def test_opening_ends_in_time() -> None:
    """A head that does not come is given up like any answer."""
    transport = ScriptedTransport(Hang(), Hang())

    with pytest.raises(Unavailable):
        await collect(transport)

    assert now() == pytest.approx(30, abs=0.01)


async def test_the_whole_body_has_one_time() -> None:
    """A drip that never stops is cut when the operation's time is up, however regular it is."""
    transport = ScriptedTransport()
    transport.pieces = [b"x", 1.0] * 100

    with pytest.raises(Unavailable):
        await collect(transport)

    assert now() == pytest.approx(20, abs=0.01)
    assert transport.left == 1


async def test_the_consumers_own_work_is_not_cancelled() -> None:
    """Time between the pieces counts, but what the caller does there is never cut."""
    transport = ScriptedTransport()
    transport.pieces = [b"a", b"b"]

    with pytest.raises(Unavailable):
        await collect(transport, pause=25)

    assert now() == 25


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (ExchangeFailed("broke off", departed=Departed.MAYBE), Unavailable),
        (ExchangeFailed("too large", departed=Departed.MAYBE, is_oversized=True), MalformedResponse),
    ],
)
async def test_a_body_that_breaks_off_is_not_begun_again(
    failure: ExchangeFailed, kind: type[Exception]
) -> None:
    """Pieces were handed out: a repeat would hand them out twice."""
    transport = ScriptedTransport()
    transport.pieces = [b"half", failure]

    with pytest.raises(kind):
        await collect(transport)

    assert len(transport.sent) == 1
    assert transport.left == 1


async def test_leaving_early_leaves_the_exchange() -> None:
    """A consumer that has seen enough ends the exchange."""
    transport = ScriptedTransport()
    transport.pieces = [b"a"] * 100

    async with make_channel(transport).reader().stream(READ, GET) as pieces:
        assert await anext(pieces) == b"a"

    assert transport.left == 1


async def test_cancelled_between_pieces() -> None:
    """A cancelled download is cancelled, and its exchange left."""
    transport = ScriptedTransport()
    transport.pieces = [b"a", 10.0, b"b"]
    task = asyncio.create_task(collect(transport))
    await asyncio.sleep(5)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert transport.left == 1


async def test_writes_are_not_streamed() -> None:
    """A write has no business here."""
    transport = ScriptedTransport()

    with pytest.raises(WriteWithoutGate):
        make_channel(transport).reader().stream(APPEND, GET)

    assert transport.sent == []


async def test_a_closed_channel_streams_nothing() -> None:
    """After closing, downloads are refused."""
    transport = ScriptedTransport()
    channel = make_channel(transport)
    await channel.aclose()

    with pytest.raises(ServiceClosed):
        await channel.reader().stream(READ, GET).__aenter__()

    assert transport.sent == []
