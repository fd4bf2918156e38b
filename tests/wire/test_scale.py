"""Amount scales: exact both ways, or refused."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit.errors import InvalidAmount, MalformedResponse
from invoicekit.model import Money
from invoicekit.wire import (
    HUNDREDTHS,
    MAJOR_DECIMAL,
    MAJOR_TEXT,
    MINOR_BY_EXPONENT,
    PERCENT_X100,
    QUANTITY_X100,
    AmountScale,
    FixedPlaces,
    MajorDecimal,
    ScaledNumber,
)

MAX_INT = 2**63 - 1
SCALES = [MINOR_BY_EXPONENT, HUNDREDTHS, FixedPlaces(places=4), MAJOR_DECIMAL, MajorDecimal(places=6)]
CURRENCIES = ["EUR", "USD", "JPY", "KWD", "CLF"]


@pytest.mark.parametrize(
    ("scale", "wire", "money"),
    [
        (MINOR_BY_EXPONENT, 1200, Money("12.00", "EUR")),
        (MINOR_BY_EXPONENT, 1200, Money("1200", "JPY")),
        (MINOR_BY_EXPONENT, 1200, Money("1.200", "KWD")),
        (HUNDREDTHS, 1200, Money("12", "EUR")),
        (HUNDREDTHS, 1200, Money("12", "JPY")),
        (HUNDREDTHS, 1200, Money("12", "KWD")),
        (MAJOR_DECIMAL, Decimal("12.5"), Money("12.50", "EUR")),
        (MAJOR_DECIMAL, Decimal("12"), Money("12", "JPY")),
        (MAJOR_DECIMAL, Decimal("12.345"), Money("12.345", "KWD")),
        (FixedPlaces(places=4), 12345, Money("1.2345", "EUR")),
        (MajorDecimal(places=6), Decimal("0.000125"), Money("0.000125", "EUR")),
        (MINOR_BY_EXPONENT, -1, Money("-0.01", "EUR")),
        (MINOR_BY_EXPONENT, 0, Money("0", "EUR")),
    ],
)
def test_an_amount_means_what_the_field_says(
    scale: AmountScale[int | Decimal], wire: int | Decimal, money: Money
) -> None:
    """The scale belongs to the field: 1200 is 12.00, 1200 or 1.200, both ways."""
    assert scale.read(wire, money.currency) == money
    assert scale.write(money) == wire


@given(
    scale=st.sampled_from(SCALES), units=st.integers(-MAX_INT, MAX_INT), currency=st.sampled_from(CURRENCIES)
)
def test_minor_units_survive_every_scale_that_carries_them(
    scale: AmountScale[int | Decimal], units: int, currency: str
) -> None:
    """What is written reads back as the same money, or is refused; it never changes."""
    money = Money.from_minor(units, currency)

    try:
        wire = scale.write(money)
    except InvalidAmount:
        return

    assert scale.read(wire, currency) == money


def test_the_callers_context_does_not_round() -> None:
    """Amounts are exact under a decimal context of three digits."""
    with localcontext() as context:
        context.prec = 3
        money = MINOR_BY_EXPONENT.read(123456789, "EUR")
        written = MAJOR_DECIMAL.write(money)

    assert money == Money("1234567.89", "EUR")
    assert written == Decimal("1234567.89")


@pytest.mark.parametrize(
    ("scale", "money"),
    [
        (MINOR_BY_EXPONENT, Money("0.001", "EUR")),
        (MINOR_BY_EXPONENT, Money("0.5", "JPY")),
        (HUNDREDTHS, Money("0.001", "KWD")),
        (MAJOR_DECIMAL, Money("0.001", "EUR")),
        (MajorDecimal(places=0), Money("0.5", "EUR")),
        (MINOR_BY_EXPONENT, Money("1", "POINTS")),
        (MAJOR_DECIMAL, Money("1", "POINTS")),
        (MINOR_BY_EXPONENT, Money.from_minor(MAX_INT + 1, "EUR")),
        (HUNDREDTHS, Money.from_minor(-MAX_INT - 1, "EUR")),
    ],
)
def test_what_does_not_fit_is_never_sent(scale: AmountScale[int | Decimal], money: Money) -> None:
    """Too many decimals, no minor unit or more than 63 bits: refused before anything is sent."""
    with pytest.raises(InvalidAmount):
        scale.write(money)


@pytest.mark.parametrize("units", [MAX_INT, -MAX_INT])
def test_the_largest_amount_fits(units: int) -> None:
    """Sixty-three bits, all of them."""
    assert MINOR_BY_EXPONENT.write(Money.from_minor(units, "EUR")) == units
    assert PERCENT_X100.write(PERCENT_X100.read(units)) == units


def test_an_invented_currency_has_hundredths() -> None:
    """A scale that does not ask ISO reads and writes currencies ISO does not know."""
    assert HUNDREDTHS.read(150, "POINTS") == Money("1.50", "POINTS")
    assert HUNDREDTHS.write(Money("1.5", "POINTS")) == 150


@pytest.mark.parametrize("value", [True, 1.5, "100", None, Decimal("NaN")])
@pytest.mark.parametrize("scale", SCALES)
def test_only_numbers_are_read(scale: AmountScale[int | Decimal], value: object) -> None:
    """A value that is no exact number is the provider's fault, not an amount."""
    with pytest.raises(MalformedResponse):
        scale.read(value, "EUR")  # type: ignore[arg-type]


def test_minor_units_of_an_unknown_currency_cannot_be_read() -> None:
    """Where the exponent is unknown, any reading would be a guess."""
    with pytest.raises(MalformedResponse, match="POINTS"):
        MINOR_BY_EXPONENT.read(100, "POINTS")


def test_a_fraction_of_a_unit_is_kept() -> None:
    """A report may count in fractions of a cent; reading them loses nothing."""
    assert HUNDREDTHS.read(Decimal("10.7"), "EUR") == Money("0.107", "EUR")


@pytest.mark.parametrize(
    ("wire", "percent"),
    [(1000, "10"), (Decimal("1000.0"), "10"), (825, "8.25"), (1, "0.01"), (0, "0"), (-1000, "-10")],
)
def test_ten_percent_is_a_thousand(wire: int | Decimal, percent: str) -> None:
    """The percent fields of one provider are times one hundred."""
    assert PERCENT_X100.read(wire) == Decimal(percent)
    assert PERCENT_X100.write(Decimal(percent)) == wire


@pytest.mark.parametrize(
    "number", [Decimal("0.001"), Decimal(MAX_INT + 1) / 100, Decimal("NaN"), 1.5, True, "10"]
)
def test_a_percent_that_does_not_fit_is_never_sent(number: object) -> None:
    """Rounding a tax rate changes what is billed."""
    with pytest.raises(InvalidAmount):
        PERCENT_X100.write(number)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [True, 1.5, "1000", None])
def test_a_percent_is_read_from_a_number_alone(value: object) -> None:
    """Nothing is coerced."""
    with pytest.raises(MalformedResponse):
        PERCENT_X100.read(value)  # type: ignore[arg-type]


def test_a_quantity_has_two_decimals() -> None:
    """One and a half hours are 150."""
    assert QUANTITY_X100.write(Decimal("1.5")) == 150
    assert QUANTITY_X100.read(150) == Decimal("1.5")


@given(st.integers(-MAX_INT, MAX_INT), st.integers(0, 9))
def test_scaled_numbers_survive(value: int, places: int) -> None:
    """Reading and writing undo each other, exactly."""
    scale = ScaledNumber(places=places)

    assert scale.write(scale.read(value)) == value


@pytest.mark.parametrize("scale", [FixedPlaces, MajorDecimal, ScaledNumber])
def test_places_are_counted_from_zero(scale: type[FixedPlaces | MajorDecimal | ScaledNumber]) -> None:
    """A scale without decimals is one; a negative number of them is a slip."""
    assert scale(places=0).places == 0
    with pytest.raises(ValueError, match="places"):
        scale(places=-1)


@pytest.mark.parametrize(
    ("text", "money"),
    [("120.00", Money("120", "EUR")), ("-0.5", Money("-0.50", "EUR")), ("7", Money("7", "JPY"))],
)
def test_decimals_as_text(text: str, money: Money) -> None:
    """Read as they stand, written with the currency's own decimals."""
    assert MAJOR_TEXT.read(text, money.currency) == money
    assert MAJOR_TEXT.read(MAJOR_TEXT.write(money), money.currency) == money


@pytest.mark.parametrize("text", ["", "1,50", "1e3", "NaN", " 1", "1.", "+1", "\u0661"])
def test_what_is_no_decimal_text_is_malformed(text: str) -> None:
    """Nothing is guessed about an amount."""
    with pytest.raises(MalformedResponse):
        MAJOR_TEXT.read(text, "EUR")
