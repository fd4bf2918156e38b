"""What an invoice comes to, in minor units."""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

import attrs


@attrs.frozen(kw_only=True)
class Totals:
    """Amounts in minor units of the invoice's currency."""

    subtotal: int
    total: int
    paid: int

    @property
    def due(self) -> int:
        """What is still owed; negative where too much was paid."""
        return self.total - self.paid


def line_amount(quantity: Decimal, unit_price: Decimal, exponent: int) -> int:
    """Return quantity times price in minor units, half to even."""
    return _rounded(quantity * unit_price * Decimal(10) ** exponent)


def totals_of(
    line_amounts: Sequence[int], discount_percent: Decimal, tax_percents: Sequence[Decimal], paid: int
) -> Totals:
    """Take the discount off the sum of the lines, then add each tax on what is left."""
    subtotal = sum(line_amounts)
    with localcontext() as context:
        context.prec = 60
        taxable = subtotal - _rounded(Decimal(subtotal) * discount_percent / 100)
        taxes = sum(_rounded(Decimal(taxable) * percent / 100) for percent in tax_percents)
    return Totals(subtotal=subtotal, total=taxable + taxes, paid=paid)


def _rounded(amount: Decimal) -> int:
    with localcontext() as context:
        context.prec = 60
        return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
