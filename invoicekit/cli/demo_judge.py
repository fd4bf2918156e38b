"""Does a provider's own ledger tell the same story as its column?"""

from collections.abc import Iterator, Mapping, Sequence

import attrs

from invoicekit.adapter import Capabilities
from invoicekit.cli.demo_program import (
    CREATE_CUSTOMER,
    CREATE_INVOICE,
    MARK_TIME,
    NUMBER,
    OPEN,
    OTHER_NUMBER,
    PAY_PART,
    PAY_REST,
    TOTAL,
    VOID_ANOTHER,
    Cell,
    State,
)
from invoicekit.model import InvoiceStatus, Money


@attrs.frozen(kw_only=True)
class InvoiceSeen:
    """An invoice as the ledger has it; `status` is the provider's own word."""

    id: str
    number: str
    customer_id: str | None
    status: str
    total: Money


@attrs.frozen(kw_only=True)
class PaymentSeen:
    """A payment as the ledger has it."""

    invoice_id: str
    amount: Money


@attrs.frozen(kw_only=True)
class Books:
    """What really stands at one provider.

    Attributes:
        arrivals: Money as it arrived, where the provider keeps that apart from what is applied to invoices.
        entries: Tracked time, and whether it is marked.
    """

    invoices: Sequence[InvoiceSeen]
    payments: Sequence[PaymentSeen]
    arrivals: Sequence[Money] | None = None
    entries: Mapping[str, bool] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Judged:
    """What the program did, for the judge.

    Attributes:
        entry_ids: What was to be marked.
        has_write_faults: Whether a fault struck any write, which alone excuses doubt.
    """

    cells: Mapping[str, Cell]
    customer_id: str | None
    entry_ids: Sequence[str]
    has_write_faults: bool


def contradictions(told: Judged, books: Books, capabilities: Capabilities) -> tuple[str, ...]:
    """Name every place where the ledger contradicts a row, and every payment that stands twice."""
    return (*_rows(told, books, capabilities), *_money(told.cells, books), *_doubt(told))


def _rows(told: Judged, books: Books, capabilities: Capabilities) -> Iterator[str]:
    first = [invoice for invoice in books.invoices if invoice.number == NUMBER]
    other = [invoice for invoice in books.invoices if invoice.number == OTHER_NUMBER]
    for number, found in ((NUMBER, first), (OTHER_NUMBER, other)):
        if len(found) > 1:
            yield f"invoice {number} stands {len(found)} times"
    facts = {
        CREATE_INVOICE: any(invoice.total.amount == TOTAL for invoice in first),
        OPEN: any(InvoiceStatus.DRAFT not in _meanings(invoice.status, capabilities) for invoice in first),
        VOID_ANOTHER: any(InvoiceStatus.VOID in _meanings(invoice.status, capabilities) for invoice in other),
        MARK_TIME: bool(told.entry_ids) and all(books.entries.get(entry) for entry in told.entry_ids),
    }
    if first:
        # No ledger lists customers everywhere; an invoice names its own.
        facts[CREATE_CUSTOMER] = any(invoice.customer_id == told.customer_id for invoice in first)
    for step, is_there in facts.items():
        cell = told.cells[step]
        # Only a step of one write says that nothing is there: an invoice may be open from its creation.
        is_denied = not cell.state.is_there and cell.state is not State.UNKNOWN
        if cell.state.is_there and not is_there:
            yield f"{step} is {cell.state.value}, but the ledger says otherwise"
        elif is_denied and is_there and step in {CREATE_INVOICE, VOID_ANOTHER, MARK_TIME}:
            yield f"{step} is {cell.state.value}, but the ledger holds it"


def _money(cells: Mapping[str, Cell], books: Books) -> Iterator[str]:
    asked = [cell for cell in (cells[PAY_PART], cells[PAY_REST]) if cell.amount is not None]
    ids = {invoice.id for invoice in books.invoices if invoice.number == NUMBER}
    paid = [payment.amount for payment in books.payments if payment.invoice_id in ids]
    if len(paid) != len(books.payments):
        yield f"{len(books.payments) - len(paid)} payments stand on invoices that nobody paid"
    for words, held in (("payments", paid), ("arrivals of money", books.arrivals)):
        for amount in sorted({*(held or ()), *_amounts(asked)}, key=lambda one: one.amount):
            if held is None:
                continue
            count = held.count(amount)
            least = sum(cell.state.is_there for cell in asked if cell.amount == amount)
            most = least + sum(cell.state is State.UNKNOWN for cell in asked if cell.amount == amount)
            if not least <= count <= most:
                yield f"{count} {words} of {amount} in the ledger, where the rows tell of {least}"


def _doubt(told: Judged) -> Iterator[str]:
    for step, cell in told.cells.items():
        if cell.state is State.UNKNOWN and not told.has_write_faults:
            yield f"{step} is in doubt, but no fault lost or refused a write"


def _amounts(cells: Sequence[Cell]) -> Iterator[Money]:
    return (cell.amount for cell in cells if cell.amount is not None)


def _meanings(raw: str, capabilities: Capabilities) -> frozenset[InvoiceStatus]:
    return frozenset(rule.status for rule in capabilities.statuses if rule.raw == raw)
