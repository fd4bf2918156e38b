"""What another provider holds as paid, as a statement: its payments are the lines."""

import asyncio
import hashlib
from datetime import UTC, date, datetime

from invoicekit.model import Invoice, Money, Payment
from invoicekit.reconcile.identity import numbered
from invoicekit.reconcile.line import Problem, Statement, StatementLine
from invoicekit.service import InvoiceService

_AT_ONCE = 16


async def read_books(service: InvoiceService) -> Statement:
    """Read every payment that a provider holds on its invoices; nothing is written there.

    Each payment is a line that names its invoice's number, so that paid there becomes paid here. A line's id
    is made of the provider's account and its payment's id: a later plan knows it again.
    """
    calls = service.bulk_lane()
    paid = [invoice async for invoice in calls.list_invoices() if _may_hold_payments(invoice)]
    lines: list[StatementLine] = []
    problems: list[Problem] = []
    name = f"{service.provider} {service.account}".strip()

    async def read(invoice: Invoice) -> tuple[Payment, ...]:
        return await calls.list_payments(invoice.id).snapshot()

    for start in range(0, len(paid), _AT_ONCE):
        part = paid[start : start + _AT_ONCE]
        for invoice, payments in zip(part, await asyncio.gather(*map(read, part)), strict=True):
            for payment in payments:
                row = len(lines) + len(problems) + 1
                booked = _day(payment, invoice)
                if booked is None:
                    message = f"{name}: a payment of {invoice.number or invoice.id} has no date"
                    problems.append(Problem(source=name, row=row, message=message))
                else:
                    lines.append(_line(name, row, invoice, payment, booked))
    content = "\x1e".join(f"{line.bank_reference}\x1f{line.amount}\x1f{line.booked}" for line in lines)
    return Statement(
        name=name,
        path="",
        digest=hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest(),
        lines=tuple(numbered(lines)),
        problems=tuple(problems),
    )


def _may_hold_payments(invoice: Invoice) -> bool:
    return not isinstance(invoice.amount_paid, Money) or bool(invoice.amount_paid.amount)


def _line(name: str, row: int, invoice: Invoice, payment: Payment, booked: date) -> StatementLine:
    number = invoice.number if isinstance(invoice.number, str) else ""
    customer = invoice.customer_name if isinstance(invoice.customer_name, str) else ""
    return StatementLine(
        source=name,
        row=row,
        booked=booked,
        amount=payment.amount,
        # A provider that gives payments no id holds one an invoice.
        bank_reference=payment.id or f"invoice-{invoice.id}",
        account=name.replace(" ", "-"),
        text=f"Invoice {number}" if number else "",
        payer=customer,
    )


def _day(payment: Payment, invoice: Invoice) -> date | None:
    if isinstance(payment.paid_at, datetime):
        return payment.paid_at.astimezone(UTC).date()
    return invoice.issue_date if isinstance(invoice.issue_date, date) else None
