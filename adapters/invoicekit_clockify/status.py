"""Clockify's status words: what they mean, which may be asked for, and which destroy payments."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from invoicekit.errors import UnsupportedOperation
from invoicekit.model import InvoiceStatus, PaymentStatus, StatusRule

UNSENT = "UNSENT"
SENT = "SENT"
OVERDUE = "OVERDUE"
PARTIALLY_PAID = "PARTIALLY_PAID"
PAID = "PAID"
VOID = "VOID"

_PAID_FOR = frozenset({PAID, PARTIALLY_PAID})

STATUS_RULES: tuple[StatusRule, ...] = (
    # Source: vendor help, "Create & manage invoices": marking unsent deletes the recorded payments.
    StatusRule(
        raw=UNSENT,
        status=InvoiceStatus.DRAFT,
        is_settable=True,
        destroys_payments_from=_PAID_FOR,
        via="PATCH status; deletes every recorded payment",
    ),
    # Unverified: what becomes of the payments; the vendor's page offers it and does not say.
    StatusRule(
        raw=SENT,
        status=InvoiceStatus.OPEN,
        is_settable=True,
        destroys_payments_from=_PAID_FOR,
        via="PATCH status",
    ),
    StatusRule(
        raw=OVERDUE,
        status=InvoiceStatus.OPEN,
        is_derived=True,
        is_overdue=True,
        via="reached by itself when the due date passes",
    ),
    StatusRule(
        raw=PARTIALLY_PAID,
        status=InvoiceStatus.OPEN,
        payment_status=PaymentStatus.PARTIALLY_PAID,
        is_derived=True,
        via="reached by recording part of the balance",
    ),
    # Unverified: PATCH PAID over a positive balance: refused, flag only, or a payment of its own.
    StatusRule(
        raw=PAID,
        status=InvoiceStatus.PAID,
        payment_status=PaymentStatus.PAID,
        is_settable=True,
        via="recording the balance; PATCH status once nothing is owed",
    ),
    # Unverified: what becomes of the payments of an invoice that is made void.
    StatusRule(
        raw=VOID,
        status=InvoiceStatus.VOID,
        is_settable=True,
        destroys_payments_from=_PAID_FOR,
        via="PATCH status",
    ),
)

_BY_RAW: Mapping[str, StatusRule] = MappingProxyType({rule.raw: rule for rule in STATUS_RULES})
_SETTABLE: Mapping[InvoiceStatus, StatusRule] = MappingProxyType(
    {rule.status: rule for rule in STATUS_RULES if rule.is_settable}
)

LOCKED = frozenset({PAID, PARTIALLY_PAID, VOID})
"""Statuses whose invoices the vendor's own pages do not let anybody edit."""


def rule_of(raw: str | None) -> StatusRule | None:
    """Return the row of a word; None for one that this version does not know."""
    return None if raw is None else _BY_RAW.get(raw)


def rule_to_set(status: InvoiceStatus) -> StatusRule:
    """Return the row by which a status is asked for.

    Raises:
        UnsupportedOperation: Clockify has no such status; nothing was sent.
    """
    rule = _SETTABLE.get(status)
    if rule is None:
        raise UnsupportedOperation(f"Clockify has no status that means {status.value!r}")
    return rule


def is_at(rule: StatusRule, raw: str | None) -> bool:
    """Tell whether an invoice already stands where a row would take it.

    SENT turns into OVERDUE by itself, so an overdue invoice has been sent. A partly paid one has not
    merely been sent: setting SENT there may cost its payments.
    """
    return raw == rule.raw or (rule.raw == SENT and raw == OVERDUE)


def raws_of(statuses: Iterable[InvoiceStatus]) -> tuple[str, ...]:
    """Return the words that mean any of these statuses, in the table's order."""
    wanted = set(statuses)
    return tuple(rule.raw for rule in STATUS_RULES if rule.status in wanted)


def payment_status_of(raw: str | None, *, paid: int | None, due: int | None) -> PaymentStatus:
    """Say what was paid: by the amounts where the answer has them, else by the word.

    Args:
        paid, due: In the wire's units; None where this answer carries none.
    """
    rule = rule_of(raw)
    if paid is not None and due is not None:
        if due < 0:
            return PaymentStatus.OVERPAID
        if due == 0 and (paid > 0 or raw == PAID):
            return PaymentStatus.PAID
        if raw != PAID:
            return PaymentStatus.PARTIALLY_PAID if paid > 0 else PaymentStatus.UNPAID
    if rule is not None and rule.payment_status is not None:
        return rule.payment_status
    return PaymentStatus.UNKNOWN
