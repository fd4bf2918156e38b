"""Lists: ended by the provider alone, never by a guess, never endless."""

import sys
import tracemalloc
from collections.abc import Mapping, Sequence
from typing import TypeVar

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit.errors import PaginationIncomplete, PaginationLoop
from invoicekit.model import Money, Page, Pager, Payment

T = TypeVar("T")


@attrs.frozen
class Row:
    id: str
    note: str = ""


class Book:
    """A provider's list as scripted pages, by cursor; None is the first."""

    def __init__(self, pages: Mapping[str | None, Page[str]]) -> None:
        self.pages = pages
        self.asked: list[str | None] = []

    async def __call__(self, cursor: str | None) -> Page[str]:
        self.asked.append(cursor)
        return self.pages[cursor]


def book(*pages: Sequence[str]) -> Book:
    """Chain pages: 2 follows None, 3 follows 2, and the last one ends."""
    cursors: list[str | None] = [None, *(str(number) for number in range(2, len(pages) + 1)), None]
    return Book(
        {
            cursors[index]: Page(items=tuple(items), next_cursor=cursors[index + 1])
            for index, items in enumerate(pages)
        }
    )


async def read(pager: Pager[str]) -> list[str]:
    return [item async for item in pager]


async def keep(pager: Pager[T], seen: list[T]) -> None:
    async for item in pager:
        seen.append(item)  # noqa: PERF401 -- what was handed out before an error counts too


async def test_every_page_is_walked_in_order() -> None:
    """Items come in the provider's order, each page fetched once."""
    pages = book("ab", "cd", "e")

    assert await read(Pager(pages)) == list("abcde")
    assert pages.asked == [None, "2", "3"]


async def test_pages_are_fetched_only_when_needed() -> None:
    """Who stops early does not pay for the rest."""
    pages = book("ab", "cd")

    async for item in Pager(pages):
        if item == "b":
            break

    assert pages.asked == [None]


async def test_an_empty_list_is_a_list() -> None:
    """The provider says that there is nothing."""
    pager = Pager(book(""))

    assert await read(pager) == []
    assert pager.is_complete


async def test_an_empty_page_is_not_the_end() -> None:
    """Only the provider's own signal ends a list: filters leave pages empty."""
    assert await read(Pager(book("a", "", "", "b", "", "c"))) == list("abc")


async def test_a_short_page_is_not_the_end() -> None:
    """Nor does a page of another length."""
    assert await read(Pager(book("abc", "d", "efg"))) == list("abcdefg")


@given(st.lists(st.integers(0, 3), min_size=1, max_size=12))
async def test_nothing_is_lost_or_repeated(sizes: list[int]) -> None:
    """However the list is cut into pages, each item comes once."""
    names = iter(f"item {number}" for number in range(100))
    pages = [[next(names) for _ in range(size)] for size in sizes]

    assert await read(Pager(book(*pages))) == [item for page in pages for item in page]


async def test_a_cursor_that_comes_round_is_a_loop() -> None:
    """Going on would never end."""
    pages = Book(
        {
            None: Page(items=("a",), next_cursor="2"),
            "2": Page(items=("b",), next_cursor="3"),
            "3": Page(items=("c",), next_cursor="2"),
        }
    )

    with pytest.raises(PaginationLoop, match="cursor"):
        await read(Pager(pages))

    assert pages.asked == [None, "2", "3"]


async def test_a_page_that_names_itself_is_a_loop() -> None:
    """Even where its items were new."""
    with pytest.raises(PaginationLoop, match="cursor"):
        await read(Pager(Book({"7": Page(items=("a",), next_cursor="7")}), cursor="7"))


class Turning:
    """A provider that ignores the page asked for and turns in a circle, with ever new cursors."""

    def __init__(self, *pages: Sequence[str]) -> None:
        self.pages = pages
        self.calls = 0

    async def __call__(self, cursor: str | None) -> Page[Row]:
        names = self.pages[self.calls % len(self.pages)]
        self.calls += 1
        # The same rows, but not the same objects, nor equal ones.
        rows = tuple(Row(name, note=f"call {self.calls}") for name in names)
        return Page(items=rows, next_cursor=f"c{self.calls}")


@pytest.mark.parametrize("pages", [["ab"], ["ab", "cd"], ["a", "b", "c"], ["ab", "cd", "ef", "gh", "ij"]])
async def test_a_page_that_comes_again_is_a_loop(pages: list[str]) -> None:
    """Under another cursor, right after or many pages later, told by the ids of its items."""
    turning = Turning(*pages)

    with pytest.raises(PaginationLoop, match="same page"):
        async for _ in Pager(turning):
            pass

    assert turning.calls == len(pages) + 1


async def test_a_list_that_begins_again_is_a_loop() -> None:
    """The second round need not have the first round's page boundaries."""
    turning = Turning("abc", "de", "fab", "cde", "xyz")

    with pytest.raises(PaginationLoop, match="began again"):
        async for _ in Pager(turning):
            pass

    assert turning.calls == 4


async def test_pages_in_another_order_each_time_are_a_loop() -> None:
    """A provider that ignores the page and sorts at random."""
    turning = Turning("abc", "bca", "cab", "acb", "bac", "cba")

    with pytest.raises(PaginationLoop, match="began again"):
        async for _ in Pager(turning):
            pass


async def test_a_repeated_page_is_not_handed_out() -> None:
    """What was handed out once must not be paid again."""
    seen: list[Row] = []

    with pytest.raises(PaginationLoop):
        await keep(Pager(Turning("ab")), seen)

    assert [row.id for row in seen] == ["a", "b"]


async def test_one_item_that_comes_twice_is_no_loop() -> None:
    """A list that grows at its head while it is read shows items again; the reader decides."""
    assert await read(Pager(book("abc", "cde", "efg", "ahi"))) == list("abccdeefgahi")


async def test_a_page_pushed_down_is_no_loop() -> None:
    """As much as one whole page may be added at the head between two reads."""
    assert await read(Pager(book("ab", "xab", "cd"))) == list("abxabcd")


async def test_two_items_are_a_landmark() -> None:
    """Both of them again, beyond the next page, and the list has begun anew."""
    turning = Turning("ab", "cde", "fa", "bcd", "efa")

    with pytest.raises(PaginationLoop, match="began again"):
        async for _ in Pager(turning):
            pass

    assert turning.calls == 4


async def test_a_single_item_is_no_landmark() -> None:
    """A first page of one item may come again within a later page: it moved."""
    assert await read(Pager(book("a", "bc", "de", "af"))) == list("abcdeaf")


async def test_items_without_ids_are_told_apart_by_what_they_show() -> None:
    """Payments whose ids are not known yet are not all the same payment."""
    payments = [Payment(id=None, invoice_id="i", amount=Money(number, "EUR")) for number in range(3)]

    async def fetch(cursor: str | None) -> Page[Payment]:
        at = int(cursor or 0)
        return Page(items=(payments[at],), next_cursor=str(at + 1) if at < 2 else None)

    assert [payment async for payment in Pager(fetch)] == payments


async def test_a_thousand_empty_pages_are_enough() -> None:
    """A provider that promises more for ever and sends nothing is stopped, and says where."""
    calls = 0

    async def fetch(cursor: str | None) -> Page[str]:
        nonlocal calls
        calls += 1
        return Page(items=(), next_cursor=str(calls))

    with pytest.raises(PaginationIncomplete, match="empty") as caught:
        await read(Pager(fetch))

    assert calls == 1000
    assert caught.value.cursor == "1000"


async def test_many_empty_pages_are_walked() -> None:
    """Fewer than that are a filter's gap, and the count begins anew after each item."""
    gap = [""] * 999

    assert await read(Pager(book("a", *gap, "b", *gap, "c"))) == list("abc")


@pytest.mark.parametrize("cap", [0, 1, 2, 3, 4])
async def test_a_cap_never_truncates(cap: int) -> None:
    """Five items under a smaller cap: exactly the cap is handed out, then an error."""
    seen: list[str] = []

    with pytest.raises(PaginationIncomplete, match=f"more than {cap} items"):
        await keep(Pager(book("ab", "cd", "e"), max_items=cap), seen)

    assert seen == list("abcde")[:cap]


@pytest.mark.parametrize("cap", [5, 6, 100])
@pytest.mark.parametrize("pages", [["ab", "cd", "e"], ["abcde", "", ""], ["", "abcde"]])
async def test_a_cap_that_suffices_is_not_felt(cap: int, pages: list[str]) -> None:
    """The cap is met only by an item too many, not by a page that may be empty."""
    assert await read(Pager(book(*pages), max_items=cap)) == list("abcde")


async def test_a_cut_says_where_to_go_on() -> None:
    """The page that was cut, and which of its items were handed out."""
    with pytest.raises(PaginationIncomplete) as caught:
        await read(Pager(book("abc", "def", "g"), max_items=4))

    assert caught.value.cursor == "2"
    assert caught.value.items == ("d",)


async def test_a_cut_between_pages_resumes_without_overlap() -> None:
    """Where no page was cut, nothing of the page was handed out."""
    pages = book("ab", "cd", "e")
    with pytest.raises(PaginationIncomplete) as caught:
        await read(Pager(pages, max_items=2))

    assert caught.value.items == ()
    assert await read(Pager(pages, cursor=caught.value.cursor)) == list("cde")


async def test_a_walk_resumes_where_it_stopped() -> None:
    """The cursor is the page in hand: nothing after it was handed out whole, nothing is lost."""
    pages = book("ab", "cd", "ef")
    pager = Pager(pages)
    async for item in pager:
        if item == "c":
            break

    assert pager.cursor == "2"
    assert not pager.is_complete
    assert await read(Pager(pages, cursor=pager.cursor)) == list("cdef")


async def test_a_failed_page_can_be_asked_again() -> None:
    """An error of the provider's passes through, and the same pager goes on at that page."""
    pages = book("ab", "cd")
    failures = [ConnectionError("lost")]

    async def fetch(cursor: str | None) -> Page[str]:
        if cursor == "2" and failures:
            raise failures.pop()
        return await pages(cursor)

    pager = Pager(fetch)
    with pytest.raises(ConnectionError):
        await read(pager)

    assert pager.cursor == "2"
    assert await read(pager) == list("cd")


async def test_the_end_is_told_from_the_beginning() -> None:
    """Both have no cursor; only one is complete. Walking again starts over."""
    pager = Pager(book("ab", "cd"))
    assert (pager.cursor, pager.is_complete) == (None, False)

    assert await read(pager) == list("abcd")

    assert (pager.cursor, pager.is_complete) == (None, True)
    assert await read(pager) == list("abcd")


class Unmarked:
    """A list of what is not yet marked, two to a page: marking an item takes it out."""

    def __init__(self, names: str) -> None:
        self.left = list(names)

    async def __call__(self, cursor: str | None) -> Page[str]:
        at = int(cursor or 0)
        more = at + 2 < len(self.left)
        return Page(items=tuple(self.left[at : at + 2]), next_cursor=str(at + 2) if more else None)


async def test_a_snapshot_stands_still_while_the_list_changes() -> None:
    """Marking what is listed shifts the list; a snapshot was read whole before."""
    unmarked = Unmarked("abcdefg")

    for item in await Pager(unmarked).snapshot():
        unmarked.left.remove(item)

    assert unmarked.left == []


async def test_without_a_snapshot_items_are_skipped() -> None:
    """Why there are snapshots: the plain loop passes over every second page."""
    unmarked = Unmarked("abcdefg")

    async for item in Pager(unmarked):
        unmarked.left.remove(item)

    assert unmarked.left != []


async def test_a_snapshot_that_meets_a_cap_carries_what_was_read() -> None:
    """Never a shorter list that looks whole."""
    with pytest.raises(PaginationIncomplete) as caught:
        await Pager(book("abc", "def", "g"), max_items=5).snapshot()

    assert caught.value.items == tuple("abcde")
    assert caught.value.cursor == "2"


async def test_memory_does_not_grow_with_the_list() -> None:
    """A hundred thousand items of two hundred bytes each pass through in less than one page's worth."""

    async def fetch(cursor: str | None) -> Page[str]:
        at = int(cursor or 0)
        items = tuple(f"{at}-{number}".ljust(200) for number in range(1000))
        return Page(items=items, next_cursor=str(at + 1) if at < 99 else None)

    pager = Pager(fetch)
    tracemalloc.start()
    try:
        count = 0
        async for _ in pager:
            count += 1
            if count == 2000:
                tracemalloc.reset_peak()
                before, _peak = tracemalloc.get_traced_memory()
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == 100_000
    assert peak - before < 3 * 1000 * sys.getsizeof("".ljust(200))
