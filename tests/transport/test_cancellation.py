"""An exchange that is given up leaves nothing behind, and closing waits for those under way."""

import asyncio
import gc
import warnings
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from invoicekit.transport import AiohttpTransport, Departed, ExchangeFailed, Outgoing

Make = Callable[..., Outgoing]
Serve = Callable[..., Awaitable[Any]]


class Stages:
    """A server that stops at a chosen point of its first answer; later answers are whole."""

    def __init__(self, *first: bytes) -> None:
        self.first = first
        self.reached = asyncio.Event()

    async def __call__(self, visit: Any) -> None:
        if visit.number > 1:
            await visit.reply(b"second")
            return
        await visit.send(*self.first)
        self.reached.set()
        await visit.reader.read()


@pytest.mark.parametrize(
    "first",
    [
        (),
        (b"HTTP/1.1 200 OK\r\nConte",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst",),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n",),
    ],
)
async def test_a_cancelled_exchange_cuts_its_connection(
    serve: Serve, either: AiohttpTransport, outgoing: Make, first: tuple[bytes, ...]
) -> None:
    """Wherever it was, the host is hung up on and the next exchange gets its own answer."""
    stages = Stages(*first)
    server = await serve(stages)
    exchange = asyncio.create_task(either.exchange(outgoing(server.url)))
    await stages.reached.wait()

    exchange.cancel()
    with pytest.raises(asyncio.CancelledError):
        await exchange

    await asyncio.wait_for(server.lost.wait(), 10)
    assert (await either.exchange(outgoing(server.url))).body == b"second"
    assert server.connections == 2


@pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")
@pytest.mark.parametrize("early", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"])
async def test_a_cancelled_upload_stops(
    serve: Serve, transport: AiohttpTransport, outgoing: Make, early: bytes
) -> None:
    """What is still buffered here is dropped: a host that wakes up later must not get the whole of it."""
    paused, wake = asyncio.Event(), asyncio.Event()
    received = bytearray()

    async def answer(visit: Any) -> None:
        await visit.send(early)
        paused.set()
        await wake.wait()
        while piece := await visit.reader.read(65536):
            received.extend(piece)

    server = await serve(answer, waits_for_body=False)
    exchange = asyncio.create_task(transport.exchange(outgoing(server.url, "POST", b"x" * 30_000_000)))
    await paused.wait()
    await until_read()

    exchange.cancel()
    await asyncio.wait({exchange})
    wake.set()
    await asyncio.wait_for(server.lost.wait(), 10)

    assert len(received) < 30_000_000


async def until_read() -> None:
    """Let the loop read what has been written on loopback."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_drip_lasts_as_long_as_the_caller_lets_it(
    serve: Serve, either: AiohttpTransport, outgoing: Make
) -> None:
    """A byte now and then keeps no one waiting beyond the caller's own deadline."""
    dripped = asyncio.Event()

    async def answer(visit: Any) -> None:
        await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        for number in range(1_000_000):
            await visit.send(b"x")
            await asyncio.sleep(0)
            if number == 100:
                dripped.set()

    server = await serve(answer)
    exchange = asyncio.create_task(either.exchange(outgoing(server.url)))
    await dripped.wait()

    exchange.cancel()
    await asyncio.wait({exchange})

    assert exchange.cancelled()
    await asyncio.wait_for(server.lost.wait(), 10)


async def test_a_deadline_of_the_caller_is_a_deadline(
    serve: Serve, either: AiohttpTransport, outgoing: Make
) -> None:
    """`asyncio.timeout` around an exchange works as around anything."""
    server = await serve(lambda visit: visit.reader.read())

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await either.exchange(outgoing(server.url))

    await asyncio.wait_for(server.lost.wait(), 10)


async def test_a_cancelled_stream_cuts_its_connection(
    serve: Serve, either: AiohttpTransport, outgoing: Make
) -> None:
    """Between two pieces as well."""
    stages = Stages(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
    server = await serve(stages)

    async def read() -> None:
        async with either.stream(outgoing(server.url, "GET", None)) as (_, pieces):
            async for _piece in pieces:
                pass

    reading = asyncio.create_task(read())
    await stages.reached.wait()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading

    await asyncio.wait_for(server.lost.wait(), 10)


async def test_cancelled_exchanges_free_their_place(serve: Serve, outgoing: Make) -> None:
    """The pool does not shrink by what was given up."""
    stages = Stages()
    server = await serve(stages)
    transport = AiohttpTransport(connections=1)
    exchange = asyncio.create_task(transport.exchange(outgoing(server.url)))
    await stages.reached.wait()

    exchange.cancel()
    await asyncio.wait({exchange})
    answer = await transport.exchange(outgoing(server.url))
    await transport.aclose()

    assert answer.body == b"second"


async def test_closing_waits_for_what_is_under_way(serve: Serve, outgoing: Make) -> None:
    """Cutting a write off would put it in doubt for nothing."""
    go_on = asyncio.Event()

    async def answer(visit: Any) -> None:
        await go_on.wait()
        await visit.reply(b"done")

    server = await serve(answer)
    transport = AiohttpTransport(connections=1)
    exchanges = [asyncio.create_task(transport.exchange(outgoing(server.url))) for _ in range(2)]
    await server.came.wait()

    closings = [asyncio.create_task(transport.aclose()) for _ in range(2)]
    await asyncio.sleep(0)
    go_on.set()
    answers = await asyncio.gather(*exchanges)
    await asyncio.gather(*closings)

    assert [answer.body for answer in answers] == [b"done", b"done"]


async def test_a_cancelled_closing_closes_now(serve: Serve, outgoing: Make) -> None:
    """Whoever cannot wait cancels; what was under way is then in doubt."""
    server = await serve(lambda visit: visit.reader.read())
    transport = AiohttpTransport()
    exchange = asyncio.create_task(transport.exchange(outgoing(server.url)))
    await server.came.wait()

    closing = asyncio.create_task(transport.aclose())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    with pytest.raises(ExchangeFailed) as caught:
        await exchange

    assert caught.value.departed is Departed.MAYBE


async def test_closing_is_idempotent(serve: Serve, outgoing: Make) -> None:
    """Before the first exchange, after it, and again."""
    server = await serve(lambda visit: visit.reply())
    fresh, used = AiohttpTransport(), AiohttpTransport()
    await used.exchange(outgoing(server.url))

    for transport in (fresh, used):
        await transport.aclose()
        await transport.aclose()


async def test_a_borrowed_session_stays_open(serve: Serve, outgoing: Make) -> None:
    """Who opened it closes it."""
    server = await serve(lambda visit: visit.reply())

    async with aiohttp.ClientSession() as session:
        transport = AiohttpTransport(session=session)
        await transport.exchange(outgoing(server.url))
        await transport.aclose()

        assert not session.closed


async def use_all_ways(server: Any, outgoing: Make) -> None:
    """Succeed, fail, stream, cancel; then close."""
    transport = AiohttpTransport()
    await transport.exchange(outgoing(server.url))
    with pytest.raises(ExchangeFailed):
        await transport.exchange(outgoing(server.url + "/drop"))
    async with transport.stream(outgoing(server.url, "GET", None)) as (_, pieces):
        await anext(pieces)
    server.came.clear()
    hanging = asyncio.create_task(transport.exchange(outgoing(server.url + "/hang")))
    await server.came.wait()
    hanging.cancel()
    await asyncio.wait({hanging})
    await transport.aclose()


async def test_nothing_is_left_open(serve: Serve, outgoing: Make) -> None:
    """No session, connector, connection or transport is found unclosed by the garbage collector."""

    async def answer(visit: Any) -> None:
        if b"/drop" in visit.head:
            visit.writer.close()
        elif b"/hang" in visit.head:
            await visit.reader.read()
        else:
            await visit.reply(b"{}")

    server = await serve(answer)
    gc.collect()

    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        await use_all_ways(server, outgoing)
        gc.collect()

    assert [str(warning.message) for warning in found] == []
