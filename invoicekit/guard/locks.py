"""One writer at a time for each target, within this process."""

import asyncio
from collections import deque
from types import TracebackType

from invoicekit.clock import Clock
from invoicekit.errors import InProgress

Waiters = deque["asyncio.Future[None]"]


class TargetLocks:
    """Locks by name, which exist only while somebody holds them; who waited longest is next."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, Waiters | None] = {}

    def hold(self, target: str, *, deadline_at: float | None) -> "Hold":
        """Hold the target's lock for the length of an ``async with``.

        Raises:
            InProgress: Another task still works on the target at the deadline; nothing was sent.
        """
        return Hold(self, target, deadline_at)

    def take(self, target: str) -> bool:
        """Take the target's lock if nobody has it."""
        if target in self._held:
            return False
        self._held[target] = None  # nearly always nobody comes to wait
        return True

    async def wait(self, target: str, deadline_at: float | None) -> None:
        """Wait until whoever has the lock hands it on to us."""
        waiters = self._held[target]
        if waiters is None:
            waiters = self._held[target] = deque()
        turn = asyncio.get_running_loop().create_future()
        waiters.append(turn)
        try:
            await self._its(turn, target, deadline_at)
        except BaseException:
            if turn.done() and not turn.cancelled():
                self.release(target)  # it came at the very moment we gave up
            else:
                turn.cancel()
            raise

    def release(self, target: str) -> None:
        """Hand the target's lock on to the next that waits, or give it up."""
        waiters = self._held[target]
        while waiters:
            turn = waiters.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._held[target]

    async def _its(self, turn: "asyncio.Future[None]", target: str, deadline_at: float | None) -> None:
        if deadline_at is None:
            await turn
            return
        try:
            async with asyncio.timeout(max(0.0, deadline_at - self._clock.monotonic())):
                await turn
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
        if not self._locks.take(self._target):
            await self._locks.wait(self._target, self._deadline_at)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._locks.release(self._target)
