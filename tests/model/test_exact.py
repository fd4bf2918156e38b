"""Decimal arithmetic: exact or an error, whatever the ambient context."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal, InvalidOperation, getcontext, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit.errors import InvalidAmount
from invoicekit.model import shift_point
from invoicekit.model.exact import bounded, minus, plus, rounded, times

numbers = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**40), max_value=10**40)


@given(numbers, numbers)
def test_arithmetic_is_that_of_fractions(one: Decimal, other: Decimal) -> None:
    """No digit is rounded away."""
    assert Fraction(plus(one, other)) == Fraction(one) + Fraction(other)
    assert Fraction(minus(one, other)) == Fraction(one) - Fraction(other)
    assert Fraction(times(one, other)) == Fraction(one) * Fraction(other)


@given(numbers, st.integers(-30, 30))
def test_moving_the_point_is_exact(number: Decimal, places: int) -> None:
    """A power of ten and nothing else."""
    assert Fraction(shift_point(number, places)) == Fraction(number) * Fraction(10) ** places


@pytest.mark.parametrize(("number", "text"), [(12000, "120.00"), (5, "0.05"), (0, "0.00"), (-1, "-0.01")])
def test_moving_the_point_keeps_the_places(number: int, text: str) -> None:
    """Cents show two decimals."""
    assert str(shift_point(number, -2)) == text


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+5000", "1E-5000", "0E-5000"])
def test_what_is_no_sane_number_is_refused(number: str) -> None:
    """A typed error at the first step, quiet NaNs included."""
    for compute in (bounded, lambda value: shift_point(value, 1)):
        with pytest.raises(InvalidAmount):
            compute(Decimal(number))


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_no_sum_is_not_a_number(number: str) -> None:
    """NaN is not handed on from sum to sum."""
    for compute in (plus, minus, times):
        with pytest.raises(InvalidAmount):
            compute(Decimal(number), Decimal(1))


def test_what_would_be_rounded_is_refused() -> None:
    """Two numbers too far apart to be added exactly."""
    with pytest.raises(InvalidAmount):
        plus(Decimal("1E+900"), Decimal("1E-900"))


def test_minus_zero_is_zero() -> None:
    """The sign of nothing is nothing."""
    assert str(bounded(Decimal("-0.00"))) == "0.00"


@pytest.mark.parametrize(
    ("number", "text"), [("2.345", "2.34"), ("2.355", "2.36"), ("1E+900", "1" + "0" * 900 + ".00")]
)
def test_rounding_is_half_to_even(number: str, text: str) -> None:
    """Also where the result has more digits than the ambient context allows."""
    assert f"{rounded(Decimal(number), 2):f}" == text


@pytest.mark.parametrize("number", ["NaN", "sNaN", "Infinity"])
def test_what_is_no_number_is_not_rounded(number: str) -> None:
    """A typed error, as everywhere."""
    with pytest.raises(InvalidAmount):
        rounded(Decimal(number), 2)


def test_the_callers_context_is_left_alone() -> None:
    """Neither read nor marked: its flags stay clear, its traps are not sprung."""
    with localcontext() as context:
        context.prec = 1
        context.clear_flags()
        context.traps[InvalidOperation] = False

        total = plus(Decimal("123.45"), Decimal("0.55"))
        with pytest.raises(InvalidAmount):
            bounded(Decimal("sNaN"))

        assert str(total) == "124.00"
        assert not any(getcontext().flags.values())


def test_threads_do_not_disturb_each_other() -> None:
    """One context serves all threads, because it keeps nothing between two sums."""

    def add(number: int) -> Decimal:
        for _ in range(200):
            with pytest.raises(InvalidAmount):
                bounded(Decimal("NaN"))
        return plus(Decimal(number), Decimal("0.01"))

    with ThreadPoolExecutor(4) as pool:
        sums = list(pool.map(add, range(50)))

    assert sums == [Decimal(f"{number}.01") for number in range(50)]
