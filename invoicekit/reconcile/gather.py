"""What a provider knows that matching needs: invoices, customers, and what was recorded before."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import attrs

from invoicekit.model import Money, Payment
from invoicekit.reconcile.line import StatementLine
from invoicekit.reconcile.names import words_of
from invoicekit.reconcile.numbers import NumberIndex
from invoicekit.reconcile.receivable import Receivable, receivable_of
from invoicekit.reconcile.recorded import Account
from invoicekit.reconcile.rules import Rules
from invoicekit.service import InvoiceService

_AT_ONCE = 16


@attrs.frozen(kw_only=True)
class Owed:
    """What a provider holds.

    Attributes:
        recorded: What earlier runs recorded, by line id and invoice id.
        unclear: Invoices that do not say what they owe, by number.
    """

    receivables: tuple[Receivable, ...]
    recorded: Mapping[tuple[str, str], Money] = attrs.field(factory=dict)
    unclear: tuple[str, ...] = ()


async def gather_owed(
    service: InvoiceService, lines: Sequence[StatementLine], *, rules: Rules | None = None
) -> Owed:
    """Read all invoices, and the payments of those that a line may have paid already. Nothing is written."""
    calls = service.bulk_lane()
    receivables: list[Receivable] = []
    unclear: list[str] = []
    async for invoice in calls.list_invoices():
        receivable = receivable_of(invoice)
        if receivable is None:
            unclear.append(str(invoice.number or invoice.id))
        else:
            receivables.append(receivable)
    named = await _with_customers(calls, receivables)
    recorded = await _recorded(calls, named, lines, rules or Rules())
    return Owed(receivables=tuple(named), recorded=recorded, unclear=tuple(unclear))


async def _with_customers(calls: InvoiceService, receivables: Sequence[Receivable]) -> list[Receivable]:
    """Name the customers where invoices carry their ids alone."""
    if not any(each.customer_id and not each.customer for each in receivables):
        return list(receivables)
    if not calls.capabilities().of("list_customers").is_offered:
        return list(receivables)
    names = {each.id: each.name async for each in calls.list_customers() if isinstance(each.name, str)}
    return [
        each if each.customer else attrs.evolve(each, customer=names.get(each.customer_id, ""))
        for each in receivables
    ]


async def _recorded(
    calls: InvoiceService, receivables: Sequence[Receivable], lines: Sequence[StatementLine], rules: Rules
) -> dict[tuple[str, str], Money]:
    account = Account.of(calls)
    suspects = _suspects(receivables, lines, rules)
    found: dict[tuple[str, str], Money] = {}

    async def look(invoice_id: str) -> None:
        payments: tuple[Payment, ...] = await calls.list_payments(invoice_id).snapshot()
        for line in suspects[invoice_id]:
            payment = account.find(payments, line_id=line.id, invoice_id=invoice_id, booked=line.booked)
            if payment is not None and payment.amount.currency == line.amount.currency:
                found[line.id, invoice_id] = payment.amount

    ids = sorted(suspects)
    for start in range(0, len(ids), _AT_ONCE):
        await asyncio.gather(*map(look, ids[start : start + _AT_ONCE]))
    return found


def _suspects(
    receivables: Iterable[Receivable], lines: Sequence[StatementLine], rules: Rules
) -> dict[str, list[StatementLine]]:
    """Return the lines that may have paid something already, by invoice: named, of the payer, of the amount.

    Only invoices that money came in for: what owes its whole total has no payment to look for.
    """
    paid = {each.id: each for each in receivables if each.total is None or each.due != each.total}
    numbers = NumberIndex(paid.values(), shortest=rules.shortest_number)
    by_customer: dict[frozenset[str], list[str]] = {}
    by_total: dict[Money, list[str]] = {}
    for each in paid.values():
        by_customer.setdefault(words_of(each.customer), []).append(each.id)
        if each.total is not None:
            by_total.setdefault(each.total, []).append(each.id)
    found: dict[str, list[StatementLine]] = {}
    for line in lines:
        if line.amount.amount <= 0 or line.is_reversal:
            continue
        ids = {mention.invoice_id for mention in numbers.mentions(line)}
        ids.update(by_customer.get(words_of(line.payer), ()) if line.payer else ())
        ids.update(by_total.get(line.amount, ()))
        for invoice_id in ids:
            found.setdefault(invoice_id, []).append(line)
    return found
