"""How fast to send: the control law, without any waiting."""

import math

_DECAY = 1.0 - 1.0 / 30.0
_SMALL_CUT = 0.94
_LARGEST_CUT = 0.5
_CLUSTER = 2.5
_QUICK_RETURN_SECONDS = 0.5
_SLOW_RETURN_SECONDS = 1.5
_SLOW_START_PER_SECOND = 0.35
_PROBE_AFTER_SECONDS = 5.0


class RateControl:
    """Follow verdicts with a rate between `floor` and `ceiling`, in requests per second.

    Time here is time in use: it advances by one interval with every accepted request, so an idle hour
    teaches nothing.
    """

    __slots__ = (
        "_ceiling",
        "_cut_at",
        "_cut_rate",
        "_floor",
        "_is_starting",
        "_known",
        "_return_seconds",
        "_score",
        "_used_seconds",
        "rate",
    )

    def __init__(self, *, start: float, ceiling: float, floor: float) -> None:
        self._ceiling = ceiling
        self._floor = min(floor, start)
        self._known = start
        self._is_starting = start < ceiling
        self._score = 0.0
        self._cut_at = -math.inf
        self._cut_rate = start
        self._return_seconds = 0.0
        self._used_seconds = 0.0
        self.rate = start

    @property
    def known(self) -> float:
        """The rate believed to be allowed, for the next run to start from."""
        return self._known

    def accepted(self, granted_at: float) -> None:
        """Learn that a request granted at `granted_at` was let in."""
        if self._score:
            self._score = self._score * _DECAY if self._score > 0.01 else 0.0
        rate = self.rate
        if rate >= self._ceiling or granted_at < self._cut_at:
            return
        self._used_seconds += 1.0 / rate
        if rate < self._known and self._used_seconds < self._return_seconds:
            share = self._used_seconds / self._return_seconds
            self.rate = self._cut_rate + (self._known - self._cut_rate) * share
        elif self._is_starting:
            self.rate = min(self._ceiling, rate * (1.0 + _SLOW_START_PER_SECOND / rate))
            self._known = self.rate
        else:
            beyond = max(0.0, (self._used_seconds - self._return_seconds) / _PROBE_AFTER_SECONDS)
            self.rate = min(self._ceiling, self._known * (1.0 + 0.01 * beyond**3))

    def refused(self, granted_at: float, now: float) -> bool:
        """Learn that a request granted at `granted_at` was refused; return whether the rate was cut for it.

        Requests granted before the last cut tell nothing about the rate since.
        """
        self._score += 1.0
        if granted_at < self._cut_at:
            return False
        share = min(self._score * (1.0 - _DECAY), _LARGEST_CUT)
        is_cluster = self._score >= _CLUSTER
        if is_cluster or (self.rate > self._known and not self._is_starting):
            self._is_starting = False
            self._known = max(self._floor, self.rate * (1.0 - max(share, 0.03)))
        self._return_seconds = _SLOW_RETURN_SECONDS if is_cluster else _QUICK_RETURN_SECONDS
        self.rate = self._cut_rate = max(self._floor, min(self._known, self.rate) * _SMALL_CUT)
        self._used_seconds = 0.0
        self._cut_at = now
        return True
