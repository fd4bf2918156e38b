"""What can be known of a send through a session that is not ours."""

from typing import TYPE_CHECKING

import aiohttp
from multidict import CIMultiDict

from invoicekit.transport.exchange import Outgoing

if TYPE_CHECKING:
    from aiohttp.abc import AbstractStreamWriter

_SAFE_METHODS = frozenset({"GET", "HEAD"})


class WatchedBody(aiohttp.BytesPayload):
    """A body that is sent at most once, and knows whether that was begun.

    aiohttp 3.14.5 repeats PUT and DELETE on a dropped connection unless their body calls itself used
    up. It holds a request's head back until the body is written, so that an unbegun body means that
    no byte has left, whatever foreign middlewares did with errors in between.

    Attributes:
        is_begun: Whether anything of the request may have been written.
    """

    def __init__(self, value: bytes) -> None:
        super().__init__(value)
        self.is_begun = False

    @property
    def consumed(self) -> bool:
        """Whether it may not be sent again: always."""
        return True

    @property
    def headers(self) -> "CIMultiDict[str]":
        """What it adds to the request: no content type to an empty body."""
        return super().headers if self.size else CIMultiDict({"Content-Length": "0"})

    async def write_with_length(self, writer: "AbstractStreamWriter", content_length: int | None) -> None:
        """Write head and body."""
        self.is_begun = True
        await super().write_with_length(writer, content_length)


class Watch:
    """The course of one exchange through foreign middlewares.

    Attributes:
        tracker: aiohttp's own; its count of sends is used, its count of bytes is not to be trusted.
        body: What to send; watched for all methods but those that are safe to repeat.
    """

    def __init__(self, outgoing: Outgoing) -> None:
        self.tracker = aiohttp.UploadTracker()
        is_safe = outgoing.method in _SAFE_METHODS
        self.body = outgoing.body if is_safe else WatchedBody(outgoing.body or b"")

    @property
    def sends(self) -> int:
        """How often the request may have gone out (>= 1)."""
        return max(1, self.tracker.attempts)

    @property
    def is_unsent(self) -> bool:
        """Whether the only send that was begun got no further than connecting.

        Where none was begun, a middleware may have sent in its own way.
        """
        uploaded = self.tracker.upload_complete
        is_aborted = uploaded.done() and isinstance(uploaded.exception(), aiohttp.UploadAbortedError)
        is_begun = isinstance(self.body, WatchedBody) and self.body.is_begun
        return self.tracker.attempts == 1 and is_aborted and not is_begun
