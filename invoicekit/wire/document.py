"""JSON text in and out: exact numbers, bounded shape, no values in errors."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from invoicekit.errors import InvalidAmount, MalformedResponse, UsageError

MAX_INT = 2**63 - 1
"""Largest whole number that is read or written; every provider's amounts fit with room to spare."""

MAX_DEPTH = 64
"""Deepest nesting that is read or written."""

_FOLDED = bytes.maketrans(b"012345678{", b"999999999[")
_LONG_RUN = b"9" * len(str(MAX_INT))

_MAX_NUMBER_TEXT = 1100
_MAX_MAGNITUDE = 400


def _decimal(literal: str) -> Decimal:
    # Any IEEE double fits these bounds; beyond them lie numbers that only eat memory or time.
    if len(literal) > _MAX_NUMBER_TEXT:
        raise ValueError("a number has too many digits")
    amount = Decimal(literal)
    if not -_MAX_MAGNITUDE <= amount.adjusted() <= _MAX_MAGNITUDE:
        raise ValueError("a number's exponent is out of bounds")
    return amount


_DECODER = msgspec.json.Decoder(float_hook=_decimal)
_ENCODER = msgspec.json.Encoder(order="deterministic")


def parse_json(body: bytes, *, where: str) -> object:
    """Turn a JSON body into dicts, lists, str, int, Decimal, bool and None.

    Whole numbers become int, all others an exact Decimal.

    Raises:
        MalformedResponse: Empty, not UTF-8, not JSON, NaN or Infinity, a whole number beyond
            ±(2^63 - 1), a number out of all bounds, or nested deeper than 64.
    """
    problem = ""
    document: object = None
    try:
        document = _DECODER.decode(body)
    except msgspec.DecodeError as error:
        is_empty = not body or body.isspace()
        problem = "empty where JSON was expected" if is_empty else f"not valid JSON: {error}"
    except UnicodeDecodeError:
        problem = "not valid UTF-8"
    except ArithmeticError:
        problem = "not valid JSON: a number's exponent is out of bounds"
    except RecursionError:
        problem = f"nested deeper than {MAX_DEPTH}"
    problem = problem or _out_of_bounds(body, document)
    if problem:
        # Raised out here: chained to nothing, because a decode error holds the body.
        raise MalformedResponse(f"{where}: the body is {problem}", paths=(f"$: {problem}",))
    return document


def _out_of_bounds(body: bytes, document: object) -> str:
    """Say which bound a decoded document breaks; empty for none."""
    # Few brackets cannot nest deep, and a number beyond the bound has 19 digits in a row: two scans
    # in C that spare most documents the walk.
    folded = body.translate(_FOLDED)
    if folded.count(b"[") <= MAX_DEPTH and _LONG_RUN not in folded:
        return ""
    depth = 0
    level: list[Any] = [document]
    while level:
        depth += 1
        below: list[Any] = []
        for node in level:
            kind = type(node)
            if kind is dict or kind is list:
                if depth > MAX_DEPTH:
                    return f"nested deeper than {MAX_DEPTH}"
                below += node.values() if kind is dict else node
            elif kind is int and not -MAX_INT <= node <= MAX_INT:
                return "out of bounds: a whole number lies beyond 2^63 - 1"
        level = below
    return ""


def encode_json(document: object) -> bytes:
    """Write dicts, lists, str, int, Decimal, bool and None as JSON, equal values as equal bytes.

    Keys are sorted. A Decimal becomes a plain number with exactly its digits, without an exponent.

    Raises:
        InvalidAmount: A float, a NaN, or a number out of bounds; nothing was sent.
        UsageError: Something JSON has no plain word for (instants, enums, sets); nothing was sent.
    """
    plain = _plain(document, "$", MAX_DEPTH)
    try:
        return _ENCODER.encode(plain)
    except UnicodeEncodeError:
        pass
    raise UsageError("a text to be sent holds half a surrogate pair, which JSON in UTF-8 cannot carry")


def _plain(value: object, path: str, depth: int) -> object:
    if value is None or isinstance(value, bool) or type(value) is str:
        return value
    if type(value) is int:
        if not -MAX_INT <= value <= MAX_INT:
            raise InvalidAmount(f"{path}: a whole number beyond 2^63 - 1 cannot be sent")
        return value
    if isinstance(value, Decimal):
        if not value.is_finite() or not -_MAX_MAGNITUDE <= value.adjusted() <= _MAX_MAGNITUDE:
            raise InvalidAmount(f"{path}: a number to be sent must be finite and within bounds")
        return msgspec.Raw(f"{value:f}".encode())
    if isinstance(value, float):
        raise InvalidAmount(f"{path}: floats are never sent; use Decimal or int")
    if depth == 0:
        raise UsageError(f"a document to be sent is nested deeper than {MAX_DEPTH}")
    if isinstance(value, Mapping):
        plain: dict[str, object] = {}
        for key, item in value.items():
            if type(key) is not str:
                raise UsageError(f"{path}: a key to be sent is a str, never {type(key).__name__}")
            plain[key] = item if type(item) is str else _plain(item, f"{path}.{key}", depth - 1)
        return plain
    if isinstance(value, (list, tuple)):
        return [_plain(item, f"{path}[{index}]", depth - 1) for index, item in enumerate(value)]
    raise UsageError(f"{path}: {type(value).__name__} has no JSON form; write it in the field's own dialect")
