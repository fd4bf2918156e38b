"""What Asset has beyond the neutral interface."""

from collections.abc import Mapping, Sequence

from invoicekit.adapter import Adapter, Sender, Write
from invoicekit.model import Customer, Invoice, Money, NewInvoice, Page, Payment
from invoicekit_asset.account import customer_credits
from invoicekit_asset.changes import LineChange, change_lines
from invoicekit_asset.config import AssetConfig
from invoicekit_asset.credit import CreditDesk
from invoicekit_asset.credit_notes import MemoDesk
from invoicekit_asset.customer_changes import CustomerChange, update_customer
from invoicekit_asset.drafts import CreatedInvoices, InvoiceMaker
from invoicekit_asset.invoices import InvoiceReader
from invoicekit_asset.operations import Writes
from invoicekit_asset.payments import PaymentDesk
from invoicekit_asset.refunds import RefundDesk
from invoicekit_asset.requests import Requests
from invoicekit_asset.wire_refund import CreditMemo, Refund, RefundOrder


class AssetNative(Adapter[AssetConfig]):
    """Asset's own calls: reads run as they are, writes go through `InvoiceService.write`."""

    def __init__(self, config: AssetConfig, sender: Sender) -> None:
        super().__init__(config, sender)
        requests = self._requests = Requests(
            business=config.business_id, page_size=config.page_size, user_id=config.user_id
        )
        writes = self._writes = Writes.settling_within(config.settle_seconds)
        reader = self._invoices = InvoiceReader(requests=requests, currency=config.currency)
        self._maker = InvoiceMaker(config=config, requests=requests, writes=writes, reader=reader)
        self._payments = PaymentDesk(config=config, requests=requests, writes=writes, reader=reader)
        self._credit = CreditDesk(config=config, requests=requests, writes=writes, reader=reader)
        self._refunds = RefundDesk(config=config, requests=requests, writes=writes, reader=reader)
        self._memos = MemoDesk(config=config, requests=requests, writes=writes, reader=reader)

    # --- invoices -----------------------------------------------------------------------------

    def create_invoices(self, news: Sequence[NewInvoice]) -> Write[CreatedInvoices]:
        """Create up to 100 invoices in one request, each with an outcome of its own."""
        return self._maker.many(news)

    def change_lines(self, invoice_id: str, change: LineChange) -> Write[Invoice]:
        """Remove lines by id and add others; refused on paid, refunded and voided invoices."""
        return change_lines(self.config, self._requests, self._writes, self._invoices, invoice_id, change)

    # --- money --------------------------------------------------------------------------------

    def apply_credit(self, invoice_id: str, amount: Money) -> Write[Payment]:
        """Pay a part of an invoice from its customer's credit; never repeated when in doubt."""
        return self._credit.apply(invoice_id, amount)

    def refund_invoice(self, order: RefundOrder) -> Write[Payment]:
        """Refund up to a hundred invoices or lines, with date and method."""
        return self._refunds.order(order)

    async def list_refunds(self, cursor: str | None = None) -> Page[Refund]:
        """Read one page of all refunds."""
        return await self._refunds.page(self.sender, cursor)

    async def list_invoice_refunds(self, invoice_id: str) -> Sequence[Refund]:
        """Read all refunds of one invoice."""
        return await self._refunds.of_invoice(self.sender, invoice_id)

    async def list_credit_memos(
        self, cursor: str | None = None, *, customer_id: str | None = None
    ) -> Page[CreditMemo]:
        """Read one page of credit memos."""
        return await self._memos.page(self.sender, cursor, customer_id=customer_id)

    async def get_credit_memo(self, memo_id: str) -> CreditMemo:
        """Read one credit memo."""
        return await self._memos.one(self.sender, memo_id)

    def void_credit_memo(self, memo_id: str) -> Write[CreditMemo]:
        """Void a credit memo, which takes the credit back."""
        return self._memos.void(memo_id)

    # --- customers ----------------------------------------------------------------------------

    def update_customer(self, customer_id: str, change: CustomerChange) -> Write[Customer]:
        """Change name, e-mail, telephone or addresses of a customer."""
        return update_customer(self._requests, self._writes, self.config.currency, customer_id, change)

    async def customer_credits(self) -> Mapping[str, Money]:
        """Read what credit each customer has, by customer id."""
        return await customer_credits(self.sender, self._requests, self.config.currency)
