"""JSON with exact numbers both ways: money is never a float, not even in a simulator."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import NoReturn

from invoicekit.simulate import Answer

_quote = json.JSONEncoder(ensure_ascii=False).encode


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def read_json(body: bytes) -> object:
    """Parse a JSON text; fractions become Decimal.

    Raises:
        ValueError: The body is not a JSON text.
    """
    try:
        parsed: object = json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError as failure:
        raise ValueError("nested too deeply") from failure
    return parsed


def write_json(value: object) -> str:
    """Write a JSON text; a Decimal becomes a plain number with exactly its digits."""
    if value is None or isinstance(value, bool | int | str):
        return _quote(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        members = (f"{_quote(str(name))}:{write_json(member)}" for name, member in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(write_json(item) for item in value) + "]"
    raise TypeError(f"{type(value).__name__} has no place in an answer")


def answer_json(value: object, *, status: int = 200) -> Answer:
    """Answer with a JSON document."""
    return Answer(status=status, body=write_json(value).encode(), content_type="application/json")
