"""What a call may say to Kukkingu alone, beside the neutral words."""

from collections.abc import Mapping
from decimal import Decimal

from invoicekit.errors import UsageError

_OWN = "kukkingu"
_NAMES: Mapping[str, str] = {"contract_id": "contractId", "exchange_rate": "exchangeRate"}
_NEVER = frozenset({"id", "status", "paidAt", "createdAt", "updatedAt"})


def wire_extra(extra: Mapping[str, object], *, without: frozenset[str]) -> dict[str, object]:
    """Return the wire fields that a call adds.

    ``{"kukkingu": {"exchangeRate": "1.12"}}`` is taken as the wire names it; the same under another
    provider's name is ignored. ``contract_id`` and ``exchange_rate`` are also known without it.

    Args:
        without: Wire fields that have a neutral word, and so no place here.

    Raises:
        UsageError: A name that is not known, or a field that only its own call may set; nothing was sent.
    """
    fields: dict[str, object] = {}
    inner = extra.get("extra")
    if isinstance(inner, Mapping):
        # `create_invoice` hands its further arguments on, so ``extra={…}`` arrives under its own name.
        extra = {**{name: value for name, value in extra.items() if name != "extra"}, **inner}
    for name, value in extra.items():
        if name in _NAMES:
            fields[_NAMES[name]] = value
        elif not isinstance(value, Mapping):
            raise UsageError(f"extra knows {', '.join(sorted(_NAMES))} and {_OWN}={{…}}; not {name}")
    own = extra.get(_OWN)
    fields |= own if isinstance(own, Mapping) else {}
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
