"""Clockify behind the neutral interface."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import ClassVar

from invoicekit.adapter import Capabilities, HttpResponse, Probe, Site, Write
from invoicekit.errors import NotApplied
from invoicekit.model import (
    Customer,
    EntryMarks,
    Invoice,
    InvoiceChange,
    InvoiceQuery,
    NewCustomer,
    NewInvoice,
    NewPayment,
    Page,
    Payment,
    StatusChange,
    TimeEntry,
    TimeEntryQuery,
    TimeWindow,
)
from invoicekit_clockify.account import fetch_current_user, fetch_workspace, probe_of
from invoicekit_clockify.capabilities import CAPABILITIES
from invoicekit_clockify.changes import delete_invoice, duplicate_invoice, replace_invoice
from invoicekit_clockify.config import ClockifyConfig
from invoicekit_clockify.customers import create_customer, customer_page, fetch_customer
from invoicekit_clockify.drafts import create_invoice
from invoicekit_clockify.entries import entries_with_rates, entry_page, mark_entries
from invoicekit_clockify.invoices import fetch_invoice, find_by_number, invoice_page
from invoicekit_clockify.native import ClockifyNative
from invoicekit_clockify.operations import EXPORT_PDF
from invoicekit_clockify.payments import delete_payment, payment_page, record_payment
from invoicekit_clockify.refusal import read_refusal
from invoicekit_clockify.time_import import import_time, names_in
from invoicekit_clockify.transitions import set_status


class Clockify(ClockifyNative):
    """One Clockify workspace.

    What Clockify alone has stands in the further methods, under `InvoiceService.native`.
    """

    name: ClassVar[str] = "clockify"
    api: ClassVar[int] = 1
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    config_type: ClassVar[type] = ClockifyConfig

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

    async def list_customers(self, cursor: str | None) -> Page[Customer]:
        """Read one page of clients, archived ones included."""
        return await customer_page(self.sender, self._requests, cursor)

    async def get_customer(self, customer_id: str) -> Customer:
        """Read one client."""
        return await fetch_customer(self.sender, self._requests, customer_id)

    def export_pdf(self, invoice_id: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Stream the invoice's PDF, in English.

        Source: vendor OpenAPI document, GET .../invoices/{invoiceId}/export: userLocale is required; live.
        """
        return self.sender.stream(EXPORT_PDF, self._requests.export_pdf(invoice_id))

    async def probe(self) -> Probe:
        """Read the workspace's plan and features, and with a user's key the account's time zone."""
        workspace = await fetch_workspace(self.sender, self._requests)
        user = await fetch_current_user(self.sender) if self.config.api_key else None
        return probe_of(workspace, user, has_fixed_rate=self.config.rate is not None)

    def create_invoice(self, new: NewInvoice) -> Write[Invoice]:
        """Create a draft, then its note and subject, then its lines: a chain of writes."""
        return create_invoice(self._requests, self._writes, new)

    def update_invoice(self, invoice_id: str, change: InvoiceChange) -> Write[Invoice]:
        """Change some fields and keep the rest; refused on paid, partly paid and void invoices."""
        return replace_invoice(self._requests, self._writes.update_invoice, invoice_id, change)

    def delete_invoice(self, invoice_id: str) -> Write[None]:
        """Delete an invoice that holds no payments; gone is done."""
        return delete_invoice(self._requests, self._writes, invoice_id)

    def duplicate_invoice(self, invoice_id: str) -> Write[Invoice]:
        """Copy an invoice as a new draft."""
        return duplicate_invoice(self._requests, self._writes, invoice_id)

    def create_customer(self, new: NewCustomer) -> Write[Customer]:
        """Create a client; the name is the natural key."""
        return create_customer(self._requests, self._writes, new)

    def set_status(self, change: StatusChange) -> Write[Invoice]:
        """Set the status; the state's refusals come out of `Write.look`."""
        return set_status(self._requests, self._writes, change)

    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        """Record money received."""
        return record_payment(self._requests, self._writes, payment)

    def delete_payment(self, invoice_id: str, payment_id: str) -> Write[None]:
        """Delete a recorded payment; gone is done."""
        return delete_payment(self._requests, self._writes, invoice_id, payment_id)

    def import_time_entries(self, invoice_id: str, window: TimeWindow) -> Write[Invoice]:
        """Have Clockify make lines of tracked time; the only way to tie entries to an invoice."""
        return import_time(self._requests, self._writes, invoice_id, window)

    async def with_rates(self, entries: Sequence[TimeEntry]) -> Sequence[TimeEntry]:
        """Read the rates in batches: rows of the report name no currency."""
        return await entries_with_rates(self.sender, self._requests, entries)

    def names_in(self, entry: TimeEntry) -> Mapping[str, str]:
        """Return the names that a row of the detailed report carries beside its ids."""
        return names_in(entry)

    def mark_time_entries(self, marks: EntryMarks) -> Write[None]:
        """Set the invoiced flag of one batch; it links the entries to no invoice."""
        return mark_entries(self._requests, self._writes, marks)
