"""How a file of rows is written: its columns' names, its marks, its encoding."""

import codecs
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import attrs

from invoicekit.bulk.toml_words import encoding_of, known_keys, load_toml, mark_of, table_of, text_of
from invoicekit.bulk.wording import InputError, shown
from invoicekit.errors import UsageError

_KEYS = ("delimiter", "decimal", "thousands", "date", "encoding")
_WORDS = {"tab": "\t", "\\t": "\t", "semicolon": ";", "comma": ","}
_DIGITS = r"[0-9]"
_BLOCK_BYTES = 65_536
_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@attrs.frozen(kw_only=True, slots=False)
class Dialect:
    """How to read files that other programs wrote.

    Attributes:
        columns: The file's own names of columns, by ours. Where any is named, columns that nobody knows are
            left alone instead of refused.
        values: For columns of ours that the file does not have: the same for every row.
        delimiter: Between the columns of a CSV file.
        decimal, thousands: In amounts; no thousands mark is accepted where it is empty.
        date: The form of instants, as `strptime` takes it; one without a time zone is UTC. ISO 8601 where
            it is empty.
        encoding: Of the file. A byte order mark is skipped; UTF-16 that has one needs no naming.
    """

    columns: Mapping[str, str] = attrs.field(factory=dict)
    values: Mapping[str, str] = attrs.field(factory=dict)
    delimiter: str = ","
    decimal: str = "."
    thousands: str = ""
    date: str = ""
    encoding: str = "utf-8"

    @cached_property
    def ours(self) -> Mapping[str, str]:
        """Return our names by the file's."""
        return {theirs: name for name, theirs in self.columns.items()}

    @cached_property
    def _amount(self) -> re.Pattern[str]:
        whole = f"{_DIGITS}+"
        if self.thousands:
            whole = f"{_DIGITS}{{1,3}}(?:{re.escape(self.thousands)}{_DIGITS}{{3}})+|{whole}"
        return re.compile(f"-?(?:{whole})(?:{re.escape(self.decimal)}{_DIGITS}+)?")

    def amount(self, text: str) -> str | None:
        """Return an amount's text with a decimal point alone; None where it is written otherwise."""
        if self.decimal == "." and not self.thousands:
            return text  # ours: whoever uses it says what is wrong with it
        if self._amount.fullmatch(text) is None:
            return None
        return (
            text.replace(self.thousands, "").replace(self.decimal, ".")
            if self.thousands
            else (text.replace(self.decimal, "."))
        )

    def instant(self, text: str) -> str | None:
        """Return an instant's text in ISO 8601; None where it is written otherwise."""
        if not self.date:
            return text
        try:
            found = datetime.strptime(text, self.date)  # noqa: DTZ007 -- the next line makes it aware
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).isoformat()
        except ValueError:
            return None

    @property
    def amount_words(self) -> str:
        """Say how amounts are written, by an example."""
        return f"1{self.thousands}234{self.decimal}50"

    def decoded(self, read: Callable[[int], bytes], *, name: str) -> Callable[[int], bytes]:
        """Return a reader that gives UTF-8, whatever the file's encoding.

        In a UTF-8 file, bytes that are no text stay as they are.

        Raises:
            InputError: From the reader: another encoding than UTF-8 has bytes that it does not know.
        """
        return _Recoded(read, self.encoding, name)


class _Recoded:
    """Turns another encoding into UTF-8, block by block."""

    def __init__(self, read: Callable[[int], bytes], encoding: str, name: str) -> None:
        self._read = read
        self._encoding = encoding
        self._name = name
        self._decoder: codecs.IncrementalDecoder | None = None
        self._passed = 0
        self._is_begun = False

    def __call__(self, size: int) -> bytes:
        block = self._read(size)
        if not self._is_begun:
            while 0 < len(block) < len(codecs.BOM_UTF8) and (more := self._read(size)):
                block += more
            self._begin(block)
        if self._decoder is None:
            return block
        while True:
            text = self._text(block)
            if text or not block:
                return text.encode()
            block = self._read(size)

    def _begin(self, block: bytes) -> None:
        self._is_begun = True
        encoding = self._encoding
        if encoding == "utf-8" and block.startswith(_WIDE_MARKS):
            encoding = self._encoding = "utf-16"
        if encoding != "utf-8":
            self._decoder = codecs.getincrementaldecoder(encoding)()

    def _text(self, block: bytes) -> str:
        assert self._decoder is not None  # noqa: S101 -- only asked where there is one
        pending = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(block, final=not block)
        except UnicodeError as failure:
            at = self._passed - pending + getattr(failure, "start", 0) + 1
            message = f"byte {at} of the file is not {self._encoding}; name the encoding it was saved in"
            raise InputError(f"{self._name}: {message}") from None
        self._passed += len(block)
        return text


def load_dialect(path: str) -> Dialect:
    """Read a mapping profile: TOML with the tables ``columns``, ``values`` and ``format``.

    Raises:
        UsageError: It cannot be read, or something in it is unknown or of the wrong kind.
    """
    document = load_toml(Path(path))
    known_keys(document, ("columns", "values", "format"), path)
    form = table_of(document, "format", path)
    known_keys(form, _KEYS, f"{path}, [format]")
    where = f"{path}, [format]"
    tables = {
        name: {key: text_of(table, key, "", f"{path}, [{name}]") for key in table}
        for name, table in ((name, table_of(document, name, path)) for name in ("columns", "values"))
    }
    return sound(
        Dialect(
            columns=tables["columns"],
            values=tables["values"],
            delimiter=mark_of(form, "delimiter", ",", where),
            decimal=mark_of(form, "decimal", ".", where),
            thousands=mark_of(form, "thousands", "", where),
            date=text_of(form, "date", "", where),
            encoding=encoding_of(text_of(form, "encoding", "utf-8", where), where),
        ),
        where=path,
    )


def dialect_of(
    mapping: str | None = None,
    *,
    values: Iterable[str] = (),
    delimiter: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    date: str | None = None,
    encoding: str | None = None,
) -> Dialect:
    """Put a dialect together from texts, as options give them.

    Args:
        mapping: ``ours=theirs`` pairs, between commas, or the path of a profile; what is given beside it
            wins.
        values: ``ours=value`` texts.
        delimiter: One character, or ``tab``.

    Raises:
        UsageError: One of them cannot be used.
    """
    pairs = mapping is not None and "=" in mapping
    made = load_dialect(mapping) if mapping is not None and not pairs else Dialect()
    changes: dict[str, object] = {}
    if mapping is not None and pairs:
        changes["columns"] = pairs_of(mapping.split(","), "--map", "reference=Ref,amount=Betrag")
    if given := tuple(values):
        changes["values"] = {**made.values, **pairs_of(given, "--value", "currency=EUR")}
    marks = {"delimiter": delimiter, "decimal": decimal, "thousands": thousands}
    for key, mark in marks.items():
        if mark is not None:
            changes[key] = mark_of({key: _WORDS.get(mark, mark)}, key, "", "--")
    if date is not None:
        changes["date"] = date
    if encoding is not None:
        changes["encoding"] = encoding_of(encoding, "--")
    return sound(attrs.evolve(made, **changes), where="--map")  # type: ignore[arg-type]  # by name


def sound(dialect: Dialect, *, where: str) -> Dialect:
    """Return a dialect that does not contradict itself.

    Raises:
        UsageError: It does.
    """
    if dialect.decimal == dialect.thousands:
        raise UsageError(f"{where}: decimal and thousands are the same mark")
    for theirs in dialect.columns.values():
        if list(dialect.columns.values()).count(theirs) > 1:
            raise UsageError(f"{where}: the column {shown(theirs)} is named for two things")
    for name in dialect.values:
        if name in dialect.columns:
            raise UsageError(f"{where}: {name} is both a column and the same value for every row")
    return dialect


def pairs_of(texts: Iterable[str], option: str, example: str) -> dict[str, str]:
    """Read ``name=value`` texts.

    Args:
        option: Where they were given, for messages; `example` shows its form.

    Raises:
        UsageError: One has another form, or a name stands twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, sign, value = (part.strip() for part in text.partition("="))
        if not sign or not name or not value:
            raise UsageError(f"{option} wants {example}")
        if name in found:
            raise UsageError(f"{option}: {name} stands twice")
        found[name] = value
    return found
