"""One exchange, ordinary and odd."""

import gzip
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from invoicekit.transport import AiohttpTransport, Outgoing

Make = Callable[..., Outgoing]
Serve = Callable[..., Awaitable[Any]]


async def test_the_request_leaves_as_given(serve: Serve, either: AiohttpTransport, outgoing: Make) -> None:
    """Method, encoded path, query, headers and body go out byte for byte."""
    server = await serve(lambda visit: visit.reply())

    await either.exchange(outgoing(f"{server.url}/a%2Fb/%C3%A9?x=1%202&x=%26", "PATCH", b'{"a": 1}'))

    lines = server.visits[0].head.decode().split("\r\n")
    assert lines[0] == "PATCH /a%2Fb/%C3%A9?x=1%202&x=%26 HTTP/1.1"
    assert "X-Api-Key: key-5f2c9a77-secret" in lines
    assert "Content-Type: application/json" in lines
    assert server.visits[0].body == b'{"a": 1}'


async def test_the_answer_comes_back_whole(serve: Serve, either: AiohttpTransport, outgoing: Make) -> None:
    """Status, headers in lower case (the last of repeated ones) and body bytes."""
    server = await serve(
        lambda visit: visit.reply(b"\xff\x00", status="201 Created", headers=("X-Id: 1", "x-ID: 2"))
    )

    answer = await either.exchange(outgoing(server.url))

    assert (answer.status, answer.body, answer.sends) == (201, b"\xff\x00", 1)
    assert answer.headers == {"content-length": "2", "x-id": "2"}


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "404 Not Found", "429 Too Many", "503 Down"])
async def test_every_status_is_an_answer(
    serve: Serve, either: AiohttpTransport, outgoing: Make, status: str
) -> None:
    """What a status means is for others to say."""
    server = await serve(lambda visit: visit.reply(b"why", status=status))

    answer = await either.exchange(outgoing(server.url))

    assert (answer.status, answer.body) == (int(status[:3]), b"why")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hint\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_no_body_is_an_empty_body(
    serve: Serve, either: AiohttpTransport, outgoing: Make, answer: bytes
) -> None:
    """An answer without a body is whole, and its connection serves the next exchange."""
    server = await serve(lambda visit: visit.send(answer))

    first = await either.exchange(outgoing(server.url))
    await either.exchange(outgoing(server.url))

    assert first.body == b""
    assert server.connections == 1


async def test_head_has_no_body(serve: Serve, either: AiohttpTransport, outgoing: Make) -> None:
    """The length that HEAD declares is of a body that does not come, however large."""
    server = await serve(lambda visit: visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n"))

    answer = await either.exchange(outgoing(server.url, "HEAD", None))

    assert answer.body == b""


@pytest.mark.parametrize(
    "answer",
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n", b"abc", b"def"),
        (
            b"HTTP/1.1 200 OK\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n2\r\nab",
            b"\r\n4\r\nc",
            b"def\r\n0\r\n\r\n",
        ),
    ],
)
async def test_a_body_in_pieces_is_joined(
    serve: Serve, either: AiohttpTransport, outgoing: Make, answer: tuple[bytes, ...]
) -> None:
    """How the bytes are cut on their way does not matter."""
    server = await serve(lambda visit: visit.send(*answer))

    assert (await either.exchange(outgoing(server.url))).body == b"abcdef"


async def test_a_body_that_ends_with_the_connection_is_whole(
    serve: Serve, either: AiohttpTransport, outgoing: Make
) -> None:
    """Without a length the end of the connection is the end of the body."""

    async def answer(visit: Any) -> None:
        await visit.send(b"HTTP/1.1 200 OK\r\n\r\nabc", b"def")
        visit.writer.close()

    server = await serve(answer)

    assert (await either.exchange(outgoing(server.url))).body == b"abcdef"


async def test_compressed_answers_are_unpacked(
    serve: Serve, either: AiohttpTransport, outgoing: Make
) -> None:
    """The caller gets the text, whatever the encoding on the way."""
    packed = gzip.compress(b'{"id": "1"}')
    server = await serve(lambda visit: visit.reply(packed, headers=("Content-Encoding: gzip",)))

    answer = await either.exchange(outgoing(server.url))

    assert answer.body == b'{"id": "1"}'
    assert b"Accept-Encoding: gzip" in server.visits[0].head


async def test_connections_are_used_again(serve: Serve, either: AiohttpTransport, outgoing: Make) -> None:
    """A handshake is paid once."""
    server = await serve(lambda visit: visit.reply())

    for method in ("GET", "POST", "PUT", "DELETE"):
        await either.exchange(outgoing(server.url, method))

    assert server.connections == 1


async def test_cookies_are_not_kept(serve: Serve, transport: AiohttpTransport, outgoing: Make) -> None:
    """No call changes what the next one sends."""
    server = await serve(lambda visit: visit.reply(headers=("Set-Cookie: session=1; Path=/",)))
    url = f"http://localhost:{server.port}/"  # cookie jars ignore hosts without a name

    await transport.exchange(outgoing(url))
    await transport.exchange(outgoing(url))

    assert b"cookie" not in server.visits[1].head.lower()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
async def test_proxies_of_the_environment_are_ignored(
    serve: Serve, transport: AiohttpTransport, outgoing: Make, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A variable that somebody set does not take the credentials elsewhere."""
    proxy = await serve(lambda visit: visit.reply())
    server = await serve(lambda visit: visit.reply())
    monkeypatch.setenv(name, proxy.url)

    await transport.exchange(outgoing(server.url))

    assert (len(server.visits), proxy.connections) == (1, 0)


async def test_a_delete_without_a_body_names_no_content_type(
    serve: Serve, borrowing: AiohttpTransport
) -> None:
    """The empty body that keeps a borrowed session from sending twice does not show."""
    server = await serve(lambda visit: visit.reply())

    await borrowing.exchange(Outgoing(method="DELETE", url=server.url, headers={}))

    head = server.visits[0].head
    assert b"Content-Type" not in head
    assert head.count(b"Content-Length: 0") == 1


async def test_a_borrowed_sessions_settings_do_not_matter(serve: Serve, outgoing: Make) -> None:
    """Base URL, raising, unpacking, redirects and timeouts are decided per request."""
    packed = gzip.compress(b"text")
    server = await serve(
        lambda visit: visit.reply(
            packed, status="302 Found", headers=("Content-Encoding: gzip", "Location: /x")
        )
    )

    async with aiohttp.ClientSession(
        base_url="http://127.0.0.1:1/",
        raise_for_status=True,
        auto_decompress=False,
        timeout=aiohttp.ClientTimeout(total=1e-9),
    ) as session:
        answer = await AiohttpTransport(session=session).exchange(outgoing(server.url))

    assert (answer.status, answer.body) == (302, b"text")
