"""One setting at a time: its type by the adapter's class, and strict conversion to it."""

import math
import re
import types
import typing
from collections.abc import Callable, Mapping

import attrs

from invoicekit.errors import ConfigurationError, IncompatibleAdapter
from invoicekit.secret import Secret

_TRUE = frozenset({"true", "yes", "on", "1"})
_FALSE = frozenset({"false", "no", "off", "0"})
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}", re.ASCII)
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)


@attrs.frozen(kw_only=True)
class Setting:
    """One field of an adapter's configuration class.

    Attributes:
        key: Its name as an argument.
        kind: The type of its value, None aside.
        is_required: Whether it has no default.
    """

    key: str
    kind: object
    is_required: bool

    @property
    def is_secret(self) -> bool:
        """Whether its value must never be shown."""
        return self.kind is Secret


def settings_of(config_type: type, provider: str) -> Mapping[str, Setting]:
    """Read the settings off an attrs class, by key.

    Raises:
        IncompatibleAdapter: It is no attrs class, or its annotations cannot be understood.
    """
    if not attrs.has(config_type):
        raise IncompatibleAdapter(
            f"{provider}: its configuration class {config_type.__name__} is no attrs class"
        )
    try:
        attrs.resolve_types(config_type)
    except NameError as error:
        raise IncompatibleAdapter(
            f"{provider}: an annotation of {config_type.__name__} cannot be resolved ({error})"
        ) from error
    return {
        field.alias or field.name: Setting(
            key=field.alias or field.name,
            kind=_kind(field.type),
            is_required=field.default is attrs.NOTHING,
        )
        for field in attrs.fields(config_type)
        if field.init
    }


def convert(setting: Setting, value: object, where: str) -> object:
    """Return the value as its field wants it; text is converted strictly.

    Args:
        where: Where it stands, for the message.

    Raises:
        ConfigurationError: It is not of that kind; a secret's value is not shown.
    """
    if setting.is_secret:
        return _secret(value, where)
    read = _READERS.get(setting.kind)
    if read is None:
        return value  # a type of the adapter's own, which checks it
    found, wanted = read(value)
    if found is None:
        raise ConfigurationError(f"{where} must be {wanted}, not {_shown(value)}")
    return found


def _kind(annotation: object) -> object:
    if typing.get_origin(annotation) in {typing.Union, types.UnionType}:
        kinds = [kind for kind in typing.get_args(annotation) if kind is not types.NoneType]
        return kinds[0] if len(kinds) == 1 else annotation
    return annotation


def _secret(value: object, where: str) -> Secret:
    secret = value if isinstance(value, Secret) else Secret(value.strip()) if isinstance(value, str) else None
    if not secret:
        raise ConfigurationError(f"{where} must be text and not empty")
    return secret


def _read_text(value: object) -> tuple[object, str]:
    return (value if isinstance(value, str) and value else None), "text and not empty"


def _read_whole(value: object) -> tuple[object, str]:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    is_whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
    return (value if is_whole else None), "a whole number"


def _read_number(value: object) -> tuple[object, str]:
    number = None
    if isinstance(value, str):
        number = float(value) if _NUMBER.fullmatch(value) else None
    elif isinstance(value, float) or _read_whole(value)[0] is not None:
        number = float(value)  # type: ignore[arg-type]  # a float, or an int as the line before says
    return (number if number is not None and math.isfinite(number) else None), "a finite number"


def _read_truth(value: object) -> tuple[object, str]:
    if isinstance(value, str) and value.lower() in _TRUE | _FALSE:
        return value.lower() in _TRUE, ""
    return (value if isinstance(value, bool) else None), "true or false"


_READERS: Mapping[object, Callable[[object], tuple[object, str]]] = {
    str: _read_text,
    int: _read_whole,
    float: _read_number,
    bool: _read_truth,
}


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
