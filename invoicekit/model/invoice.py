"""Invoices and their lines, as every provider's are shown."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import attrs

from invoicekit.model.absence import MISSING, Absent
from invoicekit.model.headers import NO_HEADERS
from invoicekit.model.money import Money
from invoicekit.model.status import InvoiceStatus, PaymentStatus

_OWES_NOTHING = frozenset(
    {InvoiceStatus.DRAFT, InvoiceStatus.PAID, InvoiceStatus.VOID, InvoiceStatus.UNCOLLECTIBLE}
)
_ALL_PAID = frozenset({PaymentStatus.PAID, PaymentStatus.OVERPAID})


@attrs.frozen(kw_only=True)
class LineItem:
    """One line of an invoice.

    Attributes:
        id: The provider's id of the line, or its position as text where lines have no id.
        position: 1-based position, where the provider numbers lines.
        quantity: Units, exact.
        unit_price: Price of one unit.
        amount: What the line adds to the subtotal, as the provider computed it.
        time_entry_ids: Entries this line bills.
        raw: Everything the provider sent.
    """

    description: str | Absent | None = MISSING
    quantity: Decimal | Absent | None = MISSING
    unit_price: Money | Absent | None = MISSING
    amount: Money | Absent | None = MISSING
    id: str | None = None
    position: int | None = None
    kind: str | Absent | None = MISSING
    time_entry_ids: tuple[str, ...] = ()
    raw: Mapping[str, object] = attrs.field(factory=dict, repr=False, eq=False)


@attrs.frozen(kw_only=True)
class Invoice:
    """One invoice.

    A field that this answer did not carry is `Absent.MISSING`, one the provider does not have is
    `Absent.UNSUPPORTED`, and ``None`` is the provider's own null.

    Attributes:
        number: The number people see.
        status, payment_status: The two axes; the provider's own word is `raw_status`.
        is_status_derived: Whether the status was computed here because the provider sent none.
        total, amount_paid, amount_due: In the invoice's currency.
        tax_percents: The percentages the provider applies, in its order: ``10`` is ten percent.
        raw: Everything the provider sent, unknown fields included.
        headers: Of the answer that brought it; rows of one page share theirs. See `Headers`.
    """

    id: str
    number: str | Absent | None = MISSING
    status: InvoiceStatus = InvoiceStatus.UNKNOWN
    payment_status: PaymentStatus = PaymentStatus.UNKNOWN
    raw_status: str | None = None
    is_status_derived: bool = False
    currency: str | None = None
    issue_date: date | Absent | None = MISSING
    due_date: date | Absent | None = MISSING
    customer_id: str | Absent | None = MISSING
    customer_name: str | Absent | None = MISSING
    line_items: tuple[LineItem, ...] | Absent = MISSING
    subtotal: Money | Absent | None = MISSING
    discount_percent: Decimal | Absent | None = MISSING
    tax_percents: tuple[Decimal, ...] | Absent = MISSING
    total: Money | Absent | None = MISSING
    amount_paid: Money | Absent | None = MISSING
    amount_due: Money | Absent | None = MISSING
    subject: str | Absent | None = MISSING
    note: str | Absent | None = MISSING
    raw: Mapping[str, object] = attrs.field(factory=dict, repr=False, eq=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False, eq=False)

    def is_overdue(self, today: date) -> bool:
        """Tell whether the due date lies before `today` and money is still owed; never stored.

        A draft owes nothing yet; a status this version does not know counts as open.
        """
        return (
            isinstance(self.due_date, date)
            and self.due_date < today
            and self.status not in _OWES_NOTHING
            and self.payment_status not in _ALL_PAID
            and not (isinstance(self.amount_due, Money) and self.amount_due.amount <= 0)
        )
