"""A long window: its whole budget may be spent at once, and comes back as it was spent."""

from collections import deque
from collections.abc import Iterable
from heapq import merge
from itertools import islice

from invoicekit.transport import RateWindow


class SlidingLog:
    """Count the sends of the last window, e.g. 30 in an hour."""

    __slots__ = ("_limit", "_log", "_others", "_seconds")

    # What leaves us evenly arrives unevenly: the log forgets two per cent late.
    _MARGIN = 1.02

    def __init__(self, window: RateWindow) -> None:
        self._limit = window.limit
        self._seconds = window.seconds * self._MARGIN
        self._log: deque[float] = deque()
        self._others: list[float] = []

    @property
    def window(self) -> tuple[int, float]:
        """The limit and the seconds it is counted over, margin included."""
        return self._limit, self._seconds

    def free_at(self, now: float) -> float:
        """Return when the next send fits, `now` or earlier if one fits already."""
        log = self._log
        while log and log[0] <= now - self._seconds:
            log.popleft()
        if not self._others:
            return now if len(log) < self._limit else log[0] + self._seconds
        self._others = [at for at in self._others if at > now - self._seconds]
        over = len(log) + len(self._others) - self._limit
        if over < 0:
            return now
        return next(islice(merge(log, self._others), over, None)) + self._seconds

    def count_others(self, sent: Iterable[tuple[float, int]]) -> None:
        """Count what others sent on the same limit, instead of what was told of them before.

        Args:
            sent: When, at the latest, and how many, the earliest first.
        """
        self._others = [at for at, requests in sent for _ in range(min(requests, self._limit))]

    def used(self, now: float) -> int:
        """Return how many sends of the last window still count, those of others included."""
        self.free_at(now)
        return len(self._log) + len(self._others)

    def take(self, now: float) -> None:
        """Count a send."""
        self._log.append(now)

    def give_back(self) -> None:
        """Forget the newest send: it never happened."""
        if self._log:
            self._log.pop()
