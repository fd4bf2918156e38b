"""A service on the Asset adapter, connected to its simulator."""

from collections.abc import AsyncIterator

import pytest_asyncio
from asset_desk import Desk, opened


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[Desk]:
    """Return a service on a simulator that behaves as by default."""
    async with opened() as desk:
        yield desk
