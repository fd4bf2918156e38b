"""An event loop whose time is a number: nobody waits, and nobody waits for ever unseen."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
_Ready = list[tuple[selectors.SelectorKey, int]]


class Standstill(AssertionError):
    """Everybody waits, and nothing is left that could wake anybody."""


class _Selector(selectors.DefaultSelector):
    """Skips the time until the next timer, unless a socket or a thread has something first."""

    def __init__(self, skip: Callable[[float], None], is_busy: Callable[[], bool], grace: float) -> None:
        super().__init__()
        self._skip = skip
        self._is_busy = is_busy
        self._grace = grace

    def select(self, timeout: float | None = None) -> _Ready:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if self._is_busy():
            return super().select(None)  # its thread ends by waking the loop
        if self._grace:
            ready = super().select(self._grace)
            if ready:
                return ready
        if timeout is None:
            raise Standstill("everybody waits, and no timer is set")
        self._skip(timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop that starts at zero and skips whatever would be waited for.

    Args:
        grace: Real seconds for which sockets are listened to before time is skipped; 0 without sockets.
    """

    def __init__(self, *, grace: float = 0.0) -> None:
        self._virtual = 0.0
        self._threads_at_work = 0
        super().__init__(_Selector(self._skip, lambda: self._threads_at_work > 0, grace))

    def time(self) -> float:
        """Return virtual seconds since the loop was made."""
        return self._virtual

    def _skip(self, seconds: float) -> None:
        self._virtual += seconds

    @contextmanager
    def thread_at_work(self) -> Iterator[None]:
        """Let no time pass while a thread works that will wake the loop."""
        self._threads_at_work += 1
        try:
            yield
        finally:
            self._threads_at_work -= 1


def run_virtually(main: Coroutine[Any, Any, T], *, grace: float = 0.0) -> T:
    """Run a coroutine to its end in virtual time.

    Raises:
        Standstill: It would wait for ever.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(grace=grace)) as runner:
        return runner.run(main)
