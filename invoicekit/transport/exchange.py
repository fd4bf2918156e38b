"""What performs one HTTP exchange, and how it fails."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from enum import Enum
from typing import Protocol

import attrs

from invoicekit.transport.message import HttpResponse


class Departed(Enum):
    """Whether the request can have reached the provider."""

    NO = "no"
    """Proven: refused connection, failed name look-up or handshake, no byte of it written."""
    MAYBE = "maybe"


class ExchangeFailed(Exception):
    """An exchange that ended without a whole answer.

    Attributes:
        departed: Whether the provider may have seen it.
        reason: What happened, in words without URLs, headers, bodies or secrets.
        is_oversized: The answer broke a bound (size, ratio, depth) rather than being lost.
        is_final: Repeating cannot help: bad certificate, wrong host name.
    """

    def __init__(
        self, reason: str, *, departed: Departed, is_oversized: bool = False, is_final: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.departed = departed
        self.is_oversized = is_oversized
        self.is_final = is_final


@attrs.define(kw_only=True)  # frozen it costs twice as much, and one is made for every send
class Outgoing:
    """A request made absolute and signed, ready for the wire.

    Attributes:
        url: Absolute, percent-encoded; taken as it is.
        headers: Everything to send, credentials included; never shown.
    """

    method: str
    url: str
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes | None = attrs.field(default=None, repr=False)
    max_body_bytes: int = 16 * 1024 * 1024


class Transport(Protocol):
    """One HTTP exchange at a time: no retries, no redirects, no cookies, no limits of rate."""

    async def exchange(self, outgoing: Outgoing) -> HttpResponse:
        """Send once and read the whole answer, whatever its status.

        Raises:
            ExchangeFailed: No whole answer came; `departed` tells whether it may have been seen.
            asyncio.CancelledError: Passed on; the caller must assume it departed.
        """
        ...

    def stream(
        self, outgoing: Outgoing
    ) -> AbstractAsyncContextManager[tuple[HttpResponse, AsyncIterator[bytes]]]:
        """Send once and read the body in pieces; the response's own `body` is empty unless not 2xx."""
        ...

    async def aclose(self) -> None:
        """Close what this transport opened; a borrowed session stays open."""
        ...
