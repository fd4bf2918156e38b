"""End exchanges that take too long: one timer for all, instead of one each.

`asyncio.timeout` costs several microseconds a call, most of it for arming and disarming a timer that almost
never fires. Here exchanges only note their time in a set, and one timer follows the earliest. What it does
when it fires, and how a timeout is told from an outer cancellation, is `asyncio.timeout`'s own protocol.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")


class Overdue(Exception):
    """The awaited thing was cancelled because its time was up, and for no other reason."""


class _Watch:
    __slots__ = ("at", "has_fired", "task")

    def __init__(self, task: "asyncio.Task[Any]", at: float) -> None:
        self.task = task
        self.at = at
        self.has_fired = False


class DeadlineSweeper:
    """Bound awaits in time; belongs to the event loop it is first used on."""

    def __init__(self) -> None:
        self._watches: set[_Watch] = set()
        self._timer: asyncio.TimerHandle | None = None

    async def bound(self, seconds: float, awaitable: Awaitable[T]) -> T:
        """Await with a limit of `seconds`, inside the calling task.

        Raises:
            Overdue: The time was up first. What was awaited has been cancelled.
            asyncio.CancelledError: Somebody else cancelled the task, whether or not the time was up too.
        """
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a bounded await needs a task to run in")
        loop = asyncio.get_running_loop()
        watch = _Watch(task, loop.time() + seconds)
        before = task.cancelling()
        self._watches.add(watch)
        if self._timer is None or self._timer.when() > watch.at:
            self._arm(loop, watch.at)
        try:
            return await awaitable
        except asyncio.CancelledError:
            # Ours is taken back in `finally`; more than there were before means somebody else asked as well.
            if watch.has_fired and task.cancelling() - 1 <= before:
                raise Overdue from None
            raise
        finally:
            self._watches.discard(watch)
            if watch.has_fired:
                task.uncancel()

    def close(self) -> None:
        """Drop the timer; awaits under way go on unbounded."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._watches.clear()

    def _arm(self, loop: asyncio.AbstractEventLoop, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_at(at, self._sweep, loop)

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = None
        # The loop calls timers up to its clock's resolution early; a millisecond covers that.
        due = loop.time() + 0.001
        later = []
        for watch in self._watches:
            if watch.has_fired:
                continue
            if watch.at <= due:
                watch.has_fired = True
                watch.task.cancel()
            else:
                later.append(watch.at)
        if later:
            self._arm(loop, min(later))
