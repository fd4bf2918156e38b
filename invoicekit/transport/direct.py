"""Whole exchanges on aiohttp's connections without its session.

For every request a session prepares what ours never have: cookies, redirects, proxies, forms, timers,
traces, a task for the body. That costs more than all the rest of a call. Here aiohttp connects, keeps
connections and reads answers, and the request leaves in one write.

None of aiohttp's parts below the session is promised to stay as it is in 3.14.5. So each connector is tried
out first, and where anything is not as expected everything goes by a session.
"""

import asyncio
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

import aiohttp
from yarl import URL

from invoicekit.transport.body import read_whole
from invoicekit.transport.exchange import Departed, ExchangeFailed, Outgoing
from invoicekit.transport.head import METHODS, write_lines, write_request
from invoicekit.transport.message import HttpResponse
from invoicekit.transport.strict import abort

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ConnectionKey
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace

_SCHEMES: Final = frozenset({"http", "https"})
_ORIGINS_KEPT: Final = 64


class Connector(Protocol):
    """What is used of aiohttp's connector."""

    async def connect(
        self, req: aiohttp.ClientRequest, traces: "list[Trace]", timeout: aiohttp.ClientTimeout
    ) -> "Connection":
        """Take a connection from the pool or open one."""
        ...


class Origin(aiohttp.ClientRequest):
    """One scheme, host and port: whom the connector is to connect with; never sent itself."""

    @cached_property
    def connection_key(self) -> "ConnectionKey":  # aiohttp works it out for every request
        """What the pool finds its connections by."""
        return super().connection_key

    @cached_property
    def lines(self) -> bytes:
        """What aiohttp says in every request: Host, Accept-Encoding, User-Agent."""
        return b"".join(
            [f"{name}: {value}\r\n".encode() for name, value in self.headers.items() if name != "Accept"]
        )


class DirectExchange:
    """Exchange on a connector's connections; belongs to the event loop that runs when it is made."""

    def __init__(self, connector: Connector, timeout: aiohttp.ClientTimeout) -> None:
        self._connector = connector
        self._timeout = timeout
        self._loop = asyncio.get_running_loop()
        self._origins: dict[str, Origin | None] = {}
        self._last_lines: dict[bool, tuple[dict[str, str], bytes | None]] = {}

    def prepare(self, outgoing: Outgoing) -> "tuple[Origin, bytes] | None":
        """Return whom to send which bytes to; None where only a session can send it.

        Raises:
            ExchangeFailed: It holds what HTTP forbids; nothing was sent.
        """
        url, method = outgoing.url, outgoing.method
        path_at = url.find("/", url.find("://") + 3)
        host, target = (url, "/") if path_at < 0 else (url[:path_at], url[path_at:])
        origin = self._origins[host] if host in self._origins else self._learn(host)
        lines = self._lines(outgoing)
        if origin is None or lines is None or method not in METHODS or "#" in target:
            return None
        return origin, write_request(method, target, origin.lines + lines, outgoing.body)

    async def exchange(self, outgoing: Outgoing, origin: Origin, request: bytes) -> HttpResponse:
        """Send once and read the whole answer.

        Raises:
            aiohttp.ClientError, OSError, ExchangeFailed: What `explain` knows; as with a session, only
                errors of connecting prove that nothing left.
        """
        try:
            connection = await self._connector.connect(origin, [], self._timeout)
        except TimeoutError as late:
            raise aiohttp.ConnectionTimeoutError("no connection in time") from late
        try:
            protocol, transport = connection.protocol, connection.transport
            if protocol is None or transport is None or transport.is_closing():
                raise ExchangeFailed("the connection closed before anything was sent", departed=Departed.NO)
            protocol.set_response_params(skip_payload=outgoing.method == "HEAD", read_until_eof=True)
            transport.write(request)
            message, content = await protocol.read()
            while 100 <= message.code < 200 and message.code != 101:
                message, content = await protocol.read()
            body = await read_whole(content, message.headers, outgoing.max_body_bytes)
            if transport.get_write_buffer_size():
                transport.abort()  # answered before it had read everything: its next bytes would be those
        except BaseException:
            abort(connection)
            connection.close()
            raise
        connection.release()
        headers = {name.lower(): value for name, value in message.headers.items()}
        return HttpResponse(status=message.code, headers=headers, body=body)

    def _lines(self, outgoing: Outgoing) -> bytes | None:
        """Return the header lines, written anew only where they differ from the last of their kind."""
        headers, has_body = outgoing.headers, outgoing.body is not None
        last = self._last_lines.get(has_body)
        if last is None or last[0] != headers:
            last = self._last_lines[has_body] = (dict(headers), write_lines(headers))
        return last[1]

    def _learn(self, host: str) -> Origin | None:
        origin = _origin(host, self._loop)
        if len(self._origins) < _ORIGINS_KEPT:
            self._origins[host] = origin
        return origin


def _origin(host: str, loop: asyncio.AbstractEventLoop) -> Origin | None:
    """Return whom `host` names, if it names nothing else besides and is written as aiohttp would write it."""
    try:
        url = URL(f"{host}/", encoded=True)
        if url.scheme not in _SCHEMES or str(url.origin()) != host:
            return None
    except ValueError:
        return None
    return Origin("GET", url, loop=loop)
