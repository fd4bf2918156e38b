"""When may the next request go: one queue a lane, one timer, one schedule."""

import asyncio
from collections import deque
from collections.abc import Sequence
from enum import Enum

import attrs

from invoicekit.channel.adaptive import RateControl
from invoicekit.channel.retry_after import LONGEST_BELIEVED_SECONDS
from invoicekit.channel.window import SlidingLog
from invoicekit.clock import Clock
from invoicekit.errors import RateLimited
from invoicekit.transport import RateWindow

_LONG_WINDOW_SECONDS = 60.0
_DOCUMENTED_SHARE = 0.98
_SHORT_PAUSE_SECONDS = 1.0
_EARLY_SECONDS = 0.0005
_CATCH_UP_SECONDS = 0.005
_UNKNOWN = RateWindow(limit=10, seconds=1.0, is_documented=False)


class Lane(Enum):
    """Who goes first."""

    INTERACTIVE = "interactive"
    """Somebody waits for the answer: ahead of every bulk request."""
    BULK = "bulk"


@attrs.frozen(kw_only=True)
class LimiterSnapshot:
    """How a limiter stands.

    Attributes:
        rate: Requests per second it grants now.
        known_rate: Requests per second believed to be allowed; a later run may start from it.
        allowed_rate: Requests per second the windows allow, where they are documented.
        paused_seconds: Until it goes on; 0 where it is not paused.
        waiting: Requests in line.
        granted: Requests let through so far.
        refused: Of these, how many the provider answered 429.
        share_used: Part of the allowed rate used since the first grant, pauses not counted; None where no
            rate is documented.
    """

    rate: float
    known_rate: float
    allowed_rate: float | None
    paused_seconds: float
    waiting: int
    granted: int
    refused: int
    share_used: float | None


class _Waiter:
    __slots__ = ("deadline_at", "future")

    def __init__(self, future: "asyncio.Future[float]", deadline_at: float | None) -> None:
        self.future = future
        self.deadline_at = deadline_at


class Limiter:
    """Grant sends for one account, evenly spaced, to whoever asks on one event loop.

    A documented short window is used to 98 %; windows of a minute and more are spent as needed and counted
    exactly; without a documented short one it starts at the rate given (10 a second where none is) and
    climbs. A 429 slows everything down; only one that asks for more than a second stops everything.
    """

    def __init__(self, windows: Sequence[RateWindow], clock: Clock) -> None:
        self._clock = clock
        self._lines: tuple[deque[_Waiter], deque[_Waiter]] = (deque(), deque())
        self._timer: asyncio.TimerHandle | None = None
        self._last_at = -1.0e9
        self._paused_until = -1.0e9
        self._first_at: float | None = None
        self._paused_total = 0.0
        self._granted = 0
        self._refused = 0
        self.adopt(windows)

    def adopt(self, windows: Sequence[RateWindow]) -> None:
        """Take other windows from now on, e.g. those a probe found; what was learned is forgotten."""
        short = [window for window in windows if window.seconds < _LONG_WINDOW_SECONDS]
        long = [window for window in windows if window.seconds >= _LONG_WINDOW_SECONDS]
        documented = [window.rate * _DOCUMENTED_SHARE for window in short if window.is_documented]
        guessed = [window.rate for window in short if not window.is_documented]
        if not documented and not guessed:
            guessed = [_UNKNOWN.rate]
        slowest = min([window.rate for window in windows], default=_UNKNOWN.rate)
        self._allowed = min((window.rate for window in windows if window.is_documented), default=None)
        self._logs = tuple(SlidingLog(window) for window in long)
        self._control = RateControl(
            start=min([*documented, *guessed]),
            ceiling=min(documented, default=float("inf")),
            floor=min(slowest, 1.0) / 2,
        )
        self._wake()

    @property
    def rate(self) -> float:
        """Requests per second granted now."""
        return self._control.rate

    @property
    def paused_until(self) -> float | None:
        """Monotonic seconds at which a pause ends; None while there is none."""
        return self._paused_until if self._paused_until > self._clock.monotonic() else None

    def snapshot(self) -> LimiterSnapshot:
        """Return how it stands."""
        now = self._clock.monotonic()
        share = None
        if self._allowed is not None and self._first_at is not None:
            running = now - self._first_at - self._paused_total + max(0.0, self._paused_until - now)
            share = (self._granted - self._refused) / (self._allowed * max(running, 1.0))
        return LimiterSnapshot(
            rate=self._control.rate,
            known_rate=self._control.known,
            allowed_rate=self._allowed,
            paused_seconds=max(0.0, self._paused_until - now),
            waiting=len(self._lines[0]) + len(self._lines[1]),
            granted=self._granted,
            refused=self._refused,
            share_used=share,
        )

    def acquire_now(self, lane: Lane) -> float | None:
        """Take a slot that is free at this moment, with nobody ahead; None where there is none."""
        interactive, bulk = self._lines
        if interactive or (bulk and lane is Lane.BULK):
            return None
        now = self._clock.monotonic()
        if self._free_at(now) > now + _EARLY_SECONDS:
            return None
        self._take(now)
        return now

    async def acquire(self, lane: Lane, *, deadline_at: float | None = None) -> float:
        """Wait for a slot and return when it was granted, in monotonic seconds.

        Raises:
            RateLimited: The next slot comes after `deadline_at`; nothing was sent, and no slot was used.
        """
        granted_at = self.acquire_now(lane)
        if granted_at is not None:
            return granted_at
        now = self._clock.monotonic()
        free_at = self._free_at(now)
        if deadline_at is not None and free_at > deadline_at:
            raise _too_late(free_at - now)
        loop = asyncio.get_running_loop()
        waiter = _Waiter(loop.create_future(), deadline_at)
        self._lines[0 if lane is Lane.INTERACTIVE else 1].append(waiter)
        if self._timer is None:
            self._timer = loop.call_later(max(0.0, free_at - now), self._serve)
        try:
            return await waiter.future
        except asyncio.CancelledError:
            if waiter.future.done() and not waiter.future.cancelled() and waiter.future.exception() is None:
                self._give_back()
            raise

    def accepted(self, granted_at: float) -> None:
        """Learn that the provider let a request in."""
        self._control.accepted(granted_at)

    def refused(self, granted_at: float, retry_after: float | None) -> bool:
        """Learn that the provider answered 429; return whether the rate was cut or a pause began."""
        now = self._clock.monotonic()
        self._refused += 1
        has_changed = self._control.refused(granted_at, now)
        if retry_after is not None and _SHORT_PAUSE_SECONDS < retry_after <= LONGEST_BELIEVED_SECONDS:
            has_changed |= self._pause(now, now + retry_after)
        return has_changed

    def _pause(self, now: float, until: float) -> bool:
        if until <= self._paused_until:
            return False
        self._paused_total += until - max(now, self._paused_until)
        self._paused_until = until
        for line in self._lines:
            for waiter in line:
                if waiter.deadline_at is not None and waiter.deadline_at < until and not waiter.future.done():
                    waiter.future.set_exception(_too_late(until - now))
        return True

    def _free_at(self, now: float) -> float:
        free_at = self._last_at + 1.0 / self._control.rate
        if self._paused_until > free_at:
            free_at = self._paused_until
        for log in self._logs:
            free_at = max(free_at, log.free_at(now))
        return free_at

    def _take(self, now: float) -> None:
        # On schedule, not on the clock, so that the timer's lateness does not add up.
        self._last_at = max(self._last_at + 1.0 / self._control.rate, now - _CATCH_UP_SECONDS)
        for log in self._logs:
            log.take(now)
        self._granted += 1
        if self._first_at is None:
            self._first_at = now

    def _give_back(self) -> None:
        self._last_at -= 1.0 / self._control.rate
        for log in self._logs:
            log.give_back()
        self._granted -= 1
        self._wake()

    def _next_waiter(self) -> _Waiter | None:
        for line in self._lines:
            while line:
                waiter = line.popleft()
                if not waiter.future.done():
                    return waiter
        return None

    def _serve(self) -> None:
        self._timer = None
        now = self._clock.monotonic()
        while (free_at := self._free_at(now)) <= now + _EARLY_SECONDS:
            waiter = self._next_waiter()
            if waiter is None:
                return
            self._take(now)
            waiter.future.set_result(now)
        if self._lines[0] or self._lines[1]:
            self._timer = asyncio.get_running_loop().call_later(free_at - now, self._serve)

    def _wake(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._serve()


def _too_late(seconds: float) -> RateLimited:
    return RateLimited(
        f"the rate limit allows no send before {seconds:.3g} s, after the deadline; nothing was sent",
        retry_after=seconds,
    )
