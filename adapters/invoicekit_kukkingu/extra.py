"""What a call may say to Kukkingu alone, beside the neutral words."""

from collections.abc import Mapping
from decimal import Decimal

from invoicekit.errors import UsageError

_NEVER = frozenset({"id", "status", "paidAt", "createdAt", "updatedAt"})


def wire_extra(extra: Mapping[str, object], *, without: frozenset[str]) -> dict[str, object]:
    """Return the wire fields that a call adds.

    They are taken as the wire names them: ``{"exchangeRate": "1.12", "contractId": "ctr_…"}``.

    Args:
        without: Wire fields that have a neutral word, and so no place here.

    Raises:
        UsageError: A field that only its own call may set; nothing was sent.
    """
    fields = dict(extra)
    barred = sorted(fields.keys() & (_NEVER | without))
    if barred:
        raise UsageError(f"extra cannot set {', '.join(barred)}: there is a call or an argument for it")
    if "exchangeRate" in fields:
        fields["exchangeRate"] = _rate(fields["exchangeRate"])
    return fields


def _rate(value: object) -> Decimal:
    if isinstance(value, str | int | Decimal) and not isinstance(value, bool):
        try:
            rate = Decimal(value)
        except ArithmeticError:
            rate = Decimal("NaN")
        if rate.is_finite() and rate >= 0:
            return rate
    raise UsageError("an exchange rate is a number of 0 or more, as text or Decimal; nothing was sent")
