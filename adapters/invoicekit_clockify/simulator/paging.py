"""Cut lists into pages, with the header that says whether there is more."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import attrs

from invoicekit.simulate import Call
from invoicekit_clockify.simulator import refusal
from invoicekit_clockify.simulator.behaviour import Behaviour
from invoicekit_clockify.simulator.fields import Body, query_integer

Row = TypeVar("Row")


@attrs.frozen(kw_only=True)
class PageRequest:
    """Which page of which size, counted from 1."""

    number: int
    size: int
    is_search: bool = False

    @classmethod
    def of_query(cls, call: Call, behaviour: Behaviour) -> "PageRequest":
        """Read `page` and `page-size`; the spelling `pageSize` is not read here."""
        return cls._checked(
            query_integer(call, "page", 1), query_integer(call, "page-size", 50), behaviour.largest_page
        )

    @classmethod
    def of_body(cls, body: Body, largest: int) -> "PageRequest":
        """Read `page` and `pageSize`, as searches spell them."""
        number, size = body.optional_integer("page"), body.optional_integer("pageSize")
        return cls._checked(
            1 if number is None else number, 50 if size is None else size, largest, is_search=True
        )

    @classmethod
    def _checked(cls, number: int, size: int, largest: int, *, is_search: bool = False) -> "PageRequest":
        """Refuse pages below 1 and sizes out of range. Unverified: that a larger size is refused."""
        if number < 1:
            raise refusal.broken_rule(f"page must be at least 1: {number}")
        if not 1 <= size <= largest:
            raise refusal.broken_rule(f"page size must be 1 to {largest}: {size}")
        return cls(number=number, size=size, is_search=is_search)

    def cut(self, rows: Sequence[Row], behaviour: Behaviour) -> tuple[Sequence[Row], Mapping[str, str]]:
        """Return the rows of this page and the headers that go with it."""
        size = max(1, self.size - 1) if behaviour.short_pages else self.size
        end = self.number * size
        page = rows[end - size : end]
        is_told = behaviour.sends_last_page_on_search if self.is_search else behaviour.sends_last_page
        return page, {"Last-Page": "true" if end >= len(rows) else "false"} if is_told else {}
