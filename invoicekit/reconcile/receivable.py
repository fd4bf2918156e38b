"""What an invoice owes, as matching sees it."""

from datetime import date

import attrs

from invoicekit.model import Invoice, InvoiceStatus, Money

_SETTLED = frozenset({InvoiceStatus.PAID})


@attrs.frozen(kw_only=True)
class Receivable:
    """One invoice that may be paid, or was.

    Attributes:
        due: What is owed now; zero where it is paid.
        total: What it came to; None where the provider does not say.
        customer: Who owes it, by name; empty where the provider does not say.
        customer_id: Tells customers of one name apart.
    """

    id: str
    number: str
    due: Money
    total: Money | None = None
    customer: str = ""
    customer_id: str = ""
    issued: date | None = None
    due_date: date | None = None
    status: InvoiceStatus = InvoiceStatus.OPEN

    @property
    def is_open(self) -> bool:
        """Whether money may be recorded on it."""
        return self.status is InvoiceStatus.OPEN and self.due.amount > 0

    @property
    def is_settled(self) -> bool:
        """Whether it owes nothing because it was paid."""
        return self.status in _SETTLED or (self.status is InvoiceStatus.OPEN and self.due.amount <= 0)

    @property
    def name(self) -> str:
        """Return what people call it."""
        return self.number or self.id


def receivable_of(invoice: Invoice) -> Receivable | None:
    """Return what an invoice owes; None where the provider does not say how much."""
    due, total = invoice.amount_due, invoice.total
    if not isinstance(due, Money):
        return None
    return Receivable(
        id=invoice.id,
        number=_text(invoice.number),
        due=due,
        total=total if isinstance(total, Money) else None,
        customer=_text(invoice.customer_name),
        customer_id=_text(invoice.customer_id),
        issued=invoice.issue_date if isinstance(invoice.issue_date, date) else None,
        due_date=invoice.due_date if isinstance(invoice.due_date, date) else None,
        status=invoice.status,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
