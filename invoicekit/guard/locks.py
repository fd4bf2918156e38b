"""One writer at a time for each target, within this process."""

import asyncio
from types import TracebackType

from invoicekit.clock import Clock
from invoicekit.errors import InProgress


class TargetLocks:
    """Locks by name that exist only while somebody holds or waits for them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    def hold(self, target: str, *, deadline_at: float | None) -> "Hold":
        """Hold the target's lock for the length of an ``async with``.

        Raises:
            InProgress: Another task still works on the target at the deadline; nothing was sent.
        """
        return Hold(self, target, deadline_at)

    async def acquire(self, target: str, deadline_at: float | None) -> None:
        """Take the target's lock, waiting for it where somebody has it."""
        lock, users = self._locks.get(target, (None, 0))
        if lock is None:
            lock = asyncio.Lock()
        self._locks[target] = (lock, users + 1)
        try:
            if lock.locked():
                await self._wait(lock, target, deadline_at)
            else:
                await lock.acquire()
        except BaseException:
            self._leave(target)
            raise

    def release(self, target: str) -> None:
        """Give the target's lock back."""
        self._locks[target][0].release()
        self._leave(target)

    def _leave(self, target: str) -> None:
        lock, users = self._locks[target]
        if users == 1:
            del self._locks[target]
        else:
            self._locks[target] = (lock, users - 1)

    async def _wait(self, lock: asyncio.Lock, target: str, deadline_at: float | None) -> None:
        if deadline_at is None:
            await lock.acquire()
            return
        try:
            async with asyncio.timeout(max(0.0, deadline_at - self._clock.monotonic())):
                await lock.acquire()
        except TimeoutError:
            raise InProgress(f"another write to {target} is still under way here; nothing was sent") from None


class Hold:
    """One hold of one lock."""

    __slots__ = ("_deadline_at", "_locks", "_target")

    def __init__(self, locks: TargetLocks, target: str, deadline_at: float | None) -> None:
        self._locks = locks
        self._target = target
        self._deadline_at = deadline_at

    async def __aenter__(self) -> None:
        await self._locks.acquire(self._target, self._deadline_at)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._locks.release(self._target)
