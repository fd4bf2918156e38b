"""Why an exchange failed, and whether the provider can have seen it.

Only the kind of an error is trusted as proof. Byte counts are not: aiohttp 3.14.5 reports no byte
written for an upload that was reset after the server had read a megabyte of it.
"""

import asyncio
import errno
import re
import ssl
from collections.abc import Coroutine, Iterator, Mapping
from types import MappingProxyType
from typing import Final, TypeVar

import aiohttp
import attrs
from aiohttp import http_exceptions

from invoicekit.transport.exchange import Departed, ExchangeFailed, Outgoing
from invoicekit.transport.strict import Dropped
from invoicekit.transport.watch import Watch

T = TypeVar("T")


@attrs.frozen
class Finding:
    """What one kind of error means.

    Attributes:
        reason: For people; never holds what was sent or received.
        departed: NO only where the kind itself says that no connection was ready for the request.
        is_final: Repeating cannot help.
    """

    reason: str
    departed: Departed = Departed.MAYBE
    is_final: bool = attrs.field(default=False, kw_only=True)


_UNSENT = Departed.NO
_BROKEN_HTTP = Finding("the answer is not valid HTTP")
_LOST = Finding("the connection broke before the whole answer came")

FINDINGS: Final[Mapping[type[BaseException], Finding]] = MappingProxyType(
    {
        # Raised before there is a connection: nothing of the request has left.
        aiohttp.ClientConnectorError: Finding("no connection to the host", _UNSENT),
        aiohttp.ClientConnectorDNSError: Finding("the host name could not be resolved", _UNSENT),
        aiohttp.ClientSSLError: Finding("the TLS handshake failed", _UNSENT),
        aiohttp.ClientConnectorSSLError: Finding("the TLS handshake failed", _UNSENT),
        aiohttp.ClientConnectorCertificateError: Finding(
            "the host's certificate was refused", _UNSENT, is_final=True
        ),
        aiohttp.ServerFingerprintMismatch: Finding(
            "the host's certificate is not the pinned one", _UNSENT, is_final=True
        ),
        aiohttp.ConnectionTimeoutError: Finding("no connection in time", _UNSENT),
        aiohttp.ClientProxyConnectionError: Finding("no connection to the proxy", _UNSENT),
        aiohttp.ClientHttpProxyError: Finding("the proxy refused to open a tunnel", _UNSENT),
        aiohttp.InvalidURL: Finding("the URL cannot be called", _UNSENT, is_final=True),
        aiohttp.InvalidUrlClientError: Finding("the URL cannot be called", _UNSENT, is_final=True),
        aiohttp.NonHttpUrlClientError: Finding("the URL is not HTTP", _UNSENT, is_final=True),
        # Raised by following a redirect, which is switched off: then the first send did leave.
        aiohttp.RedirectClientError: Finding("a redirect was followed"),
        aiohttp.InvalidUrlRedirectClientError: Finding("a redirect was followed"),
        aiohttp.NonHttpUrlRedirectClientError: Finding("a redirect was followed"),
        aiohttp.TooManyRedirects: Finding("a redirect was followed"),
        # Raised while the request leaves or the answer comes: anything may have happened.
        aiohttp.ClientConnectionError: _LOST,
        aiohttp.ClientConnectionResetError: _LOST,
        aiohttp.ClientOSError: _LOST,
        aiohttp.ServerConnectionError: _LOST,
        aiohttp.ServerDisconnectedError: Finding("the host closed the connection without an answer"),
        aiohttp.ServerTimeoutError: Finding("the answer stopped coming"),
        aiohttp.SocketTimeoutError: Finding("the answer stopped coming"),
        aiohttp.ClientPayloadError: Finding("the body of the answer broke off or cannot be decoded"),
        aiohttp.UploadAbortedError: Finding("the request was not sent in full"),
        aiohttp.ClientResponseError: _BROKEN_HTTP,
        aiohttp.ContentTypeError: _BROKEN_HTTP,
        aiohttp.WSServerHandshakeError: _BROKEN_HTTP,
        http_exceptions.HttpProcessingError: _BROKEN_HTTP,
        aiohttp.ClientError: Finding("the HTTP client failed"),
        ssl.SSLError: Finding("the TLS connection broke"),
        TimeoutError: Finding("the exchange took too long"),
        OSError: _LOST,
        Exception: Finding("the HTTP client failed in an unforeseen way"),
    }
)
"""One row for every public exception of aiohttp; the row nearest in an error's MRO holds."""

_UNSENDABLE: Final = Finding("the request holds a character that HTTP forbids", _UNSENT, is_final=True)
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0a-\x1f\x7f]")


def explain(
    error: Exception, *, outgoing: Outgoing | None = None, watch: Watch | None = None
) -> ExchangeFailed:
    """Turn whatever ended an exchange into `ExchangeFailed`, with nothing of the original attached.

    Args:
        error: What was raised.
        outgoing: What was to be sent, where a forbidden character in it may be the cause.
        watch: Given where foreign middlewares stand between: an error that proves "never left" in
            one send proves nothing after an earlier one, nor where no send was begun at all.
    """
    if isinstance(error, ValueError) and outgoing is not None and _is_unsendable(outgoing):
        finding = _UNSENDABLE
    else:
        named = error.__cause__ if isinstance(error, Dropped) and error.__cause__ else error
        finding = next(FINDINGS[kind] for kind in type(named).__mro__ if kind in FINDINGS)
    departed = finding.departed
    if departed is _UNSENT and watch is not None and not watch.is_unsent:
        departed = Departed.MAYBE
    detail = _detail(error)
    return ExchangeFailed(
        f"{finding.reason} ({detail})" if detail else finding.reason,
        departed=departed,
        is_oversized=_is_oversized(error),
        is_final=finding.is_final,
    )


async def contain(work: Coroutine[object, None, T], outgoing: Outgoing, watch: Watch | None = None) -> T:
    """Await `work`; every error of aiohttp, the system or a middleware comes out as `ExchangeFailed`.

    Raises:
        ExchangeFailed: Without cause, context and the frames below this one, for those hold the request's
            headers.
        asyncio.CancelledError: Passed on, without those frames for the same reason.
    """
    try:
        return await work
    except (asyncio.CancelledError, ExchangeFailed) as ended:
        ended.__traceback__ = None
        raise
    except Exception as error:  # noqa: BLE001 - here unknown code ends: whatever it was, it is doubt
        failure = explain(error, outgoing=outgoing, watch=watch)
    # Raised out here so that the error above does not become its context.
    raise failure


def _is_unsendable(outgoing: Outgoing) -> bool:
    texts = [outgoing.method, outgoing.url, *outgoing.headers.keys(), *outgoing.headers.values()]
    return any(_FORBIDDEN.search(text) for text in texts)


def _detail(error: Exception) -> str:
    """Name the system's or the verifier's finding; both come from this machine, not from the answer."""
    for link in _chain(error):
        message = getattr(link, "verify_message", None) or getattr(link, "reason", None)
        if isinstance(link, ssl.SSLError):
            if message:
                return str(message)
        elif isinstance(link, OSError) and link.errno is not None and link.errno in errno.errorcode:
            return errno.errorcode[link.errno]
    return ""


def _is_oversized(error: Exception) -> bool:
    return any(
        isinstance(link, http_exceptions.LineTooLong)
        or "Too many headers" in str(getattr(link, "message", ""))
        for link in _chain(error)
    )


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
