"""Decimal arithmetic that is exact or fails, whatever the caller's decimal context says."""

from collections.abc import Callable
from decimal import (
    ROUND_HALF_EVEN,
    Clamped,
    Context,
    Decimal,
    DecimalException,
    Inexact,
    InvalidOperation,
    Overflow,
    Subnormal,
    Underflow,
)

from invoicekit.errors import InvalidAmount

# Room for every IEEE double and for products of two amounts; beyond it lie numbers that only eat memory.
_EXACT = Context(
    prec=1000,
    rounding=ROUND_HALF_EVEN,
    Emin=-999,
    Emax=999,
    traps=[Clamped, Inexact, InvalidOperation, Overflow, Subnormal, Underflow],
)
_ROUNDING = Context(
    prec=2000, rounding=ROUND_HALF_EVEN, Emin=-999, Emax=999, traps=[InvalidOperation, Overflow]
)


def _or_refuse(compute: Callable[..., Decimal], *operands: object) -> Decimal:
    try:
        result = compute(*operands)
        if result.is_finite():
            return result
    except DecimalException:
        pass
    raise InvalidAmount("a number is not finite, or has more digits than any amount of money")


def bounded(value: Decimal) -> Decimal:
    """Return the value unchanged (``-0`` as ``0``) if it is finite and of sane length.

    Raises:
        InvalidAmount: It is NaN, infinite, or out of all proportion.
    """
    return _or_refuse(_EXACT.plus, value)


def plus(left: Decimal, right: Decimal) -> Decimal:
    """Add exactly."""
    return _or_refuse(_EXACT.add, left, right)


def minus(left: Decimal, right: Decimal) -> Decimal:
    """Subtract exactly."""
    return _or_refuse(_EXACT.subtract, left, right)


def times(left: Decimal, right: Decimal) -> Decimal:
    """Multiply exactly."""
    return _or_refuse(_EXACT.multiply, left, right)


def shift_point(value: Decimal | int, places: int) -> Decimal:
    """Move the decimal point exactly: ``shift_point(12000, -2)`` is ``Decimal("120.00")``.

    Raises:
        InvalidAmount: The value is not finite, or out of all proportion.
    """
    return _or_refuse(_EXACT.scaleb, bounded(Decimal(value)), places)


def rounded(value: Decimal, places: int) -> Decimal:
    """Round to so many decimals, half to even."""
    return _or_refuse(_ROUNDING.quantize, value, Decimal((0, (1,), -places)))
