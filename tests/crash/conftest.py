"""The fork server, one for each process that runs tests, and what the whole matrix is chosen by."""

from collections.abc import Iterator

import pytest
from crash_lives import Nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Keep a process that has imported everything, and forks."""
    nursery = Nursery()
    yield nursery
    nursery.close()
