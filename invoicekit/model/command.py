"""What a caller asks for, before any provider is thought of."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

import attrs

from invoicekit.model.absence import MISSING, Absent
from invoicekit.model.money import Money
from invoicekit.model.status import InvoiceStatus


@attrs.frozen(kw_only=True)
class InvoiceQuery:
    """Which invoices to list; every given field narrows.

    Attributes:
        statuses: Any of these; empty means all.
        customer_id: Only this customer's.
        issued_from, issued_to: First and last issue date, both included.
    """

    statuses: frozenset[InvoiceStatus] = frozenset()
    customer_id: str | None = None
    issued_from: date | None = None
    issued_to: date | None = None


@attrs.frozen(kw_only=True)
class TimeEntryQuery:
    """Which time entries to list.

    Attributes:
        start, end: Aware instants; entries that started in [start, end). Required where the provider
            can read the invoiced flag only over a range.
        invoiced: True or False narrows to those; it needs a read that can tell.
        billable: True or False narrows to those.
    """

    start: datetime | None = None
    end: datetime | None = None
    invoiced: bool | None = None
    billable: bool | None = None
    customer_id: str | None = None
    project_id: str | None = None
    user_id: str | None = None


@attrs.frozen(kw_only=True)
class NewLineItem:
    """A line to be added.

    Attributes:
        kind: The provider's item type, where it needs one.
        taxes: Which of the invoice's taxes apply, by position; None means the provider's default.
    """

    description: str
    quantity: Decimal
    unit_price: Money
    kind: str | None = None
    taxes: tuple[int, ...] | None = None


@attrs.frozen(kw_only=True)
class NewInvoice:
    """An invoice to be created as a draft.

    Attributes:
        number: The natural key: a repeat with the same number finds the first invoice.
        extra: What one provider alone knows. An adapter gets its own part, in its own words; the service
            chooses it from the caller's ``{"asset": {...}, "clockify": {...}}``.
    """

    number: str
    customer_id: str
    currency: str
    issue_date: date
    due_date: date
    subject: str | None = None
    note: str | None = None
    line_items: tuple[NewLineItem, ...] = ()
    extra: Mapping[str, object] = attrs.field(factory=dict, hash=False)


@attrs.frozen(kw_only=True)
class InvoiceChange:
    """What to change on an invoice: `MISSING` leaves a field as it is, None clears it.

    Attributes:
        extra: As a caller gives it, keyed by provider: ``{"asset": {"tags": {...}}}``; other providers
            ignore it. As an adapter gets it, its own part alone.
    """

    number: str | Absent = MISSING
    customer_id: str | Absent | None = MISSING
    currency: str | Absent = MISSING
    issue_date: date | Absent = MISSING
    due_date: date | Absent = MISSING
    subject: str | Absent | None = MISSING
    note: str | Absent | None = MISSING
    discount_percent: Decimal | Absent = MISSING
    tax_percents: tuple[Decimal, ...] | Absent = MISSING
    extra: Mapping[str, object] = attrs.field(factory=dict, hash=False)


@attrs.frozen(kw_only=True)
class StatusChange:
    """A status to set.

    Attributes:
        allow_payment_loss: The caller's consent, by name, to lose recorded payments.
        allow_irreversible: The caller's consent, by name, to a step the provider never takes back.
    """

    invoice_id: str
    status: InvoiceStatus
    allow_payment_loss: bool = False
    allow_irreversible: bool = False


@attrs.frozen(kw_only=True)
class NewPayment:
    """A payment to record.

    Attributes:
        paid_at: Aware instant the money moved, in whole seconds at most providers.
        reference: The caller's own id of the payment, or the derived one.
        marker: What to write into the note so that the payment can be found again.
    """

    invoice_id: str
    amount: Money
    paid_at: datetime
    reference: str
    marker: str
    note: str = ""


@attrs.frozen(kw_only=True)
class EntryMarks:
    """Time entries to mark, as one request.

    Attributes:
        entry_ids: Distinct ids, at least one.
        invoiced: The value to set.
    """

    entry_ids: tuple[str, ...]
    invoiced: bool


@attrs.frozen(kw_only=True)
class NewCustomer:
    """A customer to create; the name is the natural key."""

    name: str
    email: str | None = None
    address: str | None = None
    note: str | None = None


@attrs.frozen(kw_only=True)
class NewRefund:
    """Money to give back on a paid invoice.

    Attributes:
        reference: The caller's own id of the refund.
    """

    invoice_id: str
    amount: Money
    reference: str
    marker: str
    reason: str = ""


@attrs.frozen(kw_only=True)
class NewCreditNote:
    """A credit note against an invoice; the number is the natural key."""

    invoice_id: str
    number: str
    amount: Money
    issue_date: date
    reason: str = ""
