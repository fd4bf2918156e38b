"""What a call may say to Clockify alone, beside the neutral words."""

from collections.abc import Mapping

from invoicekit.errors import UsageError
from invoicekit_clockify.wire import CODEC

_NEVER = frozenset(
    {"id", "status", "invoiceStatus", "items", "payments", "amount", "paid", "balance", "subtotal"}
)
_NEUTRAL = frozenset({"number", "clientId", "currency", "issuedDate", "dueDate", "subject", "note"})
_NEUTRAL_CHANGE = _NEUTRAL | {"discountPercent", "taxPercent", "tax2Percent"}


def check_extra(extra: Mapping[str, object], *, is_change: bool) -> None:
    """Refuse what has an argument or a call of its own; everything else goes into the body as it is.

    Raises:
        UsageError: One of these, or a value that has no JSON form; nothing was sent.
        InvalidAmount: A float.
    """
    barred = sorted(extra.keys() & (_NEVER | (_NEUTRAL_CHANGE if is_change else _NEUTRAL)))
    if barred:
        raise UsageError(f"extra cannot set {', '.join(barred)}: there is a call or an argument for it")
    CODEC.encode(dict(extra))
