"""Exchanges that left and whose answer is awaited, so that whoever closes can wait for them."""

import asyncio


class UnderWay:
    """Count them; on one event loop."""

    __slots__ = ("_count", "_idle")

    def __init__(self) -> None:
        self._count = 0
        self._idle: asyncio.Event | None = None

    def begin(self) -> None:
        """One more has left."""
        self._count += 1

    def end(self) -> None:
        """One has ended, whatever way."""
        self._count -= 1
        if self._idle is not None and not self._count:
            self._idle.set()

    async def ended(self) -> None:
        """Wait until none is left; more may not begin meanwhile."""
        if self._count:
            self._idle = self._idle or asyncio.Event()
            await self._idle.wait()
