"""Money: exact, one currency, never a float."""

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable
from decimal import ROUND_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit.errors import CurrencyMismatch, InvalidAmount
from invoicekit.model import Money, currency_exponent

amounts = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=6)
monies = amounts.map(lambda amount: Money(amount, "EUR"))
minor_units = st.integers(-(10**20), 10**20)
weights = st.lists(
    st.integers(0, 10**6) | st.decimals(min_value=0, max_value=1000, places=3), min_size=1, max_size=20
).filter(any)


@pytest.mark.parametrize("amount", [Decimal("120.00"), 120, "120", "120.00", "+120", "1.2E+2", "120."])
def test_an_amount_is_exact(amount: Decimal | int | str) -> None:
    """Decimals, whole numbers and decimal texts, in major units."""
    assert Money(amount, "EUR").amount == Decimal(120)


@pytest.mark.parametrize("amount", [1.5, float("nan"), True, None, b"1", [1], Fraction(1, 2), 1 + 0j])
def test_other_types_are_refused(amount: object) -> None:
    """A float has lost its digits already, and true is no amount."""
    with pytest.raises(InvalidAmount, match=r"got|never"):
        Money(amount, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-inf", "sNaN", Decimal("NaN"), Decimal("-Infinity")])
def test_what_is_not_finite_is_refused(amount: str | Decimal) -> None:
    """Neither NaN nor infinity can be owed."""
    with pytest.raises(InvalidAmount):
        Money(amount, "EUR")


@pytest.mark.parametrize(
    "amount", ["", " 1", "1 ", "1_000", "1,000.00", "1.000,00", "\u0661", "0x10", "1e", "--1", "."]
)
def test_a_text_is_a_plain_number(amount: str) -> None:
    """What only Python reads as a number was typed by mistake."""
    with pytest.raises(InvalidAmount, match="not a decimal amount"):
        Money(amount, "EUR")


@pytest.mark.parametrize("amount", [Decimal("1E+999999"), Decimal("1E-999999"), 10**1500, "9" * 2000])
def test_an_amount_out_of_proportion_is_refused(amount: Decimal | int | str) -> None:
    """Printing such a number would take the machine's memory."""
    with pytest.raises(InvalidAmount, match="more digits than any amount"):
        Money(amount, "EUR")


def test_a_product_out_of_proportion_is_refused() -> None:
    """An overflow is a typed error, never an infinity or a rounded sum."""
    with pytest.raises(InvalidAmount, match="more digits than any amount"):
        Money("1E+900", "EUR") * 10**200


def test_a_long_amount_is_kept() -> None:
    """Beyond the 28 digits of Python's default context nothing is rounded."""
    long = "1234567890123456789012345678901234567890.12"

    assert str(Money(long, "EUR") + Money("0.01", "EUR")) == long[:-1] + "3 EUR"


@pytest.mark.parametrize(
    ("given_code", "code"), [("EUR", "EUR"), ("eur", "EUR"), (" usd ", "USD"), ("Points", "Points")]
)
def test_a_currency_is_its_code(given_code: str, code: str) -> None:
    """Three letters are a code in capitals; what a provider made up is kept as it is."""
    assert Money(1, given_code).currency == code


@pytest.mark.parametrize("currency", ["", "  ", None, 978])
def test_there_is_no_money_without_a_currency(currency: object) -> None:
    """A bare number is no money."""
    with pytest.raises(InvalidAmount, match="currency"):
        Money(1, currency)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("currency", "exponent"),
    [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("BHD", 3), ("CLF", 4), ("eur", 2)],
)
def test_exponents_come_from_iso(currency: str, exponent: int) -> None:
    """Not every currency has cents."""
    assert currency_exponent(currency) == exponent


@pytest.mark.parametrize("currency", ["XAU", "XXX", "XTS", "POINTS", "", "EURO", "Q" * 1000])
def test_some_currencies_have_no_minor_unit(currency: str) -> None:
    """Gold, test codes and inventions: refused where minor units are asked for, in few words."""
    with pytest.raises(InvalidAmount) as caught:
        currency_exponent(currency)

    assert len(str(caught.value)) < 120


def test_the_currency_table_is_loaded_on_first_need() -> None:
    """Parsing it takes longer than importing the whole model; who needs no minor units never pays."""
    code = (
        "import sys\n"
        "from invoicekit.model import Money, currency_exponent\n"
        "assert str(Money(1, 'EUR') + Money(2, 'EUR')) == '3 EUR'\n"
        "assert 'iso4217' not in sys.modules, 'too early'\n"
        "currency_exponent('EUR')\n"
        "assert 'iso4217' in sys.modules\n"
    )

    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("money", "minor"),
    [
        (Money("120.00", "EUR"), 12000),
        (Money("120", "EUR"), 12000),
        (Money("1.2E+2", "EUR"), 12000),
        (Money("-0.01", "EUR"), -1),
        (Money("120", "JPY"), 120),
        (Money("1.234", "KWD"), 1234),
        (Money("1.10000", "EUR"), 110),
    ],
)
def test_minor_units_are_exact(money: Money, minor: int) -> None:
    """The currency's own exponent, trailing zeros or not."""
    assert money.minor == minor


@pytest.mark.parametrize("money", [Money("0.001", "EUR"), Money("0.5", "JPY"), Money("1.2345", "KWD")])
def test_an_inexact_minor_unit_is_refused(money: Money) -> None:
    """Half a cent is not silently lost."""
    with pytest.raises(InvalidAmount, match="decimals"):
        _ = money.minor


@given(minor_units, st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_minor_units_survive(minor: int, currency: str) -> None:
    """There and back is the same number, however large."""
    assert Money.from_minor(minor, currency).minor == minor


@pytest.mark.parametrize("minor", [True, 1.0, Decimal(1), "1"])
def test_minor_units_are_whole(minor: object) -> None:
    """Anything but an int was meant as major units, or as nothing."""
    with pytest.raises(InvalidAmount, match="minor units are an int"):
        Money.from_minor(minor, "EUR")  # type: ignore[arg-type]


def test_minor_units_keep_the_currencys_decimals() -> None:
    """People see cents where there are cents."""
    assert str(Money.from_minor(12000, "EUR")) == "120.00 EUR"
    assert str(Money.from_minor(120, "JPY")) == "120 JPY"


@pytest.mark.parametrize(
    ("given_amount", "rounded"),
    [("1.005", "1.00"), ("1.015", "1.02"), ("1.0051", "1.01"), ("-1.005", "-1.00"), ("1", "1.00")],
)
def test_rounding_is_half_to_even(given_amount: str, rounded: str) -> None:
    """Explicit, to the minor unit, without a drift over many lines."""
    assert str(Money(given_amount, "EUR").rounded()) == f"{rounded} EUR"


@given(monies, monies)
def test_sums_are_exact(one: Money, other: Money) -> None:
    """Addition and subtraction are those of fractions."""
    assert Fraction((one + other).amount) == Fraction(one.amount) + Fraction(other.amount)
    assert one + other - other == one
    assert -one + one == Money.zero("EUR")


@given(monies, st.integers(-(10**9), 10**9) | st.decimals(min_value=-1000, max_value=1000, places=4))
def test_products_are_exact(money: Money, factor: int | Decimal) -> None:
    """A price times a quantity keeps every digit; rounding is a step of its own."""
    assert Fraction((money * factor).amount) == Fraction(money.amount) * Fraction(factor)
    assert factor * money == money * factor


@pytest.mark.parametrize("factor", [1.5, True, "2", None, Money(1, "EUR")])
def test_money_is_multiplied_by_exact_numbers_alone(factor: object) -> None:
    """A float would bring back what was kept out, and square euros do not exist."""
    with pytest.raises(InvalidAmount):
        Money("2", "EUR") * factor  # type: ignore[operator]


def everything(one: Money, other: Money) -> tuple[object, ...]:
    cents = one.rounded()
    return (
        one + other,
        one - other,
        one * 7,
        -one,
        abs(one),
        cents,
        cents.minor,
        cents.allocate([1, 2]),
        str(one),
    )


@given(monies, monies)
def test_the_callers_context_changes_nothing(one: Money, other: Money) -> None:
    """A decimal context of one digit that rounds up computes the same."""
    expected = everything(one, other)

    with localcontext() as context:
        context.prec = 1
        context.rounding = ROUND_UP
        found = everything(one, other)

    assert found == expected


@pytest.mark.parametrize(
    "mix",
    [
        lambda a, b: a + b,
        lambda a, b: a - b,
        lambda a, b: a < b,
        lambda a, b: a <= b,
        lambda a, b: a > b,
        lambda a, b: a >= b,
        lambda a, b: Money.sum([a, b], "EUR"),
    ],
)
def test_currencies_do_not_mix(mix: Callable[[Money, Money], object]) -> None:
    """Ten dollars and ten yen are neither twenty of anything nor the larger of two."""
    with pytest.raises(CurrencyMismatch, match="EUR and JPY"):
        mix(Money(10, "EUR"), Money(10, "JPY"))


@pytest.mark.parametrize("other", [1, Decimal(1), "1", None])
@pytest.mark.parametrize(
    "mix", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: b >= a]
)
def test_money_and_numbers_do_not_mix(mix: Callable[[Money, object], object], other: object) -> None:
    """A bare number has no currency."""
    with pytest.raises(TypeError):
        mix(Money(1, "EUR"), other)


def test_any_number_of_amounts_adds_up() -> None:
    """None at all is nothing of that currency."""
    assert Money.sum([], "EUR") == Money.zero("EUR")
    assert Money.sum([Money("0.1", "EUR")] * 10, "EUR") == Money(1, "EUR")


def test_equal_money_is_one_key() -> None:
    """How many zeros were written does not matter, to equality or to a dict."""
    assert Money("1.0", "EUR") == Money("1.00", "eur")
    assert len({Money("1.0", "EUR"), Money("1.00", "EUR"), Money(1, "EUR")}) == 1


@pytest.mark.parametrize("other", [Money(1, "USD"), Money("1.01", "EUR"), 1, Decimal(1), "1 EUR", None])
def test_different_money_is_unequal(other: object) -> None:
    """Asking whether euros are dollars is no error; the answer is no."""
    assert Money(1, "EUR") != other


def test_money_sorts_within_its_currency() -> None:
    """By amount."""
    one, two = Money("1", "EUR"), Money("2", "EUR")

    assert sorted([two, one]) == [one, two]
    assert max(one, two) is two
    assert (one < two, one <= two, one > two, one >= two) == (True, True, False, False)
    assert (one < one, one <= one, one > one, one >= one) == (False, True, False, True)


def test_only_nothing_is_false() -> None:
    """Zero of any currency, with any number of decimals, is nothing."""
    assert not Money("0.00", "EUR")
    assert not Money("-0", "EUR")
    assert Money("-0.01", "EUR")


def test_there_is_no_negative_zero() -> None:
    """Nobody wants to read that they owe -0.00."""
    assert str(Money("-0.00", "EUR")) == "0.00 EUR"
    assert str(-Money("0.00", "EUR")) == "0.00 EUR"


@pytest.mark.parametrize(("amount", "size"), [("-0.5", "0.5"), ("0.5", "0.5"), ("0", "0"), ("-7", "7")])
def test_the_size_of_an_amount_has_no_sign(amount: str, size: str) -> None:
    """For differences whose direction does not matter."""
    assert abs(Money(amount, "EUR")) == Money(size, "EUR")


def test_text_has_no_exponent() -> None:
    """People read 100, not 1E+2."""
    assert str(Money("1E+2", "EUR")) == "100 EUR"
    assert str(abs(Money("-0.0000001", "EUR"))) == "0.0000001 EUR"


def test_money_does_not_change() -> None:
    """Frozen: an amount seen once stays what it was."""
    with pytest.raises(AttributeError):
        Money(1, "EUR").amount = Decimal(2)  # type: ignore[misc]


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])  # noqa: S301
def test_money_travels(duplicate: Callable[[Money], Money]) -> None:
    """To another process and back it is the same, digits included."""
    money = Money("1.50", "EUR")

    assert duplicate(money) == money
    assert str(duplicate(money)) == "1.50 EUR"


@given(minor_units, weights, st.sampled_from(["EUR", "JPY", "KWD"]))
def test_allocating_keeps_the_sum(minor: int, shares: list[int | Decimal], currency: str) -> None:
    """Not a cent is made or lost, whatever the weights."""
    money = Money.from_minor(minor, currency)

    parts = money.allocate(shares)

    assert len(parts) == len(shares)
    assert Money.sum(parts, currency) == money


@given(minor_units, weights)
def test_allocating_is_fair_to_a_cent(minor: int, shares: list[int | Decimal]) -> None:
    """Each part is its exact share, less than one minor unit up or down, and never of the other sign."""
    total = sum(Fraction(share) for share in shares)

    for part, share in zip(Money.from_minor(minor, "EUR").allocate(shares), shares, strict=True):
        exact = Fraction(minor) * Fraction(share) / total
        assert abs(Fraction(part.minor) - exact) < 1
        assert part.minor * minor >= 0


@given(minor_units, weights)
def test_no_weight_means_no_share(minor: int, shares: list[int | Decimal]) -> None:
    """A remainder never lands where nothing is due."""
    for part, share in zip(Money.from_minor(minor, "EUR").allocate(shares), shares, strict=True):
        assert share or not part


def test_the_earlier_share_gets_the_odd_cent() -> None:
    """The same call gives the same parts every time."""
    assert [str(part) for part in Money("1.00", "EUR").allocate([1, 1, 1])] == [
        "0.34 EUR",
        "0.33 EUR",
        "0.33 EUR",
    ]


@pytest.mark.parametrize("shares", [[], [0], [0, 0], [1, -1], [1.5], ["1"], [True]])
def test_weights_that_share_nothing_are_refused(shares: list[int]) -> None:
    """Nothing to share by, or something that is no exact weight."""
    with pytest.raises(InvalidAmount):
        Money(1, "EUR").allocate(shares)


def test_an_inexact_amount_is_not_shared() -> None:
    """Half a cent belongs to nobody."""
    with pytest.raises(InvalidAmount, match="decimals"):
        Money("0.005", "EUR").allocate([1, 1])
