"""Calls about invoices."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date
from pathlib import Path

import attrs

from invoicekit.errors import DuplicateDetected, InvalidAmount, UsageError
from invoicekit.guard import check_reference, read_patiently
from invoicekit.model import (
    Invoice,
    InvoiceChange,
    InvoiceQuery,
    InvoiceStatus,
    Money,
    NewCreditNote,
    NewInvoice,
    NewLineItem,
    Pager,
    StatusChange,
    WriteResult,
)
from invoicekit.service.calls import Calls
from invoicekit.service.extra import own_part


def is_above_zero(amount: object) -> bool:
    """Tell whether it is money, and more than nothing; callers may not be typed."""
    return isinstance(amount, Money) and amount.amount > 0


class InvoiceCalls(Calls):
    """Read, create, change and end invoices."""

    async def get_invoice(self, invoice_id: str) -> Invoice:
        """Read one invoice.

        Raises:
            NotFound: It does not exist, was deleted, or belongs to another account.
        """
        adapter = self._offered("get_invoice")
        return await read_patiently(lambda: adapter.get_invoice(invoice_id))

    async def find_invoice(self, *, number: str) -> Invoice | None:
        """Read the invoice with exactly this number.

        Raises:
            DuplicateDetected: Several carry it; they are in `candidates`.
        """
        adapter = self._offered("find_invoice")
        found = await read_patiently(lambda: adapter.find_invoices(number))
        if len(found) > 1:
            raise DuplicateDetected(f"{len(found)} invoices have the number {number!r}", candidates=found)
        return found[0] if found else None

    def list_invoices(
        self,
        *,
        statuses: frozenset[InvoiceStatus] | set[InvoiceStatus] = frozenset(),
        customer_id: str | None = None,
        issued_from: date | None = None,
        issued_to: date | None = None,
        cursor: str | None = None,
        max_items: int | None = None,
    ) -> Pager[Invoice]:
        """List invoices: iterate with ``async for``, or take a `snapshot` before changing them."""
        query = InvoiceQuery(
            statuses=frozenset(statuses),
            customer_id=customer_id,
            issued_from=issued_from,
            issued_to=issued_to,
        )
        adapter = self._offered("list_invoices")
        return self._pager(lambda at: adapter.list_invoices(query, at), cursor, max_items)

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
        extra: Mapping[str, Mapping[str, object]] | None = None,
    ) -> WriteResult[Invoice]:
        """Create a draft; a repeat with the same number finds the first one.

        Args:
            extra: What one provider alone knows, under its name and in its own words:
                ``{"asset": {"tags": {"team": "blue"}}}``. Merged last into what is sent to that provider;
                ignored by the others.

        Raises:
            UsageError: `extra` names an adapter that is not installed, or what the provider cannot be
                told this way; nothing was sent.
            Conflict: The number is taken by an invoice of another customer or currency.
        """
        adapter = self._offered("create_invoice")
        new = NewInvoice(
            number=number,
            customer_id=customer_id,
            currency=currency,
            issue_date=issue_date,
            due_date=due_date,
            subject=subject,
            note=note,
            line_items=tuple(line_items),
            extra=self._own_part(extra),
        )
        return await self._ask(adapter.create_invoice, new, reference=check_reference(number))

    async def update_invoice(self, invoice_id: str, change: InvoiceChange) -> WriteResult[Invoice]:
        """Change the given fields and keep all others; `extra` is as in `create_invoice`.

        Raises:
            FieldLocked: The invoice's status does not allow it any more; nothing was sent.
        """
        adapter = self._offered("update_invoice")
        own = attrs.evolve(change, extra=self._own_part(change.extra))
        return await self._ask(adapter.update_invoice, invoice_id, own)

    def _own_part(self, extra: Mapping[str, object] | None) -> Mapping[str, object]:
        if not extra:
            return {}
        return own_part(extra, provider=self._adapter.name, installed=self._connection.installed())

    async def set_status(
        self,
        invoice_id: str,
        status: InvoiceStatus,
        *,
        allow_payment_loss: bool = False,
        allow_irreversible: bool = False,
    ) -> WriteResult[Invoice]:
        """Set the status; the same status again sends nothing.

        Args:
            allow_payment_loss: Consent to a change that destroys, or may destroy, recorded payments.
            allow_irreversible: Consent to a step the provider never takes back, such as finalizing a
                draft; `StatusRule.is_irreversible` says where it is needed, and elsewhere it does nothing.

        Raises:
            DestructiveTransition: It would, or it needs that consent; nothing was sent.
            UnsupportedOperation: The provider has no such status, or derives it itself; nothing was sent.
            InvalidTransition: The invoice as it is forbids the step; nothing was sent.
        """
        if not isinstance(status, InvoiceStatus):
            raise UsageError(f"status is an InvoiceStatus, such as InvoiceStatus.VOID, not {status!r}")
        change = StatusChange(
            invoice_id=invoice_id,
            status=status,
            allow_payment_loss=allow_payment_loss,
            allow_irreversible=allow_irreversible,
        )
        return await self._ask(self._offered("set_status").set_status, change)

    async def delete_invoice(self, invoice_id: str) -> WriteResult[None]:
        """Delete the invoice; one that is gone already is `ALREADY_APPLIED`.

        Raises:
            DestructiveTransition: It holds payments, which would go with it; nothing was sent.
        """
        return await self._ask(self._offered("delete_invoice").delete_invoice, invoice_id)

    async def duplicate_invoice(self, invoice_id: str, *, reference: str) -> WriteResult[Invoice]:
        """Copy an invoice as a new draft; never repeated when its outcome is in doubt."""
        duplicate = self._offered("duplicate_invoice").duplicate_invoice
        return await self._ask(duplicate, invoice_id, reference=check_reference(reference))

    async def export_pdf(self, invoice_id: str, path: str | Path) -> int:
        """Write the invoice's PDF to a file, in pieces.

        Returns:
            Bytes written. The file appears only when it is whole.
        """
        target = Path(path)
        partial = target.with_name(target.name + ".part")
        size = 0
        async with self.open_pdf(invoice_id) as pieces:
            try:
                with partial.open("wb") as file:
                    async for piece in pieces:
                        size += file.write(piece)
                partial.replace(target)
            finally:
                partial.unlink(missing_ok=True)
        return size

    def open_pdf(self, invoice_id: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Stream the invoice's PDF: ``async with service.open_pdf(id) as pieces``."""
        return self._offered("export_pdf").export_pdf(invoice_id)

    async def create_credit_note(
        self, invoice_id: str, *, number: str, amount: Money, issue_date: date, reason: str = ""
    ) -> WriteResult[Invoice]:
        """Issue a credit note against an invoice; the number is its natural key.

        Raises:
            InvalidAmount: Not above zero: a negative one would be a second invoice; nothing was sent.
        """
        if not is_above_zero(amount):
            raise InvalidAmount(f"a credit note needs an amount above zero, not {amount}")
        note = NewCreditNote(
            invoice_id=invoice_id, number=number, amount=amount, issue_date=issue_date, reason=reason
        )
        create = self._offered("create_credit_note").create_credit_note
        return await self._ask(create, note, reference=check_reference(number))

    async def write_off(self, invoice_id: str, *, reference: str) -> WriteResult[Invoice]:
        """Give up what is still owed on an invoice."""
        write_off = self._offered("write_off").write_off
        return await self._ask(write_off, invoice_id, reference=check_reference(reference))
