"""What adapters hold: a channel on somebody's terms."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from typing import Any

from invoicekit.channel.call import Call, Wiring
from invoicekit.channel.gate import SendGate
from invoicekit.channel.limiter import Lane
from invoicekit.errors import ServiceClosed, UsageError
from invoicekit.operation import Operation
from invoicekit.transport import HttpRequest, HttpResponse


class WriteWithoutGate(UsageError):
    """A write was given to a sender that only reads; nothing was sent. Writes go through the guard."""


class ForeignWrite(UsageError):
    """A write was addressed to a URL that the provider handed out; nothing was sent."""


class ChannelSender:
    """Send within one lane and deadline: reads, and writes too where there is a gate."""

    __slots__ = ("_deadline_at", "_deadline_seconds", "_gate", "_lane", "_wiring")

    def __init__(
        self,
        wiring: Wiring,
        *,
        gate: SendGate | None,
        deadline_at: float | None,
        deadline_seconds: float | None,
        lane: Lane,
    ) -> None:
        self._wiring = wiring
        self._gate = gate
        self._deadline_at = deadline_at
        self._deadline_seconds = deadline_seconds
        self._lane = lane

    # Not a coroutine itself but one handed on: every answer passes through all that wait for it.
    def send(self, operation: Operation, request: HttpRequest) -> Coroutine[Any, Any, HttpResponse]:
        """Send a request and return its 2xx answer.

        Raises:
            WriteWithoutGate: A write, and this sender only reads; nothing was sent.
            UsageError: The channel is closed, or the request is no good; nothing was sent.
            NotApplied: It certainly had no effect.
            OutcomeUnknown: It was a write and may have had one.
            MalformedResponse: It was a read and the answer broke a bound.
        """
        call = self._call(operation, request)
        wiring = self._wiring
        return wiring.retry.run(call.send, wiring.clock, wiring.random, call)

    def stream(
        self, operation: Operation, request: HttpRequest
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Send a read and hand its 2xx body out in pieces, all within the operation's time and the deadline.

        Opening is repeated as for `send`; a body that breaks off is not.

        Raises:
            UsageError: A write, a closed channel, or a request that is no good; nothing was sent.
            NotApplied, MalformedResponse: As for `send`, also while the pieces are read.
        """
        if operation.is_write:
            raise WriteWithoutGate(f"{operation.name} is a write, and writes are not streamed")
        return self._stream(operation, request)

    @asynccontextmanager
    async def _stream(
        self, operation: Operation, request: HttpRequest
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        call = self._call(operation, request)
        wiring = self._wiring
        stack, pieces = await wiring.retry.run(call.open, wiring.clock, wiring.random, call)
        async with stack, aclosing(pieces):
            yield pieces

    def _call(self, operation: Operation, request: HttpRequest) -> Call:
        wiring = self._wiring
        gate = None
        if operation.is_write:
            gate = self._gate
            if gate is None:
                raise WriteWithoutGate(f"{operation.name} is a write, and this sender only reads")
            if request.foreign_url:
                raise ForeignWrite(f"{operation.name} is a write, and those go to declared hosts alone")
        if wiring.is_closed:
            raise ServiceClosed("the channel is closed; nothing was sent")
        url = wiring.addresses.url(request)
        deadline_at = self._deadline_at
        if self._deadline_seconds is not None:
            deadline_at = wiring.clock.monotonic() + self._deadline_seconds
        return Call(wiring, operation, request, url, gate=gate, deadline_at=deadline_at, lane=self._lane)
