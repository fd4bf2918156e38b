"""Real servers on loopback that answer exactly the bytes a test scripts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import attrs
import pytest

from invoicekit.transport import AiohttpTransport, Outgoing

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


class RawServer:
    """Reads whole requests and lets a function answer each; counts what arrives."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.visits: list[Visit] = []
        self.connections = 0
        self.lost = asyncio.Event()
        self.port = 0
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The server's base URL."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
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
                body=await reader.readexactly(content_length(head)),
                reader=reader,
                writer=writer,
            )
            self.visits.append(visit)
            await self.answer(visit)


def content_length(head: bytes) -> int:
    """Return what the request's head declares."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Answer], Awaitable[RawServer]]]:
    """Start servers that answer as told."""
    async with AsyncExitStack() as stack:

        async def start(answer: Answer) -> RawServer:
            server = RawServer(answer)
            await server.start()
            stack.push_async_callback(server.stop)
            return server

        yield start


@pytest.fixture
async def transport() -> AsyncIterator[AiohttpTransport]:
    """Yield a transport with its own session."""
    transport = AiohttpTransport()
    yield transport
    await transport.aclose()


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
