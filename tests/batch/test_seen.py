"""Exact deduplication in bounded memory."""

import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit.batch import Seen, Standing
from invoicekit.errors import UsageError


@pytest.fixture
def seen() -> Iterator[Seen]:
    with Seen(keep=4) as table:
        yield table


def test_the_first_position_is_named(seen: Seen) -> None:
    """A duplicate hears where the id stood first, in memory and in the file alike."""
    for position in range(1, 2001):
        assert seen.add(f"{position:024x}", position) is None

    for position in (1, 2, 777, 2000):
        first = seen.add(f"{position:024x}", 9999)
        assert first is not None
        assert first.position == position


@given(
    st.lists(st.text(max_size=3) | st.text(min_size=30, max_size=34), max_size=300),
    st.integers(min_value=1, max_value=8),
)
def test_it_answers_as_a_dictionary_does(names: list[str], keep: int) -> None:
    """Whatever the ids and wherever they are kept: never a false duplicate, never a missed one."""
    expected: dict[str, int] = {}
    with Seen(keep=keep) as seen:
        for position, name in enumerate(names):
            first = seen.add(name, position)

            assert (None if first is None else first.position) == expected.get(name)
            expected.setdefault(name, position)


@pytest.mark.parametrize(
    ("one", "other"), [("a", "a\0"), ("x" * 31, "x" * 32), ("x" * 40, "x" * 41), ("", "\0")]
)
def test_ids_that_differ_by_padding_differ(seen: Seen, one: str, other: str) -> None:
    """Padding and hashing of ids never make two ids one."""
    seen.add(one, 1)

    assert seen.add(other, 2) is None


def test_an_id_across_two_records_is_none() -> None:
    """The end of one record and the start of the next never pass for an id."""
    ghost = "a" * 14 + "\x14" + "b" * 16
    with Seen(keep=1) as seen:
        seen.add("first", 1)
        seen.add("second", 2, content=bytes((31,)) + b"a" * 14)
        seen.add("b" * 16 + "cccc", 3)

        assert seen.find(ghost) is None


@pytest.mark.parametrize("keep", [1, 100])
def test_how_the_first_one_ended_is_kept(keep: int) -> None:
    """The standing of the first item can be looked up later, also on disk."""
    with Seen(keep=keep) as seen:
        for number in range(50):
            seen.add(str(number), number)

        seen.settle("7", Standing.REJECTED)

        assert [first.standing for first in (seen.find("7"), seen.find("8")) if first is not None] == [
            Standing.REJECTED,
            None,
        ]


def test_content_is_compared(seen: Seen) -> None:
    """The same id with other content can be told from a plain duplicate."""
    seen.add("bank-1", 1, content=b"120.00")

    first = seen.add("bank-1", 2, content=b"99.00")

    assert first is not None
    assert (first.is_same_as(b"120.00"), first.is_same_as(b"99.00")) == (True, False)


def test_an_unknown_id_is_not_found(seen: Seen) -> None:
    """Looking up does not add."""
    assert seen.find("a") is None
    assert seen.add("a", 1) is None


def test_settling_what_was_never_added_is_an_error(seen: Seen) -> None:
    """A wrong name is not silently ignored."""
    with pytest.raises(KeyError):
        seen.settle("nobody", Standing.APPLIED)


def test_no_room_is_a_named_error(seen: Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full temporary folder is told with its remedy, before anything depends on the answer."""

    def full(*args: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.pwrite", full)

    for number in range(4):
        seen.add(str(number), number)

    with pytest.raises(UsageError, match="TMPDIR"):
        seen.add("one too many", 5)


def peak_bytes(count: int) -> int:
    tracemalloc.start()
    try:
        with Seen() as seen:
            for number in range(count):
                seen.add(f"{number:024x}", number)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_stays_flat() -> None:
    """Four times the ids take hardly more memory: less than a byte for each further one."""
    few, many = peak_bytes(10_000), peak_bytes(40_000)

    assert many - few < 30_000
