"""Every installed provider at its desk, and a way to make each call."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from provider_desks import DESKS, ProviderDesk
from service_calls import Caller

from invoicekit import InvoiceService


@pytest.fixture(params=sorted(DESKS))
async def desk(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ProviderDesk]:
    """One provider after the other."""
    async with DESKS[request.param](tmp_path) as opened:
        yield opened


@pytest.fixture
def service(desk: ProviderDesk) -> InvoiceService:
    """The service on the desk."""
    return desk.service


@pytest.fixture
def caller(desk: ProviderDesk, tmp_path: Path) -> Caller:
    """What makes calls ready."""
    return Caller(desk, tmp_path)
