"""A request as one piece of bytes. Pure."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from invoicekit.transport.exchange import Departed, ExchangeFailed

METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"})
_BODILESS: Final = frozenset({"GET", "HEAD"})
# These frame or route the message, or stand in the fixed lines already: whoever wants one of them goes by
# a session, which knows what follows from it.
_NOT_PLAIN: Final = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
_CONTROLS: Final = bytes({*range(32), 127} - {9})


def write_lines(headers: Mapping[str, str]) -> bytes | None:
    """Return headers as lines; None where one of them frames or routes the message.

    Raises:
        ExchangeFailed: One holds what would end its line early; nothing was sent.
    """
    if not all(map(_is_plain_name, headers)):
        return None
    text = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    try:
        lines = text.encode()
    except UnicodeEncodeError:
        lines = b"\0"
    # Any control character but those of the line ends written here came from outside.
    if len(lines.translate(None, _CONTROLS)) != len(lines) - 2 * len(headers):
        raise ExchangeFailed(
            "the request holds a character that HTTP forbids", departed=Departed.NO, is_final=True
        )
    return lines


def write_request(method: str, target: str, lines: bytes, body: bytes | None) -> bytes:
    """Return the whole request.

    Args:
        method: One of `METHODS`.
        target: Path and query, percent-encoded.
        lines: All headers but the length, each with its line end.
        body: Its length becomes a header; that of no body is said only where one is expected.

    Raises:
        ExchangeFailed: The target would end early; nothing was sent.
    """
    if " " in target or not (target.isascii() and target.isprintable()):
        raise ExchangeFailed("the URL is not percent-encoded", departed=Departed.NO, is_final=True)
    start = f"{method} {target} HTTP/1.1\r\n".encode()
    if body is not None:
        return b"%b%bContent-Length: %d\r\n\r\n%b" % (start, lines, len(body), body)
    return start + lines + (b"\r\n" if method in _BODILESS else b"Content-Length: 0\r\n\r\n")


@lru_cache(maxsize=256)
def _is_plain_name(name: str) -> bool:
    return name.isascii() and name.replace("-", "").isalnum() and name.lower() not in _NOT_PLAIN
