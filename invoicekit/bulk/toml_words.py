"""Mapping profiles in TOML: what every kind of them reads alike, with messages that say where."""

import codecs
import tomllib
from collections.abc import Mapping
from pathlib import Path

from invoicekit.errors import UsageError

Table = Mapping[str, object]


def load_toml(path: Path, *, otherwise: str = "") -> Table:
    """Read a TOML file.

    Args:
        otherwise: What could be named instead of a file, for messages.

    Raises:
        UsageError: There is none, or it is not TOML.
    """
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(f"there is no mapping profile {str(path)!r}; name a TOML file{otherwise}") from None
    except OSError as failure:
        raise UsageError(f"{path}: {failure.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as failure:
        raise UsageError(f"{path}: not TOML: {failure}") from None


def known_keys(table: Table, names: tuple[str, ...], where: str) -> None:
    """Refuse what nobody knows.

    Raises:
        UsageError: A key is none of the names.
    """
    for key in table:
        if key not in names:
            raise UsageError(f"{where}: {key!r} is not known; the names are {', '.join(names)}")


def table_of(document: Table, key: str, where: str) -> Table:
    """Return a table, empty where there is none.

    Raises:
        UsageError: It is something else.
    """
    table = document.get(key, {})
    if not isinstance(table, Mapping):
        raise UsageError(f"{where}: {key} is a table; write [{key}]")
    return table


def text_of(table: Table, key: str, default: str, where: str) -> str:
    """Return a text.

    Raises:
        UsageError: It is something else.
    """
    value = table.get(key, default)
    if not isinstance(value, str):
        raise UsageError(f"{where} {key}: text in quotes")
    return value


def mark_of(table: Table, key: str, default: str, where: str) -> str:
    """Return a mark of one character; only the one between thousands may be empty.

    Raises:
        UsageError: It is a letter, a digit, or longer.
    """
    value = text_of(table, key, default, where)
    if len(value) > 1 or value.isalnum() or value in {'"', "-"} or (key != "thousands" and not value):
        gap = "" if where.endswith("--") else " "
        raise UsageError(f"{where}{gap}{key}: one character that is no letter or digit, not {value!r}")
    return value


def encoding_of(name: str, where: str) -> str:
    """Return the name of a text encoding as Python spells it.

    Raises:
        UsageError: There is no such encoding.
    """
    try:
        codec = codecs.lookup(name)
        "".encode(name)
    except LookupError:
        gap = "" if where.endswith("--") else " "
        raise UsageError(
            f"{where}{gap}encoding: {name!r} is not known; such as utf-8, cp1252, utf-16"
        ) from None
    return "utf-8" if codec.name == "utf-8-sig" else codec.name
