"""Mapping profiles: which column of a bank's CSV means what, and how it writes amounts and dates."""

from collections.abc import Mapping
from enum import Enum
from pathlib import Path

import attrs

from invoicekit.bulk import encoding_of, known_keys, load_toml, mark_of, pairs_of, table_of, text_of
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
    """Return a built-in profile, or one of ``ours=theirs`` pairs between commas, or read a TOML file.

    Raises:
        UsageError: There is no such profile or file, or it cannot be used; the message says where.
    """
    known = built_in_profiles()
    if name in known:
        return known[name]
    if "=" in name:
        given = pairs_of(name.split(","), "--map", "booked=Day,amount=Sum,currency=Currency")
        own = {field: list(names) for field, names in _OWN_COLUMNS.items()}
        return profile_of({"columns": {**own, **given}}, name="--map")
    document = load_toml(Path(name), otherwise=f" or one of {', '.join(known)}")
    return profile_of(document, name=name)


def profile_of(document: Mapping[str, object], *, name: str) -> CsvProfile:
    """Read a profile from a mapping with the tables ``columns`` and ``format``.

    Args:
        name: What messages call it.

    Raises:
        UsageError: Something in it is unknown, missing or of the wrong kind.
    """
    known_keys(document, ("columns", "format"), name)
    columns = table_of(document, "columns", name)
    form = table_of(document, "format", name)
    known_keys(columns, _FIELDS, f"{name}, [columns]")
    known_keys(form, _KEYS, f"{name}, [format]")
    where = f"{name}, [format]"
    profile = CsvProfile(
        columns={field: _names(value, f"{name}, [columns] {field}") for field, value in columns.items()},
        delimiter=mark_of(form, "delimiter", ",", where),
        decimal=mark_of(form, "decimal", ".", where),
        thousands=mark_of(form, "thousands", "", where),
        date=text_of(form, "date", "%Y-%m-%d", where),
        encoding=encoding_of(text_of(form, "encoding", "utf-8", where), where),
        skip_lines=_count(form, "skip_lines", where),
        currency=text_of(form, "currency", "", where),
        account=text_of(form, "account", "", where),
        sign=_sign(text_of(form, "sign", Sign.SIGNED.value, where), where),
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


def _names(value: object, where: str) -> tuple[str, ...]:
    found = value if isinstance(value, list) else [value]
    if not found or not all(isinstance(each, str) and each for each in found):
        raise UsageError(f"{where}: the name of a column, or a list of them")
    return tuple(str(each) for each in found)


def _words(value: object, where: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _names(value, where))


def _count(table: Mapping[str, object], key: str, where: str) -> int:
    value = table.get(key, 0)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UsageError(f"{where} {key}: how many lines, such as 4")
    return value


def _sign(word: str, where: str) -> Sign:
    try:
        return Sign(word)
    except ValueError:
        raise UsageError(
            f"{where} sign: one of {', '.join(each.value for each in Sign)}, not {word!r}"
        ) from None
