"""Exact amounts of money: a decimal and a currency, never a float."""

import math
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache

import attrs

from invoicekit.errors import CurrencyMismatch, InvalidAmount
from invoicekit.model import exact

_AMOUNT_TEXT = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_SHOWN = 40


@lru_cache(maxsize=256)
def currency_exponent(currency: str) -> int:
    """Return how many decimals the currency's minor unit has: EUR 2, JPY 0, KWD 3.

    Raises:
        InvalidAmount: ISO 4217 lists no such currency, or none with a minor unit (gold, test codes).
    """
    # Imported on first need: it parses the whole ISO table, which takes tens of milliseconds.
    import iso4217

    try:
        exponent = iso4217.Currency(currency.upper()).exponent
    except ValueError:
        exponent = None
    if exponent is None:
        raise InvalidAmount(f"{currency[:_SHOWN]!r} is not an ISO 4217 currency with a minor unit")
    return int(exponent)


def _number(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return exact.bounded(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return exact.bounded(Decimal(value))
    raise InvalidAmount(f"expected a Decimal or an int, got {type(value).__name__}")


def _amount(value: Decimal | int | str) -> Decimal:
    if type(value) is Decimal:  # by far the commonest
        return exact.bounded(value)
    if not isinstance(value, str):
        return _number(value)
    if _AMOUNT_TEXT.fullmatch(value) is None:
        raise InvalidAmount(f"{value[:_SHOWN]!r} is not a decimal amount")
    return exact.bounded(Decimal(value))


def _currency(value: str) -> str:
    given: object = value  # callers may not be typed
    code = given.strip() if isinstance(given, str) else ""
    if not code:
        raise InvalidAmount("a currency is a code such as 'EUR'")
    return code.upper() if len(code) == 3 and code.isascii() else code


@attrs.frozen(order=False)
class Money:
    """An amount in major units of one currency, exact.

    Attributes:
        amount: Major units: ``Decimal("120.00")`` is one hundred and twenty.
        currency: ISO 4217 code; text a provider made up is kept, but has no minor unit.

    Raises:
        InvalidAmount: The amount is a float, a bool, not finite or not a number.
    """

    amount: Decimal = attrs.field(converter=_amount)
    currency: str = attrs.field(converter=_currency)

    @classmethod
    def scaled(cls, units: int | Decimal, places: int, currency: str) -> "Money":
        """Build an amount from units of ``10 ** -places``: 12000 at 2 places are 120.00."""
        number = units if type(units) is int else _number(units)
        return cls(exact.shift_point(number, -places), currency)

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> "Money":
        """Build an amount from minor units: 12000 EUR-cents are 120.00 EUR.

        Raises:
            InvalidAmount: `minor` is no int, or the currency has no minor unit.
        """
        if isinstance(minor, bool) or not isinstance(minor, int):
            raise InvalidAmount(f"minor units are an int, never {type(minor).__name__}")
        return cls.scaled(minor, currency_exponent(currency), currency)

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Return nothing of that currency."""
        return cls(Decimal(0), currency)

    @classmethod
    def sum(cls, amounts: "Iterable[Money]", currency: str) -> "Money":
        """Add up any number of amounts, none included.

        Raises:
            CurrencyMismatch: One of them is in another currency.
        """
        return sum(amounts, start=cls.zero(currency))

    @property
    def minor(self) -> int:
        """Return the amount in minor units.

        Raises:
            InvalidAmount: The amount has more decimals than the currency, or the currency no minor unit.
        """
        return self.units(currency_exponent(self.currency))

    def units(self, places: int) -> int:
        """Return the amount as a whole number of ``10 ** -places``: 120.00 at 2 places is 12000.

        Raises:
            InvalidAmount: The amount has more decimals than that.
        """
        scaled = exact.shift_point(self.amount, places)
        whole = int(scaled)
        if whole != scaled:
            raise InvalidAmount(f"{self} has more than {places} decimals")
        return whole

    def rounded(self) -> "Money":
        """Round to the currency's minor unit, half to even."""
        return Money(exact.rounded(self.amount, currency_exponent(self.currency)), self.currency)

    def allocate(self, weights: Sequence[int | Decimal]) -> tuple["Money", ...]:
        """Share the amount out by weight without losing or making a minor unit.

        Each share is a whole number of minor units; what rounding leaves goes to the largest remainders,
        earlier shares first. The shares always add up to the amount.

        Raises:
            InvalidAmount: No weights, a negative weight, only zeros, or an inexact amount.
        """
        shares_of = [_number(weight) for weight in weights]
        if not any(shares_of) or any(weight < 0 for weight in shares_of):
            raise InvalidAmount("allocate needs weights, none negative and not all zero")
        sign = -1 if self.minor < 0 else 1
        pool = abs(self.minor)
        numerators = [weight.as_integer_ratio() for weight in shares_of]
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
        if not isinstance(other, Money):
            return NotImplemented
        self._same(other)
        return Money(exact.plus(self.amount, other.amount), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        if not isinstance(other, Money):
            return NotImplemented
        self._same(other)
        return Money(exact.minus(self.amount, other.amount), self.currency)

    def __mul__(self, factor: int | Decimal) -> "Money":
        return Money(exact.times(self.amount, _number(factor)), self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> "Money":
        return Money(exact.minus(Decimal(0), self.amount), self.currency)

    def __abs__(self) -> "Money":
        return -self if self.amount < 0 else self

    def __lt__(self, other: "Money") -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: "Money") -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        self._same(other)
        return self.amount <= other.amount

    def __gt__(self, other: "Money") -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        self._same(other)
        return self.amount > other.amount

    def __ge__(self, other: "Money") -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        self._same(other)
        return self.amount >= other.amount

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"
