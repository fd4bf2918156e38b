"""A guard on a bench."""

import pytest
from guard_bench import Bench


@pytest.fixture
async def bench() -> Bench:
    """A guard with a memory journal and the default policy, in virtual time."""
    return Bench()
