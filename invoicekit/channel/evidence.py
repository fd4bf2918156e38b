"""What verdicts tell about a limit: how many refusals are more than chance."""

import math
from bisect import bisect_right
from collections import deque

JUDGED = (128, 1024)
"""Newest verdicts whose refusals are weighed: a few, to notice at once, and many, to notice at all."""
SPAN_SECONDS = 1.0
"""Providers count by the second: what got through is measured over one, and a cut shows after one."""


class Background:
    """How often requests are refused whatever the rate: bad days of the provider, seeded faults."""

    __slots__ = ("_deviations", "_refused", "_verdicts")

    _MEMORY = 1000.0
    _HIGHEST = 0.1

    def __init__(self, *, is_documented: bool) -> None:
        # A documented rate is trusted: it takes more to believe that the documentation is wrong.
        # An undocumented one is met by searching, and hardly by bad luck: a neighbour's refusals on the same
        # limit are not to be learned as chance from one bad second.
        self._deviations = 3.5 if is_documented else 2.0
        self._verdicts = 80.0 if is_documented else 600.0
        self._refused = self._verdicts * (0.03 if is_documented else 0.005)

    def learn(self, verdicts: int, refused: int) -> None:
        """Take in verdicts on requests sent at a rate that is certainly allowed."""
        keep = max(0.0, 1.0 - verdicts / self._MEMORY)
        self._verdicts = self._verdicts * keep + verdicts
        self._refused = self._refused * keep + refused

    def too_many(self, verdicts: int) -> float:
        """Return how many refusals among so many verdicts are more than chance."""
        expected = verdicts * min(self._HIGHEST, self._refused / self._verdicts)
        return 1.0 + expected + self._deviations * math.sqrt(expected)


class Verdicts:
    """The newest verdicts, by the moments their requests were granted."""

    __slots__ = ("_accepted_at", "_count", "_first_at", "_last_at", "_refused_counts")

    def __init__(self) -> None:
        self._accepted_at: deque[float] = deque()
        self._refused_counts: deque[int] = deque()
        self._count = 0
        self._first_at = math.inf
        self._last_at = -math.inf

    def accept(self, granted_at: float) -> None:
        """Add a request that was let in."""
        self._count += 1
        accepted = self._accepted_at
        accepted.append(granted_at)
        self._move_on(granted_at)

    def refuse(self, granted_at: float) -> None:
        """Add a request that was refused."""
        self._count += 1
        refused = self._refused_counts
        refused.append(self._count)
        while refused[0] <= self._count - JUDGED[-1]:
            refused.popleft()
        self._move_on(granted_at)

    def refusals(self, newest: int) -> int:
        """Return how many of the newest verdicts were refusals."""
        return len(self._refused_counts) - bisect_right(self._refused_counts, self._count - newest)

    def share_refused(self) -> float:
        """Return the share of refusals among very few or few of the newest, whichever is larger."""
        return max(self.refusals(newest) / newest for newest in (32, JUDGED[0]))

    def weight(self, background: Background) -> float:
        """Return the refusals as a part of those that would be more than chance."""
        return max(self.refusals(newest) / background.too_many(newest) for newest in JUDGED)

    def forget_refusals(self) -> None:
        """Start the weighing anew."""
        self._refused_counts.clear()

    def forget_goodput(self) -> None:
        """Start measuring anew what gets through: it was another part of the limit."""
        self._accepted_at.clear()
        self._first_at, self._last_at = math.inf, -math.inf

    def is_busy(self, rate: float) -> bool:
        """Return whether at least half of `rate` was used: a rate that nobody uses proves nothing."""
        return len(self._accepted_at) >= 0.5 * rate * SPAN_SECONDS

    def goodput(self) -> float | None:
        """Return how many requests a second got through lately, None where too few did to tell."""
        accepted = self._accepted_at
        if len(accepted) <= 8:
            return None
        # By the whole second, silence included: a full window is silent until it begins anew, and what got
        # through before it was full says more than it allows.
        seconds = min(SPAN_SECONDS, self._last_at - self._first_at)
        return len(accepted) / max(SPAN_SECONDS / 4, seconds)

    def _move_on(self, granted_at: float) -> None:
        if granted_at > self._last_at:
            self._last_at = granted_at
            self._first_at = min(self._first_at, granted_at)
        accepted = self._accepted_at
        while accepted and accepted[0] < self._last_at - SPAN_SECONDS:
            accepted.popleft()
