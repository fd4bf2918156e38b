"""Read an answer's body within bounds."""

from collections.abc import Mapping
from io import BytesIO
from typing import Final

import aiohttp

from invoicekit.transport.exchange import Departed, ExchangeFailed

RATIO: Final = 100
"""How many times its transferred size a body may have after decompression."""

RATIO_FREE_BYTES: Final = 1024 * 1024
"""Below this many decompressed bytes any ratio goes: little harm, and short repetitive JSON reaches it."""


async def read_whole(content: aiohttp.StreamReader, headers: Mapping[str, str], max_body_bytes: int) -> bytes:
    """Return the decompressed body.

    Args:
        content: Where aiohttp puts it.
        headers: The answer's, found whatever their case.

    Raises:
        ExchangeFailed: It broke a bound; what had come was dropped. The request was processed, so
            that for a write this is doubt.
    """
    if content.is_eof():  # the ordinary case: it came together with the head
        body = content.read_nowait()
        if len(body) > max_body_bytes:
            raise _oversized(max_body_bytes)
        return body
    bounded = BoundedBody(content, headers, max_body_bytes)
    # BytesIO gives its buffer away uncopied, unlike a join of pieces or bytes(bytearray).
    whole = BytesIO()
    while piece := await bounded.read():
        whole.write(piece)
    return whole.getvalue()


class BoundedBody:
    """A body as it comes, decompressed, in pieces of at most a few hundred kilobytes.

    Raises:
        ExchangeFailed: The declared size breaks the bound already.
    """

    def __init__(
        self, content: aiohttp.StreamReader, headers: Mapping[str, str], max_body_bytes: int
    ) -> None:
        if int(headers.get("Content-Length", 0)) > max_body_bytes:
            raise _oversized(max_body_bytes)
        self._content = content
        self._max_body_bytes = max_body_bytes
        self._size = 0

    async def read(self) -> bytes:
        """Return the next piece, or nothing at the end.

        Raises:
            ExchangeFailed: The body broke a bound.
        """
        content = self._content
        piece = await content.readany()
        self._size += len(piece)
        if self._size > self._max_body_bytes:
            raise _oversized(self._max_body_bytes)
        inflated = content.total_bytes
        if inflated > RATIO_FREE_BYTES and inflated > RATIO * content.total_raw_bytes:
            raise ExchangeFailed(
                f"the answer is compressed more than {RATIO} times",
                departed=Departed.MAYBE,
                is_oversized=True,
            )
        return piece


def _oversized(max_body_bytes: int) -> ExchangeFailed:
    return ExchangeFailed(
        f"the answer is larger than {max_body_bytes} bytes", departed=Departed.MAYBE, is_oversized=True
    )
