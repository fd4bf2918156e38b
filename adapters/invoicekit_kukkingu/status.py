"""Kukkingu's status words, and what paidAt adds to them."""

from collections.abc import Iterable

from invoicekit.model import InvoiceStatus, PaymentStatus, StatusRule

DRAFT = "DRAFT"
FINALIZED = "FINALIZED"
VOID = "VOID"

STATUS_RULES: tuple[StatusRule, ...] = (
    StatusRule(raw=DRAFT, status=InvoiceStatus.DRAFT, via="every invoice begins so; none comes back to it"),
    # Source: vendor's page, finalize an invoice draft: it cannot be undone.
    StatusRule(
        raw=FINALIZED,
        status=InvoiceStatus.OPEN,
        is_settable=True,
        is_irreversible=True,
        via="POST finalize, from DRAFT; needs allow_irreversible=True",
    ),
    StatusRule(
        raw=FINALIZED,
        status=InvoiceStatus.PAID,
        payment_status=PaymentStatus.PAID,
        is_derived=True,
        via="record_payment or mark_paid, which set paidAt; never taken back",
    ),
    # Unverified: from which words it may be voided, and whether paidAt survives.
    StatusRule(
        raw=VOID,
        status=InvoiceStatus.VOID,
        is_settable=True,
        destroys_payments_from=frozenset({FINALIZED}),
        via="POST void; final; consent is asked for only where paidAt is set",
    ),
)


def status_of(raw: str | None, *, is_paid: bool) -> InvoiceStatus:
    """Return what a word means; paid is no word of Kukkingu's, but FINALIZED with paidAt set."""
    if raw == FINALIZED:
        return InvoiceStatus.PAID if is_paid else InvoiceStatus.OPEN
    if raw == DRAFT:
        return InvoiceStatus.DRAFT
    return InvoiceStatus.VOID if raw == VOID else InvoiceStatus.UNKNOWN


def raws_of(statuses: Iterable[InvoiceStatus]) -> frozenset[str]:
    """Return the words under which invoices of these statuses stand."""
    wanted = set(statuses)
    return frozenset(rule.raw for rule in STATUS_RULES if rule.status in wanted)
