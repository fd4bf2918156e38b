"""Real servers on loopback that answer exactly the bytes a test scripts."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Protocol

import aiohttp
import attrs
import pytest

from invoicekit.transport import AiohttpTransport, Outgoing, aiohttp_client

KEY = "key-5f2c9a77-secret"

Answer = Callable[["Visit"], Awaitable[None]]


@attrs.define(kw_only=True)
class Visit:
    """One request as the server saw it, and the connection to answer on.

    Attributes:
        number: Of this request over all connections, from 1.
        nth: Of this request on its connection, from 1.
    """

    number: int
    nth: int
    head: bytes
    body: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, *pieces: bytes) -> None:
        """Write pieces, each on its own way."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def reply(
        self, body: bytes = b"{}", *, status: str = "200 OK", headers: tuple[str, ...] = ()
    ) -> None:
        """Write an ordinary answer."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        await self.send("\r\n".join(lines).encode() + body)

    def reset(self) -> None:
        """Cut the connection with a TCP reset."""
        sock = self.writer.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class RawServer:
    """Reads requests and lets a function answer each; counts what arrives.

    `came` is set by every request, `lost` by every connection that ends.

    Args:
        answer: Called with each request.
        tls: Speak TLS with this context.
        waits_for_body: Read a request's body before answering.
    """

    def __init__(self, answer: Answer, *, tls: ssl.SSLContext | None, waits_for_body: bool) -> None:
        self.answer = answer
        self.tls = tls
        self.waits_for_body = waits_for_body
        self.visits: list[Visit] = []
        self.connections = 0
        self.came = asyncio.Event()
        self.lost = asyncio.Event()
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The server's base URL."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop listening and cut every connection."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._serve(reader, writer)
        except (asyncio.CancelledError, asyncio.IncompleteReadError, OSError):
            # The end of the test, or of the connection; there is nobody to tell.
            pass
        finally:
            self.lost.set()
            self._tasks.discard(task)
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nth = 0
        while not writer.is_closing():
            head = await reader.readuntil(b"\r\n\r\n")
            nth += 1
            visit = Visit(
                number=len(self.visits) + 1,
                nth=nth,
                head=head,
                body=await reader.readexactly(content_length(head) if self.waits_for_body else 0),
                reader=reader,
                writer=writer,
            )
            self.visits.append(visit)
            self.came.set()
            await self.answer(visit)


def content_length(head: bytes) -> int:
    """Return what the request's head declares."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


class Serve(Protocol):
    """Start a server that answers as told."""

    async def __call__(
        self, answer: Answer, *, tls: ssl.SSLContext | None = None, waits_for_body: bool = True
    ) -> RawServer: ...


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Return a function that starts servers; they stop with the test."""
    async with AsyncExitStack() as stack:

        async def start(
            answer: Answer, *, tls: ssl.SSLContext | None = None, waits_for_body: bool = True
        ) -> RawServer:
            server = RawServer(answer, tls=tls, waits_for_body=waits_for_body)
            await server.start()
            stack.push_async_callback(server.stop)
            return server

        yield start


@pytest.fixture
def by_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let exchanges go as with an aiohttp that is not fit for the direct way."""
    monkeypatch.setattr(aiohttp_client, "is_fit", lambda: False)


@pytest.fixture(params=["own", "own by session"])
async def transport(request: pytest.FixtureRequest) -> AsyncIterator[AiohttpTransport]:
    """Yield a transport of its own means, going directly, and in another run by a session."""
    if request.param == "own by session":
        request.getfixturevalue("by_session")
    transport = AiohttpTransport()
    yield transport
    await transport.aclose()


@pytest.fixture
async def borrowing() -> AsyncIterator[AiohttpTransport]:
    """Yield a transport over somebody's session."""
    async with aiohttp.ClientSession() as session:
        yield AiohttpTransport(session=session)


@pytest.fixture(params=["own", "own by session", "borrowed"])
async def either(request: pytest.FixtureRequest) -> AsyncIterator[AiohttpTransport]:
    """Yield a transport of its own means, going directly or by a session, and one over somebody's session."""
    async with AsyncExitStack() as stack:
        session = None
        if request.param == "own by session":
            request.getfixturevalue("by_session")
        if request.param == "borrowed":
            session = await stack.enter_async_context(aiohttp.ClientSession())
        transport = AiohttpTransport(session=session)
        stack.push_async_callback(transport.aclose)
        yield transport


@pytest.fixture
def key() -> str:
    """Return the credential that every request carries and nothing may show."""
    return KEY


@pytest.fixture
def outgoing() -> Callable[..., Outgoing]:
    """Return a function that builds a signed request."""

    def build(url: str, method: str = "POST", body: bytes | None = b"{}", **more: int) -> Outgoing:
        headers = {"X-Api-Key": KEY, "Content-Type": "application/json"}
        return Outgoing(method=method, url=url, headers=headers, body=body, **more)

    return build
