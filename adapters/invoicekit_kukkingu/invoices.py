"""How invoices are read: one, all that match, or all of one number."""

from collections.abc import Sequence
from datetime import date

from invoicekit.adapter import Sender
from invoicekit.errors import NotFound, UsageError
from invoicekit.model import Invoice, InvoiceQuery, InvoiceStatus
from invoicekit.wire import checked_id
from invoicekit_kukkingu import requests
from invoicekit_kukkingu.config import BillableAmount
from invoicekit_kukkingu.directory import all_contracts
from invoicekit_kukkingu.ids import CLIENT_ID
from invoicekit_kukkingu.lines import fetch_lines
from invoicekit_kukkingu.operations import GET_INVOICE, LIST_INVOICES
from invoicekit_kukkingu.status import raws_of
from invoicekit_kukkingu.wire_invoice import InvoiceRecord, read_invoice, read_invoices


def check_cursor(cursor: str | None) -> None:
    """Refuse a cursor: Kukkingu's lists come whole.

    Raises:
        UsageError: There is one, so it was not made here.
    """
    if cursor is not None:
        raise UsageError("Kukkingu's lists are not paged, so this cursor is not one of theirs")


async def fetch_invoice(sender: Sender, invoice_id: str) -> InvoiceRecord:
    """Read one invoice; where that route answers 404, out of the list.

    No page shows the route, so its 404 may mean the route or the invoice; the list tells which.

    Raises:
        NotFound: It is not in the list either: deleted, never there, or another tenant's.
        MalformedResponse: Not an invoice, or another one.
    """
    request = requests.get_invoice(invoice_id)
    try:
        response = await sender.send(GET_INVOICE, request)
    except NotFound as missing:
        found = next((one for one in await all_invoices(sender) if one.id == invoice_id), None)
        if found is None:
            raise missing from None
        return found
    return read_invoice(
        response.body,
        expected_id=invoice_id,
        where=f"invoice {invoice_id}",
        headers=response.shown_headers,
    )


async def fetch_whole_invoice(sender: Sender, invoice_id: str, amounts: BillableAmount) -> Invoice:
    """Read one invoice with its lines: two requests."""
    record = await fetch_invoice(sender, invoice_id)
    lines = await fetch_lines(sender, invoice_id)
    return record.invoice([line.item(amounts) for line in lines])


async def all_invoices(
    sender: Sender, *, contract_id: str | None = None, status: str | None = None
) -> list[InvoiceRecord]:
    """Read every invoice of the tenant, of a contract or of a status, in one request."""
    response = await sender.send(
        LIST_INVOICES, requests.list_invoices(contract_id=contract_id, status=status)
    )
    return read_invoices(response.body, headers=response.shown_headers)


async def list_invoices(sender: Sender, query: InvoiceQuery) -> Sequence[Invoice]:
    """Read the invoices that match, without lines; what the server cannot filter is filtered here."""
    raws = raws_of(query.statuses)
    is_open_ended = not query.statuses or InvoiceStatus.UNKNOWN in query.statuses
    if not raws and not is_open_ended:
        return ()  # Kukkingu has no word for any of them
    contract_ids: frozenset[str] | None = None
    if query.customer_id is not None:
        checked_id("customer", query.customer_id, CLIENT_ID)
        contracts = await all_contracts(sender, customer_id=query.customer_id)
        contract_ids = frozenset(contract.id for contract in contracts)
        if not contract_ids:
            return ()
    records = await all_invoices(
        sender,
        contract_id=next(iter(contract_ids)) if contract_ids and len(contract_ids) == 1 else None,
        status=next(iter(raws)) if len(raws) == 1 and not is_open_ended else None,
    )
    found = (
        record.invoice() for record in records if contract_ids is None or record.contract.id in contract_ids
    )
    return tuple(invoice for invoice in found if _matches(invoice, query))


def _matches(invoice: Invoice, query: InvoiceQuery) -> bool:
    if query.statuses and invoice.status not in query.statuses:
        return False
    if query.issued_from is None and query.issued_to is None:
        return True
    day = invoice.issue_date
    if not isinstance(day, date):
        return False
    return (query.issued_from is None or query.issued_from <= day) and (
        query.issued_to is None or day <= query.issued_to
    )


async def find_by_number(
    sender: Sender, number: str, *, contract_id: str | None = None
) -> Sequence[InvoiceRecord]:
    """Read every invoice with exactly this number; there is no search, so the whole list is read."""
    return [
        record
        for record in await all_invoices(sender, contract_id=contract_id)
        if record.wire.number == number
    ]
