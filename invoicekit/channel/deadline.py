"""End what takes too long: one timer for all, instead of one each.

`asyncio.timeout` costs some four microseconds, most of it for arming and disarming a timer that almost never
fires. Here a wait only notes its time in a set, and one timer follows the earliest. What happens when it
fires, and how our own cancellation is told from somebody else's, is `asyncio.timeout`'s protocol.
"""

import asyncio
import math
from types import TracebackType
from typing import Any


class Overdue(Exception):
    """The wait was cancelled because its time was up, and for no other reason."""


class TimeLimit:
    """One wait of one task, bounded in time: a context manager around the await."""

    __slots__ = ("_cancelled_before", "_sweeper", "at", "has_fired", "task")

    def __init__(self, sweeper: "DeadlineSweeper", task: "asyncio.Task[Any]", at: float) -> None:
        self.task = task
        self.at = at
        self.has_fired = False
        self._sweeper = sweeper
        self._cancelled_before = task.cancelling()

    def __enter__(self) -> None:
        sweeper = self._sweeper
        sweeper.limits.add(self)
        if self.at < sweeper.fires_at:
            sweeper.arm(self.at)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._sweeper.limits.discard(self)  # the timer finds that out when it fires
        if not self.has_fired:
            return
        # What was asked of the task is taken back in any case. If more remains than there was before,
        # somebody else asked as well, and the cancellation is theirs.
        is_ours_alone = self.task.uncancel() <= self._cancelled_before
        if is_ours_alone and kind is not None and issubclass(kind, asyncio.CancelledError):
            raise Overdue from None


class DeadlineSweeper:
    """Bound waits in time; belongs to the event loop it is used on.

    Attributes:
        limits: What is watched.
        fires_at: When the timer looks next, in the loop's time; infinite while there is no timer.
    """

    def __init__(self) -> None:
        self.limits: set[TimeLimit] = set()
        self.fires_at = math.inf
        self._timer: asyncio.TimerHandle | None = None

    def limit(self, seconds: float) -> TimeLimit:
        """Bound what the running task awaits inside a ``with`` block to `seconds` from now.

        The block raises `Overdue` where the time was up first and nobody else cancelled the task.
        """
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a bounded wait needs a task to wait in")
        return TimeLimit(self, task, task.get_loop().time() + seconds)

    def arm(self, at: float) -> None:
        """Look at that time, and not at a later one."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(at, self._sweep)
        self.fires_at = at

    def _sweep(self) -> None:
        self._timer = None
        self.fires_at = math.inf
        # The loop calls timers up to its clock's resolution early; a millisecond covers that.
        due = asyncio.get_running_loop().time() + 0.001
        later = [limit.at for limit in self.limits if limit.at > due]
        for limit in self.limits:
            if limit.at <= due and not limit.has_fired:
                limit.has_fired = True
                limit.task.cancel()
        if later:
            self.arm(min(later))
