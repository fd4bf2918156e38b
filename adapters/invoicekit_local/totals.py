"""What an invoice comes to, in minor units: whole numbers and fractions, whatever the decimal context."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import attrs

from invoicekit.errors import InvalidAmount
from invoicekit.model import Money

_MOST = 2**63 - 1
_MOST_DIGITS = 400
_MOST_PERCENT = 1000


@attrs.frozen(kw_only=True)
class Totals:
    """Amounts in minor units of the invoice's currency.

    Attributes:
        credited: What credit notes take off; of a note itself, all of it: its invoice takes it over.
    """

    subtotal: int
    total: int
    paid: int
    credited: int = 0

    @property
    def due(self) -> int:
        """What is still owed; negative where too much was paid."""
        return self.total - self.credited - self.paid


def stored(minor: int) -> int:
    """Return minor units that fit a column of the books.

    Raises:
        InvalidAmount: They do not; nothing was written.
    """
    if abs(minor) > _MOST:
        raise InvalidAmount("an amount is more minor units than 63 bits can hold; nothing was written")
    return minor


def money(minor: int, currency: str) -> Money:
    """Return minor units as an amount."""
    return Money.from_minor(minor, currency)


def line_amount(quantity: Decimal, unit_price: Decimal, exponent: int) -> int:
    """Return quantity times price in minor units, rounded once, half to even.

    Raises:
        InvalidAmount: A factor is no number of sane length, or the product is more than 63 bits hold.
    """
    return stored(round(_exact(quantity) * _exact(unit_price) * 10**exponent))


def percent(value: Decimal, *, most: int = _MOST_PERCENT) -> Decimal:
    """Return a percentage that can be applied.

    Raises:
        InvalidAmount: It lies below nothing or above `most`.
    """
    if not 0 <= _exact(value) <= most:
        raise InvalidAmount(f"a percentage here lies between 0 and {most}; nothing was written")
    return value


def totals_of(
    line_amounts: Sequence[int], discount_percent: Decimal, tax_percents: Sequence[Decimal], paid: int
) -> Totals:
    """Take the discount off the sum of the lines, then add each tax on what is left."""
    subtotal = sum(line_amounts)
    taxable = subtotal - round(subtotal * _exact(discount_percent) / 100)
    taxes = sum(round(taxable * _exact(percent) / 100) for percent in tax_percents)
    return Totals(subtotal=subtotal, total=taxable + taxes, paid=paid)


def _exact(number: Decimal) -> Fraction:
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        raise InvalidAmount("a number is not finite, or has more digits than any amount of money")
    return Fraction(number)
