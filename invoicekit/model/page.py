"""Lists that end only where the provider says they end."""

from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from typing import Generic, TypeVar

import attrs

from invoicekit.errors import PaginationIncomplete, PaginationLoop

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        items: In the provider's order.
        next_cursor: Where the next page starts; None only when the provider signalled the end.
    """

    items: tuple[T, ...]
    next_cursor: str | None = None


def _identity(item: object) -> Hashable:
    return str(getattr(item, "id", item))


class Pager(Generic[T]):
    """Walk a list page by page, as an async iterator.

    It ends only on the provider's own signal, notices a provider that turns in a circle, and raises
    rather than truncates when a cap is met. `cursor` is where to resume after the last whole page.

    A list that the loop itself changes (marking what it lists) shifts under the reader: take
    `await pager.snapshot()` first and loop over that.

    Args:
        fetch: Reads the page at a cursor; None is the first.
        cursor: Resume here.
        max_items: Raise `PaginationIncomplete` once more than this many items were read.

    Raises:
        PaginationLoop: A cursor or a whole page came a second time.
        PaginationIncomplete: `max_items` was met before the provider's end.
    """

    def __init__(
        self,
        fetch: Callable[[str | None], Awaitable[Page[T]]],
        *,
        cursor: str | None = None,
        max_items: int | None = None,
    ) -> None:
        self._fetch = fetch
        self._max_items = max_items
        self.cursor = cursor

    def __aiter__(self) -> AsyncIterator[T]:
        return self._walk()

    async def _walk(self) -> AsyncIterator[T]:
        seen_cursors: set[str | None] = {self.cursor}
        previous: tuple[Hashable, ...] | None = None
        count = 0
        while True:
            page = await self._fetch(self.cursor)
            keys = tuple(_identity(item) for item in page.items)
            if keys and keys == previous:
                raise PaginationLoop("the provider returned the same page twice in a row")
            previous = keys
            for item in page.items:
                if self._max_items is not None and count >= self._max_items:
                    raise PaginationIncomplete(
                        f"more than {self._max_items} items; resume from the cursor or raise the cap",
                        items=(),
                        cursor=self.cursor,
                    )
                count += 1
                yield item
            if page.next_cursor is None:
                self.cursor = None
                return
            if page.next_cursor in seen_cursors:
                raise PaginationLoop("the provider's cursor came round again")
            seen_cursors.add(page.next_cursor)
            self.cursor = page.next_cursor

    async def snapshot(self) -> tuple[T, ...]:
        """Read the whole list before the caller changes anything in it.

        Raises:
            PaginationIncomplete: With what was read so far in `items`.
        """
        items: list[T] = []
        try:
            async for item in self:
                items.append(item)  # noqa: PERF401 -- keeps what was read when a cap ends the walk
        except PaginationIncomplete as cut:
            raise PaginationIncomplete(str(cut), items=items, cursor=cut.cursor) from None
        return tuple(items)
