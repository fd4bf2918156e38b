"""When may the next request go: a line for each lane, one timer, one schedule."""

import asyncio
import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from enum import Enum

import attrs

from invoicekit.channel.adaptive import RateControl
from invoicekit.channel.learned import LearnedRate, describe_windows
from invoicekit.channel.retry_after import LONGEST_BELIEVED_SECONDS
from invoicekit.channel.window import SlidingLog
from invoicekit.clock import Clock
from invoicekit.errors import RateLimited
from invoicekit.transport import RateWindow

_LONG_WINDOW_SECONDS = 60.0
_DOCUMENTED_SHARE = 0.98
"""Evenly spaced requests arrive unevenly; strict counters begin to refuse at 99 % of their limit."""
_UNKNOWN_RATE = 10.0
_SHORT_PAUSE_SECONDS = 1.0
_EARLY_SECONDS = 0.0005
"""Timers are a millisecond coarse: waiting for less would only turn the loop."""
_CATCH_UP_SECONDS = 0.005
"""How late a slot may be taken without moving those after it, where no window is documented."""
_CATCH_UP_SHARE = (1.0 - _DOCUMENTED_SHARE) / 2
"""The same as part of a documented window: half of what the pace leaves of it; the way has the other half."""


_SAME_PART = 0.02
"""Of a part of the rate: a smaller change is none."""


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
        believed_rate: Requests per second believed to be allowed.
        recalled_rate: Requests per second it started from because an earlier run had found them; None
            where it started from what is documented, or from a guess.
        learned_rate: Requests per second that the whole account was found to allow, where that is not what is
            documented; kept for the next run.
        allowed_rate: Requests per second the documented windows allow in the long run; None where none is.
        waiting: Requests in line.
        granted: Requests let through so far.
        refused: Of these, how many the provider answered 429.
        paused_seconds: Until it goes on; 0 where it is not paused.
        held_seconds: Until the next request in line can go, for whatever reason: the pace, a spent budget of
            an hour, a pause; 0 where none is in line.
        paused_before_seconds: How long pauses have lasted so far, in all.
        part: Which part of the account's rate is granted here; 1 where nobody else on the journal uses it.
        share_used: Part of the allowed rate that got through since the first grant, pauses left out; None
            where no rate is documented.
    """

    rate: float
    believed_rate: float
    recalled_rate: float | None
    learned_rate: float | None
    allowed_rate: float | None
    waiting: int
    granted: int
    refused: int
    paused_seconds: float
    held_seconds: float
    paused_before_seconds: float
    part: float
    share_used: float | None


class _Waiter:
    __slots__ = ("deadline_at", "slot")

    def __init__(self, slot: "asyncio.Future[float]", deadline_at: float | None) -> None:
        self.slot = slot
        self.deadline_at = deadline_at


class Limiter:
    """Grant sends for one account, evenly spaced, to whoever asks on one event loop.

    Windows shorter than a minute are paced: a documented one to 98 % of its limit, a guessed one from its
    rate upwards. Windows of a minute and more are spent as needed and counted exactly; where there are no
    others, the pace starts from 10 a second. A 429 slows everything down; only one that asks for more than
    a second stops everything until then.
    """

    def __init__(self, windows: Sequence[RateWindow], clock: Clock) -> None:
        self._clock = clock
        self._interactive: deque[_Waiter] = deque()
        self._bulk: deque[_Waiter] = deque()
        self._timer: asyncio.TimerHandle | None = None
        # The schedule: the slot granted last, not the moment somebody took it.
        self._last_slot = -math.inf
        self._paused_until = -math.inf
        self._paused_total_seconds = 0.0
        self._first_at: float | None = None
        self._granted = 0
        self._refused = 0
        self._recalled: LearnedRate | None = None
        self._tell_learned: Callable[[LearnedRate], None] | None = None
        self._part = 1.0
        self._tell_grant: Callable[[], None] | None = None
        self._install(windows)

    def adopt(self, windows: Sequence[RateWindow]) -> None:
        """Take other windows from now on, e.g. those a probe found; what was learned is then forgotten."""
        if tuple(windows) != self._windows:
            self._install(windows)
            if self._timer is not None:
                self._timer.cancel()
                self._serve()

    def recall(self, learned: LearnedRate) -> None:
        """Start from what an earlier run found, now or when `adopt` brings the windows it was found under.

        Once something was granted it is too late: what this run learns itself is newer.
        """
        self._recalled = learned
        if self._granted == 0:
            self._install(self._windows)

    def tell_learned(self, listener: Callable[[LearnedRate], None]) -> None:
        """Tell `listener` of each limit that is met, at once: a process may be killed at any time."""
        self._tell_learned = listener

    def tell_grants(self, listener: Callable[[], None]) -> None:
        """Tell `listener` of every request that is let through."""
        self._tell_grant = listener

    def share(self, part: float, sent: Iterable[tuple[float, int]] = ()) -> None:
        """Leave the rest of the account's rate to others, from now on.

        Args:
            part: What is granted here, above 0 and at most 1.
            sent: What others sent that still counts against a long window: when, in monotonic seconds, and
                how many, the earliest first.
        """
        told = tuple(sent)
        for log in self._logs:
            log.count_others(told)
        if abs(part - self._part) > _SAME_PART * self._part:
            self._control.scale(part / self._part)
            self._part = part
        if self._timer is not None:
            self._timer.cancel()
            self._serve()

    @property
    def whole_rate(self) -> float:
        """Requests per second believed to be allowed to all of the account's users together."""
        return self._control.believed / self._part

    @property
    def longest_window_seconds(self) -> float:
        """For how long a request counts that goes out now; 0 where no window is a minute or longer."""
        return max((log.window[1] for log in self._logs), default=0.0)

    @property
    def learned(self) -> LearnedRate | None:
        """What it has found so far that a later run may start from; None where nothing new was found."""
        control = self._control
        if not control.has_learned:
            return None
        windows = describe_windows(self._windows)
        return LearnedRate(windows=windows, per_second=control.believed / self._part, is_met=control.is_met)

    @property
    def rate(self) -> float:
        """Requests per second granted now."""
        return self._control.rate

    @property
    def pause_seconds(self) -> float:
        """Seconds until a pause ends; 0 while there is none."""
        return max(0.0, self._paused_until - self._clock.monotonic())

    def snapshot(self) -> LimiterSnapshot:
        """Return how it stands."""
        now = self._clock.monotonic()
        paused = self.pause_seconds
        paused_before = self._paused_total_seconds - paused
        share = None
        if self._allowed is not None and self._first_at is not None:
            running = max(1.0, now - self._first_at - paused_before)
            # The first grant waits for nobody: so many grants span one interval less.
            share = max(0, self._granted - self._refused - 1) / (self._allowed * running)
        waiting = sum(not waiter.slot.done() for waiter in (*self._interactive, *self._bulk))
        return LimiterSnapshot(
            rate=self._control.rate,
            believed_rate=self._control.believed,
            recalled_rate=None if self._started_from is None else self._started_from.per_second,
            learned_rate=None if self.learned is None else self.learned.per_second,
            allowed_rate=self._allowed,
            waiting=waiting,
            granted=self._granted,
            refused=self._refused,
            paused_seconds=paused,
            held_seconds=max(0.0, self._free_at(now) - now) if waiting else 0.0,
            paused_before_seconds=paused_before,
            part=self._part,
            share_used=share,
        )

    def acquire_now(self, lane: Lane) -> float | None:
        """Take a slot that is free at this moment, with nobody ahead; None where there is none."""
        if self._interactive or (self._bulk and lane is Lane.BULK):
            return None
        now = self._clock.monotonic()
        free_at = self._free_at(now)
        if free_at > now + _EARLY_SECONDS:
            return None
        # Nobody waited: time that went by unused is not made up for.
        self._take(now, slot=free_at if free_at > now - self._catch_up_seconds else now)
        return now

    async def acquire(self, lane: Lane, *, deadline_at: float | None = None) -> float:
        """Wait for a slot and return when it was granted, in monotonic seconds.

        Args:
            lane: Which line to stand in.
            deadline_at: Monotonic seconds after which a slot is of no use. It decides at once where the
                next slot is known to come later; it does not end the wait in line.

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
        slot: asyncio.Future[float] = loop.create_future()
        line = self._interactive if lane is Lane.INTERACTIVE else self._bulk
        line.append(_Waiter(slot, deadline_at))
        if self._timer is None:
            self._timer = loop.call_later(max(0.0, free_at - now), self._serve)
        try:
            return await slot
        except asyncio.CancelledError:
            if slot.done() and not slot.cancelled() and slot.exception() is None:
                self._give_back()
            raise

    def accepted(self, granted_at: float) -> None:
        """Learn that the provider let a request in."""
        self._control.accepted(granted_at)

    def refused(self, granted_at: float, retry_after: float | None) -> None:
        """Learn that the provider answered 429; `retry_after` is what it asked for, in seconds.

        Up to a second, others only slow down; longer, everything on this account waits. A request for more
        than a day is taken for a mistake and only slows down.
        """
        now = self._clock.monotonic()
        self._refused += 1
        believed = self._control.believed
        self._control.refused(granted_at, now)
        if self._control.believed != believed and self._tell_learned is not None and self.learned is not None:
            self._tell_learned(self.learned)
        if retry_after is not None and _SHORT_PAUSE_SECONDS < retry_after <= LONGEST_BELIEVED_SECONDS:
            self._pause(now, now + retry_after)

    def _install(self, windows: Sequence[RateWindow]) -> None:
        self._windows = tuple(windows)
        short = [window for window in windows if window.seconds < _LONG_WINDOW_SECONDS]
        long = [window for window in windows if window.seconds >= _LONG_WINDOW_SECONDS]
        documented = min(
            (window.rate * _DOCUMENTED_SHARE for window in short if window.is_documented), default=math.inf
        )
        guessed = min((window.rate for window in short if not window.is_documented), default=math.inf)
        self._catch_up_seconds = min(
            (window.seconds * _CATCH_UP_SHARE for window in short if window.is_documented),
            default=_CATCH_UP_SECONDS,
        )
        slowest = min((window.rate for window in windows), default=_UNKNOWN_RATE)
        start = min(documented, guessed)
        self._allowed = min((window.rate for window in windows if window.is_documented), default=None)
        self._logs = tuple(SlidingLog(window) for window in long)
        self._control = RateControl(
            start=start if short else _UNKNOWN_RATE,
            ceiling=documented,
            floor=min(slowest, 1.0) / 2,
            retreat=math.inf if short or not long else slowest,
        )
        self._started_from = None
        if self._recalled is not None and self._recalled.windows == describe_windows(windows):
            self._started_from = self._recalled
            self._control.resume(self._recalled.per_second, is_met=self._recalled.is_met)
        if self._part != 1.0:
            self._control.scale(self._part)

    def _pause(self, now: float, until: float) -> None:
        if until <= self._paused_until:
            return
        self._paused_total_seconds += until - max(now, self._paused_until)
        self._paused_until = until
        for line in (self._interactive, self._bulk):
            for waiter in line:
                if waiter.deadline_at is not None and waiter.deadline_at < until and not waiter.slot.done():
                    waiter.slot.set_exception(_too_late(until - now))

    def _free_at(self, now: float) -> float:
        free_at = self._last_slot + 1.0 / self._control.rate
        if self._paused_until > free_at:
            free_at = self._paused_until
        for log in self._logs:
            free_at = max(free_at, log.free_at(now))
        return free_at

    def _take(self, now: float, *, slot: float) -> None:
        # On schedule rather than by the clock, so that the timer's lateness does not add up.
        self._last_slot = slot
        for log in self._logs:
            log.take(now)
        self._granted += 1
        if self._first_at is None:
            self._first_at = now
        if self._tell_grant is not None:
            self._tell_grant()

    def _give_back(self) -> None:
        self._last_slot -= 1.0 / self._control.rate
        for log in self._logs:
            log.give_back()
        self._granted -= 1
        if self._timer is not None:
            self._timer.cancel()
            self._serve()

    def _serve(self) -> None:
        """Hand out the slots that are due; the timer runs exactly while somebody may be in line."""
        self._timer = None
        now = self._clock.monotonic()
        while (free_at := self._free_at(now)) <= now + _EARLY_SECONDS:
            waiter = self._next_in_line()
            if waiter is None:
                return
            self._take(now, slot=max(free_at, now - self._catch_up_seconds))
            waiter.slot.set_result(now)
        if self._interactive or self._bulk:
            self._timer = asyncio.get_running_loop().call_later(free_at - now, self._serve)

    def _next_in_line(self) -> _Waiter | None:
        for line in (self._interactive, self._bulk):
            while line:
                waiter = line.popleft()
                if not waiter.slot.done():
                    return waiter
        return None


def _too_late(seconds: float) -> RateLimited:
    return RateLimited(
        f"the rate limit allows the next send in {seconds:.3g} s, after the deadline; nothing was sent",
        retry_after=seconds,
    )
