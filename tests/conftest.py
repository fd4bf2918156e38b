"""What every test may use."""

import asyncio
from pathlib import Path

import pytest


def pytest_configure() -> None:
    """Leave no event loop lying about.

    looptime 0.9 asks for the current loop before each test. Before the first asynchronous test that would
    create one which nobody closes.
    """
    asyncio.set_event_loop(None)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the directory that holds pyproject.toml."""
    return Path(__file__).parent.parent
