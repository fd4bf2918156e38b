"""Mapping profiles: which column of a bank's CSV means what, and how it writes amounts and dates."""

import codecs
import tomllib
from collections.abc import Mapping
from enum import Enum
from pathlib import Path

import attrs

from invoicekit.errors import UsageError

_FIELDS = (
    "booked",
    "amount",
    "credit",
    "debit",
    "direction",
    "currency",
    "text",
    "reference",
    "id",
    "payer",
    "payer_account",
    "account",
)
_KEYS = (
    "delimiter",
    "decimal",
    "thousands",
    "date",
    "encoding",
    "skip_lines",
    "currency",
    "account",
    "sign",
    "credit_words",
    "debit_words",
)


class Sign(Enum):
    """How a file tells money that came in from money that went out."""

    SIGNED = "signed"
    """Below zero went out."""
    INVERTED = "inverted"
    """Above zero went out, as on statements of credit cards."""
    DIRECTION = "direction"
    """A column says it in words."""
    TWO_COLUMNS = "two columns"
    """One column for what came in, another for what went out."""


@attrs.frozen(kw_only=True)
class CsvProfile:
    """How to read one bank's CSV.

    Attributes:
        columns: The names of the file's columns, by what they mean; several are joined by a blank.
        delimiter: Between columns.
        decimal, thousands: In amounts; no thousands mark is accepted where it is empty.
        date: The form of dates, as `strptime` takes it.
        encoding: Of the file; a byte order mark is skipped.
        skip_lines: Lines before the one that names the columns.
        currency, account: For files that have no column of it.
        credit_words, debit_words: What the direction column says; case does not matter.
    """

    columns: Mapping[str, tuple[str, ...]]
    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    date: str = "%Y-%m-%d"
    encoding: str = "utf-8"
    skip_lines: int = 0
    currency: str = ""
    account: str = ""
    sign: Sign = Sign.SIGNED
    credit_words: frozenset[str] = frozenset({"crdt", "credit", "c", "h", "+"})
    debit_words: frozenset[str] = frozenset({"dbit", "debit", "d", "s", "-"})

    @property
    def required(self) -> tuple[str, ...]:
        """Name what every file must have a column for."""
        amounts = {
            Sign.TWO_COLUMNS: ("credit", "debit"),
            Sign.DIRECTION: ("amount", "direction"),
        }.get(self.sign, ("amount",))
        return ("booked", *amounts, *(() if self.currency else ("currency",)))

    @property
    def named(self) -> tuple[str, ...]:
        """Return every column of the file that is read."""
        return tuple(dict.fromkeys(name for names in self.columns.values() for name in names))


_OWN_COLUMNS = {
    name: (name,)
    for name in (
        "id",
        "booked",
        "amount",
        "currency",
        "text",
        "reference",
        "payer",
        "payer_account",
        "account",
    )
}


def built_in_profiles() -> dict[str, CsvProfile]:
    """Return the profiles that need no file, by name."""
    return {
        "default": CsvProfile(columns=_OWN_COLUMNS),
        "decimal-comma": CsvProfile(
            columns=_OWN_COLUMNS, delimiter=";", decimal=",", thousands=".", date="%d.%m.%Y"
        ),
    }


def load_csv_profile(name: str) -> CsvProfile:
    """Return a built-in profile, or read one from a TOML file.

    Raises:
        UsageError: There is no such profile or file, or it cannot be used; the message says where.
    """
    known = built_in_profiles()
    if name in known:
        return known[name]
    try:
        document = tomllib.loads(Path(name).read_text("utf-8"))
    except FileNotFoundError:
        raise UsageError(
            f"there is no mapping profile {name!r}; name a TOML file or one of {', '.join(known)}"
        ) from None
    except OSError as failure:
        raise UsageError(f"{name}: {failure.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as failure:
        raise UsageError(f"{name}: not TOML: {failure}") from None
    return profile_of(document, name=name)


def profile_of(document: Mapping[str, object], *, name: str) -> CsvProfile:
    """Read a profile from a mapping with the tables ``columns`` and ``format``.

    Args:
        name: What messages call it.

    Raises:
        UsageError: Something in it is unknown, missing or of the wrong kind.
    """
    _known(document, ("columns", "format"), name)
    columns = _table(document, "columns", name)
    form = _table(document, "format", name)
    _known(columns, _FIELDS, f"{name}, [columns]")
    _known(form, _KEYS, f"{name}, [format]")
    where = f"{name}, [format]"
    profile = CsvProfile(
        columns={field: _names(value, f"{name}, [columns] {field}") for field, value in columns.items()},
        delimiter=_mark(form, "delimiter", ",", where),
        decimal=_mark(form, "decimal", ".", where),
        thousands=_mark(form, "thousands", "", where),
        date=_text(form, "date", "%Y-%m-%d", where),
        encoding=_encoding(_text(form, "encoding", "utf-8", where), where),
        skip_lines=_count(form, "skip_lines", where),
        currency=_text(form, "currency", "", where),
        account=_text(form, "account", "", where),
        sign=_sign(_text(form, "sign", Sign.SIGNED.value, where), where),
        **{
            key: _words(form[key], f"{where} {key}") for key in ("credit_words", "debit_words") if key in form
        },
    )
    missing = [field for field in profile.required if field not in profile.columns]
    if missing:
        raise UsageError(f"{name}, [columns]: say which column is {' and which is '.join(missing)}")
    if profile.decimal == profile.thousands:
        raise UsageError(f"{where}: decimal and thousands are the same mark")
    return profile


def _known(table: Mapping[str, object], names: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in names:
            raise UsageError(f"{where}: {key!r} is not known; the names are {', '.join(names)}")


def _table(document: Mapping[str, object], key: str, name: str) -> Mapping[str, object]:
    table = document.get(key, {})
    if not isinstance(table, Mapping):
        raise UsageError(f"{name}: {key} is a table; write [{key}]")
    return table


def _names(value: object, where: str) -> tuple[str, ...]:
    found = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(each, str) and each for each in found):
        raise UsageError(f"{where}: the name of a column, or a list of them")
    return tuple(str(each) for each in found)


def _words(value: object, where: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _names(value, where))


def _text(table: Mapping[str, object], key: str, default: str, where: str) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise UsageError(f"{where} {key}: text in quotes")
    return value


def _mark(table: Mapping[str, object], key: str, default: str, where: str) -> str:
    value = _text(table, key, default, where)
    if len(value) > 1 or value.isalnum() or (key != "thousands" and not value):
        raise UsageError(f"{where} {key}: one character that is no letter or digit, not {value!r}")
    return value


def _count(table: Mapping[str, object], key: str, where: str) -> int:
    value = table.get(key, 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UsageError(f"{where} {key}: how many lines, such as 4")
    return value


def _encoding(name: str, where: str) -> str:
    try:
        codec = codecs.lookup(name)
        "".encode(name)
    except LookupError:
        raise UsageError(f"{where} encoding: {name!r} is not known; such as utf-8, cp1252, utf-16") from None
    return codec.name


def _sign(word: str, where: str) -> Sign:
    try:
        return Sign(word)
    except ValueError:
        raise UsageError(
            f"{where} sign: one of {', '.join(each.value for each in Sign)}, not {word!r}"
        ) from None
