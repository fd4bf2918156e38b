"""Counts of a run: what was asked, what was answered, how much of the allowed rate was used."""

from collections import Counter, defaultdict

import attrs

from invoicekit.simulate.fault import FaultKind
from invoicekit.simulate.rate import Rate

BUCKET_SECONDS = 0.1

# How long a seeded 429 without a hint is taken to hold a careful client back.
UNHINTED_PAUSE_SECONDS = 1.0


@attrs.define(kw_only=True)
class Tally:
    """Numbers only, so that a run of any length keeps them in little memory.

    Attributes:
        accepted: Requests that the rate limit let in, by bucket of 0.1 s on the monotonic clock.
        refused: Requests that it refused, by the same buckets.
        pauses: Start and end of the time for which each seeded 429 asked the client to wait.
    """

    rate: Rate
    by_operation: defaultdict[str, Counter[str]] = attrs.field(factory=lambda: defaultdict(Counter))
    faults: Counter[FaultKind] = attrs.field(factory=Counter)
    accepted: Counter[int] = attrs.field(factory=Counter)
    refused: Counter[int] = attrs.field(factory=Counter)
    pauses: list[tuple[float, float]] = attrs.field(factory=list)
    first_seconds: float | None = None
    last_seconds: float | None = None

    def arrived(self, now: float) -> None:
        """Note that a request came in."""
        if self.first_seconds is None:
            self.first_seconds = now
        self.last_seconds = now

    def admitted(self, now: float, *, is_let_in: bool) -> None:
        """Note what the rate limit said."""
        (self.accepted if is_let_in else self.refused)[int(now / BUCKET_SECONDS)] += 1

    def answered(self, operation: str, status: int | None) -> None:
        """Note the status sent, or that none was."""
        self.by_operation[operation]["none" if status is None else str(status)] += 1

    def struck(self, kind: FaultKind, now: float, pause_seconds: float | None) -> None:
        """Note a fault; a throttle opens a pause of `pause_seconds`."""
        self.faults[kind] += 1
        if kind.is_throttle:
            self.pauses.append(
                (now, now + (UNHINTED_PAUSE_SECONDS if pause_seconds is None else pause_seconds))
            )

    @property
    def seeded_429(self) -> int:
        """Return how many 429s came from the fault plan."""
        return sum(count for kind, count in self.faults.items() if kind.is_throttle)

    def share_of_rate(self) -> float | None:
        """Return requests let in over requests allowed, outside seeded pauses; None without a limit."""
        if self.rate.count is None or not self.accepted:
            return None
        first, last = min(self.accepted), max(self.accepted)
        paused = _buckets_in(self.pauses, last)
        open_buckets = [bucket for bucket in range(first, last + 1) if bucket not in paused]
        allowed = len(open_buckets) * BUCKET_SECONDS * self.rate.per_second
        return sum(self.accepted[bucket] for bucket in open_buckets) / allowed if allowed else None

    def summary(self) -> dict[str, object]:
        """Return everything, ready for JSON."""
        return {
            "requests": sum(sum(statuses.values()) for statuses in self.by_operation.values()),
            "by_operation": {name: dict(statuses) for name, statuses in sorted(self.by_operation.items())},
            "rate_limit_429": sum(self.refused.values()),
            "seeded_429": self.seeded_429,
            "faults": {kind.value: count for kind, count in sorted(self.faults.items())},
            "first_request_seconds": self.first_seconds,
            "last_request_seconds": self.last_seconds,
            "share_of_allowed_rate": self.share_of_rate(),
            "timeline": {
                "bucket_seconds": BUCKET_SECONDS,
                "accepted": sorted(self.accepted.items()),
                "refused": sorted(self.refused.items()),
                "seeded_pauses": self.pauses,
            },
        }


def _buckets_in(pauses: list[tuple[float, float]], last: int) -> set[int]:
    # Bounded by the run: a Retry-After of a thousand years must not become a set of as many buckets.
    return {
        bucket
        for start, end in pauses
        for bucket in range(int(start / BUCKET_SECONDS), min(int(end / BUCKET_SECONDS), last) + 1)
    }
