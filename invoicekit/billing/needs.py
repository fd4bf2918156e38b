"""What billing needs of a service."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from invoicekit.adapter import Adapter, Capabilities
from invoicekit.batch import ItemOutcome
from invoicekit.model import (
    Invoice,
    InvoiceChange,
    NewLineItem,
    Pager,
    Payment,
    TimeEntry,
    TimeWindow,
    WriteResult,
)


class Marked(Protocol):
    """How marking entries ended."""

    @property
    def problems(self) -> tuple[ItemOutcome[None], ...]:
        """The ids that are not as asked, with reasons."""
        ...


class BillingService(Protocol):
    """The calls of `InvoiceService` by which time gets onto an invoice."""

    @property
    def provider(self) -> str:
        """The adapter's name."""
        ...

    @property
    def account(self) -> str:
        """The workspace, tenant or business."""
        ...

    @property
    def native(self) -> Adapter[object]:
        """The typed adapter."""
        ...

    def capabilities(self) -> Capabilities:
        """Return what the adapter declares."""
        ...

    def list_time_entries(
        self,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        invoiced: bool | None = None,
        customer_id: str | None = None,
    ) -> Pager[TimeEntry]:
        """List time entries."""
        ...

    def list_payments(self, invoice_id: str) -> Pager[Payment]:
        """List an invoice's payments."""
        ...

    async def find_invoice(self, *, number: str) -> Invoice | None:
        """Read the invoice with exactly this number."""
        ...

    async def get_invoice(self, invoice_id: str) -> Invoice:
        """Read one invoice."""
        ...

    async def create_invoice(
        self,
        *,
        number: str,
        customer_id: str,
        currency: str,
        issue_date: date,
        due_date: date,
        subject: str | None = None,
        note: str | None = None,
        line_items: Sequence[NewLineItem] = (),
    ) -> WriteResult[Invoice]:
        """Create a draft; a repeat with the same number finds the first one."""
        ...

    async def update_invoice(self, invoice_id: str, change: InvoiceChange) -> WriteResult[Invoice]:
        """Change the given fields and keep all others."""
        ...

    async def delete_invoice(self, invoice_id: str) -> WriteResult[None]:
        """Delete the invoice; gone is done."""
        ...

    async def import_time_entries(self, invoice_id: str, window: TimeWindow) -> WriteResult[Invoice]:
        """Have the provider make lines of tracked time."""
        ...

    async def link_time_entries(
        self, invoice_id: str, entry_ids: Sequence[str], *, line_id: str | None = None
    ) -> WriteResult[None]:
        """Tie time entries to the invoice that bills them."""
        ...

    async def mark_time_entries(self, entry_ids: Iterable[str], *, invoiced: bool = True) -> Marked:
        """Set the invoiced flag of any number of entries."""
        ...
