"""How far a run of many items is, and how fast it goes."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import attrs

from invoicekit.batch.outcome import Standing
from invoicekit.channel import ChannelStats
from invoicekit.clock import Clock

_WINDOW_SECONDS = 10.0
_APART_SECONDS = 0.25
_PACE_SECONDS = 5.0


class RateUse(Protocol):
    """What is read of a limiter."""

    @property
    def share_used(self) -> float | None:
        """Part of the allowed rate used so far; None where no rate is documented."""
        ...

    @property
    def rate(self) -> float:
        """Requests per second granted now."""
        ...

    @property
    def allowed_rate(self) -> float | None:
        """Requests per second that the documented windows allow; None where none is."""
        ...

    @property
    def recalled_rate(self) -> float | None:
        """Requests per second it began with because an earlier run had found them."""
        ...

    @property
    def learned_rate(self) -> float | None:
        """Requests per second the account was found to allow, where that is not what is documented."""
        ...

    @property
    def part(self) -> float:
        """Which part of the account's rate is granted here; the rest is for others on the same journal."""
        ...

    @property
    def held_seconds(self) -> float:
        """Seconds until the next request in line can go; 0 while none is in line."""
        ...


@attrs.frozen(kw_only=True)
class Progress:
    """A moment of a run.

    Attributes:
        rows: Items read so far.
        ended: Of these, how many have an outcome.
        counts: How many ended which way.
        total: How many there are in all, where that is known.
        rows_per_second: Items that ended, over the last ten seconds.
        requests_per_second: Requests sent, over the same time; other calls of the service count, too.
        limit_per_second: Requests per second that the provider allows, as far as it says so.
        requests: Sent since the run began, repeats included.
        retries: Repeats among them.
        rate_limited: Answers 429.
        seconds: Since the run began.
        eta_seconds: Until the end at the present pace, a pause included; None where it cannot be told.
        paused_seconds: Until the provider's limit lets the next request go, where that is long (over 5 s):
            it asked for a pause, or a budget is spent; else 0.
        resumes_at: When that is, in UTC.
    """

    rows: int = 0
    ended: int = 0
    counts: Mapping[Standing, int] = attrs.field(factory=dict)
    total: int | None = None
    rows_per_second: float = 0.0
    requests_per_second: float = 0.0
    limit_per_second: float | None = None
    requests: int = 0
    retries: int = 0
    rate_limited: int = 0
    seconds: float = 0.0
    eta_seconds: float | None = None
    paused_seconds: float = 0.0
    resumes_at: datetime | None = None

    def count(self, standing: Standing) -> int:
        """Return how many ended this way."""
        return self.counts.get(standing, 0)

    @property
    def attempted(self) -> int:
        """How many have ended, those that were left not counted."""
        return self.ended - self.count(Standing.NOT_ATTEMPTED)

    @property
    def unknown(self) -> int:
        """How many may have been applied."""
        return self.count(Standing.UNKNOWN)

    @property
    def share_of_limit(self) -> float | None:
        """The requests per second as a part of what is allowed; None where no rate is documented."""
        return None if not self.limit_per_second else self.requests_per_second / self.limit_per_second


class Meter:
    """Turn growing counts into a rate and an estimate; remembers the last ten seconds alone."""

    def __init__(
        self, clock: Clock, *, stats: Callable[[], ChannelStats], limits: Callable[[], RateUse]
    ) -> None:
        self._clock = clock
        self._stats = stats
        self._limits = limits
        self._before = stats()
        self._began: float | None = None
        self._marks: deque[tuple[float, int, int]] = deque()
        self._told_at = float("-inf")

    def start(self) -> None:
        """Let the time begin now."""
        self._began = self._clock.monotonic()
        self._marks.append((self._began, 0, self._stats().sent - self._before.sent))

    def is_due(self, apart_seconds: float = _APART_SECONDS) -> bool:
        """Tell whether it is time to tell somebody again; once true, not again for `apart_seconds`."""
        now = self._clock.monotonic()
        if now - self._told_at < apart_seconds:
            return False
        self._told_at = now
        return True

    def look(self, *, rows: int, counts: Mapping[Standing, int], total: int | None = None) -> Progress:
        """Measure now."""
        if self._began is None:
            self.start()
        now, stats, limits = self._clock.monotonic(), self._stats(), self._limits()
        ended = sum(counts.values())
        left = counts.get(Standing.NOT_ATTEMPTED, 0)
        sent = stats.sent - self._before.sent
        rows_rate, sent_rate = self._rates(now, ended - left, sent)
        # Less is the pace of a slow provider; a pause it asked for is told by its own event.
        paused = limits.held_seconds if limits.held_seconds > _PACE_SECONDS else 0.0
        eta = None
        if total is not None and ended >= total:
            eta = 0.0
        elif total is not None and rows_rate > 0:
            eta = (total - ended) / rows_rate + paused
        return Progress(
            rows=rows,
            ended=ended,
            counts=dict(counts),
            total=total,
            rows_per_second=rows_rate,
            requests_per_second=sent_rate,
            limit_per_second=limits.allowed_rate,
            requests=sent,
            retries=stats.retries - self._before.retries,
            rate_limited=stats.rate_limited - self._before.rate_limited,
            seconds=now - (self._began or 0.0),
            eta_seconds=eta,
            paused_seconds=paused,
            resumes_at=self._clock.now() + timedelta(seconds=paused) if paused > 0 else None,
        )

    def _rates(self, now: float, ended: int, sent: int) -> tuple[float, float]:
        marks = self._marks
        if now - marks[-1][0] >= _APART_SECONDS:
            marks.append((now, ended, sent))
        while len(marks) > 2 and marks[1][0] <= now - _WINDOW_SECONDS:
            marks.popleft()
        then, ended_then, sent_then = marks[0]
        if now - then <= 0:
            return 0.0, 0.0
        return (ended - ended_then) / (now - then), (sent - sent_then) / (now - then)
