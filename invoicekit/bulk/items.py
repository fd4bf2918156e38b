"""A source's rows as items, read as a job asks for them."""

from collections.abc import AsyncIterable, Callable, Iterable
from typing import TypeVar

from invoicekit.batch import Item
from invoicekit.bulk.days import Days
from invoicekit.bulk.inputs import Inputs
from invoicekit.bulk.record import Record
from invoicekit.bulk.rows import PaymentRow, entry_item, payment_item
from invoicekit.bulk.source import Source
from invoicekit.bulk.status_rows import StatusRow, status_item
from invoicekit.bulk.status_steps import StatusSteps
from invoicekit.model import InvoiceStatus

T = TypeVar("T")

Items = Iterable[Item[T]] | AsyncIterable[Item[T]]


def entry_items(source: Source | Inputs, *, days: Days | None = None) -> Items[None]:
    """Read time entries to mark; `days` gets those on which they started, where the rows say so."""
    return _items(source, lambda name: entry_item(name, days))


def payment_items(source: Source | Inputs) -> Items[PaymentRow | None]:
    """Read payments to record."""
    return _items(source, payment_item)


def status_items(
    source: Source | Inputs, steps: StatusSteps, *, to: InvoiceStatus | None = None
) -> Items[StatusRow | None]:
    """Read invoices to give a status: the row's own of `STATUS_COLUMNS`, or `to` of `INVOICE_COLUMNS`."""
    return _items(source, lambda name: status_item(name, steps, to=to))


def _items(source: Source | Inputs, turn_of: Callable[[str], Callable[[Record], Item[T]]]) -> Items[T]:
    inputs = source if isinstance(source, Inputs) else Inputs(sources=(source,))
    return inputs.items(turn_of)
