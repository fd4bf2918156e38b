"""How long answers took, in a bounded number of buckets."""

import math
from collections.abc import Mapping

import attrs

_BUCKETS_A_DECADE = 10
_FASTEST_SECONDS = 0.0001
_SLOWEST_SECONDS = 1000.0
_LAST = round(math.log10(_SLOWEST_SECONDS / _FASTEST_SECONDS) * _BUCKETS_A_DECADE)


def _bucket(seconds: float) -> int:
    if seconds <= _FASTEST_SECONDS:
        return 0
    return min(_LAST, math.ceil(math.log10(seconds / _FASTEST_SECONDS) * _BUCKETS_A_DECADE - 1e-9))


def _upper(bucket: int) -> float:
    return float(_FASTEST_SECONDS * 10 ** (bucket / _BUCKETS_A_DECADE))


@attrs.frozen(kw_only=True)
class Latency:
    """How long whole answers took, from handing the request over to the answer's end.

    Attributes:
        counts: Answers by bucket; each bucket reaches 26 % further than the one before it.
        longest_seconds: The slowest of them.
    """

    counts: Mapping[int, int] = attrs.field(factory=dict)
    longest_seconds: float = 0.0

    @property
    def answers(self) -> int:
        """How many there were."""
        return sum(self.counts.values())

    def quantile(self, part: float) -> float | None:
        """Return seconds within which this part of the answers came, to a bucket's width."""
        wanted = math.ceil(part * self.answers)
        seen = 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            if seen >= max(1, wanted):
                return min(_upper(bucket), self.longest_seconds)
        return None

    def bars(self) -> tuple[tuple[float, float, int], ...]:
        """Return seconds from, seconds to and answers of every bucket between the first and the last used."""
        if not self.counts:
            return ()
        first, last = min(self.counts), max(self.counts)
        return tuple(
            (0.0 if each == 0 else _upper(each - 1), _upper(each), self.counts.get(each, 0))
            for each in range(first, last + 1)
        )

    def __add__(self, other: "Latency") -> "Latency":
        buckets = {*self.counts, *other.counts}
        return Latency(
            counts={each: self.counts.get(each, 0) + other.counts.get(each, 0) for each in sorted(buckets)},
            longest_seconds=max(self.longest_seconds, other.longest_seconds),
        )

    def as_json(self) -> dict[str, object]:
        """Return the figures, in seconds."""
        named = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
        quantiles = {name: self.quantile(part) for name, part in named.items()}
        return {
            "answers": self.answers,
            **{name: None if value is None else round(value, 4) for name, value in quantiles.items()},
            "longest": round(self.longest_seconds, 4),
        }


class LatencyCount:
    """The same while it grows."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._longest = 0.0

    def add(self, seconds: float) -> None:
        """Count one answer."""
        bucket = _bucket(seconds)
        self._counts[bucket] = self._counts.get(bucket, 0) + 1
        self._longest = max(self._longest, seconds)

    def snapshot(self) -> Latency:
        """Return the counts as they stand."""
        return Latency(counts=dict(self._counts), longest_seconds=self._longest)
