"""Asset's status words: what they mean, which may be asked for, and what is derived where none is sent."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType

from invoicekit.errors import UnsupportedOperation
from invoicekit.model import InvoiceStatus, PaymentStatus, StatusRule

OPEN = "open"
PAID = "paid"
UNCOLLECTIBLE = "uncollectible"
VOIDED = "voided"
REFUNDED = "refunded"
PARTIALLY_REFUNDED = "partially_refunded"

_SETTLED = frozenset({PAID, REFUNDED, PARTIALLY_REFUNDED})

STATUS_RULES: tuple[StatusRule, ...] = (
    # Unverified: what becomes of applied payments when a paid invoice is set back to open.
    StatusRule(
        raw=OPEN,
        status=InvoiceStatus.OPEN,
        is_settable=True,
        destroys_payments_from=_SETTLED,
        via="PATCH status; invoices are open from their creation",
    ),
    # Source: vendor docs, bookkeeping/invoices: paid follows from payments.
    # Unverified: what PATCH paid books.
    StatusRule(
        raw=PAID,
        status=InvoiceStatus.PAID,
        payment_status=PaymentStatus.PAID,
        is_derived=True,
        via="recording the balance; never by PATCH",
    ),
    StatusRule(
        raw=UNCOLLECTIBLE,
        status=InvoiceStatus.UNCOLLECTIBLE,
        is_settable=True,
        via="PATCH status",
    ),
    # Unverified: whether a paid invoice can be voided, and what becomes of its payments.
    StatusRule(
        raw=VOIDED,
        status=InvoiceStatus.VOID,
        is_settable=True,
        destroys_payments_from=_SETTLED,
        via="PATCH status",
    ),
    # Source: vendor docs, bookkeeping/invoices: only the refund call leads to these two.
    StatusRule(
        raw=REFUNDED,
        status=InvoiceStatus.PAID,
        payment_status=PaymentStatus.REFUNDED,
        is_derived=True,
        via="refund() of the whole",
    ),
    StatusRule(
        raw=PARTIALLY_REFUNDED,
        status=InvoiceStatus.PAID,
        payment_status=PaymentStatus.PARTIALLY_REFUNDED,
        is_derived=True,
        via="refund() of a part",
    ),
)

_BY_RAW: Mapping[str, StatusRule] = MappingProxyType({rule.raw: rule for rule in STATUS_RULES})
_TO_SET: Mapping[InvoiceStatus, StatusRule] = MappingProxyType(
    {rule.status: rule for rule in STATUS_RULES if rule.raw not in {REFUNDED, PARTIALLY_REFUNDED}}
)

TAKES_NO_PAYMENT = frozenset({VOIDED, UNCOLLECTIBLE, REFUNDED, PARTIALLY_REFUNDED})
"""Unverified: what a payment on one of these does. None is sent: it would be money on a closed paper."""

KEEPS_ITS_LINES = frozenset({VOIDED, *_SETTLED})
"""Unverified: whether lines of these may change. None are: it would change what has been paid for."""


def rule_of(raw: str | None) -> StatusRule | None:
    """Return the row of a word; None for one that this version does not know."""
    return None if raw is None else _BY_RAW.get(raw)


def rule_to_set(status: InvoiceStatus) -> StatusRule:
    """Return the row by which a status is asked for.

    Raises:
        UnsupportedOperation: Asset has no such status; nothing was sent.
    """
    rule = _TO_SET.get(status)
    if rule is None:
        hint = ": invoices are open from their creation" if status is InvoiceStatus.DRAFT else ""
        raise UnsupportedOperation(f"Asset has no status that means {status.value!r}{hint}")
    return rule


def raws_of(statuses: Iterable[InvoiceStatus]) -> tuple[str, ...]:
    """Return the words that mean any of these statuses, in the table's order."""
    wanted = set(statuses)
    return tuple(rule.raw for rule in STATUS_RULES if rule.status in wanted)


def derived_raw(*, is_voided: bool, total: Decimal | None, paid: Decimal | None) -> str | None:
    """Say what the status must be where the answer has none; None where the amounts are missing too.

    An uncollectible or refunded invoice cannot be told that way: it reads as open or paid.
    Source: vendor docs, bookkeeping/invoices: paid once what was matched reaches the total.
    """
    if is_voided:
        return VOIDED
    if total is None or paid is None:
        return None
    return PAID if paid > 0 and paid >= total else OPEN


def payment_status_of(raw: str | None, *, total: Decimal | None, paid: Decimal | None) -> PaymentStatus:
    """Say what was paid: a refund by its word, all else by the amounts, and by the word without them."""
    rule = rule_of(raw)
    if raw not in {REFUNDED, PARTIALLY_REFUNDED} and total is not None and paid is not None:
        if paid <= 0:
            return PaymentStatus.UNPAID
        if paid < total:
            return PaymentStatus.PARTIALLY_PAID
        return PaymentStatus.PAID if paid == total else PaymentStatus.OVERPAID
    if rule is not None and rule.payment_status is not None:
        return rule.payment_status
    return PaymentStatus.UNKNOWN
