"""What every test may use."""

import asyncio
import signal
from pathlib import Path

import pytest


def pytest_configure() -> None:
    """Leave no event loop lying about, and let Ctrl-C be heard by what the tests start.

    looptime 0.9 asks for the current loop before each test. Before the first asynchronous test that would
    create one which nobody closes. A shell lets its background jobs ignore SIGINT, and all that they start.
    """
    asyncio.set_event_loop(None)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the directory that holds pyproject.toml."""
    return Path(__file__).parent.parent
