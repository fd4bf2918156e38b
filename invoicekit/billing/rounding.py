"""How worked time becomes billed time."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Self

import attrs

from invoicekit.errors import UsageError

_MINUTE = timedelta(minutes=1)
_MOST_MINUTES = 24 * 60
_HUNDREDTH = Decimal("0.01")


class RoundingMode(Enum):
    """Which way a stretch of time is rounded."""

    UP = "up"
    NEAREST = "nearest"
    """The half goes up."""
    DOWN = "down"


class RoundedPer(Enum):
    """What is rounded: single entries before they are added up, or the sum of a line."""

    ENTRY = "entry"
    LINE = "line"


@attrs.frozen(kw_only=True)
class Rounding:
    """Round to whole steps of some minutes.

    Attributes:
        minutes: The step, 1 to 1440.
    """

    mode: RoundingMode
    minutes: int
    per: RoundedPer = RoundedPer.ENTRY

    def __attrs_post_init__(self) -> None:
        """Refuse a step that is none."""
        if isinstance(self.minutes, bool) or not 1 <= self.minutes <= _MOST_MINUTES:
            raise UsageError(f"time is rounded to 1 to {_MOST_MINUTES} minutes, not {self.minutes}")

    @classmethod
    def parse(cls, text: str, *, per: RoundedPer = RoundedPer.ENTRY) -> Self:
        """Read ``up:15``, ``nearest:6`` or ``down:1``.

        Raises:
            UsageError: It is none of these.
        """
        word, _, minutes = text.partition(":")
        if word not in {mode.value for mode in RoundingMode} or not (minutes.isascii() and minutes.isdigit()):
            raise UsageError(f"a rounding is up, nearest or down and minutes, such as up:15, not {text!r}")
        return cls(mode=RoundingMode(word), minutes=int(minutes), per=per)

    def __str__(self) -> str:
        return f"{self.mode.value} to {self.minutes} min per {self.per.value}"

    def of(self, worked: timedelta) -> timedelta:
        """Return the billed time; what is a whole number of steps stays as it is."""
        step = self.minutes * _MINUTE
        steps, rest = divmod(worked, step)
        is_half = self.mode is RoundingMode.NEAREST and rest * 2 >= step
        if rest and (self.mode is RoundingMode.UP or is_half):
            steps += 1
        return steps * step


def billed(worked: list[timedelta], rounding: Rounding | None) -> timedelta:
    """Add entries up to what their line bills."""
    if rounding is None:
        return sum(worked, timedelta())
    if rounding.per is RoundedPer.LINE:
        return rounding.of(sum(worked, timedelta()))
    return sum((rounding.of(each) for each in worked), timedelta())


def hours(time: timedelta) -> Decimal:
    """Return hours in hundredths, the half up: what a line of an invoice can show."""
    seconds = Decimal(time // timedelta(microseconds=1)) / 1_000_000
    return (seconds / 3600).quantize(_HUNDREDTH, rounding=ROUND_HALF_UP)
