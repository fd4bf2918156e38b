"""Money calls by name, each with fixed references, so that whoever repeats one means the same."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType

from invoicekit import InvoiceService, InvoiceStatus, Money, NewLineItem, WriteResult

WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
NUMBER = "2026-0815"

Call = Callable[[InvoiceService, Sequence[str]], Awaitable[WriteResult[object]]]


async def pay(service: InvoiceService, ids: Sequence[str]) -> WriteResult[object]:
    """Record ten euros on the first invoice."""
    return await service.record_payment(
        ids[0], Money("10.00", "EUR"), reference="bank-1", paid_at=WHEN, note="May rent"
    )


async def pay_dollars(service: InvoiceService, ids: Sequence[str]) -> WriteResult[object]:
    """Record ten dollars on the first invoice."""
    return await service.record_payment(ids[0], Money("10.00", "USD"), reference="bank-1", paid_at=WHEN)


async def pay_all(service: InvoiceService, ids: Sequence[str]) -> WriteResult[object]:
    """Record ten euros on each invoice at once; return the last result."""
    calls = [
        service.record_payment(one, Money("10.00", "EUR"), reference=f"bank-{one}", paid_at=WHEN)
        for one in ids
    ]
    results = await asyncio.gather(*calls, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)][-1]


async def void(service: InvoiceService, ids: Sequence[str]) -> WriteResult[object]:
    """Void the first invoice."""
    return await service.set_status(ids[0], InvoiceStatus.VOID)


async def mark(service: InvoiceService, ids: Sequence[str]) -> WriteResult[object]:
    """Mark time entries invoiced, all in one write."""
    return await service.mark_batch(ids, invoiced=True)


async def create(service: InvoiceService, ids: Sequence[str]) -> WriteResult[object]:
    """Create an invoice with a note and three lines: five writes."""
    ten = Money("10.00", "EUR")
    return await service.create_invoice(
        number=NUMBER,
        customer_id=ids[0],
        currency="EUR",
        issue_date=date(2026, 5, 1),
        due_date=date(2026, 6, 1),
        note="Thank you",
        line_items=[
            NewLineItem(description=text, quantity=Decimal(1), unit_price=ten, kind="Service")
            for text in "aab"
        ],
    )


async def delete_payment(service: InvoiceService, ids: Sequence[str]) -> WriteResult[object]:
    """Delete one payment of an invoice."""
    return await service.delete_payment(ids[0], ids[1])


CALLS: Mapping[str, Call] = MappingProxyType(
    {
        "pay": pay,
        "pay_dollars": pay_dollars,
        "pay_all": pay_all,
        "void": void,
        "mark": mark,
        "create": create,
        "delete_payment": delete_payment,
    }
)
