"""Exact amounts of money: a decimal and a currency, never a float."""

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import lru_cache

import attrs
import iso4217

from invoicekit.errors import CurrencyMismatch, InvalidAmount


@lru_cache(maxsize=256)
def currency_exponent(currency: str) -> int:
    """Return how many decimals the currency's minor unit has: EUR 2, JPY 0, KWD 3.

    Raises:
        InvalidAmount: ISO 4217 lists no such currency, or none with a minor unit (gold, test codes).
    """
    try:
        exponent = iso4217.Currency(currency.upper()).exponent
    except ValueError:
        exponent = None
    if exponent is None:
        raise InvalidAmount(f"{currency!r} is not an ISO 4217 currency with a minor unit")
    return int(exponent)


def _exact(value: object) -> Decimal:
    if isinstance(value, Decimal):
        amount = value
    elif isinstance(value, int) and not isinstance(value, bool):
        amount = Decimal(value)
    elif isinstance(value, str):
        try:
            amount = Decimal(value)
        except InvalidOperation:
            raise InvalidAmount(f"{value[:40]!r} is not a decimal amount") from None
    else:
        raise InvalidAmount(
            f"an amount is a Decimal, an int or a decimal string, never {type(value).__name__}"
        )
    if not amount.is_finite():
        raise InvalidAmount("an amount must be finite")
    return amount


def _currency(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidAmount("a currency is a code such as 'EUR'")
    return value.strip()


@attrs.frozen(order=False)
class Money:
    """An amount in major units of one currency, exact.

    Attributes:
        amount: Major units: ``Decimal("120.00")`` is one hundred and twenty.
        currency: ISO 4217 code; text a provider made up is kept, but has no minor unit.

    Raises:
        InvalidAmount: The amount is a float, a bool, not finite or not a number.
    """

    amount: Decimal = attrs.field(converter=_exact)
    currency: str = attrs.field(converter=_currency)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> "Money":
        """Build an amount from minor units: 12000 EUR-cents are 120.00 EUR."""
        if isinstance(minor, bool) or not isinstance(minor, int):
            raise InvalidAmount(f"minor units are an int, never {type(minor).__name__}")
        return cls(Decimal(minor).scaleb(-currency_exponent(currency)), currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Return nothing of that currency."""
        return cls(Decimal(0), currency)

    @property
    def minor(self) -> int:
        """Return the amount in minor units.

        Raises:
            InvalidAmount: The amount has more decimals than the currency.
        """
        scaled = self.amount.scaleb(currency_exponent(self.currency))
        whole = int(scaled)
        if whole != scaled:
            raise InvalidAmount(
                f"{self.amount} {self.currency} has more decimals than the currency's "
                f"{currency_exponent(self.currency)}"
            )
        return whole

    def rounded(self) -> "Money":
        """Round to the currency's minor unit, half to even."""
        quantum = Decimal(1).scaleb(-currency_exponent(self.currency))
        return Money(self.amount.quantize(quantum, rounding=ROUND_HALF_EVEN), self.currency)

    def allocate(self, weights: Sequence[int | Decimal]) -> tuple["Money", ...]:
        """Share the amount out by weight without losing or making a minor unit.

        Each share is a whole number of minor units; what rounding leaves goes to the largest remainders,
        earlier shares first. The shares always add up to the amount.

        Raises:
            InvalidAmount: No weights, a negative weight, only zeros, or an inexact amount.
        """
        exact = [_exact(weight) for weight in weights]
        total = sum(exact, Decimal(0))
        if not exact or any(weight < 0 for weight in exact) or total == 0:
            raise InvalidAmount("allocate needs weights, none negative and not all zero")
        sign = -1 if self.minor < 0 else 1
        pool = abs(self.minor)
        numerators = [weight.as_integer_ratio() for weight in exact]
        scale = math.lcm(*(bottom for _, bottom in numerators))
        whole = [top * (scale // bottom) for top, bottom in numerators]
        whole_total = sum(whole)
        shares = [pool * weight // whole_total for weight in whole]
        remainders = [pool * weight % whole_total for weight in whole]
        left = pool - sum(shares)
        for index in sorted(range(len(shares)), key=lambda i: (-remainders[i], i))[:left]:
            shares[index] += 1
        return tuple(Money.from_minor(sign * share, self.currency) for share in shares)

    def _same(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not mix")

    def __add__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __mul__(self, factor: int | Decimal) -> "Money":
        return Money(self.amount * _exact(factor), self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def __lt__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __gt__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount > other.amount

    def __ge__(self, other: "Money") -> bool:
        self._same(other)
        return self.amount >= other.amount

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"
