"""Answers read in pieces."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from invoicekit.transport import AiohttpTransport, Departed, ExchangeFailed, Outgoing

Make = Callable[..., Outgoing]
Serve = Callable[..., Awaitable[Any]]


async def test_pieces_come_as_they_are_sent(serve: Serve, either: AiohttpTransport, outgoing: Make) -> None:
    """The first piece is here before the second is sent."""
    go_on = asyncio.Event()

    async def answer(visit: Any) -> None:
        await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nX-Id: 1\r\n\r\nabc")
        await go_on.wait()
        await visit.send(b"def")

    server = await serve(answer)

    async with either.stream(outgoing(server.url, "GET", None)) as (head, pieces):
        first = await anext(pieces)
        go_on.set()
        rest = b"".join([piece async for piece in pieces])

    assert (first, rest) == (b"abc", b"def")
    assert (head.status, head.body, head.headers["x-id"]) == (200, b"", "1")


async def test_large_pieces_are_bounded(serve: Serve, either: AiohttpTransport, outgoing: Make) -> None:
    """A fast host does not fill the memory of a slow reader."""
    server = await serve(lambda visit: visit.reply(bytes(8_000_000)))

    async with either.stream(outgoing(server.url, "GET", None)) as (_, pieces):
        sizes = [len(piece) async for piece in pieces]

    assert sum(sizes) == 8_000_000
    assert max(sizes) <= 1024 * 1024


async def test_a_refusal_is_read_whole(serve: Serve, either: AiohttpTransport, outgoing: Make) -> None:
    """What is not 2xx explains itself in its body; the stream is empty then."""

    async def answer(visit: Any) -> None:
        await visit.send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 6\r\n\r\nabc", b"def")

    server = await serve(answer)

    async with either.stream(outgoing(server.url, "GET", None)) as (head, pieces):
        rest = [piece async for piece in pieces]

    assert (head.status, head.body, rest) == (404, b"abcdef", [])


async def test_a_large_refusal_is_bounded(serve: Serve, either: AiohttpTransport, outgoing: Make) -> None:
    """The bound holds for it as for any answer."""

    async def answer(visit: Any) -> None:
        await visit.send(b"HTTP/1.1 500 Oops\r\nContent-Length: 1000\r\n\r\n")
        await visit.reader.read()

    server = await serve(answer)

    with pytest.raises(ExchangeFailed) as caught:
        async with either.stream(outgoing(server.url, "GET", None, max_body_bytes=999)):
            pass

    assert caught.value.is_oversized
    await asyncio.wait_for(server.lost.wait(), 10)


async def test_a_stream_read_to_its_end_gives_its_connection_back(
    serve: Serve, either: AiohttpTransport, outgoing: Make
) -> None:
    """The next exchange needs no handshake."""
    server = await serve(lambda visit: visit.reply(bytes(1_000_000)))

    for _ in range(2):
        async with either.stream(outgoing(server.url, "GET", None)) as (_, pieces):
            async for _piece in pieces:
                pass

    assert server.connections == 1


async def test_a_stream_left_early_is_cut_off(serve: Serve, either: AiohttpTransport, outgoing: Make) -> None:
    """Half a body never stays in a connection that somebody else gets."""

    async def answer(visit: Any) -> None:
        await visit.reply(b"x" * 8_000_000 if visit.number == 1 else b"second")

    server = await serve(answer)

    async with either.stream(outgoing(server.url, "GET", None)) as (_, pieces):
        await anext(pieces)
    second = await either.exchange(outgoing(server.url))

    assert second.body == b"second"
    assert server.connections == 2


async def test_the_callers_own_error_passes_through(
    serve: Serve, either: AiohttpTransport, outgoing: Make
) -> None:
    """A full disk on the caller's side is not the exchange's failure."""
    server = await serve(lambda visit: visit.reply(bytes(8_000_000)))

    async def save() -> None:
        async with either.stream(outgoing(server.url, "GET", None)) as (_, pieces):
            await anext(pieces)
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        await save()


async def test_a_stream_that_breaks_off_fails(serve: Serve, either: AiohttpTransport, outgoing: Make) -> None:
    """A short download never looks like a whole one."""

    async def answer(visit: Any) -> None:
        await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        visit.writer.close()

    server = await serve(answer)

    async with either.stream(outgoing(server.url, "GET", None)) as (_, pieces):
        with pytest.raises(ExchangeFailed) as caught:
            _ = [piece async for piece in pieces]

    assert caught.value.departed is Departed.MAYBE


async def test_a_stream_from_nowhere_fails_at_once(either: AiohttpTransport, outgoing: Make) -> None:
    """Failing to begin is the same failure as an exchange's."""
    with pytest.raises(ExchangeFailed) as caught:
        async with either.stream(outgoing("http://no-such-host.invalid/", "GET", None)):
            pass

    assert caught.value.departed is Departed.NO


async def test_a_stream_that_is_not_entered_sends_nothing(
    serve: Serve, either: AiohttpTransport, outgoing: Make
) -> None:
    """Asking for a stream is not yet sending."""
    server = await serve(lambda visit: visit.reply())

    either.stream(outgoing(server.url, "GET", None))

    assert server.connections == 0
