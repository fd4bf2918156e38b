"""The one door through which an adapter reaches its provider."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from invoicekit.operation import Operation
from invoicekit.transport.message import HttpRequest, HttpResponse


class Sender(Protocol):
    """Send declared operations under the limits, deadlines and retries of whoever provides it.

    The sender an adapter is built with sends reads only. One that also sends writes is handed to
    `Write.perform` by the guard, so that no write can leave without a journalled intent.
    """

    async def send(self, operation: Operation, request: HttpRequest) -> HttpResponse:
        """Send a request and return its 2xx answer.

        Raises:
            NotApplied: It certainly had no effect.
            OutcomeUnknown: It was a write and may have had one.
            MalformedResponse: It was a read and the answer broke a bound.
        """
        ...

    def stream(
        self, operation: Operation, request: HttpRequest
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Send a read and hand its 2xx body out in pieces, bounded in size and time."""
        ...
