"""How invoices are read: one, a page, or all of one number."""

from collections.abc import Sequence

from invoicekit.adapter import Done, Sender
from invoicekit.errors import NotFound
from invoicekit.model import Invoice, InvoiceQuery, InvoiceStatus, Page, Pager
from invoicekit_clockify.operations import GET_INVOICE, LIST_INVOICES, SEARCH_INVOICES
from invoicekit_clockify.paging import Bookmark
from invoicekit_clockify.refusal import MISSING
from invoicekit_clockify.requests import Requests
from invoicekit_clockify.status import raws_of
from invoicekit_clockify.wire_invoice import (
    InvoiceHead,
    InvoiceRecord,
    encode_search,
    read_head,
    read_invoice,
    read_invoices,
)


def done_with(record: InvoiceRecord) -> Done[Invoice]:
    """Return an invoice as the result of a write, with the answer that shows it."""
    return Done(value=record.invoice(), resource_id=record.id, raw=record.raw, headers=record.headers)


async def fetch_invoice(sender: Sender, requests: Requests, invoice_id: str) -> InvoiceRecord:
    """Read one invoice.

    Raises:
        NotFound: It is deleted, was never there, or is another workspace's.
        MalformedResponse: Not an invoice, or another one.
    """
    response = await sender.send(GET_INVOICE, requests.invoice(invoice_id))
    return read_invoice(
        response.body,
        expected_id=invoice_id,
        where=f"invoice {invoice_id}",
        headers=response.shown_headers,
    )


async def fetch_head(sender: Sender, requests: Requests, invoice_id: str) -> InvoiceHead:
    """Read one invoice, no further than a payment needs it; see `fetch_invoice`."""
    response = await sender.send(GET_INVOICE, requests.invoice(invoice_id))
    return read_head(response.body, expected_id=invoice_id, where=f"invoice {invoice_id}")


async def fetch_unless_gone(sender: Sender, requests: Requests, invoice_id: str) -> InvoiceRecord | None:
    """Read one invoice; None where Clockify itself says that there is none.

    A 404 in a proxy's words, or for want of such a route, proves nothing and is raised.
    """
    try:
        return await fetch_invoice(sender, requests, invoice_id)
    except NotFound as missing:
        if missing.code != MISSING:
            raise
        return None


async def invoice_page(
    sender: Sender, requests: Requests, query: InvoiceQuery, cursor: str | None
) -> Page[InvoiceRecord]:
    """Read one page of invoices; the plain list unless the query needs the search."""
    bookmark = Bookmark.at(cursor)
    is_open_ended = InvoiceStatus.UNKNOWN in query.statuses
    statuses = () if is_open_ended else raws_of(query.statuses)
    if query.statuses and not statuses and not is_open_ended:
        return Page(items=())  # Clockify has no word for any of them
    if query.customer_id is None and query.issued_from is None and query.issued_to is None:
        response = await sender.send(LIST_INVOICES, requests.invoices(bookmark.page, statuses))
    else:
        body = encode_search(
            page=bookmark.page,
            page_size=requests.page_size,
            statuses=statuses,
            customer_id=query.customer_id,
            issued_from=query.issued_from,
            issued_to=query.issued_to,
        )
        response = await sender.send(SEARCH_INVOICES, requests.search(body))
    records, total = read_invoices(response.body, headers=response.shown_headers)
    following = bookmark.after(response, count=len(records), total=total)
    if is_open_ended:
        records = tuple(record for record in records if record.invoice().status in query.statuses)
    return Page(items=records, next_cursor=following)


async def find_by_number(sender: Sender, requests: Requests, number: str) -> Sequence[InvoiceRecord]:
    """Read every invoice with exactly this number, to the search's proven end."""

    async def fetch(cursor: str | None) -> Page[InvoiceRecord]:
        bookmark = Bookmark.at(cursor)
        body = encode_search(page=bookmark.page, page_size=requests.page_size, number=number)
        response = await sender.send(SEARCH_INVOICES, requests.search(body))
        records, total = read_invoices(response.body, headers=response.shown_headers)
        return Page(items=records, next_cursor=bookmark.after(response, count=len(records), total=total))

    found = await Pager(fetch).snapshot()
    return [record for record in found if record.wire.number == number]
