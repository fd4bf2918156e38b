"""Money calls by name, each with fixed references: run here, or as a process that may be killed."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from invoicekit import InvoiceService, InvoiceStatus, Money, NewLineItem, WriteResult
from invoicekit.guard import DoubtPolicy, OnDoubt

WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
TEN = Money("10.00", "EUR")
NUMBER = "2026-0815"
LINES = [NewLineItem(description=text, quantity=Decimal(1), unit_price=TEN, kind="Service") for text in "aab"]

Call = Callable[[InvoiceService, str, str], Awaitable[WriteResult[object]]]


def connected(settings: Mapping[str, object], *, on_doubt: str = "ask") -> InvoiceService:
    """Return a service that looks into doubt within fractions of a second."""
    policy = DoubtPolicy(on_doubt=OnDoubt(on_doubt), look_pauses=(0.0, 0.05), repeat_pause_seconds=0.01)
    return InvoiceService.connect("clockify", policy=policy, **settings)  # type: ignore[arg-type]


async def pay(service: InvoiceService, invoice_id: str, customer_id: str) -> WriteResult[object]:
    return await service.record_payment(invoice_id, TEN, reference="bank-1", paid_at=WHEN, note="May rent")


async def void(service: InvoiceService, invoice_id: str, customer_id: str) -> WriteResult[object]:
    return await service.set_status(invoice_id, InvoiceStatus.VOID)


async def create(service: InvoiceService, invoice_id: str, customer_id: str) -> WriteResult[object]:
    return await service.create_invoice(
        number=NUMBER,
        customer_id=customer_id,
        currency="EUR",
        issue_date=date(2026, 5, 1),
        due_date=date(2026, 6, 1),
        note="Thank you",
        line_items=LINES,
    )


CALLS: Mapping[str, Call] = {"pay": pay, "void": void, "create": create}


async def main(name: str, settings: str, invoice_id: str, customer_id: str) -> None:
    async with connected(json.loads(settings)) as service:
        await CALLS[name](service, invoice_id, customer_id)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
