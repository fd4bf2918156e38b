"""Read the fields a class declares straight from bytes, and skip all others unread."""

import types
from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Annotated, Any, Final, Union, get_args, get_origin

import attrs
import msgspec

from invoicekit.model import Absent
from invoicekit.wire.document import MAX_INT
from invoicekit.wire.strict import WIRE_NAME

_PLAIN: Final = {
    str: str,
    int: Annotated[int, msgspec.Meta(ge=-MAX_INT, le=MAX_INT)],
    bool: bool,
    None: None,
    types.NoneType: None,
}

FAULTS: Final = (msgspec.DecodeError, RecursionError, TypeError, ValueError)
"""What a skimmer raises for a document that is not as declared; which of them it is says little."""


def skimmer(kind: Any) -> Callable[[bytes], object]:  # a type expression has no type of its own
    """Return what reads a document of a wire class, or of a tuple of one; dear to make, cheap to use.

    Raises:
        TypeError: A field is more than text, a whole number, a flag, or null instead of them.
    """
    if get_origin(kind) is tuple:
        (cls, _) = get_args(kind)
        mirror = _mirror(cls)
        read_rows = msgspec.json.Decoder(list[mirror]).decode  # type: ignore[valid-type] # made just now
        return lambda body: tuple([cls(**msgspec.structs.asdict(row)) for row in read_rows(body)])
    read = msgspec.json.Decoder(_mirror(kind)).decode
    return lambda body: kind(**msgspec.structs.asdict(read(body)))


def _mirror(cls: type) -> type[msgspec.Struct]:
    """Return a class that is read in C, with the fields of `cls` and no more than attrs' rules allow."""
    attrs.resolve_types(cls)
    fields: list[Any] = []
    names: dict[str, str] = {}
    for field in attrs.fields(cls):
        default = () if field.default is attrs.NOTHING else (field.default,)
        fields.append((field.name, _plain(field.type), *default))
        names[field.name] = field.metadata.get(WIRE_NAME, field.name)
    return msgspec.defstruct(cls.__name__, fields, kw_only=True, rename=names)


def _plain(kind: Any) -> Any:
    if kind in _PLAIN:
        return _PLAIN[kind]
    if get_origin(kind) in (Union, types.UnionType):
        return reduce(or_, [_plain(member) for member in get_args(kind) if member is not Absent])
    raise TypeError(f"{kind!r} is not read by skimming")
