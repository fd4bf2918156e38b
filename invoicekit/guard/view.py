"""What the provider shows of one write."""

from collections.abc import Awaitable
from typing import Generic, TypeVar

from invoicekit.adapter import Done, Sighting, Write
from invoicekit.errors import DuplicateDetected, InvoiceKitError, ServiceClosed
from invoicekit.guard.promise import Promise
from invoicekit.guard.reading import read_patiently
from invoicekit.guard.scope import CallScope
from invoicekit.journal import IntentState

T = TypeVar("T")


class View(Generic[T]):
    """Look for a write's effect.

    Attributes:
        is_shut: Whether a look was refused because the service has been closed: no later one can tell more.
    """

    def __init__(self, write: Write[T], promise: Promise, scope: CallScope) -> None:
        self._write = write
        self._promise = promise
        self._scope = scope
        self.is_shut = False

    @property
    def name(self) -> str:
        """Return the write in words, for messages."""
        return f"{self._write.operation.name} {self._promise.key.reference!r} on {self._write.target}"

    def look(self) -> Awaitable[Sighting[T]]:
        """Look once; nothing is seen where no read can tell."""
        look = self._write.look
        if look is None:
            return _see_nothing()
        # Without a frame of its own: every answer passes through all that are waiting for it.
        return read_patiently(lambda: look(self._scope.reader))

    async def try_look(self) -> Sighting[T] | None:
        """Look; a read that fails proves nothing and costs nothing."""
        try:
            return await self.look()
        except DuplicateDetected:
            raise
        except ServiceClosed:
            self.is_shut = True
            return None
        except InvoiceKitError:
            return None

    async def found(self, sighting: Sighting[T]) -> Done[T] | None:
        """Return the one match.

        Raises:
            DuplicateDetected: There are several, and the journal says so now.
        """
        if len(sighting.matches) > 1:
            count = len(sighting.matches)
            await self._promise.close(IntentState.DUPLICATE, evidence=f"{count} records at the provider")
            raise DuplicateDetected(
                f"{self.name} stands {count} times at the provider; nothing was deleted",
                candidates=[match.value for match in sighting.matches],
                intent=self._promise.intent,
            )
        return sighting.matches[0] if sighting.matches else None


async def _see_nothing() -> Sighting[T]:
    return Sighting(is_complete=False)
