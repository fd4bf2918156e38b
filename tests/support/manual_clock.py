"""A clock that stands still until a test moves it."""

import asyncio
from datetime import UTC, datetime, timedelta


class ManualClock:
    """Time as the test says; sleepers wake when it has passed."""

    def __init__(self, start: datetime = datetime(2026, 3, 1, 12, tzinfo=UTC)) -> None:
        self._start = start
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self._slept = asyncio.Event()

    def monotonic(self) -> float:
        return 1000.0 + self._elapsed

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    async def sleep(self, seconds: float) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._elapsed + seconds, waiter))
        self._slept.set()
        await waiter

    async def advance(self, seconds: float) -> None:
        """Let time pass, and let whoever wakes run."""
        self._elapsed += seconds
        for due, waiter in self._sleepers:
            if due <= self._elapsed + 1e-9 and not waiter.done():
                waiter.set_result(None)
        await asyncio.sleep(0.005)

    async def until_sleeping(self) -> None:
        """Wait until somebody sleeps."""
        while not any(not waiter.done() for _, waiter in self._sleepers):
            self._slept.clear()
            await self._slept.wait()
