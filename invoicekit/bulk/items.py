"""A source's rows as items, read as a job asks for them."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from typing import TypeVar

from invoicekit.batch import Item
from invoicekit.bulk.record import Record
from invoicekit.bulk.rows import PaymentRow, entry_item, payment_item
from invoicekit.bulk.source import Source
from invoicekit.bulk.status_rows import StatusRow, status_item
from invoicekit.bulk.status_steps import StatusSteps
from invoicekit.model import InvoiceStatus

T = TypeVar("T")

Items = Iterable[Item[T]] | AsyncIterable[Item[T]]


def entry_items(source: Source) -> Items[None]:
    """Read time entries to mark."""
    return _items(source, entry_item(source.name))


def payment_items(source: Source) -> Items[PaymentRow | None]:
    """Read payments to record."""
    return _items(source, payment_item(source.name))


def status_items(
    source: Source, steps: StatusSteps, *, to: InvoiceStatus | None = None
) -> Items[StatusRow | None]:
    """Read invoices to give a status: the row's own of `STATUS_COLUMNS`, or `to` of `INVOICE_COLUMNS`."""
    return _items(source, status_item(source.name, steps, to=to))


def _items(source: Source, turn: Callable[[Record], Item[T]]) -> Items[T]:
    return map(turn, source.records()) if source.is_rereadable else _turned(source, turn)


async def _turned(source: Source, turn: Callable[[Record], Item[T]]) -> AsyncIterator[Item[T]]:
    async for record in source.stream():
        yield turn(record)
