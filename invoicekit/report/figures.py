"""Numbers, times and words as a report shows them."""

from datetime import datetime

from invoicekit.batch import Standing
from invoicekit.model import Money

_MINUTE = 60.0
_HOUR = 3600.0


def word(standing: Standing) -> str:
    """Name a standing as a person reads it."""
    return "in doubt" if standing is Standing.UNKNOWN else standing.value


def count(number: int) -> str:
    """Write a whole number with its thousands apart."""
    return f"{number:,}"


def plural(number: int, one: str, many: str | None = None) -> str:
    """Write a number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def money(amount: Money) -> str:
    """Write an amount with its thousands apart, to the currency's last digit."""
    return f"{amount.amount:,f} {amount.currency}"


def span(seconds: float) -> str:
    """Write how long something took, in the unit that fits."""
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 0.9995:
        return f"{seconds * 1e3:.3g} ms"
    if seconds < _MINUTE:
        return f"{seconds:.3g} s"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min {int(seconds % _MINUTE):02d} s"
    return f"{int(seconds // _HOUR)} h {int(seconds % _HOUR // _MINUTE):02d} min"


def rate(per_second: float) -> str:
    """Write a rate without its unit, to three digits."""
    return f"{per_second:,.0f}" if per_second >= 100 else f"{per_second:.3g}"


def limit(per_second: float) -> str:
    """Write a rate limit in the unit that providers would use."""
    if per_second >= 1:
        return f"{per_second:.3g}/s"
    if per_second * _MINUTE >= 1:
        return f"{per_second * _MINUTE:.3g}/min"
    return f"{per_second * _HOUR:.3g}/h"


def moment(instant: datetime | None) -> str:
    """Write an instant in UTC, to the second."""
    return "unknown" if instant is None else f"{instant:%Y-%m-%d %H:%M:%S} UTC"


def ceiling(value: float) -> float:
    """Return the round number at or above a value, for the top of an axis."""
    if value <= 0:
        return 1.0
    scale = 1.0
    while scale * 10 < value:
        scale *= 10
    while scale > value:
        scale /= 10
    return next(
        step * scale for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * scale >= value * 0.9999
    )
