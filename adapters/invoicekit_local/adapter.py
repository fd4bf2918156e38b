"""The embedded ledger behind the neutral interface: no HTTP, every capability its own."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import ClassVar, TypeVar

import attrs

from invoicekit.adapter import (
    Adapter,
    Capabilities,
    Done,
    HttpResponse,
    NoKey,
    Operation,
    Sender,
    Sighting,
    Site,
    Write,
)
from invoicekit.errors import NotApplied, OutcomeUnknown, UnsupportedOperation, UsageError
from invoicekit.model import (
    Customer,
    EntryMarks,
    Invoice,
    InvoiceChange,
    InvoiceQuery,
    InvoiceStatus,
    Money,
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
)
from invoicekit.wire import canonical
from invoicekit_local import ledger, operations, payments, reading, timesheet
from invoicekit_local.books import Books
from invoicekit_local.capabilities import CAPABILITIES
from invoicekit_local.config import LocalConfig
from invoicekit_local.exchange import export_books, import_books
from invoicekit_local.pdf import invoice_pdf
from invoicekit_local.rows import DRAFT, OPEN, PAID, UNCOLLECTIBLE, VOID
from invoicekit_local.writing import done, unless_there

T = TypeVar("T")

_WORDS = {
    InvoiceStatus.DRAFT: DRAFT,
    InvoiceStatus.OPEN: OPEN,
    InvoiceStatus.PAID: PAID,
    InvoiceStatus.UNCOLLECTIBLE: UNCOLLECTIBLE,
    InvoiceStatus.VOID: VOID,
}


class Local(Adapter[LocalConfig]):
    """One SQLite file as a ledger.

    Every write is one transaction, and every reference is unique in the file: what was committed is
    found again, and what was not committed never happened. Nothing here can be in doubt for long.
    """

    name: ClassVar[str] = "local"
    api: ClassVar[int] = 1
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    config_type: ClassVar[type] = LocalConfig

    def __init__(self, config: LocalConfig, sender: Sender) -> None:
        super().__init__(config, sender)
        self._books = Books(config.file)

    @classmethod
    def site(cls, config: LocalConfig) -> Site:
        """Name the books; there is no host and no limit."""
        return Site(hosts={}, credentials=NoKey(), account=config.book, windows=())

    @classmethod
    def refusal(cls, response: HttpResponse) -> NotApplied | None:
        """Classify nothing: there are no HTTP answers."""
        return None

    # reads

    async def get_invoice(self, invoice_id: str) -> Invoice:
        """Read one invoice."""
        return await self._books.read(lambda books: ledger.read_invoice(books, invoice_id))

    async def find_invoices(self, number: str) -> Sequence[Invoice]:
        """Read the invoice with this number; numbers are unique."""
        return await self._books.read(lambda books: reading.by_number(books, number))

    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        """Read one page of invoices, whole."""
        return await self._books.read(lambda books: reading.invoices(books, query, cursor))

    async def list_payments(self, invoice_id: str, cursor: str | None) -> Page[Payment]:
        """Read an invoice's payments and refunds, all on one page.

        Raises:
            UsageError: There is a cursor, so it was not made here.
        """
        if cursor is not None:
            raise UsageError("payments are not paged in these books, so this cursor is not one of theirs")
        return await self._books.read(lambda books: reading.payments(books, invoice_id))

    async def list_time_entries(self, query: TimeEntryQuery, cursor: str | None) -> Page[TimeEntry]:
        """Read one page of time entries."""
        return await self._books.read(lambda books: reading.time_entries(books, query, cursor))

    async def list_customers(self, cursor: str | None) -> Page[Customer]:
        """Read one page of customers."""
        return await self._books.read(lambda books: reading.customers(books, cursor))

    async def get_customer(self, customer_id: str) -> Customer:
        """Read one customer."""
        return await self._books.read(lambda books: reading.customer(books, customer_id))

    def export_pdf(self, invoice_id: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Make a plain one-page PDF of the invoice."""

        @asynccontextmanager
        async def export() -> AsyncIterator[AsyncIterator[bytes]]:
            document = invoice_pdf(await self.get_invoice(invoice_id))

            async def pieces() -> AsyncIterator[bytes]:
                yield document

            yield pieces()

        return export()

    # writes

    def create_invoice(self, new: NewInvoice) -> Write[Invoice]:
        """Create a draft with its lines; the number is the natural key."""
        _refuse(new.extra)

        def look(books: sqlite3.Connection) -> Sighting[Invoice]:
            found = list(reading.by_number(books, new.number))
            if found and (found[0].customer_id, found[0].currency) != (new.customer_id, new.currency):
                return Sighting(refusal=ledger.number_taken(new.number))
            return Sighting(matches=tuple(done(one) for one in found))

        return self._write(
            operations.CREATE_INVOICE,
            f"invoice number {new.number}",
            canonical(new=new),
            lambda books: ledger.create_invoice(books, new),
            look,
        )

    def update_invoice(self, invoice_id: str, change: InvoiceChange) -> Write[Invoice]:
        """Change fields of a draft."""
        _refuse(change.extra)
        return self._write(
            operations.UPDATE_INVOICE,
            invoice_id,
            canonical(invoice_id=invoice_id, change=change),
            lambda books: ledger.update_invoice(books, invoice_id, change),
            None,
        )

    def set_status(self, change: StatusChange) -> Write[Invoice]:
        """Move an invoice one step; PAID is reached by payments alone."""
        word = _WORDS.get(change.status)
        if word is None:
            raise UnsupportedOperation(f"nobody can set the status {change.status.value}")

        def look(books: sqlite3.Connection) -> Sighting[Invoice]:
            invoice = ledger.read_invoice(books, change.invoice_id)
            if invoice.raw_status == word:
                return Sighting(matches=(done(invoice),))
            return Sighting(refusal=ledger.step_refusal(books, change.invoice_id, word))

        return self._write(
            operations.SET_STATUS,
            change.invoice_id,
            canonical(invoice_id=change.invoice_id, status=word),
            lambda books: ledger.set_status(books, change.invoice_id, word),
            look,
        )

    def write_off(self, invoice_id: str) -> Write[Invoice]:
        """Give up what is still owed."""
        return self.set_status(StatusChange(invoice_id=invoice_id, status=InvoiceStatus.UNCOLLECTIBLE))

    def delete_invoice(self, invoice_id: str) -> Write[None]:
        """Delete an unpaid draft; gone is done."""

        def look(books: sqlite3.Connection) -> Sighting[None]:
            is_there = reading.has_invoice(books, invoice_id)
            return Sighting() if is_there else Sighting(matches=(Done(value=None, resource_id=invoice_id),))

        return self._write(
            operations.DELETE_INVOICE,
            invoice_id,
            canonical(invoice_id=invoice_id),
            lambda books: ledger.delete_invoice(books, invoice_id),
            look,
        )

    def duplicate_invoice(self, invoice_id: str) -> Write[Invoice]:
        """Copy an invoice as a new draft of the next free number."""
        write = self._write(
            operations.DUPLICATE_INVOICE,
            invoice_id,
            canonical(invoice_id=invoice_id),
            lambda books: ledger.duplicate_invoice(books, invoice_id),
            None,
        )
        # A copy carries nothing that tells it from another, so its send is on record before it is made.
        return attrs.evolve(write, acts_directly=True, recall=lambda copy_id: Invoice(id=copy_id or ""))

    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        """Record money received, at most what is owed."""
        return self._money(
            operations.RECORD_PAYMENT,
            payment.invoice_id,
            "payment",
            payment.amount,
            payment.reference,
            canonical(
                invoice_id=payment.invoice_id,
                amount=payment.amount,
                paid_at=payment.paid_at,
                note=payment.note,
            ),
            lambda books: payments.record_payment(books, payment),
            lambda books: payments.payment_refusal(books, payment),
        )

    def refund(self, refund: NewRefund) -> Write[Payment]:
        """Give money back, at most what was paid."""
        return self._money(
            operations.REFUND,
            refund.invoice_id,
            "refund",
            -refund.amount,
            refund.reference,
            canonical(invoice_id=refund.invoice_id, amount=refund.amount, reason=refund.reason),
            lambda books: payments.refund(books, refund),
            lambda books: None,
        )

    def delete_payment(self, invoice_id: str, payment_id: str) -> Write[None]:
        """Delete a recorded payment; gone is done."""

        def look(books: sqlite3.Connection) -> Sighting[None]:
            is_there = reading.has_payment(books, invoice_id, payment_id)
            return Sighting() if is_there else Sighting(matches=(Done(value=None, resource_id=payment_id),))

        return self._write(
            operations.DELETE_PAYMENT,
            invoice_id,
            canonical(invoice_id=invoice_id, payment_id=payment_id),
            lambda books: payments.delete_payment(books, invoice_id, payment_id),
            look,
        )

    def create_credit_note(self, note: NewCreditNote) -> Write[Invoice]:
        """Issue a credit note: an invoice of the negative amount; its number is the natural key."""

        def look(books: sqlite3.Connection) -> Sighting[Invoice]:
            found = reading.by_number(books, note.number)
            ours = [one for one in found if one.raw.get("credits") == note.invoice_id]
            if found and not ours:
                return Sighting(refusal=ledger.number_taken(note.number))
            if any(one.total != -note.amount for one in ours):
                return Sighting(refusal=payments.reference_taken(note.number))
            return Sighting(matches=tuple(done(one) for one in ours))

        return self._write(
            operations.CREATE_CREDIT_NOTE,
            note.invoice_id,
            canonical(note=note),
            lambda books: payments.create_credit_note(books, note),
            look,
        )

    def mark_time_entries(self, marks: EntryMarks) -> Write[None]:
        """Set the invoiced flag of all of them, or of none."""
        return self._write(
            operations.MARK_TIME_ENTRIES,
            f"entries {canonical(ids=marks.entry_ids)}",
            canonical(ids=marks.entry_ids, invoiced=marks.invoiced),
            lambda books: timesheet.mark_entries(books, marks.entry_ids, invoiced=marks.invoiced),
            None,
        )

    def link_time_entries(self, link: TimeLink) -> Write[None]:
        """Tie all of the entries to the invoice that bills them, or none."""
        return self._write(
            operations.LINK_TIME_ENTRIES,
            link.invoice_id,
            canonical(link=link),
            lambda books: timesheet.link_entries(books, link),
            lambda books: timesheet.link_sighting(books, link),
        )

    def create_customer(self, new: NewCustomer) -> Write[Customer]:
        """Create a customer; the name is the natural key."""

        def perform(books: sqlite3.Connection) -> Customer:
            return reading.customer(books, ledger.add_customer(books, new))

        def look(books: sqlite3.Connection) -> Sighting[Customer]:
            found = reading.customers_named(books, new.name)
            return Sighting(matches=tuple(done(one) for one in found))

        return self._write(
            operations.CREATE_CUSTOMER,
            f"customer {new.name}",
            canonical(new=new),
            perform,
            look,
        )

    # --- what the books alone have -------------------------------------------------------------

    async def add_time_entries(self, entries: Sequence[TimeEntry]) -> None:
        """Write tracked time; an id that is there already stays as it is, so a repeat adds nothing."""
        await self._books.write(lambda books: timesheet.add_time_entries(books, entries))

    async def export_books(self, path: str | Path) -> int:
        """Write every row to a JSONL file and return how many."""
        return await export_books(self._books, Path(path))

    async def import_books(self, path: str | Path) -> int:
        """Read rows from a JSONL file, all or none, and return how many were new."""
        return await import_books(self._books, Path(path))

    # --- the one way of every write -----------------------------------------------------------

    def _money(
        self,
        operation: Operation,
        invoice_id: str,
        kind: str,
        amount: Money,
        reference: str,
        content: str,
        perform: Callable[[sqlite3.Connection], str],
        refusal: Callable[[sqlite3.Connection], UsageError | None],
    ) -> Write[Payment]:
        def insert(books: sqlite3.Connection) -> Payment:
            return reading.payment(books, perform(books))

        def look(books: sqlite3.Connection) -> Sighting[Payment]:
            found = reading.payments_referring(books, kind, reference)
            if not found:
                return Sighting(refusal=refusal(books))
            if any((one.invoice_id, one.amount) != (invoice_id, amount) for one in found):
                return Sighting(refusal=payments.reference_taken(reference))
            return Sighting(matches=tuple(done(one) for one in found))

        return self._write(operation, invoice_id, content, insert, look)

    def _write(
        self,
        operation: Operation,
        target: str,
        content: str,
        work: Callable[[sqlite3.Connection], T],
        look: Callable[[sqlite3.Connection], Sighting[T]] | None,
    ) -> Write[T]:
        async def perform(sender: Sender) -> Done[T]:
            try:
                return await self._books.write(lambda books: unless_there(books, look, work))
            except OutcomeUnknown:
                # A commit that failed may stand all the same, and a fresh look tells.
                if look is not None and (found := await self._books.read(look)).matches:
                    return found.matches[0]
                raise

        async def see(sender: Sender) -> Sighting[T]:
            return await self._books.read(look) if look is not None else Sighting(is_complete=False)

        return Write(
            operation=operation,
            target=target,
            content=content,
            perform=perform,
            look=None if look is None else see,
        )


def _refuse(extra: Mapping[str, object]) -> None:
    if extra:
        raise UsageError(f"the books know no extra fields: {', '.join(sorted(extra))}; nothing was written")
