"""What every group of calls needs: an open connection, the adapter, the way of a write."""

from collections.abc import Awaitable, Callable
from typing import Self, TypeVar, TypeVarTuple

import attrs

from invoicekit.adapter import (
    Adapter,
    Capabilities,
    Done,
    Effect,
    HttpRequest,
    HttpResponse,
    Operation,
    Sender,
    Write,
)
from invoicekit.channel import Lane
from invoicekit.errors import ReferenceReused, UnsupportedOperation, UsageError
from invoicekit.guard import check_reference, read_patiently
from invoicekit.journal import Asked
from invoicekit.model import Page, Pager, WriteResult
from invoicekit.service.connection import CallOptions, Connection
from invoicekit.service.given import refuse_dropped

T = TypeVar("T")
Arguments = TypeVarTuple("Arguments")


class Calls:
    """Hold the connection, and refuse what the provider cannot do before any request."""

    def __init__(self, connection: Connection, options: CallOptions | None = None) -> None:
        self._connection = connection
        self._options = options or CallOptions()
        self._adapter: Adapter[object] = connection.adapter(self._options)

    @property
    def native(self) -> Adapter[object]:
        """The typed adapter: its own reads run as they are, its own writes through `write`."""
        return self._adapter

    def capabilities(self) -> Capabilities:
        """Return what the adapter declares; `probe` narrows it to these credentials."""
        return self._adapter.capabilities

    def bulk_lane(self) -> Self:
        """Return a view on the same connection for bulk work.

        Its calls have no deadline, wait out every pause the provider asks for, and let interactive
        calls go first.
        """
        return type(self)(self._connection, CallOptions(deadline_seconds=None, lane=Lane.BULK))

    async def write(self, write: Write[T], *, reference: str | None = None) -> WriteResult[T]:
        """Perform a write of the typed adapter's (`native`) under the guard, like any other.

        Args:
            reference: Your own id of the effect. An append needs one: without it a repeat cannot be
                told from a second effect.

        Raises:
            UsageError: An append without a reference; nothing was sent.
        """
        if reference is not None:
            check_reference(reference)
        elif write.operation.effect is Effect.APPEND:
            raise UsageError(f"{write.operation.name} adds something each time: give it a reference=")
        return await self._connection.write(write, self._options, reference=reference)

    async def _ask(
        self,
        method: Callable[[*Arguments], Write[T]],
        *arguments: *Arguments,
        reference: str | None = None,
        marker: str = "",
    ) -> WriteResult[T]:
        """Perform what one of the adapter's methods describes; the journal keeps what was asked.

        Raises:
            UnsupportedOperation: A field was given that the provider would not keep; nothing was sent.
        """
        described = method(*arguments)
        refuse_dropped(self.capabilities(), self._adapter.name, arguments)
        return await self._connection.write(
            described,
            self._options,
            reference=reference,
            marker=marker,
            asked=Asked.of(method, *arguments),
        )

    async def request(
        self, operation: Operation, request: HttpRequest, *, reference: str | None = None
    ) -> HttpResponse:
        """Send any request to the provider under the same limits, journal and redaction.

        The answer comes back whole, headers included; credentials are added on the way, never given.
        Nothing is looked for: doubt about an append stays doubt, and only a SET may be asked for again.

        Args:
            operation: What it is; its effect decides whether it is journalled.
            reference: Your own id of the effect; an append needs one.

        Raises:
            UsageError: An append without a reference; nothing was sent.
            UnsupportedOperation: The provider is reached without HTTP; use `native`.
            ReferenceReused: The write was done before under this reference. Its answer was not kept, so
                that none can be given again; nothing was sent.
        """
        self._connection.check_open()
        if not self._connection.site.hosts:
            raise UnsupportedOperation(
                f"{self._adapter.name} is reached without HTTP; instead: what `native` offers"
            )
        if not operation.is_write:
            return await self._adapter.sender.send(operation, request)
        return (await self.write(_raw_write(operation, request), reference=reference)).value

    @staticmethod
    def _pager(
        fetch: Callable[[str | None], Awaitable[Page[T]]], cursor: str | None, max_items: int | None
    ) -> Pager[T]:
        return Pager(lambda at: read_patiently(lambda: fetch(at)), cursor=cursor, max_items=max_items)

    def _offered(self, method: str) -> Adapter[object]:
        """Return the adapter if it declares the method and the service is open.

        Raises:
            UnsupportedOperation: It does not; nothing was sent.
        """
        self._connection.check_open()
        capability = self._adapter.capabilities.of(method)
        if not capability.is_offered:
            instead = f"; instead: {capability.alternative}" if capability.alternative else ""
            raise UnsupportedOperation(
                f"{self._adapter.name} does not offer {method} ({capability.support.value}){instead}"
            )
        return self._adapter


def _raw_write(operation: Operation, request: HttpRequest) -> Write[HttpResponse]:
    async def perform(sender: Sender) -> Done[HttpResponse]:
        return Done(value=await sender.send(operation, request))

    def recall(_: str | None) -> HttpResponse:
        raise ReferenceReused(
            f"{operation.name} was done before under this reference and its answer was not kept; nothing was "
            "sent"
        )

    body = (request.body or b"").decode(errors="replace")
    return Write(
        operation=attrs.evolve(operation, looks_before=False, looks_after=False),
        target=f"{request.method} {request.path}",
        content=f"{request.query}{body}",
        perform=perform,
        recall=recall,
    )
