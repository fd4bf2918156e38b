"""Ctrl-C, once to stop cleanly and twice to cut off."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stoppable(Protocol):
    """What a person can end early."""

    def stop(self) -> None:
        """Start nothing new."""
        ...

    def abort(self) -> None:
        """Cut off what is under way."""
        ...


@contextmanager
def interruptible(work: Stoppable, *, say: Callable[[str], None]) -> Iterator[None]:
    """While the block runs, the first SIGINT or SIGTERM stops `work` and the second one aborts it."""
    loop = asyncio.get_running_loop()
    asked = False

    def interrupt() -> None:
        nonlocal asked
        if asked:
            say("Cutting off what is under way: look before repeating it.")
            work.abort()
        else:
            asked = True
            say("Finishing what is under way; Ctrl-C again cuts it off.")
            work.stop()

    for number in _SIGNALS:
        loop.add_signal_handler(number, interrupt)
    try:
        yield
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
