"""The primitive rules of reading: a value is of the type declared, or it is an error."""

import re
from collections.abc import Callable
from decimal import Decimal
from types import NoneType
from typing import NewType, TypeAlias

Hook: TypeAlias = Callable[[object, object], object]
"""Takes a decoded value and the type asked for (as cattrs passes it); returns the value to keep."""

DecimalText = NewType("DecimalText", Decimal)
"""Declares a decimal that the provider sends as a JSON string, such as ``"3000.00"``.

A field that comes either way is ``Decimal | DecimalText``.
"""

WIRE_NAME = "invoicekit.wire.name"

_DECIMAL_TEXT = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?")

_KINDS: dict[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    int: "int",
    Decimal: "decimal",
    bool: "bool",
    NoneType: "null",
}


def named(name: str) -> dict[str, str]:
    """Give a field a name on the wire that Python does not allow: ``field(metadata=named("_id"))``."""
    return {WIRE_NAME: name}


class Mismatch(ValueError):
    """A value of the wrong kind; the message names kinds, never the value."""

    def __init__(self, expected: str, value: object) -> None:
        super().__init__(f"expected {expected}, got {_KINDS.get(type(value), type(value).__name__)}")


def strict_str(value: object, _: object) -> str:
    """Keep a string."""
    if type(value) is str:
        return value
    raise Mismatch("str", value)


def strict_int(value: object, _: object) -> int:
    """Keep a whole number; ``10.0`` and ``true`` are none."""
    if type(value) is int:
        return value
    raise Mismatch("int", value)


def strict_bool(value: object, _: object) -> bool:
    """Keep true or false."""
    if type(value) is bool:
        return value
    raise Mismatch("bool", value)


def strict_decimal(value: object, _: object) -> Decimal:
    """Keep a JSON number as an exact Decimal."""
    if type(value) is Decimal:
        return value
    if type(value) is int:
        return Decimal(value)
    raise Mismatch("number", value)


def strict_null(value: object, _: object) -> None:
    """Keep null."""
    if value is not None:
        raise Mismatch("null", value)


def anything(value: object, _: object) -> object:
    """Keep whatever came, as decoded."""
    return value


def strict_decimal_text(value: object, _: object) -> Decimal:
    """Turn a plain decimal string into an exact Decimal: no exponent, no spaces, no grouping."""
    if type(value) is not str:
        raise Mismatch("decimal text", value)
    if _DECIMAL_TEXT.fullmatch(value) is None:
        raise Mismatch("decimal text", value)
    return Decimal(value)
