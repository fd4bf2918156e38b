"""One exchange is one request on the wire, and it goes where it was sent."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from invoicekit.transport import AiohttpTransport, Departed, ExchangeFailed, Outgoing

Make = Callable[..., Outgoing]
Serve = Callable[..., Awaitable[Any]]
WRITES = ["POST", "PUT", "PATCH", "DELETE"]
READS = ["GET", "HEAD"]


async def drop_after_the_first(visit: Any) -> None:
    """Serve a connection's first request; read its second and hang up."""
    if visit.nth == 1:
        await visit.reply(b"")
    else:
        visit.writer.close()


async def reset_after_the_first(visit: Any) -> None:
    """Serve a connection's first request; read its second and reset."""
    if visit.nth == 1:
        await visit.reply(b"")
    else:
        visit.reset()


@pytest.mark.parametrize("answer", [drop_after_the_first, reset_after_the_first])
@pytest.mark.parametrize("body", [None, b"{}"])
@pytest.mark.parametrize("method", WRITES)
async def test_a_write_on_a_dropped_connection_is_sent_once(
    serve: Serve, either: AiohttpTransport, outgoing: Make, method: str, body: bytes | None, answer: Any
) -> None:
    """The host read the request and hung up: a second send could act twice."""
    server = await serve(answer)
    await either.exchange(outgoing(server.url, method, body))

    with pytest.raises(ExchangeFailed) as caught:
        await either.exchange(outgoing(server.url, method, body))

    assert caught.value.departed is Departed.MAYBE
    assert len(server.visits) == 2


@pytest.mark.parametrize("method", READS)
async def test_our_own_session_sends_reads_once_as_well(
    serve: Serve, transport: AiohttpTransport, outgoing: Make, method: str
) -> None:
    """Repeating is for the channel, which asks the limiter first."""
    server = await serve(drop_after_the_first)
    await transport.exchange(outgoing(server.url, method, None))

    with pytest.raises(ExchangeFailed):
        await transport.exchange(outgoing(server.url, method, None))

    assert len(server.visits) == 2


async def test_a_borrowed_sessions_second_read_is_counted(
    serve: Serve, borrowing: AiohttpTransport, outgoing: Make
) -> None:
    """What aiohttp repeats under us is at least charged to the limit."""
    server = await serve(drop_after_the_first)
    await borrowing.exchange(outgoing(server.url, "GET", None))

    answer = await borrowing.exchange(outgoing(server.url, "GET", None))

    assert answer.sends == 2
    assert len(server.visits) == 3


async def test_sends_by_middlewares_are_counted(serve: Serve, outgoing: Make) -> None:
    """A middleware that sends again shows in the count."""
    server = await serve(lambda visit: visit.reply())

    async def twice(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        first = await handler(request)
        await first.read()
        return await handler(request)

    async with aiohttp.ClientSession(middlewares=(twice,)) as session:
        answer = await AiohttpTransport(session=session).exchange(outgoing(server.url))

    assert (answer.sends, len(server.visits)) == (2, 2)


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "start", ["http://127.0.0.1:{port}/x", "//127.0.0.1:{port}/x", "http://u:p@127.0.0.1:{port}"]
)
async def test_redirects_are_answers(
    serve: Serve, either: AiohttpTransport, outgoing: Make, code: int, start: str
) -> None:
    """No other host sees the key or the body, whatever the host's answer asks for."""
    evil = await serve(lambda visit: visit.reply())
    location = start.format(port=evil.port)
    server = await serve(
        lambda visit: visit.reply(status=f"{code} Moved", headers=(f"Location: {location}",))
    )

    answer = await either.exchange(outgoing(server.url))

    assert (answer.status, answer.headers["location"]) == (code, location)
    assert evil.connections == 0
    assert len(server.visits) == 1


async def test_an_answer_nobody_asked_for_is_not_taken_for_the_next_one(
    serve: Serve, transport: AiohttpTransport, outgoing: Make
) -> None:
    """A stray 200 on an idle connection would confirm whatever is sent next."""
    connections = []

    async def answer(visit: Any) -> None:
        connections.append(visit)
        await visit.reply(b"%d" % visit.number)

    server = await serve(answer)
    await transport.exchange(outgoing(server.url))
    await connections[0].send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL")
    await until_idle()

    second = await transport.exchange(outgoing(server.url))

    assert second.body == b"2"
    assert server.connections == 2


async def test_a_pool_of_spoilt_connections_sends_nothing(
    serve: Serve, transport: AiohttpTransport, outgoing: Make
) -> None:
    """After a few of them an exchange gives up, certain that nothing has left; later ones go on."""
    together = asyncio.Barrier(4)

    async def answer(visit: Any) -> None:
        if visit.number <= 4:
            await together.wait()
        await visit.reply(b"%d" % visit.number)

    server = await serve(answer)
    await asyncio.gather(*(transport.exchange(outgoing(server.url)) for _ in range(4)))
    for visit in server.visits:
        await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL")
    await until_idle()

    with pytest.raises(ExchangeFailed) as caught:
        await transport.exchange(outgoing(server.url))
    last = await transport.exchange(outgoing(server.url))

    assert caught.value.departed is Departed.NO
    assert last.body == b"5"


async def until_idle() -> None:
    """Let the loop read what has been written on loopback."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_host_that_speaks_first_is_not_http(serve: Serve, transport: AiohttpTransport) -> None:
    """What comes together with an answer closes its connection."""

    async def answer(visit: Any) -> None:
        await visit.send(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL"
        )

    server = await serve(answer)
    request = Outgoing(method="POST", url=server.url, headers={})

    bodies = [(await transport.exchange(request)).body for _ in range(3)]

    assert bodies == [b"ok"] * 3
    assert len(server.visits) == 3
