"""The contract between invoicekit and an adapter."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import ClassVar, Generic, TypeVar

import attrs

from invoicekit.adapter.capabilities import Capabilities
from invoicekit.adapter.write import Write
from invoicekit.errors import NotApplied, UnsupportedOperation
from invoicekit.model import (
    Customer,
    EntryMarks,
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
    TimeEntry,
    TimeEntryQuery,
    TimeLink,
    TimeWindow,
)
from invoicekit.transport import HttpResponse, RateWindow, Sender, Site

ADAPTER_API = 1
"""The version of this contract; an adapter written for another is refused by name."""

C = TypeVar("C")


@attrs.frozen(kw_only=True)
class Probe:
    """What these credentials may really do.

    Attributes:
        capabilities: The adapter's, narrowed.
        windows: The limits of this account's plan; empty where the provider does not say.
        account_name: For people.
        facts: Further findings, for people: plan, time zone, features.
    """

    capabilities: Capabilities
    windows: tuple[RateWindow, ...] = ()
    account_name: str = ""
    facts: tuple[tuple[str, str], ...] = ()


class Adapter(ABC, Generic[C]):
    """One provider, in its own words.

    An adapter is stateless but for its configuration and its read sender: it holds no retries, no
    clock, no session. Reads are coroutines; writes are pure functions that return a `Write`.
    A method that is not overridden is refused before any request.

    Attributes:
        name: The name users connect by; the entry point's name.
        api: The contract version it was written for, as a number of its own: ``api = 1``. There is no
            default, or an old adapter would always look new.
        capabilities: What it can do.
        config_type: An attrs class, keyword-only: its fields are the adapter's settings.
    """

    name: ClassVar[str]
    api: ClassVar[int]
    capabilities: ClassVar[Capabilities]
    config_type: ClassVar[type]

    def __init__(self, config: C, sender: Sender) -> None:
        self.config = config
        self.sender = sender

    @classmethod
    @abstractmethod
    def site(cls, config: C) -> Site:
        """Say where the provider is for this configuration, as whom we call, and how often."""

    @classmethod
    @abstractmethod
    def refusal(cls, response: HttpResponse) -> NotApplied | None:
        """Classify a 4xx or 5xx answer.

        Returns:
            An error where the answer is in the provider's own shape and certainly had no effect;
            None where that is not certain: a write is then in doubt.
        """

    @property
    def account(self) -> str:
        """The account this adapter acts on."""
        return self.site(self.config).account

    # reads

    async def get_invoice(self, invoice_id: str) -> Invoice:
        """Read one invoice."""
        raise self._unsupported("get_invoice")

    async def find_invoices(self, number: str) -> Sequence[Invoice]:
        """Read every invoice with exactly this number."""
        raise self._unsupported("find_invoice")

    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        """Read one page of invoices."""
        raise self._unsupported("list_invoices")

    async def list_payments(self, invoice_id: str, cursor: str | None) -> Page[Payment]:
        """Read one page of an invoice's payments."""
        raise self._unsupported("list_payments")

    def aliases_of(self, payment: Payment) -> frozenset[str]:
        """Return by what ids a write may know a listed payment beside its own; no request.

        The ids that the writes of a `record_payment` give as their `Done.resource_id`; the marker in the
        note need not be among them.
        """
        return frozenset()

    async def list_time_entries(self, query: TimeEntryQuery, cursor: str | None) -> Page[TimeEntry]:
        """Read one page of time entries."""
        raise self._unsupported("list_time_entries")

    async def with_rates(self, entries: Sequence[TimeEntry]) -> Sequence[TimeEntry]:
        """Return the entries with the hourly rates that the list did not carry; reads only."""
        return entries

    def names_in(self, entry: TimeEntry) -> Mapping[str, str]:
        """Return what the ids in a time entry are called, as far as its own answer told; no request."""
        return {}

    async def find_time_entries(self, entry_ids: Sequence[str]) -> Sequence[TimeEntry] | None:
        """Read one batch of time entries by one request; those that the provider does not know are left out.

        None where no such read exists: what is at fault in a refused batch is then found by halving it.
        """
        return None

    async def list_customers(self, cursor: str | None) -> Page[Customer]:
        """Read one page of customers."""
        raise self._unsupported("list_customers")

    async def get_customer(self, customer_id: str) -> Customer:
        """Read one customer."""
        raise self._unsupported("get_customer")

    def export_pdf(self, invoice_id: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Stream the invoice's PDF."""
        raise self._unsupported("export_pdf")

    async def probe(self) -> Probe:
        """Find out what these credentials may really do; sends reads only."""
        return Probe(capabilities=self.capabilities)

    # writes

    def create_invoice(self, new: NewInvoice) -> Write[Invoice]:
        """Create a draft."""
        raise self._unsupported("create_invoice")

    def update_invoice(self, invoice_id: str, change: InvoiceChange) -> Write[Invoice]:
        """Change some fields and keep the rest."""
        raise self._unsupported("update_invoice")

    def set_status(self, change: StatusChange) -> Write[Invoice]:
        """Set the status; the state's refusals come out of `Write.look`."""
        raise self._unsupported("set_status")

    def delete_invoice(self, invoice_id: str) -> Write[None]:
        """Delete the invoice; gone is done."""
        raise self._unsupported("delete_invoice")

    def duplicate_invoice(self, invoice_id: str) -> Write[Invoice]:
        """Copy an invoice as a new draft."""
        raise self._unsupported("duplicate_invoice")

    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        """Record money received."""
        raise self._unsupported("record_payment")

    def delete_payment(self, invoice_id: str, payment_id: str) -> Write[None]:
        """Delete a recorded payment; gone is done."""
        raise self._unsupported("delete_payment")

    def refund(self, refund: NewRefund) -> Write[Payment]:
        """Give money back on a paid invoice."""
        raise self._unsupported("refund")

    def create_credit_note(self, note: NewCreditNote) -> Write[Invoice]:
        """Issue a credit note against an invoice."""
        raise self._unsupported("create_credit_note")

    def write_off(self, invoice_id: str) -> Write[Invoice]:
        """Give up what is still owed."""
        raise self._unsupported("write_off")

    def mark_time_entries(self, marks: EntryMarks) -> Write[None]:
        """Set the invoiced flag of one batch."""
        raise self._unsupported("mark_time_entries")

    def link_time_entries(self, link: TimeLink) -> Write[None]:
        """Tie time entries to the invoice that bills them."""
        raise self._unsupported("link_time_entries")

    def import_time_entries(self, invoice_id: str, window: TimeWindow) -> Write[Invoice]:
        """Have the provider make lines of tracked time, and tie the entries to the invoice."""
        raise self._unsupported("import_time_entries")

    def create_customer(self, new: NewCustomer) -> Write[Customer]:
        """Create a customer."""
        raise self._unsupported("create_customer")

    def _unsupported(self, method: str) -> UnsupportedOperation:
        instead = self.capabilities.of(method).alternative
        hint = f"; instead: {instead}" if instead else ""
        return UnsupportedOperation(f"{self.name} cannot {method.replace('_', ' ')}{hint}")
