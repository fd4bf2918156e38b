"""What went on in a job over its time, in a bounded number of samples."""

from collections.abc import Iterable

import attrs

MOST_SAMPLES = 240
MOST_PAUSES = 100
_FIRST_WIDTH_SECONDS = 0.25


@attrs.frozen(kw_only=True)
class Sample:
    """A stretch of a job's time.

    Attributes:
        start_seconds: From the job's begin.
        seconds: How long it is; the last one of a job may not be over.
        rows: Rows that ended in it.
        requests: Requests sent in it.
        refused: Answers 429 in it.
        limit_per_second: Requests per second that the provider allowed, where it says so.
    """

    start_seconds: float
    seconds: float
    rows: int = 0
    requests: int = 0
    refused: int = 0
    limit_per_second: float | None = None

    def as_json(self) -> dict[str, object]:
        """Return it ready for JSON."""
        return {
            "start_seconds": round(self.start_seconds, 3),
            "seconds": round(self.seconds, 3),
            "rows": self.rows,
            "requests": self.requests,
            "rate_limited": self.refused,
            "limit_per_second": self.limit_per_second,
        }


@attrs.frozen(kw_only=True)
class Pause:
    """A pause that the provider asked for.

    Attributes:
        start_seconds: From the job's begin.
        seconds: How long it lasts.
    """

    start_seconds: float
    seconds: float


@attrs.define
class _Bin:
    rows: int = 0
    requests: int = 0
    refused: int = 0
    limit: float | None = None

    def take(self, other: "_Bin") -> None:
        self.rows += other.rows
        self.requests += other.requests
        self.refused += other.refused
        self.limit = other.limit if other.limit is not None else self.limit


class Timeline:
    """Count into stretches of equal length; where there are too many, each two become one.

    Counts are only added up, never dropped, so the samples' sums stay exact however long a job is.

    Args:
        most: Most stretches kept; an even number.
    """

    def __init__(self, *, most: int = MOST_SAMPLES) -> None:
        self._most = most
        self._width = _FIRST_WIDTH_SECONDS
        self._bins: list[_Bin] = []
        self._pauses: list[Pause] = []

    def add(
        self,
        at_seconds: float,
        *,
        rows: int = 0,
        requests: int = 0,
        refused: int = 0,
        limit: float | None = None,
    ) -> None:
        """Count what happened `at_seconds` after the job's begin."""
        place = int(max(0.0, at_seconds) / self._width)
        while place >= self._most:
            self._halve()
            place = int(at_seconds / self._width)
        while place >= len(self._bins):
            self._bins.append(_Bin())
        self._bins[place].take(_Bin(rows=rows, requests=requests, refused=refused, limit=limit))

    def pause(self, at_seconds: float, seconds: float) -> None:
        """Note a pause; one that only makes the last one longer is no other."""
        last = self._pauses[-1] if self._pauses else None
        if last is not None and (
            at_seconds <= last.start_seconds + last.seconds or len(self._pauses) >= MOST_PAUSES
        ):
            end = max(last.start_seconds + last.seconds, at_seconds + seconds)
            self._pauses[-1] = attrs.evolve(last, seconds=end - last.start_seconds)
        else:
            self._pauses.append(Pause(start_seconds=at_seconds, seconds=seconds))

    def samples(self) -> tuple[Sample, ...]:
        """Return the stretches so far, without a gap."""
        limit: float | None = None
        samples = []
        for place, each in enumerate(self._bins):
            limit = each.limit if each.limit is not None else limit
            samples.append(
                Sample(
                    start_seconds=place * self._width,
                    seconds=self._width,
                    rows=each.rows,
                    requests=each.requests,
                    refused=each.refused,
                    limit_per_second=limit,
                )
            )
        return tuple(samples)

    def pauses(self) -> tuple[Pause, ...]:
        """Return the pauses so far."""
        return tuple(self._pauses)

    def _halve(self) -> None:
        halved = self._bins[::2]
        for into, other in zip(halved, self._bins[1::2], strict=False):
            into.take(other)
        self._bins = halved
        self._width *= 2


def joined(
    parts: Iterable[tuple[float, tuple[Sample, ...]]], *, most: int = MOST_SAMPLES
) -> tuple[Sample, ...]:
    """Lay the samples of several jobs onto one time.

    Args:
        parts: For each job how many seconds after the first one it began, and its samples.
    """
    timeline = Timeline(most=most)
    for offset, samples in parts:
        for each in samples:
            timeline.add(
                offset + each.start_seconds,
                rows=each.rows,
                requests=each.requests,
                refused=each.refused,
                limit=each.limit_per_second,
            )
    return timeline.samples()
