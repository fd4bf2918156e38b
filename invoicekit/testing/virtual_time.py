"""An event loop whose time is a number: nobody waits, and nobody waits for ever unseen."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
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

    While a thread of `run_in_executor` (and so of `asyncio.to_thread`) works, no time passes.

    Args:
        grace: Real seconds for which sockets are listened to before time is skipped; 0 without sockets.
    """

    def __init__(self, *, grace: float = 0.0) -> None:
        self._virtual = 0.0
        self._threads_at_work = 0
        self._threads: ThreadPoolExecutor | None = None
        self._waiting_for_quiet: list[asyncio.Future[None]] = []
        super().__init__(_Selector(self._skip, lambda: self._threads_at_work > 0, grace))

    def time(self) -> float:
        """Return virtual seconds since the loop was made."""
        return self._virtual

    def _skip(self, seconds: float) -> None:
        self._virtual += seconds

    @contextmanager
    def thread_at_work(self) -> Iterator[None]:
        """Let no time pass while a thread works that will wake the loop."""
        self.thread_works()
        try:
            yield
        finally:
            self.thread_rests()

    def thread_works(self) -> None:
        """Let no time pass until as many rest again; called in the loop's own thread."""
        self._threads_at_work += 1

    def thread_rests(self) -> None:
        """Let time pass, though a thread has not ended: it waits for somebody else."""
        self._threads_at_work -= 1
        if self._threads_at_work == 0:
            waiting, self._waiting_for_quiet = self._waiting_for_quiet, []
            for one in waiting:
                if not one.done():
                    one.set_result(None)

    async def quiet(self) -> None:
        """Return once no thread works."""
        while self._threads_at_work:
            waiting = self.create_future()
            self._waiting_for_quiet.append(waiting)
            await waiting

    def run_in_executor(  # type: ignore[override]  # typeshed's variadic form, spelled plainly
        self, executor: Executor | None, func: Callable[..., T], *args: Any
    ) -> "asyncio.Future[T]":
        """Run something in a thread; no time passes before it has ended and its waiter was woken."""
        if executor is None:
            if self._threads is None:
                self._threads = ThreadPoolExecutor(thread_name_prefix="virtual")
                self.set_default_executor(self._threads)
            executor = self._threads
        self.thread_works()
        work = executor.submit(func, *args)
        future = asyncio.wrap_future(work, loop=self)
        work.add_done_callback(lambda _: self._thread_ended())
        return future

    def _thread_ended(self) -> None:
        with suppress(RuntimeError):  # a loop that was closed meanwhile counts nobody
            self.call_soon_threadsafe(self.thread_rests)

    async def shutdown_default_executor(self, *args: Any) -> None:
        """Wait for the threads, as ever; without a timer, and without calling it a standstill."""
        with self.thread_at_work():
            await super().shutdown_default_executor(*args)


def run_virtually(main: Coroutine[Any, Any, T], *, grace: float = 0.0) -> T:
    """Run a coroutine to its end in virtual time.

    Raises:
        Standstill: It would wait for ever.
    """
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(grace=grace)) as runner:
        return runner.run(main)
