"""The provider's side of a rate limit: who is let in, by which model."""

import enum
import math
import re
from collections import deque
from typing import Protocol

import attrs

_PERIODS = {"s": 1.0, "sec": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0, "hour": 3600.0}
_RATE = re.compile(r"(?P<count>[1-9][0-9]*)/(?P<period>[a-z]+)")


class RateModel(enum.StrEnum):
    """How a server may count."""

    TOKEN_BUCKET = "bucket"  # noqa: S105 - not that kind of token
    FIXED_WINDOW = "window"
    SLIDING_LOG = "log"


@attrs.frozen(kw_only=True)
class Rate:
    """A limit as the server applies it, for each key by itself.

    Attributes:
        count: Requests let in for each period; None means no limit.
        burst: Depth of the token bucket; None means `count`.
        counts_refused: True when a refused request uses up the budget too.
        tells_retry_after: True when the 429 carries Retry-After in whole seconds.
    """

    count: int | None = attrs.field(default=None)
    period_seconds: float = attrs.field(default=1.0, validator=attrs.validators.gt(0))
    model: RateModel = RateModel.TOKEN_BUCKET
    burst: int | None = None
    counts_refused: bool = False
    tells_retry_after: bool = False

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Read "50/s", "300/min", "30/h" or "none", with options after colons.

        Options: "bucket", "window", "log", "burst=N", "counts-refused", "retry-after",
        as in "50/s:log:retry-after".

        Raises:
            ValueError: The text is none of these.
        """
        limit, *options = text.strip().lower().split(":")
        if limit == "none":
            rate = cls()
        else:
            found = _RATE.fullmatch(limit)
            if found is None or found["period"] not in _PERIODS:
                raise ValueError(f"rate {text!r}: write it as 50/s, 300/min, 30/h or none")
            rate = cls(count=int(found["count"]), period_seconds=_PERIODS[found["period"]])
        for option in options:
            rate = _with_option(rate, option, text)
        return rate

    @property
    def per_second(self) -> float:
        """Return the mean of what is allowed, infinite without a limit."""
        return math.inf if self.count is None else self.count / self.period_seconds

    def gate(self) -> "Gate":
        """Build the fresh counter of one key."""
        if self.count is None:
            return _OpenGate()
        if self.model is RateModel.TOKEN_BUCKET:
            return _TokenBucket(self, self.count)
        if self.model is RateModel.FIXED_WINDOW:
            return _FixedWindow(self, self.count)
        return _SlidingLog(self, self.count)


class Gate(Protocol):
    """The counter of one key."""

    def wait_seconds(self, now: float) -> float:
        """Let one request in and return 0.0, or refuse it and return the seconds until one gets in."""
        ...


def _with_option(rate: Rate, option: str, text: str) -> Rate:
    if option in set(RateModel):
        return attrs.evolve(rate, model=RateModel(option))
    if option == "counts-refused":
        return attrs.evolve(rate, counts_refused=True)
    if option == "retry-after":
        return attrs.evolve(rate, tells_retry_after=True)
    name, _, value = option.partition("=")
    if name == "burst" and value.isdecimal() and int(value) > 0:
        return attrs.evolve(rate, burst=int(value))
    raise ValueError(f"rate {text!r}: unknown option {option!r}")


class _OpenGate:
    def wait_seconds(self, now: float) -> float:
        return 0.0


class _TokenBucket:
    def __init__(self, rate: Rate, count: int) -> None:
        self._fill_per_second = count / rate.period_seconds
        self._depth = float(rate.burst or count)
        self._counts_refused = rate.counts_refused
        self._tokens = self._depth
        self._at: float | None = None

    def wait_seconds(self, now: float) -> float:
        if self._at is not None:
            self._tokens = min(self._depth, self._tokens + (now - self._at) * self._fill_per_second)
        self._at = now
        if self._tokens >= 1.0 - 1e-9:
            self._tokens -= 1.0
            return 0.0
        if self._counts_refused:
            # A floor, or a client in a tight loop would lock itself out for ever.
            self._tokens = max(self._tokens - 1.0, -self._depth)
        return (1.0 - self._tokens) / self._fill_per_second


class _FixedWindow:
    def __init__(self, rate: Rate, count: int) -> None:
        self._count = count
        self._period = rate.period_seconds
        self._window = -1
        self._used = 0

    def wait_seconds(self, now: float) -> float:
        # Refused requests change nothing here: a full window stays full until it ends.
        window = int(now // self._period)
        if window != self._window:
            self._window, self._used = window, 0
        if self._used < self._count:
            self._used += 1
            return 0.0
        return max((window + 1) * self._period - now, 1e-9)  # rounding must not make it "let in"


class _SlidingLog:
    def __init__(self, rate: Rate, count: int) -> None:
        self._period = rate.period_seconds
        self._count = count
        self._counts_refused = rate.counts_refused
        self._log: deque[float] = deque(maxlen=count)

    def wait_seconds(self, now: float) -> float:
        log = self._log
        while log and log[0] + self._period <= now:
            log.popleft()
        is_full = len(log) == self._count
        if not is_full or self._counts_refused:
            log.append(now)  # a full log drops its oldest entry
        return log[0] + self._period - now if is_full else 0.0
