"""Names that never depend on chance or time, so that a rerun elsewhere finds what was written."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from invoicekit.adapter import MARKER_PREFIX
from invoicekit.errors import UsageError
from invoicekit.journal import IntentKey
from invoicekit.model import Money

AUTO_PREFIX = "auto:"
VALUE_PREFIX = "value:"
_SEPARATOR = "\x1f"
_REFERENCE_LIMIT = 200


def _digest(*parts: str) -> str:
    return hashlib.sha256(_SEPARATOR.join(parts).encode()).hexdigest()


def marker_of(key: IntentKey) -> str:
    """Return what is written into the provider's record of an append: ``ik:`` and 16 hex digits."""
    return MARKER_PREFIX + _digest("marker", key.provider, key.account, key.operation, key.reference)[:16]


def fingerprint_of(target: str, content: str) -> str:
    """Return the hash that tells the same request from another under the same reference."""
    return _digest("content", target, content)


def derived_reference(invoice_id: str, amount: Money, paid_at: datetime, note: str, repeat: int) -> str:
    """Return the reference of a payment whose caller gave none.

    Two payments that agree in all of these are one payment to us, unless `repeat` numbers them.
    """
    instant = paid_at.astimezone(UTC).isoformat(timespec="seconds")
    exact = format(amount.amount.normalize(), "f")
    return AUTO_PREFIX + _digest(invoice_id, exact, amount.currency, instant, note, str(repeat))[:24]


def time_reference(invoice_id: str, entry_ids: Iterable[str]) -> str:
    """Return the reference of an import of time: the same entries onto the same invoice are one."""
    return f"time-{_digest(invoice_id, *sorted(set(entry_ids)))[:24]}"


def value_reference(target: str) -> str:
    """Return the reference of a SET whose caller gave none: one open change a target."""
    return VALUE_PREFIX + (target if len(target) <= _REFERENCE_LIMIT else _digest(target))


def is_derived(reference: str) -> bool:
    """Tell whether a reference was made here."""
    return reference.startswith((AUTO_PREFIX, VALUE_PREFIX))


def check_reference(reference: str) -> str:
    """Return the caller's reference, or refuse one that cannot be told apart reliably.

    Raises:
        UsageError: No text, empty, too long, blank at an end, with control characters, or in our own
            namespace.
    """
    if not isinstance(reference, str):
        raise UsageError("a reference is text")
    if not reference or len(reference) > _REFERENCE_LIMIT:
        raise UsageError(f"a reference has 1 to {_REFERENCE_LIMIT} characters")
    if reference != reference.strip() or not reference.isprintable():
        raise UsageError("a reference has no blanks at its ends and no control characters")
    if is_derived(reference):
        raise UsageError(f"references that start with {AUTO_PREFIX} or {VALUE_PREFIX} are made here")
    return reference
