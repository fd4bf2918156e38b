"""The two status axes, and how a provider's words map onto them."""

from enum import Enum

import attrs


class InvoiceStatus(Enum):
    """Where the document stands in its life."""

    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    UNCOLLECTIBLE = "uncollectible"
    VOID = "void"
    UNKNOWN = "unknown"
    """A word of the provider's that this version does not know; see `raw`."""


class PaymentStatus(Enum):
    """What has been paid of it."""

    UNPAID = "unpaid"
    PARTIALLY_PAID = "partially paid"
    PAID = "paid"
    OVERPAID = "overpaid"
    PARTIALLY_REFUNDED = "partially refunded"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"


@attrs.frozen(kw_only=True)
class StatusRule:
    """One row of an adapter's status table: capability, guard and docs read the same rows.

    Attributes:
        raw: The provider's word.
        status: What it means on the document axis.
        payment_status: What it says about payments, where it says anything.
        is_settable: Whether a caller may ask for it.
        is_derived: Whether the provider computes it.
        is_overdue: Whether it says the due date has passed.
        destroys_payments_from: Raw words from which setting this one destroys, or may destroy, payments.
        is_irreversible: Whether setting it can never be taken back, and needs consent by name.
        via: How it is set, in words.
    """

    raw: str
    status: InvoiceStatus
    payment_status: PaymentStatus | None = None
    is_settable: bool = False
    is_derived: bool = False
    is_overdue: bool = False
    destroys_payments_from: frozenset[str] = frozenset()
    is_irreversible: bool = False
    via: str = ""
