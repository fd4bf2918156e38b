"""A request as one piece of bytes. Pure."""

from functools import lru_cache
from typing import Final

from invoicekit.transport.exchange import Departed, ExchangeFailed, Outgoing

_METHODS: Final = frozenset({"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"})
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


def is_plain(outgoing: Outgoing) -> bool:
    """Tell whether `write_request` can write it: an ordinary method, no header that changes the framing."""
    return outgoing.method in _METHODS and all(map(_is_plain_name, outgoing.headers))


def write_request(outgoing: Outgoing, target: str, fixed_lines: str) -> bytes:
    """Return the whole request, head and body.

    Args:
        outgoing: A plain one.
        target: Path and query, percent-encoded.
        fixed_lines: Header lines that all requests to the host have, each with its line end.

    Raises:
        ExchangeFailed: It holds what would end a line or the target early; nothing was sent.
    """
    if " " in target or "\t" in target or not target.isascii():
        raise ExchangeFailed("the URL is not percent-encoded", departed=Departed.NO, is_final=True)
    headers, body = outgoing.headers, outgoing.body
    lines = [f"{outgoing.method} {target} HTTP/1.1\r\n{fixed_lines}"]
    lines += [f"{name}: {value}\r\n" for name, value in headers.items()]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}\r\n")
    elif outgoing.method not in _BODILESS:
        lines.append("Content-Length: 0\r\n")
    try:
        head = "".join(lines).encode()
    except UnicodeEncodeError:
        head = b"\0"
    # Any control character but those of the line ends written here came from outside.
    ends = fixed_lines.count("\r\n") + len(lines)
    if len(head.translate(None, _CONTROLS)) != len(head) - 2 * ends:
        raise ExchangeFailed(
            "the request holds a character that HTTP forbids", departed=Departed.NO, is_final=True
        )
    return head + b"\r\n" + (body or b"")


@lru_cache(maxsize=256)
def _is_plain_name(name: str) -> bool:
    return name.isascii() and name.replace("-", "").isalnum() and name.lower() not in _NOT_PLAIN
