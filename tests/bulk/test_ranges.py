"""Line numbers are told as ranges."""

import pytest

from invoicekit.bulk import Ranges


@pytest.mark.parametrize(
    ("positions", "text"),
    [
        ([], ""),
        ([7], "7"),
        ([2, 3, 4], "2-4"),
        ([2, 4], "2, 4"),
        ([9, 2, 3, 10, 4], "2-4, 9-10"),
        ([3, 4, 1, 2], "1-4"),
    ],
)
def test_neighbours_become_one_range(positions: list[int], text: str) -> None:
    """In order of the lines, whatever order they came in."""
    ranges = Ranges()
    for position in positions:
        ranges.add(position)

    assert str(ranges) == text
    assert bool(ranges) is bool(positions)


def test_a_long_run_costs_one_range() -> None:
    """A million lines that were left take no memory worth naming."""
    ranges = Ranges()
    for position in range(1, 1_000_001):
        ranges.add(position)

    assert str(ranges) == "1-1000000"
