"""Clockify behind the neutral interface."""

from collections.abc import Sequence
from typing import ClassVar

from invoicekit.adapter import Adapter, Capabilities, HttpResponse, Sender, Site, Write
from invoicekit.errors import NotApplied
from invoicekit.model import (
    EntryMarks,
    Invoice,
    InvoiceQuery,
    NewPayment,
    Page,
    Payment,
    StatusChange,
    TimeEntry,
    TimeEntryQuery,
)
from invoicekit_clockify.capabilities import CAPABILITIES
from invoicekit_clockify.config import ClockifyConfig
from invoicekit_clockify.entries import entry_page, mark_entries
from invoicekit_clockify.invoices import fetch_invoice, find_by_number, invoice_page
from invoicekit_clockify.operations import Writes
from invoicekit_clockify.payments import delete_payment, payment_page, record_payment
from invoicekit_clockify.refusal import read_refusal
from invoicekit_clockify.requests import Requests
from invoicekit_clockify.transitions import set_status


class Clockify(Adapter[ClockifyConfig]):
    """One Clockify workspace.

    What Clockify alone has stands in the further methods, under `InvoiceService.native`.
    """

    name: ClassVar[str] = "clockify"
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    config_type: ClassVar[type] = ClockifyConfig

    def __init__(self, config: ClockifyConfig, sender: Sender) -> None:
        super().__init__(config, sender)
        self._requests = Requests(workspace=config.workspace, page_size=config.page_size)
        self._writes = Writes.settling_within(config.settle_seconds)

    @classmethod
    def site(cls, config: ClockifyConfig) -> Site:
        """Say where the workspace is, as whom we call, and how often."""
        return config.site()

    @classmethod
    def refusal(cls, response: HttpResponse) -> NotApplied | None:
        """Classify an error answer by Clockify's own words."""
        return read_refusal(response)

    @property
    def account(self) -> str:
        """The workspace's id."""
        return self._requests.workspace

    async def get_invoice(self, invoice_id: str) -> Invoice:
        """Read one invoice."""
        return (await fetch_invoice(self.sender, self._requests, invoice_id)).invoice()

    async def find_invoices(self, number: str) -> Sequence[Invoice]:
        """Read every invoice with exactly this number, as search rows: without lines and taxes."""
        return [record.invoice() for record in await find_by_number(self.sender, self._requests, number)]

    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        """Read one page of invoices, as list rows: without lines and taxes."""
        page = await invoice_page(self.sender, self._requests, query, cursor)
        return Page(items=tuple(record.invoice() for record in page.items), next_cursor=page.next_cursor)

    async def list_payments(self, invoice_id: str, cursor: str | None) -> Page[Payment]:
        """Read one page of an invoice's payments; the first page costs one read more, for the currency."""
        return await payment_page(self.sender, self._requests, invoice_id, cursor)

    async def list_time_entries(self, query: TimeEntryQuery, cursor: str | None) -> Page[TimeEntry]:
        """Read one page of time entries; with a range, from the detailed report."""
        return await entry_page(self.sender, self._requests, query, cursor)

    def set_status(self, change: StatusChange) -> Write[Invoice]:
        """Set the status; the state's refusals come out of `Write.look`."""
        return set_status(self._requests, self._writes, change)

    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        """Record money received."""
        return record_payment(self._requests, self._writes, payment)

    def delete_payment(self, invoice_id: str, payment_id: str) -> Write[None]:
        """Delete a recorded payment; gone is done."""
        return delete_payment(self._requests, self._writes, invoice_id, payment_id)

    def mark_time_entries(self, marks: EntryMarks) -> Write[None]:
        """Set the invoiced flag of one batch; it links the entries to no invoice."""
        return mark_entries(self._requests, self._writes, marks)
