"""Lists that end only where the provider says they end."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import attrs

from invoicekit.errors import PaginationIncomplete, PaginationLoop

T = TypeVar("T")

_MOST_EMPTY_PAGES = 1000


@attrs.frozen(kw_only=True)
class Page(Generic[T]):
    """One page of a list.

    Attributes:
        items: In the provider's order.
        next_cursor: Where the next page starts; None only when the provider signalled the end.
    """

    items: tuple[T, ...]
    next_cursor: str | None = None


class Pager(Generic[T]):
    """Walk a list page by page, as an async iterator.

    It ends only on the provider's own signal: an empty page that names a next one goes on. It notices
    a provider that turns in a circle, and raises rather than truncates when a cap is met. It keeps one
    page and a few bytes for each page before, however long the list is.

    A list that the loop itself changes (marking what it lists) shifts under the reader: take
    `await pager.snapshot()` first and loop over that.

    Args:
        fetch: Reads the page at a cursor; None is the first.
        cursor: Resume here.
        max_items: Hand out at most this many, and raise `PaginationIncomplete` if there are more.

    Attributes:
        cursor: The page to resume from: every page before it was handed out whole, it was not yet.
            None before the first page, and again after the last.
        is_complete: Whether the last walk reached the provider's end, and so nothing is left.

    Raises:
        PaginationLoop: A cursor or a page came a second time.
        PaginationIncomplete: A cap was met before the provider's end. Its `cursor` is the page that was
            cut, its `items` are those handed out of that page: resuming lists them again.
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
        self.is_complete = False

    def __aiter__(self) -> AsyncIterator[T]:
        return self._walk()

    async def _walk(self) -> AsyncIterator[T]:
        steps = _Steps(self, self._max_items)
        while not self.is_complete:
            page = await self._fetch(self.cursor)
            within = steps.allowed(page)
            for item in within:
                yield item
            steps.turn(page, within)

    async def snapshot(self) -> tuple[T, ...]:
        """Read the whole list before the caller changes anything in it.

        Raises:
            PaginationLoop: A cursor or a page came a second time.
            PaginationIncomplete: A cap was met; `items` holds everything read.
        """
        items: list[T] = []
        steps = _Steps(self, self._max_items)
        try:
            while not self.is_complete:
                page = await self._fetch(self.cursor)
                within = steps.allowed(page)
                items += within
                steps.turn(page, within)
        except PaginationIncomplete as cut:
            raise PaginationIncomplete(str(cut), items=items, cursor=cut.cursor) from None
        return tuple(items)


class _Steps(Generic[T]):
    """One walk's way from page to page, between the reads."""

    def __init__(self, pager: Pager[T], max_items: int | None) -> None:
        pager.is_complete = False
        self._pager = pager
        self._max_items = max_items
        self._left = max_items
        self._watch: _CircleWatch | None = None
        self._empty_in_a_row = 0

    def allowed(self, page: Page[T]) -> tuple[T, ...]:
        """Return what may be handed out of a page.

        Raises:
            PaginationLoop: The page came before.
        """
        if self._watch is None and page.next_cursor is not None:
            self._watch = _CircleWatch(self._pager.cursor)
        if self._watch is not None:  # a list of one page goes nowhere, so in no circle
            self._watch.see_items(page.items)
        return page.items if self._left is None else page.items[: self._left]

    def turn(self, page: Page[T], within: Sequence[object]) -> None:
        """Move the pager past a page that was handed out, or end the walk.

        Raises:
            PaginationLoop: The next cursor was there before.
            PaginationIncomplete: A cap was met.
        """
        pager = self._pager
        if self._left is not None:
            self._left -= len(within)
            if len(within) < len(page.items):
                raise self._cut(f"more than {self._max_items} items", within)
        if page.next_cursor is None:
            pager.cursor, pager.is_complete = None, True
            return
        if self._watch is not None:
            self._watch.see_cursor(page.next_cursor)
        pager.cursor = page.next_cursor
        self._empty_in_a_row = 0 if page.items else self._empty_in_a_row + 1
        if self._empty_in_a_row == _MOST_EMPTY_PAGES:
            raise self._cut(f"{_MOST_EMPTY_PAGES} empty pages in a row", ())

    def _cut(self, why: str, items: Sequence[object]) -> PaginationIncomplete:
        return PaginationIncomplete(
            f"{why}; resume from the cursor or raise the cap", items=items, cursor=self._pager.cursor
        )


class _CircleWatch:
    """Notice a list without an end, in memory that grows by a few bytes a page.

    Three signs: a cursor comes again; a page comes again, however many pages lie between; or, on other
    page boundaries, every item of the first page has come again. One item that comes twice is no sign:
    lists shift while they are read.
    """

    def __init__(self, cursor: str | None) -> None:
        self._cursors = {cursor}
        self._pages: set[int] = set()
        self._not_again: set[str] = set()
        self._first_at = 0

    def see_cursor(self, cursor: str) -> None:
        """Take note of where the next page is.

        Raises:
            PaginationLoop: It was there before.
        """
        if cursor in self._cursors:
            raise PaginationLoop("the provider's cursor came round again")
        self._cursors.add(cursor)

    def see_items(self, items: Sequence[object]) -> None:
        """Take note of a page's items.

        Raises:
            PaginationLoop: The provider turns in a circle.
        """
        if not items:
            return
        keys = tuple(_identity(item) for item in items)
        fingerprint = hash(keys)
        if fingerprint in self._pages:
            raise PaginationLoop("the provider returned the same page twice")
        self._pages.add(fingerprint)
        if not self._not_again:
            # A page of one item is no landmark: one item may move within a list.
            if len(keys) > 1:
                self._not_again, self._first_at = set(keys), len(self._pages)
        elif len(self._pages) > self._first_at + 1:  # the page after may show much of it by a mere shift
            self._not_again.difference_update(keys)
            if not self._not_again:
                raise PaginationLoop("the provider's list began again without having ended")


def _identity(item: object) -> str:
    own_id = getattr(item, "id", None)
    return repr(item) if own_id is None else str(own_id)
