"""What a real failure on a real socket proves about the request."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from invoicekit.transport import AiohttpTransport, Departed, ExchangeFailed, Outgoing

Make = Callable[..., Outgoing]
Serve = Callable[..., Awaitable[Any]]


async def failure_of(exchange: Awaitable[object]) -> ExchangeFailed:
    """Await what must fail."""
    with pytest.raises(ExchangeFailed) as caught:
        await asyncio.wait_for(exchange, 10)
    return caught.value


@pytest.fixture
def closed_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    return port


@pytest.fixture
async def deaf_port() -> AsyncIterator[int]:
    """Yield a port that lets every further connection hang: its backlog is full."""
    loop = asyncio.get_running_loop()
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        address = listening.getsockname()
        first = stack.enter_context(socket.socket())
        first.setblocking(False)
        await loop.sock_connect(first, address)
        yield address[1]


async def test_a_refused_connection_sent_nothing(
    either: AiohttpTransport, outgoing: Make, closed_port: int
) -> None:
    """Nobody listens, nobody saw it."""
    failure = await failure_of(either.exchange(outgoing(f"http://127.0.0.1:{closed_port}/")))

    assert (failure.departed, failure.is_final) == (Departed.NO, False)
    assert failure.reason == "no connection to the host (ECONNREFUSED)"


async def test_an_unknown_host_was_sent_nothing(either: AiohttpTransport, outgoing: Make) -> None:
    """A name that leads nowhere cannot have been called."""
    failure = await failure_of(either.exchange(outgoing("http://no-such-host.invalid/")))

    assert (failure.departed, failure.is_final) == (Departed.NO, False)
    assert "resolved" in failure.reason


async def test_a_connection_that_takes_too_long_sent_nothing(outgoing: Make, deaf_port: int) -> None:
    """The bound on connecting fires before the caller's deadline and proves what that could not."""
    transport = AiohttpTransport(connect_seconds=0.05)

    failure = await failure_of(transport.exchange(outgoing(f"http://127.0.0.1:{deaf_port}/")))
    await transport.aclose()

    assert (failure.departed, failure.is_final) == (Departed.NO, False)


async def test_waiting_for_a_free_connection_sent_nothing(serve: Serve, outgoing: Make) -> None:
    """A pool in full use is a queue on this machine."""
    server = await serve(lambda visit: asyncio.sleep(3600))
    transport = AiohttpTransport(connections=1, connect_seconds=0.05)
    busy = asyncio.create_task(transport.exchange(outgoing(server.url)))
    await server.came.wait()

    failure = await failure_of(transport.exchange(outgoing(server.url)))
    busy.cancel()
    await asyncio.wait({busy})
    await transport.aclose()

    assert failure.departed is Departed.NO
    assert len(server.visits) == 1


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
@pytest.mark.parametrize("body", [None, b"{}"])
async def test_silence_after_the_request_is_doubt(
    serve: Serve, either: AiohttpTransport, outgoing: Make, method: str, body: bytes | None
) -> None:
    """The host read it all and hung up, on a request with a body or without one."""

    async def answer(visit: Any) -> None:
        visit.writer.close()

    server = await serve(answer)
    failure = await failure_of(either.exchange(outgoing(server.url, method, body)))

    assert failure.departed is Departed.MAYBE


async def reset_now(visit: Any) -> None:
    visit.reset()


async def reset_after_some(visit: Any) -> None:
    """Reset once more of the body has come than any buffer holds."""
    seen = 0
    while seen < 1_000_000:
        seen += len(await visit.reader.read(65536))
    visit.reset()


async def refuse_early(visit: Any) -> None:
    """Answer at once, and take in whatever else comes."""
    await visit.reply(b"no", status="413 Too Large")
    while await visit.reader.read(65536):
        pass


async def half_a_head(visit: Any) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-Le")
    visit.writer.close()


async def half_a_body(visit: Any) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
    visit.writer.close()


async def half_a_body_then_reset(visit: Any) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
    visit.reset()


async def half_a_chunk(visit: Any) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")
    visit.writer.close()


async def no_last_chunk(visit: Any) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n")
    visit.writer.close()


async def bad_chunk(visit: Any) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n")


async def not_gzip(visit: Any) -> None:
    await visit.reply(b"no gzip at all", headers=("Content-Encoding: gzip",))


async def not_http(visit: Any) -> None:
    await visit.send(b"220 mail.example.com ESMTP\r\n")


async def binary(visit: Any) -> None:
    await visit.send(bytes(range(256)))


async def more_than_asked(visit: Any) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more")


async def two_lengths(visit: Any) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc")


async def length_and_chunks(visit: Any) -> None:
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nabc")


@pytest.mark.parametrize(
    "answer",
    [
        reset_now,
        half_a_head,
        half_a_body,
        half_a_body_then_reset,
        half_a_chunk,
        no_last_chunk,
        bad_chunk,
        not_gzip,
        not_http,
        binary,
        more_than_asked,
        two_lengths,
        length_and_chunks,
    ],
)
async def test_a_broken_answer_is_doubt(
    serve: Serve, either: AiohttpTransport, outgoing: Make, answer: Any
) -> None:
    """The request was read; that its answer is unreadable says nothing about what it did."""
    server = await serve(answer)

    failure = await failure_of(either.exchange(outgoing(server.url)))

    assert (failure.departed, failure.is_final, failure.is_oversized) == (Departed.MAYBE, False, False)
    assert len(server.visits) == 1


@pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")
async def test_a_reset_while_uploading_is_doubt(
    serve: Serve, either: AiohttpTransport, outgoing: Make
) -> None:
    """aiohttp reports no byte written here, though the host read a megabyte."""
    server = await serve(reset_after_some, waits_for_body=False)

    failure = await failure_of(either.exchange(outgoing(server.url, "POST", b"x" * 30_000_000)))

    assert failure.departed is Departed.MAYBE


@pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")
async def test_an_answer_during_the_upload_is_an_answer(
    serve: Serve, either: AiohttpTransport, outgoing: Make
) -> None:
    """A host may refuse before it has read everything; its connection is not used again."""
    server = await serve(refuse_early, waits_for_body=False)
    body = b"x" * 30_000_000

    answers = [await either.exchange(outgoing(server.url, "POST", body)) for _ in range(2)]

    assert [answer.status for answer in answers] == [413, 413]
    assert server.connections == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-Api-Key", "k\r\nX-Evil: 1"), ("X-Api-Key", "k\n"), ("X-Api-Key\r", "k")],
)
async def test_a_forbidden_header_is_refused_before_it_leaves(
    serve: Serve, either: AiohttpTransport, name: str, value: str
) -> None:
    """A key read from a file with its line break is the user's to mend: final, and nothing left."""
    server = await serve(lambda visit: visit.reply())
    request = Outgoing(method="POST", url=server.url, headers={name: value}, body=b"{}")

    failure = await failure_of(either.exchange(request))

    assert (failure.departed, failure.is_final) == (Departed.NO, True)
    assert "forbids" in failure.reason
    assert server.visits == []


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http:///x", "nowhere", ""])
async def test_a_url_that_is_none_is_never_called(either: AiohttpTransport, url: str) -> None:
    """What cannot be called was not."""
    failure = await failure_of(either.exchange(Outgoing(method="POST", url=url, headers={}, body=b"{}")))

    assert failure.is_final


@pytest.mark.parametrize("path", ["/a\nb", "/a\tb", "/a\r\nX: y", "/é", "/a\x00", "/a\x7f"])
async def test_a_url_is_taken_as_it_is_or_not_at_all(
    serve: Serve, either: AiohttpTransport, outgoing: Make, path: str
) -> None:
    """A line break that is silently dropped on the way makes another path."""
    server = await serve(lambda visit: visit.reply())

    failure = await failure_of(either.exchange(outgoing(server.url + path)))

    assert (failure.departed, failure.is_final) == (Departed.NO, True)
    assert server.connections == 0


async def test_after_closing_nothing_is_sent(serve: Serve, either: AiohttpTransport, outgoing: Make) -> None:
    """A closed transport says so, and sends nothing."""
    server = await serve(lambda visit: visit.reply())
    await either.aclose()

    failure = await failure_of(either.exchange(outgoing(server.url)))

    assert (failure.departed, failure.is_final) == (Departed.NO, True)
    assert server.connections == 0


async def test_a_closed_borrowed_session_sends_nothing(outgoing: Make) -> None:
    """Its owner closed it: that is certain, and final."""
    session = aiohttp.ClientSession()
    await session.close()

    failure = await failure_of(AiohttpTransport(session=session).exchange(outgoing("http://127.0.0.1/")))

    assert (failure.departed, failure.is_final) == (Departed.NO, True)


def test_another_event_loop_sends_nothing(outgoing: Make) -> None:
    """Connections of a loop that has ended could still be written to, and never answered."""
    transport = AiohttpTransport()

    async def fail() -> ExchangeFailed:
        return await failure_of(transport.exchange(outgoing("http://no-such-host.invalid/")))

    with asyncio.Runner() as first:
        first.run(fail())
        with asyncio.Runner() as second:
            failure = second.run(fail())
        first.run(transport.aclose())

    assert (failure.departed, failure.is_final) == (Departed.NO, True)
    assert "event loop" in failure.reason


Handler = aiohttp.ClientHandlerType


async def test_a_middlewares_second_send_spoils_the_proof(
    serve: Serve, outgoing: Make, closed_port: int
) -> None:
    """The second send was refused, but the first one had arrived."""
    server = await serve(lambda visit: visit.reply())

    async def elsewhere(request: aiohttp.ClientRequest, handler: Handler) -> aiohttp.ClientResponse:
        await (await handler(request)).read()
        request.url = request.url.with_port(closed_port)
        return await handler(request)

    async with aiohttp.ClientSession(middlewares=(elsewhere,)) as session:
        failure = await failure_of(AiohttpTransport(session=session).exchange(outgoing(server.url)))

    assert (failure.departed, len(server.visits)) == (Departed.MAYBE, 1)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize("body", [None, b"{}"])
async def test_a_middlewares_own_call_afterwards_spoils_the_proof(
    serve: Serve, outgoing: Make, closed_port: int, method: str, body: bytes | None
) -> None:
    """A connector's error raised by a middleware after the answer came is about something else."""
    server = await serve(lambda visit: visit.reply())

    async def report(request: aiohttp.ClientRequest, handler: Handler) -> aiohttp.ClientResponse:
        await (await handler(request)).read()
        async with aiohttp.ClientSession() as other:
            return await other.get(f"http://127.0.0.1:{closed_port}/")

    async with aiohttp.ClientSession(middlewares=(report,)) as session:
        exchange = AiohttpTransport(session=session).exchange(outgoing(server.url, method, body))
        failure = await failure_of(exchange)

    assert (failure.departed, len(server.visits)) == (Departed.MAYBE, 1)


@pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")
async def test_a_middlewares_own_call_after_half_an_upload_spoils_the_proof(
    serve: Serve, outgoing: Make, closed_port: int
) -> None:
    """The upload broke, with no byte written as aiohttp counts, and then something else was refused."""
    server = await serve(reset_after_some, waits_for_body=False)

    async def report(request: aiohttp.ClientRequest, handler: Handler) -> aiohttp.ClientResponse:
        with contextlib.suppress(aiohttp.ClientError):
            return await handler(request)
        async with aiohttp.ClientSession() as other:
            return await other.get(f"http://127.0.0.1:{closed_port}/")

    async with aiohttp.ClientSession(middlewares=(report,)) as session:
        exchange = AiohttpTransport(session=session).exchange(outgoing(server.url, "POST", b"x" * 30_000_000))
        failure = await failure_of(exchange)

    assert failure.departed is Departed.MAYBE
    assert "ECONNREFUSED" in failure.reason


async def test_a_middlewares_own_body_spoils_the_proof(
    serve: Serve, outgoing: Make, closed_port: int
) -> None:
    """A request whose body was replaced on the way was sent as well."""
    server = await serve(lambda visit: visit.reply())

    async def replace(request: aiohttp.ClientRequest, handler: Handler) -> aiohttp.ClientResponse:
        await request.update_body(b"other")
        await (await handler(request)).read()
        async with aiohttp.ClientSession() as other:
            return await other.get(f"http://127.0.0.1:{closed_port}/")

    async with aiohttp.ClientSession(middlewares=(replace,)) as session:
        failure = await failure_of(AiohttpTransport(session=session).exchange(outgoing(server.url)))

    assert (failure.departed, server.visits[0].body) == (Departed.MAYBE, b"other")


async def test_a_middlewares_own_call_instead_proves_nothing(outgoing: Make, closed_port: int) -> None:
    """No send was begun through aiohttp; what the middleware did in its own way is not known."""

    async def instead(request: aiohttp.ClientRequest, handler: Handler) -> aiohttp.ClientResponse:
        async with aiohttp.ClientSession() as other:
            return await other.get(f"http://127.0.0.1:{closed_port}/")

    async with aiohttp.ClientSession(middlewares=(instead,)) as session:
        failure = await failure_of(AiohttpTransport(session=session).exchange(outgoing("http://127.0.0.1/")))

    assert failure.departed is Departed.MAYBE


async def test_a_middlewares_strange_error_is_doubt(serve: Serve, outgoing: Make) -> None:
    """Whatever foreign code raises comes out as an exchange that may have been seen."""
    server = await serve(lambda visit: visit.reply())

    async def broken(request: aiohttp.ClientRequest, handler: Handler) -> aiohttp.ClientResponse:
        await handler(request)
        raise KeyError("oops")

    async with aiohttp.ClientSession(middlewares=(broken,)) as session:
        failure = await failure_of(AiohttpTransport(session=session).exchange(outgoing(server.url)))

    assert failure.departed is Departed.MAYBE
