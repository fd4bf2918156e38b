"""Time and sleep behind one protocol, so that tests decide what time it is."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the library may know about time."""

    def monotonic(self) -> float:
        """Return seconds that only grow; the zero is arbitrary."""
        ...

    def now(self) -> datetime:
        """Return the wall clock as an aware UTC instant; never used to decide whether to send."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let at least `seconds` of monotonic time pass."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def monotonic(self) -> float:
        """Return `time.monotonic()`."""
        return time.monotonic()

    def now(self) -> datetime:
        """Return the current instant in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(seconds)


class LoopClock:
    """The running event loop's own time: under a virtual-time loop everything follows it."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._start = start

    def monotonic(self) -> float:
        """Return the loop's time in seconds."""
        return asyncio.get_running_loop().time()

    def now(self) -> datetime:
        """Return the start instant moved on by the loop's time."""
        return datetime.fromtimestamp(self._start.timestamp() + self.monotonic(), tz=UTC)

    async def sleep(self, seconds: float) -> None:
        """Sleep on the running event loop."""
        await asyncio.sleep(seconds)
