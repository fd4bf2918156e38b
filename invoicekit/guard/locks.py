"""One writer at a time for each target, within this process."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from invoicekit.clock import Clock
from invoicekit.errors import InProgress


class TargetLocks:
    """Locks by name that exist only while somebody holds or waits for them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def hold(self, target: str, *, deadline_at: float | None) -> AsyncIterator[None]:
        """Hold the target's lock.

        Raises:
            InProgress: Another task still works on the target at the deadline; nothing was sent.
        """
        lock, users = self._locks.get(target, (None, 0))
        if lock is None:
            lock = asyncio.Lock()
        self._locks[target] = (lock, users + 1)
        try:
            if lock.locked():
                await self._wait(lock, target, deadline_at)
            else:
                await lock.acquire()
            try:
                yield
            finally:
                lock.release()
        finally:
            _, users = self._locks[target]
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
