"""One text for one content, for `Write.content`."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from json.encoder import encode_basestring_ascii as _quoted

import attrs

from invoicekit.errors import InvalidAmount, InvalidInstant, UsageError
from invoicekit.model import Absent, Money, shift_point


def canonical(**fields: object) -> str:
    """Render what is asked for as text: equal contents as equal texts.

    Compact JSON with sorted keys. Numbers are exact and without trailing zeros, so ``Decimal("1.0")``
    and ``Decimal("1.00")`` and ``1`` are one; instants are in UTC, so two zones' words for one instant
    are one; `Money` is amount and currency; attrs values are their fields; enums are their names.
    A field that is `MISSING` is left out, and so is not the same as None. The text's hash is
    journalled: changing the rendering makes old references look reused.

    Raises:
        InvalidAmount: A float or a NaN.
        InvalidInstant: A datetime without a time zone, or that UTC has no year for.
        UsageError: A value with no canonical text, such as a `Secret`.
    """
    return _fields(fields)


def _mapping(fields: Mapping[str, object]) -> str:
    if not all(type(key) is str for key in fields):
        raise UsageError("keys of a content are str")
    return _fields(fields)


def _fields(fields: Mapping[str, object]) -> str:
    parts = [
        f"{_quoted(key)}:{_text(fields[key])}" for key in sorted(fields) if fields[key] is not Absent.MISSING
    ]
    return "{" + ",".join(parts) + "}"


def _text(value: object) -> str:
    if type(value) is str:
        return _quoted(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if type(value) is int:
        return str(value)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, float):
        raise InvalidAmount("a content never holds a float; use Decimal")
    if isinstance(value, Money):
        return f'{{"amount":{_number(value.amount)},"currency":{_quoted(value.currency)}}}'
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise InvalidInstant("a content never holds an instant without a time zone")
        return _quoted(_in_utc(value))
    if isinstance(value, Enum):
        return _quoted(value.name)
    if isinstance(value, date):
        return _quoted(value.isoformat())
    if isinstance(value, timedelta):
        return _number(shift_point(value // timedelta(microseconds=1), -6))
    if isinstance(value, Mapping):
        return _mapping(value)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_text(item) for item in value) + "]"
    if isinstance(value, (set, frozenset)):
        return "[" + ",".join(sorted(_text(item) for item in value)) + "]"
    kind: type = type(value)
    if attrs.has(kind):
        return _fields({field.name: getattr(value, field.name) for field in attrs.fields(kind)})
    raise UsageError(f"{type(value).__name__} has no canonical text")


def _in_utc(value: datetime) -> str:
    try:
        return value.astimezone(UTC).isoformat()
    except OverflowError:
        raise InvalidInstant("an instant of a content lies outside of the years 1 to 9999 in UTC") from None


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise InvalidAmount("a content never holds a NaN or an infinity")
    if not value:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
