"""The days on which time entries started, as the stretches of time that hold them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

_DAY = timedelta(days=1)
_LONGEST = timedelta(days=31)


class Days:
    """Days, merged into stretches: few enough to read, and none so long that its pages never end."""

    def __init__(self) -> None:
        self._ordinals: set[int] = set()

    def __bool__(self) -> bool:
        return bool(self._ordinals)

    def add(self, day: date) -> None:
        """Add a day of somebody's calendar; midnight may be elsewhere, so its neighbours are read, too."""
        self._ordinals.update(
            range(max(1, day.toordinal() - 1), min(date.max.toordinal(), day.toordinal() + 2))
        )

    def add_instant(self, instant: datetime) -> None:
        """Add the day of an aware instant, which is known exactly."""
        self._ordinals.add(instant.astimezone(UTC).toordinal())

    def stretches(self) -> Iterator[tuple[datetime, datetime]]:
        """Yield where each stretch begins, and where it has ended, in order."""
        begin: datetime | None = None
        end: datetime | None = None
        for ordinal in sorted(self._ordinals):
            day = datetime.fromordinal(ordinal).replace(tzinfo=UTC)
            if begin is not None and end is not None and (day > end or end - begin >= _LONGEST):
                yield begin, end
                begin = None
            begin = begin or day
            end = day + _DAY
        if begin is not None and end is not None:
            yield begin, end


def stretches_between(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Cut a range of time into stretches of at most a month."""
    while start < end:
        until = min(end, start + _LONGEST)
        yield start, until
        start = until
