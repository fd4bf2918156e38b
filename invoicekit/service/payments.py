"""Calls about money received and given back."""

from datetime import datetime

from invoicekit.errors import InvalidAmount, UsageError
from invoicekit.guard import check_reference, derived_reference, marker_of
from invoicekit.model import (
    Absent,
    Invoice,
    InvoiceStatus,
    Money,
    NewPayment,
    NewRefund,
    Outcome,
    Pager,
    Payment,
    WriteResult,
)
from invoicekit.service.invoices import InvoiceCalls, is_above_zero


class PaymentCalls(InvoiceCalls):
    """Record, list, delete and refund payments."""

    async def record_payment(
        self,
        invoice_id: str,
        amount: Money | Absent | None,
        *,
        paid_at: datetime,
        reference: str | None = None,
        note: str = "",
        allow_repeat: int = 0,
    ) -> WriteResult[Payment]:
        """Record money received, at most once for each reference.

        Args:
            amount: In the invoice's currency, above zero.
            paid_at: When the money moved; aware, never "now", so that a rerun names the same payment.
            reference: Your own id of the payment, e.g. the bank's. Without one it is derived from
                invoice, amount, `paid_at` and note: then two payments that agree in all of these are
                taken for one, and the second is refused unless `allow_repeat` numbers it.

        Raises:
            ReferenceReused: The reference was used for a different payment; nothing was sent.
            InvalidAmount: Not above zero, or more decimals than the currency has.
            UsageError: `paid_at` without a time zone, or an unusable reference; nothing was sent.
            DuplicateDetected: The provider holds the payment twice.
        """
        if not isinstance(amount, Money):
            raise InvalidAmount(f"a payment's amount is Money, such as Money('20.00', 'EUR'), not {amount!r}")
        if amount.amount <= 0:
            raise InvalidAmount(f"a payment needs an amount above zero, not {amount}")
        if getattr(paid_at, "tzinfo", None) is None:
            raise UsageError(
                "paid_at is a datetime with a time zone: the same wall time is another instant elsewhere"
            )
        adapter = self._offered("record_payment")
        name = (
            derived_reference(invoice_id, amount, paid_at, note, allow_repeat)
            if reference is None
            else check_reference(reference)
        )
        marker = marker_of(self._connection.guard.key("record_payment", name))
        payment = NewPayment(
            invoice_id=invoice_id, amount=amount, paid_at=paid_at, reference=name, marker=marker, note=note
        )
        return await self._ask(adapter.record_payment, payment, reference=name, marker=marker)

    async def mark_paid(
        self, invoice_id: str, *, paid_at: datetime, reference: str | None = None, note: str = ""
    ) -> WriteResult[Invoice]:
        """Record the whole balance as paid and read the invoice again.

        Raises:
            InvalidTransition: The invoice cannot be paid as it is, e.g. because it is void.
            InvalidAmount: The provider shows no balance for it; nothing was sent.
        """
        before = await self.get_invoice(invoice_id)
        due = before.amount_due
        if before.status is InvoiceStatus.PAID and not due:
            return WriteResult(
                outcome=Outcome.ALREADY_APPLIED, value=before, verified=True, evidence="read as paid"
            )
        if isinstance(due, Money) and due.amount <= 0:
            return await self.set_status(invoice_id, InvoiceStatus.PAID)
        paid = await self.record_payment(invoice_id, due, paid_at=paid_at, reference=reference, note=note)
        after = await self.get_invoice(invoice_id)
        return WriteResult(
            outcome=paid.outcome,
            value=after,
            verified=paid.verified and after.status is InvoiceStatus.PAID,
            attempts=paid.attempts,
            evidence=f"payment {paid.evidence}; the invoice reads {after.raw_status}",
            reference=paid.reference,
            resource_id=paid.resource_id,
        )

    def list_payments(
        self, invoice_id: str, *, cursor: str | None = None, max_items: int | None = None
    ) -> Pager[Payment]:
        """List an invoice's payments."""
        adapter = self._offered("list_payments")
        return self._pager(lambda at: adapter.list_payments(invoice_id, at), cursor, max_items)

    async def delete_payment(self, invoice_id: str, payment_id: str) -> WriteResult[None]:
        """Delete a recorded payment; one that is gone already is `ALREADY_APPLIED`."""
        return await self._ask(self._offered("delete_payment").delete_payment, invoice_id, payment_id)

    async def refund(
        self, invoice_id: str, amount: Money, *, reference: str, reason: str = ""
    ) -> WriteResult[Payment]:
        """Give money back on a paid invoice, at most once for each reference.

        Raises:
            InvalidAmount: Not above zero, or more than was paid; nothing was sent.
        """
        if not is_above_zero(amount):
            raise InvalidAmount(f"a refund needs an amount above zero, not {amount}")
        adapter = self._offered("refund")
        marker = marker_of(self._connection.guard.key("refund", check_reference(reference)))
        refund = NewRefund(
            invoice_id=invoice_id, amount=amount, reference=reference, marker=marker, reason=reason
        )
        return await self._ask(adapter.refund, refund, reference=reference, marker=marker)
