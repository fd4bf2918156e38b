"""HTTP exchanges by aiohttp."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from types import TracebackType
from typing import Any, Final, TypedDict

import aiohttp
from yarl import URL

from invoicekit.errors import ConfigurationError
from invoicekit.transport.body import BoundedBody, read_whole
from invoicekit.transport.direct import DirectExchange
from invoicekit.transport.exchange import Departed, ExchangeFailed, Outgoing
from invoicekit.transport.failure import contain
from invoicekit.transport.message import HttpResponse
from invoicekit.transport.strict import StrictConnector, StrictResponse, abort
from invoicekit.transport.trial import is_fit
from invoicekit.transport.under_way import UnderWay
from invoicekit.transport.watch import Watch

CONNECTIONS: Final = 100
CONNECT_SECONDS: Final = 10.0

_Open = Callable[[Outgoing, Watch | None], Awaitable[aiohttp.ClientResponse]]


class _Options(TypedDict):
    allow_redirects: bool
    auto_decompress: bool
    raise_for_status: bool
    timeout: aiohttp.ClientTimeout


class AiohttpTransport:
    """Send each request once over pooled connections and read the answer within bounds.

    A session of our own is opened at the first exchange and belongs to that event loop. It keeps no
    cookies, asks no environment for proxies, and its connections verify certificates by `ssl_context`.
    Where this aiohttp allows it, whole exchanges take its connections and pass the rest of it by.

    A borrowed session keeps its connector, proxies, cookies and middlewares, and is never closed
    here. Three things then are its owner's to care for: what middlewares send on their own, TLS
    verification, and answers that a host sends unasked on an idle connection (aiohttp 3.14.5
    returns such a one for the next request; our own session drops the connection instead).
    aiohttp's silent second send stays possible for GET and HEAD; `HttpResponse.sends` counts it.

    Args:
        session: Borrow this one.
        ssl_context: Own certificates or authorities; None means the system's.
        connections: Most connections at once.
        connect_seconds: Longest wait for a ready connection: pool, name, TCP and TLS together.
            Running out proves that nothing left; the caller's own deadline, cutting the same wait,
            would leave a write in doubt. So keep it below that.

    Raises:
        ConfigurationError: `ssl_context` was given along with a borrowed session.
    """

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession | None = None,
        ssl_context: ssl.SSLContext | None = None,
        connections: int = CONNECTIONS,
        connect_seconds: float = CONNECT_SECONDS,
    ) -> None:
        if session is not None and ssl_context is not None:
            raise ConfigurationError("a borrowed session brings its own TLS settings; leave out ssl_context")
        self._is_borrowed = session is not None
        self._session = session
        self._ssl_context = ssl_context
        self._connections = connections
        # Only the connecting is bounded here: the rest is the caller's deadline, and a timer for it
        # in every request would cost a tenth of the exchange.
        self._options: _Options = {
            "allow_redirects": False,
            "auto_decompress": True,
            "raise_for_status": False,
            "timeout": aiohttp.ClientTimeout(connect=connect_seconds),
        }
        self._direct: DirectExchange | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._under_way = UnderWay()
        self._is_closed = False

    # Coroutines handed on rather than awaited: every answer passes through all that wait for it.
    def exchange(self, outgoing: Outgoing) -> Coroutine[Any, Any, HttpResponse]:
        """Send once and read the whole answer, whatever its status.

        Raises:
            ExchangeFailed: No whole answer came; `departed` tells whether it may have been seen.
            asyncio.CancelledError: Passed on, the connection cut; the caller must assume it departed.
        """
        watch = self._watch(outgoing)
        return contain(self._exchange(outgoing, watch), outgoing, watch)

    def stream(self, outgoing: Outgoing) -> "Download":
        """Send once and read the body in pieces; the response's own `body` is empty unless not 2xx.

        Raises:
            ExchangeFailed: As for `exchange`; later from the iterator, when a bound is broken or the
                answer breaks off.
        """
        return Download(outgoing, self._open, self._watch(outgoing))

    async def aclose(self) -> None:
        """Let exchanges under way end, then close what was opened here; a second call does nothing.

        Cutting an exchange off would leave its write in doubt; their senders' deadlines bound the wait.
        """
        self._is_closed = True
        session = self._session
        try:
            await self._under_way.ended()
        finally:
            if session is not None and not self._is_borrowed:
                await session.close()

    async def _exchange(self, outgoing: Outgoing, watch: Watch | None) -> HttpResponse:
        self._under_way.begin()
        try:
            session, direct = self._ready(), self._direct
            prepared = None if direct is None else direct.prepare(outgoing)
            if direct is not None and prepared is not None:
                return await direct.exchange(outgoing, *prepared)
            response = await self._request(session, outgoing, watch)
            try:
                body = await read_whole(response.content, response.headers, outgoing.max_body_bytes)
            except BaseException:
                _drop(response)
                raise
        finally:
            self._under_way.end()
        return HttpResponse(
            status=response.status,
            headers=_lower(response),
            body=body,
            sends=1 if watch is None else watch.sends,
        )

    def _open(self, outgoing: Outgoing, watch: Watch | None) -> Awaitable[aiohttp.ClientResponse]:
        return self._request(self._ready(), outgoing, watch)

    def _ready(self) -> aiohttp.ClientSession:
        session, loop = self._session, asyncio.get_running_loop()
        if self._is_closed or (session is not None and session.closed):
            raise ExchangeFailed("the transport is closed", departed=Departed.NO, is_final=True)
        if self._loop is not loop:
            if self._loop is not None:
                raise ExchangeFailed(
                    "the transport belongs to another event loop", departed=Departed.NO, is_final=True
                )
            self._loop = loop
        if session is None:
            session = self._session = self._new_session()
        return session

    def _request(
        self, session: aiohttp.ClientSession, outgoing: Outgoing, watch: Watch | None
    ) -> Awaitable[aiohttp.ClientResponse]:
        if not (outgoing.url.isascii() and outgoing.url.isprintable()):
            # yarl drops line breaks and tabs without a word, and so calls another path.
            raise ExchangeFailed("the URL is not percent-encoded", departed=Departed.NO, is_final=True)
        return session.request(
            outgoing.method,
            URL(outgoing.url, encoded=True),
            data=outgoing.body if watch is None else watch.body,
            headers=outgoing.headers,
            upload_tracker=None if watch is None else watch.tracker,
            **self._options,
        )

    def _watch(self, outgoing: Outgoing) -> Watch | None:
        """Watch what foreign middlewares do; our own session sends once, and in one way."""
        return Watch(outgoing) if self._is_borrowed else None

    def _new_session(self) -> aiohttp.ClientSession:
        connector = StrictConnector(ssl=self._ssl_context or True, limit=self._connections)
        self._direct = DirectExchange(connector, self._options["timeout"]) if is_fit() else None
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            response_class=StrictResponse,
            trust_env=False,
        )


class Download(AsyncIterator[bytes]):
    """One streamed exchange, from its head to the end of its body."""

    def __init__(self, outgoing: Outgoing, open_: _Open, watch: Watch | None) -> None:
        self._outgoing = outgoing
        self._open = open_
        self._watch = watch
        self._response: aiohttp.ClientResponse | None = None
        self._body: BoundedBody | None = None

    async def __aenter__(self) -> tuple[HttpResponse, AsyncIterator[bytes]]:
        """Send, and read the head; a body that is not 2xx is read whole."""
        response = await contain(self._send(), self._outgoing, self._watch)
        self._response = response
        body = await self._dropping(self._begin(response))
        sends = 1 if self._watch is None else self._watch.sends
        return HttpResponse(status=response.status, headers=_lower(response), body=body, sends=sends), self

    async def _send(self) -> aiohttp.ClientResponse:
        return await self._open(self._outgoing, self._watch)

    async def _begin(self, response: aiohttp.ClientResponse) -> bytes:
        if not 200 <= response.status < 300:
            return await read_whole(response.content, response.headers, self._outgoing.max_body_bytes)
        self._body = BoundedBody(response.content, response.headers, self._outgoing.max_body_bytes)
        return b""

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Cut the connection off unless the body was read to its end."""
        if self._response is not None:
            _drop(self._response)

    async def __anext__(self) -> bytes:
        if self._body is None:
            raise StopAsyncIteration
        piece = await self._dropping(self._body.read())
        if not piece:
            raise StopAsyncIteration
        return piece

    async def _dropping(self, work: Coroutine[object, None, bytes]) -> bytes:
        try:
            return await contain(work, self._outgoing, self._watch)
        except BaseException:
            if self._response is not None:
                _drop(self._response)
            raise


def _lower(response: aiohttp.ClientResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _drop(response: aiohttp.ClientResponse) -> None:
    abort(response.connection)
    response.close()
