"""How many repeats an outage may cost the provider."""

_WINDOW_SECONDS = 60.0
_SHARE = 0.10
_FLOOR = 10


class RetryBudget:
    """Keep repeats of `Unavailable` within a tenth of the calls of a minute, a small floor apart.

    Every caller retrying at once is what keeps a provider down.
    """

    __slots__ = ("_calls", "_retries", "_window_ends_at")

    def __init__(self) -> None:
        self._calls = 0
        self._retries = 0
        self._window_ends_at = 0.0

    def count_call(self) -> None:
        """Count a call's first try."""
        self._calls += 1

    def spend(self, now: float) -> bool:
        """Take one repeat out of the budget, if there is one left."""
        if now >= self._window_ends_at:
            # Calls are counted from here on; the floor covers the window's first ones.
            self._window_ends_at = now + _WINDOW_SECONDS
            self._calls = self._retries = 0
        if self._retries >= max(_FLOOR, _SHARE * self._calls):
            return False
        self._retries += 1
        return True
