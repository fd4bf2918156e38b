"""aiohttp made strict: one send per exchange, and no connection that spoke unasked."""

from typing import TYPE_CHECKING, Any, Final

import aiohttp

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import Connection
    from aiohttp.tracing import Trace


_READ_BYTES: Final = 64 * 1024


class Dropped(aiohttp.ClientConnectionError):
    """The connection broke before an answer; a kind of error that aiohttp does not send again for."""


class StrictResponse(aiohttp.ClientResponse):
    """Wait for the answer's head, and let nothing happen behind the caller's back when it fails."""

    async def start(self, connection: "Connection") -> aiohttp.ClientResponse:
        """Read status and headers."""
        try:
            return await super().start(connection)
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            # aiohttp 3.14.5 sends GET, HEAD, OPTIONS, TRACE, PUT and DELETE once more for these two.
            abort(connection)
            raise Dropped(*error.args) from error
        except BaseException:
            abort(connection)
            raise


class StrictConnector(aiohttp.TCPConnector):
    """Hand out only connections on which nothing waits to be read.

    aiohttp 3.14.5 keeps what a server sends on an idle connection, and returns it as the answer to
    the next request on it: a stray 200 would confirm a payment that was refused.
    """

    async def connect(
        self, req: "ClientRequest", traces: "list[Trace]", timeout: aiohttp.ClientTimeout
    ) -> "Connection":
        """Take a connection from the pool or open one."""
        for _ in range(3):
            connection = await super().connect(req, traces, timeout)
            protocol = connection.protocol
            if protocol is not None and not protocol.should_close:
                read_sparingly(protocol.transport)
                return connection
            abort(connection)
            connection.close()
        raise aiohttp.ClientConnectorError(req.connection_key, OSError("the host speaks without being asked"))


def read_sparingly(transport: Any) -> None:  # `max_size` is none of asyncio's declared names
    """Let a connection's reads fit into memory that is at hand.

    For every read asyncio 3.11 to 3.13 asks for 256 KiB, of which an answer fills one or two. From 128 KiB
    on glibc has the system map each piece and unmap it again, which can cost a third of an exchange.
    """
    reading = getattr(transport, "_ssl_protocol", transport)  # with TLS, what is decrypted
    if hasattr(reading, "max_size"):
        reading.max_size = _READ_BYTES


def abort(connection: "Connection | None") -> None:
    """Cut a connection off; closing it would still send what is buffered, or wait for the host."""
    transport = None if connection is None else connection.transport
    if transport is not None:
        transport.abort()
