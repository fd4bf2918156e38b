"""What was asked of an adapter, as text: to be asked again by another process that only wants to look."""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin

from cattrs import Converter

from invoicekit.model import (
    Absent,
    EntryMarks,
    InvoiceChange,
    NewCreditNote,
    NewCustomer,
    NewInvoice,
    NewPayment,
    NewRefund,
    StatusChange,
    TimeLink,
    TimeWindow,
)

_ABSENT = "absent"
_COMMANDS = {
    command.__name__: command
    for command in (
        EntryMarks,
        InvoiceChange,
        NewCreditNote,
        NewCustomer,
        NewInvoice,
        NewPayment,
        NewRefund,
        StatusChange,
        TimeLink,
        TimeWindow,
    )
}


def write_command(method: str, arguments: Sequence[object]) -> str:
    """Render a call of one of the contract's methods, with ids and commands of the model as arguments.

    Raises:
        TypeError: An argument, or something in it, has no such text.
    """
    convert = _converter().unstructure
    parts = [
        argument if isinstance(argument, str) else {type(argument).__name__: convert(argument)}
        for argument in arguments
    ]
    return json.dumps([method, *parts], separators=(",", ":"), allow_nan=False)


def read_command(text: str) -> tuple[str, tuple[object, ...]]:
    """Return what `write_command` was given.

    Raises:
        ValueError: The text is none of ours, or of a version that knew other commands.
    """
    try:
        method, *parts = json.loads(text)
        return method, tuple(part if isinstance(part, str) else _read(part) for part in parts)
    except (ValueError, TypeError, KeyError, AttributeError, ExceptionGroup) as failure:
        raise ValueError(f"what was asked cannot be read again ({type(failure).__name__})") from None


def _read(part: dict[str, object]) -> object:
    ((name, fields),) = part.items()
    return _converter().structure(fields, _COMMANDS[name])


@cache
def _converter() -> Converter:
    converter = Converter()
    converter.register_unstructure_hook(Decimal, str)
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_unstructure_hook(Absent, lambda absent: {_ABSENT: absent.value})
    converter.register_structure_hook(Decimal, lambda text, _: Decimal(text))
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    converter.register_structure_hook_func(lambda kind: kind is object, lambda value, _: value)
    converter.register_unstructure_hook_func(_may_be_absent, converter.unstructure)
    converter.register_structure_hook_factory(_may_be_absent, _or_absent(converter))
    return converter


def _may_be_absent(kind: object) -> bool:
    return get_origin(kind) in {Union, UnionType} and Absent in get_args(kind)


def _or_absent(converter: Converter) -> Callable[[Any], Callable[[object, object], object]]:
    def factory(kind: object) -> Callable[[object, object], object]:
        (other,) = (one for one in get_args(kind) if one not in {Absent, type(None)})

        def structure(value: object, _: object) -> object:
            if value is None:
                return None
            if isinstance(value, dict) and value.keys() == {_ABSENT}:
                return Absent(value[_ABSENT])
            return converter.structure(value, other)

        return structure

    return factory
