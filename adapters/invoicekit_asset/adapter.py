"""Asset behind the neutral interface."""

from collections.abc import Sequence
from typing import ClassVar

from invoicekit.adapter import Capabilities, HttpResponse, Probe, Site, Write
from invoicekit.errors import NotApplied, UsageError
from invoicekit.model import (
    Customer,
    Invoice,
    InvoiceChange,
    InvoiceQuery,
    NewCreditNote,
    NewCustomer,
    NewInvoice,
    NewPayment,
    NewRefund,
    Page,
    Payment,
    StatusChange,
)
from invoicekit_asset.account import probe
from invoicekit_asset.capabilities import CAPABILITIES
from invoicekit_asset.changes import update_invoice
from invoicekit_asset.config import AssetConfig
from invoicekit_asset.customers import create_customer, customer_page, fetch_customer
from invoicekit_asset.native import AssetNative
from invoicekit_asset.refusal import read_refusal
from invoicekit_asset.transitions import set_status


class Asset(AssetNative):
    """One business at Asset.

    What Asset alone has stands in the further methods, under `InvoiceService.native`.
    """

    name: ClassVar[str] = "asset"
    api: ClassVar[int] = 1
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    config_type: ClassVar[type] = AssetConfig

    @classmethod
    def site(cls, config: AssetConfig) -> Site:
        """Say where the business is, as whom we call, and how often."""
        return config.site()

    @classmethod
    def refusal(cls, response: HttpResponse) -> NotApplied | None:
        """Classify an error answer by its status, where its body is one of Asset's."""
        return read_refusal(response)

    @property
    def account(self) -> str:
        """The business's id."""
        return self.config.business_id

    async def get_invoice(self, invoice_id: str) -> Invoice:
        """Read one invoice with its lines."""
        return (await self._invoices.one(self.sender, invoice_id)).invoice()

    async def find_invoices(self, number: str) -> Sequence[Invoice]:
        """Read every invoice with exactly this number, out of the whole list."""
        found = await self._invoices.of_numbers(self.sender, {number})
        return [record.invoice() for record in found]

    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        """Read one page of invoices; filtered here too, so it may be short or empty."""
        page = await self._invoices.page(self.sender, query, cursor)
        return Page(items=tuple(record.invoice() for record in page.items), next_cursor=page.next_cursor)

    async def list_payments(self, invoice_id: str, cursor: str | None) -> Page[Payment]:
        """Read an invoice's payments, all on one page; write-offs are not among them.

        Raises:
            UsageError: There is a cursor, so it was not made here.
        """
        if cursor is not None:
            raise UsageError("Asset's payments are not paged, so this cursor is not one of theirs")
        return await self._invoices.payments(self.sender, invoice_id)

    def aliases_of(self, payment: Payment) -> frozenset[str]:
        """Return the transaction that the money came by: what Asset applied by itself has no other name."""
        transaction = payment.raw.get("transaction_id")
        return frozenset({transaction} if isinstance(transaction, str) else ())

    async def list_customers(self, cursor: str | None) -> Page[Customer]:
        """Read one page of customers."""
        return await customer_page(self.sender, self._requests, self.config.currency, cursor)

    async def get_customer(self, customer_id: str) -> Customer:
        """Read one customer, out of the list."""
        return await fetch_customer(self.sender, self._requests, self.config.currency, customer_id)

    async def probe(self) -> Probe:
        """Read one customer to prove the credentials, and tell the limit its answer shows."""
        return await probe(self.sender, self._requests, self.config, self.capabilities)

    def create_invoice(self, new: NewInvoice) -> Write[Invoice]:
        """Create an invoice, which is open at once."""
        return self._maker.one(new)

    def update_invoice(self, invoice_id: str, change: InvoiceChange) -> Write[Invoice]:
        """Replace the tags; no other field of a neutral change can be changed here."""
        return update_invoice(self._requests, self._writes, self._invoices, invoice_id, change)

    def set_status(self, change: StatusChange) -> Write[Invoice]:
        """Set OPEN, UNCOLLECTIBLE or VOID; the state's refusals come out of `Write.look`."""
        return set_status(self._requests, self._writes, self._invoices, change)

    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        """Record money received: a transaction, then its application to the invoice."""
        return self._payments.record(payment)

    def refund(self, refund: NewRefund) -> Write[Payment]:
        """Give money back on an invoice, whole or of its only line."""
        return self._refunds.neutral(refund)

    def create_credit_note(self, note: NewCreditNote) -> Write[Invoice]:
        """Grant the invoice's customer credit."""
        return self._memos.create(note)

    def write_off(self, invoice_id: str) -> Write[Invoice]:
        """Give up what is still owed."""
        return self._credit.write_off(invoice_id)

    def create_customer(self, new: NewCustomer) -> Write[Customer]:
        """Create a customer; the name is the natural key."""
        return create_customer(self._requests, self._writes, self.config.currency, new)
