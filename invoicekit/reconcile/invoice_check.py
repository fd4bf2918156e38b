"""Is an invoice still what the plan says it is?"""

from collections import defaultdict
from collections.abc import Iterable

from invoicekit.bulk import PaymentRow
from invoicekit.errors import CurrencyMismatch, InvalidAmount, InvalidTransition, UsageError
from invoicekit.model import Invoice, InvoiceStatus, Money, Outcome
from invoicekit.reconcile.identity import payment_reference
from invoicekit.reconcile.plan import PlanRow
from invoicekit.reconcile.recorded import Account
from invoicekit.service import InvoiceService


class PlanOutdated(UsageError):
    """The invoice changed since the plan was made; nothing was sent for its row."""


class InvoiceCheck:
    """Looks at each invoice right before a payment is recorded on it.

    What the invoice owes now must be what it owed when the plan was made, but for what this plan recorded
    on it, in this run or an earlier one. Another writer between the look and the payment cannot be
    excluded.

    Args:
        chosen: All approved rows of the plan.
    """

    def __init__(self, calls: InvoiceService, account: Account, chosen: Iterable[PlanRow]) -> None:
        self._calls = calls
        self._account = account
        self._rows: dict[str, list[PlanRow]] = defaultdict(list)
        for row in chosen:
            self._rows[row.invoice_id].append(row)
        self._done: dict[str, Money] = {}

    def note(self, payment: PaymentRow, outcome: Outcome) -> None:
        """Remember what this run recorded."""
        if outcome is Outcome.APPLIED:
            so_far = self._done.get(payment.invoice_id)
            self._done[payment.invoice_id] = payment.amount if so_far is None else so_far + payment.amount

    async def look(self, payment: PaymentRow) -> None:
        """Read the invoice, and refuse the payment where it is not what the plan says.

        A payment that stands there already passes: recording it again finds it and sends nothing.

        Raises:
            InvalidTransition: The invoice takes no money any more.
            PlanOutdated: It owes something else than the plan says.
            InvalidAmount, CurrencyMismatch: It owes less than this, or in another currency.
        """
        invoice = await self._calls.get_invoice(payment.invoice_id)
        due = invoice.amount_due
        planned = self._planned(payment.invoice_id)
        done = self._done.get(payment.invoice_id)
        if (
            invoice.status is InvoiceStatus.OPEN
            and isinstance(due, Money)
            and planned is not None
            and planned.currency == due.currency == payment.amount.currency
            and due == (planned if done is None else planned - done)
            and payment.amount <= due
        ):
            return
        recorded = await self._recorded(payment.invoice_id)
        if payment.reference not in recorded:
            self._refuse(payment, invoice, planned, recorded)

    def _planned(self, invoice_id: str) -> Money | None:
        return next((row.amount_due for row in self._rows[invoice_id] if row.amount_due is not None), None)

    async def _recorded(self, invoice_id: str) -> dict[str, Money]:
        """Return what of this plan stands on the invoice, by reference."""
        payments = await self._calls.list_payments(invoice_id).snapshot()
        found: dict[str, Money] = {}
        for row in self._rows[invoice_id]:
            if row.booked is None:
                continue
            payment = self._account.find(
                payments, line_id=row.line_id, invoice_id=invoice_id, booked=row.booked
            )
            if payment is not None:
                found[payment_reference(row.line_id, invoice_id)] = payment.amount
        return found

    def _refuse(
        self, payment: PaymentRow, invoice: Invoice, planned: Money | None, recorded: dict[str, Money]
    ) -> None:
        name, due = invoice.number or invoice.id, invoice.amount_due
        if invoice.status is not InvoiceStatus.OPEN:
            raise InvalidTransition(f"invoice {name} is {invoice.status.value} by now; nothing was sent")
        if not isinstance(due, Money):
            raise PlanOutdated(f"invoice {name} does not say what it owes; nothing was sent")
        if due.currency != payment.amount.currency:
            raise CurrencyMismatch(f"invoice {name} is in {due.currency}, not in {payment.amount.currency}")
        expected = (
            None
            if planned is None
            else Money.sum((planned, *(-each for each in recorded.values())), due.currency)
        )
        if expected is not None and expected != due:
            raise PlanOutdated(
                f"invoice {name} owes {due} and not {expected} as planned: it changed since; plan again"
            )
        if payment.amount > due:
            raise InvalidAmount(f"invoice {name} owes {due}, less than {payment.amount}; nothing was sent")
