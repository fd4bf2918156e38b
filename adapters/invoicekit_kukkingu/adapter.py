"""Kukkingu behind the neutral interface."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import ClassVar

from invoicekit.adapter import Capabilities, HttpResponse, Probe, Site, Write
from invoicekit.errors import NotApplied, UsageError
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
    TimeLink,
)
from invoicekit_kukkingu.capabilities import CAPABILITIES
from invoicekit_kukkingu.changes import update_invoice
from invoicekit_kukkingu.config import KukkinguConfig
from invoicekit_kukkingu.directory import (
    all_customers,
    create_customer,
    fetch_contract,
    fetch_customer,
    fetch_health,
)
from invoicekit_kukkingu.drafts import create_invoice
from invoicekit_kukkingu.entries import link_entries, list_entries, mark_entries
from invoicekit_kukkingu.invoices import (
    check_cursor,
    fetch_whole_invoice,
    find_by_number,
    list_invoices,
)
from invoicekit_kukkingu.native import KukkinguNative
from invoicekit_kukkingu.payments import list_payments, record_payment
from invoicekit_kukkingu.pdf import open_pdf
from invoicekit_kukkingu.refusal import read_refusal
from invoicekit_kukkingu.transitions import set_status


class Kukkingu(KukkinguNative):
    """One Kukkingu tenant.

    What Kukkingu alone has stands in the further methods, under `InvoiceService.native`.
    """

    name: ClassVar[str] = "kukkingu"
    api: ClassVar[int] = 1
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    config_type: ClassVar[type] = KukkinguConfig

    @classmethod
    def site(cls, config: KukkinguConfig) -> Site:
        """Say where the tenant is, as whom we call, and how often."""
        return config.site()

    @classmethod
    def refusal(cls, response: HttpResponse) -> NotApplied | None:
        """Classify an error answer by Kukkingu's own words."""
        return read_refusal(response)

    @property
    def account(self) -> str:
        """The tenant's id."""
        return self.config.tenant_id

    async def get_invoice(self, invoice_id: str) -> Invoice:
        """Read one invoice with its lines."""
        return await fetch_whole_invoice(self.sender, invoice_id, self.config.billable_amount)

    async def find_invoices(self, number: str) -> Sequence[Invoice]:
        """Read every invoice of the tenant with exactly this number, without lines."""
        return [record.invoice() for record in await find_by_number(self.sender, number)]

    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        """Read all invoices that match, without lines: there is one page."""
        check_cursor(cursor)
        return Page(items=tuple(await list_invoices(self.sender, query)))

    async def list_payments(self, invoice_id: str, cursor: str | None) -> Page[Payment]:
        """Read the one payment that paidAt stands for, or none."""
        check_cursor(cursor)
        return Page(items=tuple(await list_payments(self.sender, invoice_id)))

    async def list_time_entries(self, query: TimeEntryQuery, cursor: str | None) -> Page[TimeEntry]:
        """Read all time entries that match: there is one page."""
        check_cursor(cursor)
        return Page(items=tuple(await list_entries(self.sender, query)))

    async def list_customers(self, cursor: str | None) -> Page[Customer]:
        """Read all clients: there is one page."""
        check_cursor(cursor)
        return Page(items=tuple(await all_customers(self.sender)))

    async def get_customer(self, customer_id: str) -> Customer:
        """Read one client."""
        return await fetch_customer(self.sender, customer_id)

    def export_pdf(self, invoice_id: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Stream the invoice's PDF from where it waits, which gets none of our credentials."""
        return open_pdf(self.sender, invoice_id, is_local=self.config.base_url.startswith("http:"))

    async def probe(self) -> Probe:
        """Read the service's health, and with the token the clients and the configured contract."""
        health = await fetch_health(self.sender)
        customers = await all_customers(self.sender)
        facts = [
            ("service", f"{health.name} {health.version}, {health.status}"),
            ("clients", str(len(customers))),
        ]
        if self.config.contract_id is not None:
            contract = await fetch_contract(self.sender, self.config.contract_id)
            facts.append(("contract", str(contract.name)))
        return Probe(capabilities=CAPABILITIES, account_name=self.config.tenant_id, facts=tuple(facts))

    def create_invoice(self, new: NewInvoice) -> Write[Invoice]:
        """Create a draft on a contract, then its lines: a chain of writes."""
        return create_invoice(self.config, self._writes, new)

    def update_invoice(self, invoice_id: str, change: InvoiceChange) -> Write[Invoice]:
        """Change some fields of a draft and keep the rest."""
        return update_invoice(self._writes, invoice_id, change)

    def create_customer(self, new: NewCustomer) -> Write[Customer]:
        """Create a client; the name is the natural key."""
        return create_customer(self._writes, new)

    def set_status(self, change: StatusChange) -> Write[Invoice]:
        """Finalize or void; the state's refusals come out of `Write.look`."""
        return set_status(self._writes, change)

    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        """Record the full payment by setting paidAt."""
        return record_payment(self._writes, payment)

    def link_time_entries(self, link: TimeLink) -> Write[None]:
        """Hang time entries on a line of the invoice, one write each.

        Raises:
            UsageError: No line is named; nothing was sent.
        """
        if link.line_id is None:
            raise UsageError("Kukkingu hangs time on a line: name it with line_id=; nothing was sent")
        return link_entries(self._writes, link.entry_ids, link.line_id)

    def mark_time_entries(self, marks: EntryMarks) -> Write[None]:
        """Hang time entries on the configured line, or take them off theirs: one write each."""
        return mark_entries(self.config, self._writes, marks)
