"""Where lists end."""

import pytest
from clockify_desk import answer

from invoicekit.errors import UsageError
from invoicekit_clockify.paging import Bookmark


@pytest.mark.parametrize(
    ("header", "count", "total", "following"),
    [
        ("true", 3, None, None),
        ("TRUE ", 3, None, None),
        ("false", 1, None, "3:6"),
        ("false", 0, None, None),
        (None, 1, None, "3:6"),
        (None, 0, None, None),
        (None, 3, 8, None),
        (None, 3, 9, "3:8"),
        (None, 3, 7, "3:8"),
        ("maybe", 3, None, "3:8"),
    ],
)
def test_a_list_ends_at_a_signal_and_never_at_a_short_page(
    header: str | None, count: int, total: int | None, following: str | None
) -> None:
    """Ends: Last-Page true, an empty page, as many rows as the envelope announced."""
    response = answer([]) if header is None else answer([], last_page=header)

    assert Bookmark.at("2:5").after(response, count=count, total=total) == following


def test_a_note_travels_with_the_cursor() -> None:
    """What the first page had to find out is known on the next, whatever text it is."""
    cursor = Bookmark(note="odd: text:").after(answer([]), count=2)

    assert Bookmark.at(cursor) == Bookmark(page=2, seen=2, note="odd: text:")


@pytest.mark.parametrize("cursor", ["", "x", "0", "-1:0", "1:x", "1:-2", "\u0662:0", "1"])
def test_a_foreign_cursor_is_refused(cursor: str) -> None:
    """A cursor of another list is a wrong call, not a page."""
    with pytest.raises(UsageError):
        Bookmark.at(cursor)
