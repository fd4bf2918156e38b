"""What became of a plan, by the provider's own books."""

import asyncio
from collections import defaultdict

import attrs

from invoicekit.errors import NotFound
from invoicekit.model import Money, Payment
from invoicekit.reconcile.apply import check_account
from invoicekit.reconcile.plan import Plan, PlanRow
from invoicekit.reconcile.proposal import Decision
from invoicekit.reconcile.recorded import Account
from invoicekit.service import InvoiceService

_AT_ONCE = 16


@attrs.frozen(kw_only=True)
class Verified:
    """One row of a plan that names an invoice.

    Attributes:
        recorded: What stands at the provider from this line on this invoice; None where nothing does.
    """

    row: PlanRow
    recorded: Money | None

    @property
    def is_missing(self) -> bool:
        """Whether it was approved, and is not there, or not as much of it."""
        return self.row.decision is Decision.APPLY and self.recorded != self.row.allocated


async def verify_plan(service: InvoiceService, plan: Plan) -> tuple[Verified, ...]:
    """Look for every proposed or approved payment of a plan. Nothing is written.

    Raises:
        PlanMismatch: The plan was made for another account.
    """
    check_account(service, plan)
    calls = service.bulk_lane()
    account = Account.of(service)
    by_invoice: dict[str, list[PlanRow]] = defaultdict(list)
    for row in plan.of_lines():
        if row.invoice_id and row.booked is not None and row.problem is None:
            by_invoice[row.invoice_id].append(row)
    found: dict[int, Verified] = {}

    async def look(invoice_id: str) -> None:
        payments: tuple[Payment, ...]
        try:
            payments = await calls.list_payments(invoice_id).snapshot()
        except NotFound:
            payments = ()
        for row in by_invoice[invoice_id]:
            assert row.booked is not None  # noqa: S101 -- rows without a day were left out above
            payment = account.find(payments, line_id=row.line_id, invoice_id=invoice_id, booked=row.booked)
            found[row.row] = Verified(row=row, recorded=None if payment is None else payment.amount)

    ids = sorted(by_invoice)
    for start in range(0, len(ids), _AT_ONCE):
        await asyncio.gather(*map(look, ids[start : start + _AT_ONCE]))
    return tuple(found[place] for place in sorted(found))
