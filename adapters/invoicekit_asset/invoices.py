"""How invoices are read: one, a page, or all of one number."""

from collections.abc import Collection, Sequence
from datetime import date

import attrs

from invoicekit.adapter import Sender
from invoicekit.model import InvoiceQuery, InvoiceStatus, Page, Pager, Payment
from invoicekit_asset.operations import GET_INVOICE, LIST_INVOICES
from invoicekit_asset.requests import Requests
from invoicekit_asset.status import raws_of
from invoicekit_asset.wire_invoice import InvoiceRecord, read_invoice, read_invoices


@attrs.frozen(kw_only=True)
class InvoiceReader:
    """Reads the invoices of one business, in its configured currency."""

    requests: Requests
    currency: str

    async def one(self, sender: Sender, invoice_id: str) -> InvoiceRecord:
        """Read one invoice.

        Raises:
            NotFound: It was never there, or is another business's.
            MalformedResponse: Not an invoice, or another one.
        """
        response = await sender.send(GET_INVOICE, self.requests.invoice(invoice_id))
        where = f"invoice {invoice_id}"
        return read_invoice(
            response.body,
            self.currency,
            expected_id=invoice_id,
            where=where,
            headers=response.shown_headers,
        )

    async def page(self, sender: Sender, query: InvoiceQuery, cursor: str | None) -> Page[InvoiceRecord]:
        """Read one page; what Asset cannot filter by is filtered here, so a page may be short or empty.

        Source: vendor docs: the list knows the due date and the status, and neither customer nor issue date.
        """
        is_open_ended = InvoiceStatus.UNKNOWN in query.statuses
        statuses = () if is_open_ended else raws_of(query.statuses)
        if query.statuses and not statuses and not is_open_ended:
            return Page(items=())  # Asset has no word for any of them
        response = await sender.send(LIST_INVOICES, self.requests.invoices(cursor, statuses=statuses))
        records, following = read_invoices(response.body, self.currency, headers=response.shown_headers)
        kept = tuple(record for record in records if _is_wanted(record, query))
        return Page(items=kept, next_cursor=following)

    async def of_numbers(
        self, sender: Sender, numbers: Collection[str], *, due_at: str | None = None
    ) -> Sequence[InvoiceRecord]:
        """Read every invoice with exactly one of these numbers, to the list's proven end.

        Args:
            due_at: Narrows to those due at this instant, which spares reading all invoices.
        """

        async def fetch(cursor: str | None) -> Page[InvoiceRecord]:
            response = await sender.send(LIST_INVOICES, self.requests.invoices(cursor, due_at=due_at))
            records, following = read_invoices(response.body, self.currency, headers=response.shown_headers)
            return Page(items=records, next_cursor=following)

        return [record async for record in Pager(fetch) if record.wire.number in numbers]

    async def payments(self, sender: Sender, invoice_id: str) -> Page[Payment]:
        """Read an invoice's payments, which stand in the invoice; write-offs are none."""
        record = await self.one(sender, invoice_id)
        return Page(items=tuple(record.payment(row) for row in record.payments if row.is_money))


def _is_wanted(record: InvoiceRecord, query: InvoiceQuery) -> bool:
    invoice = record.invoice()
    if query.statuses and invoice.status not in query.statuses:
        return False
    if query.customer_id is not None and invoice.customer_id != query.customer_id:
        return False
    if query.issued_from is None and query.issued_to is None:
        return True
    issued = invoice.issue_date
    return (
        isinstance(issued, date)
        and (query.issued_from is None or issued >= query.issued_from)
        and (query.issued_to is None or issued <= query.issued_to)
    )
