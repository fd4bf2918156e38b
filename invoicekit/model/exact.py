"""Decimal arithmetic that is exact or fails, whatever the caller's decimal context says."""

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


def bounded(value: Decimal) -> Decimal:
    """Return the value unchanged (``-0`` as ``0``) if it is finite and of sane length.

    Raises:
        InvalidAmount: It is NaN, infinite, or out of all proportion.
    """
    try:
        result = _EXACT.plus(value)
    except DecimalException:
        raise _refusal() from None
    if result.is_finite():  # quiet NaNs and infinities raise nothing
        return result
    raise _refusal()


def plus(left: Decimal, right: Decimal) -> Decimal:
    """Add exactly."""
    try:
        return bounded(_EXACT.add(left, right))
    except DecimalException:
        raise _refusal() from None


def minus(left: Decimal, right: Decimal) -> Decimal:
    """Subtract exactly."""
    try:
        return bounded(_EXACT.subtract(left, right))
    except DecimalException:
        raise _refusal() from None


def times(left: Decimal, right: Decimal) -> Decimal:
    """Multiply exactly."""
    try:
        return bounded(_EXACT.multiply(left, right))
    except DecimalException:
        raise _refusal() from None


def shift_point(value: Decimal | int, places: int) -> Decimal:
    """Move the decimal point exactly: ``shift_point(12000, -2)`` is ``Decimal("120.00")``.

    Raises:
        InvalidAmount: The value is not finite, or out of all proportion.
    """
    try:
        return bounded(_EXACT.scaleb(Decimal(value), places))
    except DecimalException:
        raise _refusal() from None


def rounded(value: Decimal, places: int) -> Decimal:
    """Round to so many decimals, half to even."""
    try:
        return bounded(_ROUNDING.quantize(value, Decimal((0, (1,), -places))))
    except DecimalException:
        raise _refusal() from None


def _refusal() -> InvalidAmount:
    return InvalidAmount("a number is not finite, or has more digits than any amount of money")
