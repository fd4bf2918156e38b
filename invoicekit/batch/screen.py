"""Find the items that a provider would refuse by reading, where that is cheaper than halving."""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from invoicekit.batch.outcome import Item
from invoicekit.errors import InvoiceKitError, NotFound
from invoicekit.model import TimeEntry

T = TypeVar("T")

Screen = Callable[[tuple[Item[T], ...]], Awaitable[frozenset[str] | None]]
"""Reads which ids the provider does not know; None where no read tells."""

Find = Callable[[Sequence[str]], Awaitable[Sequence[TimeEntry] | None]]
"""Reads what the provider knows of these ids; None where no such read exists."""

_REMEMBERED = 16
_BAD_ENOUGH = 10


def screen_by(find: Find) -> Screen[object]:
    """Return what tells strangers by what a read of their ids leaves out.

    An answer about entries that nobody asked for tells nothing.
    """

    async def screen(part: tuple[Item[object], ...]) -> frozenset[str] | None:
        asked = frozenset(item.id for item in part)
        found = await find(tuple(asked))
        if found is None:
            return None
        shown = {entry.id for entry in found}
        return asked - shown if shown <= asked else frozenset()

    return screen


class Screening(Generic[T]):
    """Ask after a refusal, and before the first send once most chunks hold something bad.

    A chunk costs one request where it is good. Read after the refusal, a bad one costs three: send, read,
    send what is left. Read before, a good one costs two, and so does a bad one: reading first is cheaper once
    more than half of the chunks are bad. Ten of the last sixteen have to be, so that chance alone does not
    do it.
    """

    def __init__(self, screen: Screen[T] | None) -> None:
        self._screen = screen
        self._were_bad: deque[bool] = deque(maxlen=_REMEMBERED)

    @property
    def comes_first(self) -> bool:
        """Whether to read before the first send."""
        return self._screen is not None and sum(self._were_bad) >= _BAD_ENOUGH

    def landed(self, *, is_screened: bool) -> None:
        """Note that a part was applied; one that nobody had to look at held nothing bad."""
        if not is_screened:
            self._were_bad.append(False)

    async def strangers(self, part: tuple[Item[T], ...]) -> frozenset[str]:
        """Return the ids of a chunk that the provider does not know; none where that cannot be read."""
        if self._screen is None:
            return frozenset()
        try:
            found = await self._screen(part) or frozenset()
        except InvoiceKitError:
            return frozenset()  # the write itself, or its halves, will tell
        self._were_bad.append(bool(found))
        return found

    @staticmethod
    def refusal() -> InvoiceKitError:
        """Return what is said of a stranger."""
        return NotFound("the provider knows nothing by this id; nothing was sent for it")
