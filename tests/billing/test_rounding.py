"""Worked time becomes billed time as the terms say, and no minute comes from nowhere."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit.billing import RoundedPer, Rounding, RoundingMode, billed, hours
from invoicekit.errors import UsageError

TIMES = st.timedeltas(timedelta(), timedelta(days=40))
STEPS = st.integers(1, 1440)


@pytest.mark.parametrize(
    ("text", "worked", "expected"),
    [
        ("up:15", 1, 15),
        ("up:15", 15, 15),
        ("up:15", 16, 30),
        ("nearest:15", 7, 0),
        ("nearest:15", 7.5, 15),
        ("nearest:6", 8, 6),
        ("nearest:6", 9, 12),
        ("down:6", 11, 6),
    ],
)
def test_a_stretch_is_rounded(text: str, worked: float, expected: int) -> None:
    """To whole steps; what is one already stays."""
    assert Rounding.parse(text).of(timedelta(minutes=worked)) == timedelta(minutes=expected)


def test_entries_or_lines_are_rounded() -> None:
    """Three times five minutes are a quarter of an hour, or three of them."""
    worked = [timedelta(minutes=5)] * 3

    assert billed(worked, Rounding.parse("up:15", per=RoundedPer.LINE)) == timedelta(minutes=15)
    assert billed(worked, Rounding.parse("up:15", per=RoundedPer.ENTRY)) == timedelta(minutes=45)
    assert billed(worked, None) == timedelta(minutes=15)


@pytest.mark.parametrize("text", ["", "up", "up:", "up:0", "up:1441", "by:5", "up:-5", "up:1.5", "up:٣"])
def test_what_is_no_rounding_is_refused(text: str) -> None:
    """With an example of one."""
    with pytest.raises(UsageError):
        Rounding.parse(text)


@given(worked=TIMES, minutes=STEPS, mode=st.sampled_from(RoundingMode))
def test_rounding_keeps_within_a_step(worked: timedelta, minutes: int, mode: RoundingMode) -> None:
    """It is a whole number of steps, less than one step away, on the side that was asked for."""
    step = timedelta(minutes=minutes)

    rounded = Rounding(mode=mode, minutes=minutes).of(worked)

    assert not rounded % step
    assert abs(rounded - worked) < step
    assert mode is not RoundingMode.UP or rounded >= worked
    assert mode is not RoundingMode.DOWN or rounded <= worked
    assert mode is not RoundingMode.NEAREST or abs(rounded - worked) * 2 <= step
    assert Rounding(mode=mode, minutes=minutes).of(rounded) == rounded


@given(worked=TIMES)
def test_hours_are_hundredths(worked: timedelta) -> None:
    """Never further than half a hundredth from the truth."""
    shown = hours(worked)

    assert shown.as_tuple().exponent == -2
    assert abs(shown * 3600 - Decimal(worked // timedelta(microseconds=1)) / 1_000_000) <= 18
