"""How a field writes an amount: the scale belongs to the field, not to `Money`."""

import re
from decimal import Decimal
from typing import Protocol, TypeVar

import attrs

from invoicekit.errors import InvalidAmount, MalformedResponse
from invoicekit.model import Money, currency_exponent, shift_point
from invoicekit.wire.document import MAX_INT

_DECIMAL = re.compile(r"-?[0-9]{1,24}(\.[0-9]{1,12})?")
N = TypeVar("N", bound=int | Decimal, covariant=True)


class AmountScale(Protocol[N]):
    """What every amount scale offers."""

    def read(self, value: int | Decimal, currency: str) -> Money:
        """Turn a wire amount into money, exactly.

        Raises:
            MalformedResponse: The value is no number, or the currency does not fit the scale.
        """
        ...

    def write(self, money: Money) -> N:
        """Turn money into a wire amount, exactly.

        Raises:
            InvalidAmount: The amount has more decimals than the field carries, or is too large; nothing
                was sent.
        """
        ...


@attrs.frozen(kw_only=True)
class MinorByExponent:
    """Minor units as ISO 4217 counts them: 12.00 EUR is 1200, 12 JPY is 12, 12.000 KWD is 12000."""

    def read(self, value: int | Decimal, currency: str) -> Money:
        """Turn minor units into money; see `AmountScale.read`."""
        try:
            return Money.scaled(value, currency_exponent(currency), currency)
        except InvalidAmount as error:
            raise MalformedResponse(f"an amount in minor units cannot be read: {error}") from None

    def write(self, money: Money) -> int:
        """Turn money into minor units; see `AmountScale.write`."""
        return _bounded(money.minor, money)


@attrs.frozen(kw_only=True)
class FixedPlaces:
    """Whole units of ``10 ** -places``, whatever the currency.

    Attributes:
        places: Decimals the units carry: 2 for hundredths.
    """

    places: int = attrs.field(validator=attrs.validators.ge(0))

    def read(self, value: int | Decimal, currency: str) -> Money:
        """Turn units into money; see `AmountScale.read`."""
        try:
            return Money.scaled(value, self.places, currency)
        except InvalidAmount as error:
            raise MalformedResponse(f"an amount cannot be read: {error}") from None

    def write(self, money: Money) -> int:
        """Turn money into units; see `AmountScale.write`."""
        return _bounded(money.units(self.places), money)


@attrs.frozen(kw_only=True)
class MajorDecimal:
    """A decimal number of major units: 12.50 EUR is 12.5.

    Attributes:
        places: Most decimals the field carries when written; None means the currency's own.
    """

    places: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(attrs.validators.ge(0))
    )

    def read(self, value: int | Decimal, currency: str) -> Money:
        """Turn major units into money; see `AmountScale.read`."""
        try:
            return Money.scaled(value, 0, currency)
        except InvalidAmount as error:
            raise MalformedResponse(f"an amount cannot be read: {error}") from None

    def write(self, money: Money) -> Decimal:
        """Turn money into major units; see `AmountScale.write`."""
        places = currency_exponent(money.currency) if self.places is None else self.places
        return shift_point(money.units(places), -places)


@attrs.frozen(kw_only=True)
class MajorText:
    """A text of major units: 12.50 EUR is "12.50"."""

    def read(self, value: str, currency: str) -> Money:
        """Turn a text into money: digits, and decimals after a point.

        Raises:
            MalformedResponse: It is no such text.
        """
        if _DECIMAL.fullmatch(value) is None:
            raise MalformedResponse("an amount cannot be read: not a decimal text")
        return MAJOR_DECIMAL.read(Decimal(value), currency)

    def write(self, money: Money) -> str:
        """Turn money into a text with the currency's own decimals; see `AmountScale.write`."""
        return format(MAJOR_DECIMAL.write(money), "f")


@attrs.frozen(kw_only=True)
class ScaledNumber:
    """A number without a currency, sent as a whole number of ``10 ** -places``.

    Attributes:
        places: Decimals the whole number carries: 2 for "times one hundred".
    """

    places: int = attrs.field(validator=attrs.validators.ge(0))

    def read(self, value: int | Decimal) -> Decimal:
        """Turn the wire's number into the meant one, exactly: 1000 at 2 places is 10.

        Raises:
            MalformedResponse: The value is no number.
        """
        if type(value) is not int and type(value) is not Decimal:
            raise MalformedResponse(f"expected a number, got {type(value).__name__}")
        return shift_point(value, -self.places)

    def write(self, number: int | Decimal) -> int:
        """Turn the meant number into the wire's, exactly: 10 at 2 places is 1000.

        Raises:
            InvalidAmount: The number has more decimals than the field carries; nothing was sent.
        """
        if type(number) is not int and not isinstance(number, Decimal):
            raise InvalidAmount(f"expected a Decimal or an int, got {type(number).__name__}")
        scaled = shift_point(number, self.places)
        whole = int(scaled)
        if whole != scaled or abs(whole) > MAX_INT:
            raise InvalidAmount(f"{number:f} does not fit a field of {self.places} decimals")
        return whole


def _bounded(units: int, money: Money) -> int:
    if abs(units) > MAX_INT:
        raise InvalidAmount(f"{money} is more than a whole number of 63 bits can carry")
    return units


MINOR_BY_EXPONENT = MinorByExponent()
HUNDREDTHS = FixedPlaces(places=2)
"""Always times one hundred, whatever the currency."""
MAJOR_DECIMAL = MajorDecimal()
MAJOR_TEXT = MajorText()
"""Decimals as text, which no JSON reader turns into a float."""
PERCENT_X100 = ScaledNumber(places=2)
"""Ten percent is 1000."""
QUANTITY_X100 = ScaledNumber(places=2)
"""One and a half pieces are 150."""
