"""Books with one customer and one invoice of 100 EUR."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from invoicekit import Invoice, InvoiceService, Money, NewLineItem
from invoicekit_local import Local


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The books' file."""
    return tmp_path / "books.sqlite"


@pytest.fixture
async def service(path: Path) -> AsyncIterator[InvoiceService]:
    """A service on new books."""
    async with InvoiceService.connect("local", path=str(path)) as opened:
        yield opened


@pytest.fixture
def native(service: InvoiceService) -> Local:
    """The typed adapter."""
    assert isinstance(service.native, Local)
    return service.native


@pytest.fixture
async def invoice(service: InvoiceService) -> Invoice:
    """A draft of two lines, 100.00 EUR in all."""
    customer = (await service.create_customer("Acme")).value
    created = await service.create_invoice(
        number="2026-001",
        customer_id=customer.id,
        currency="EUR",
        issue_date=date(2026, 5, 1),
        due_date=date(2026, 5, 31),
        note="thanks",
        line_items=[
            NewLineItem(description="work", quantity=Decimal("1.5"), unit_price=Money("60", "EUR")),
            NewLineItem(description="travel", quantity=Decimal(1), unit_price=Money("10", "EUR")),
        ],
    )
    return created.value
