"""Writes whose connection is long gone when they take effect."""

import asyncio
import random
from collections.abc import Callable

from invoicekit.clock import Clock


class LateWrites:
    """Holds cut-off writes back for a part of the settle bound, then lets them happen."""

    def __init__(self, clock: Clock, *, seed: int, settle_seconds: float) -> None:
        self._clock = clock
        self._settle_seconds = settle_seconds
        self._draw = random.Random(f"late:{seed}")  # noqa: S311
        self._waiting: dict[asyncio.Task[None], Callable[[], None]] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def schedule(self, write: Callable[[], None], seconds: float | None = None) -> None:
        """Run `write` after `seconds`, or after 20 to 90 % of the settle bound when None."""
        if seconds is None:
            seconds = self._draw.uniform(0.2, 0.9) * self._settle_seconds
        task = asyncio.create_task(self._run_after(seconds))
        self._waiting[task] = write

    async def finish(self) -> None:
        """Let all that still wait happen now, in the order in which they came."""
        while self._waiting:
            task, write = next(iter(self._waiting.items()))
            del self._waiting[task]
            task.cancel()
            write()
            await asyncio.wait([task])

    async def _run_after(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        task = asyncio.current_task()
        write = self._waiting.pop(task, None) if task is not None else None
        if write is not None:
            write()
