"""Rows of a CSV or JSONL file: their columns as text, or why they have none."""

import csv
import json
from collections import deque
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import Enum

import attrs

from invoicekit.bulk.dialect import Dialect
from invoicekit.bulk.lines import LONGEST_LINE_BYTES
from invoicekit.bulk.wording import InputError, complaint, shown

_MOST_LINES_A_RECORD = 20
_BYTE_ORDER_MARK = "\ufeff"
_MARKS = {",": "commas", ";": "semicolons", "\t": "tabs"}
NOT_UTF_8 = "not UTF-8; save the file as UTF-8, or name its encoding, such as --encoding cp1252"

NumberedLines = Iterator[tuple[int, bytes | None]]


class Format(Enum):
    """How the rows are written down."""

    CSV = "csv"
    JSONL = "jsonl"


@attrs.frozen(kw_only=True)
class Columns:
    """What a row may hold.

    Attributes:
        required: Every row has these.
        optional: Empty where a row has none.
        otherwise: What to do where a required one cannot be given, for messages.
        amounts, instants: Those of them that a dialect writes in its own way.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    otherwise: str = ""
    amounts: tuple[str, ...] = ()
    instants: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """Return all of them, the required ones first."""
        return self.required + self.optional

    def __str__(self) -> str:
        names = ",".join(self.required) + "".join(f"[,{name}]" for name in self.optional)
        return f"{names} ({self.otherwise})" if self.otherwise else names


@attrs.frozen(kw_only=True)
class Record:
    """One row.

    Attributes:
        line: Where it starts in the file, counted from 1.
        values: Text by column; optional columns that are missing are empty.
        problem: Why it cannot be read, with file and line; `values` is then empty.
    """

    line: int
    values: Mapping[str, str] = attrs.field(factory=dict)
    problem: str | None = None


def csv_records(
    name: str, lines: NumberedLines, columns: Columns, dialect: Dialect | None = None
) -> Iterator[Record]:
    """Read rows of comma-separated values, the first line naming the columns.

    Raises:
        InputError: The file is empty, or its first line does not name the columns.
    """
    dialect = dialect or Dialect()
    header: list[str | None] | None = None
    again: deque[tuple[int, bytes | None]] = deque()
    while line := again.popleft() if again else next(lines, None):
        number, raw = line
        text = _decoded(name, number, raw)
        if isinstance(text, str) and not text.strip():
            continue
        if isinstance(text, Record):
            fields: list[str] | Record = text
        elif text.count('"') % 2:
            fields = _joined_fields(name, number, text, lines, again, dialect.delimiter)
        else:
            fields = _fields(name, number, text, dialect.delimiter)
        if header is None:
            header = _header(name, number, fields, columns, dialect)
        elif isinstance(fields, Record):
            yield fields
        elif len(fields) != len(header):
            message = (
                f"this row has {len(fields)} columns, the first line names {len(header)}; "
                f"add what is missing, or quote what holds {_marks(dialect)}"
            )
            yield Record(line=number, problem=complaint(name, number, message))
        else:
            values = {**dict.fromkeys(columns.optional, ""), **dialect.values}
            values.update((key, value) for key, value in zip(header, fields, strict=True) if key is not None)
            yield _converted(name, number, values, columns, dialect)
    if header is None:
        raise InputError(f"{name} is empty; its first line must name the columns {columns}")


def jsonl_records(
    name: str, lines: NumberedLines, columns: Columns, dialect: Dialect | None = None
) -> Iterator[Record]:
    """Read rows that are one JSON object a line.

    Raises:
        InputError: The file is empty.
    """
    dialect = dialect or Dialect()
    is_empty = True
    for number, raw in lines:
        text = _decoded(name, number, raw)
        if isinstance(text, Record):
            yield text
        elif not text.strip():
            continue
        else:
            yield _json_record(name, number, text, columns, dialect)
        is_empty = False
    if is_empty:
        raise InputError(f"{name} is empty; each line must be an object with the members {columns}")


def _decoded(name: str, number: int, raw: bytes | None) -> str | Record:
    if raw is None:
        message = f"this line is longer than {LONGEST_LINE_BYTES} bytes; is a line end or a quote missing?"
        return Record(line=number, problem=complaint(name, number, message))
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return Record(line=number, problem=complaint(name, number, NOT_UTF_8))
    if number == 1:
        text = text.removeprefix(_BYTE_ORDER_MARK)
    if "\0" in text:
        return Record(line=number, problem=complaint(name, number, "a NUL byte in the row; remove it"))
    return text


def _joined_fields(
    name: str,
    number: int,
    text: str,
    lines: NumberedLines,
    again: deque[tuple[int, bytes | None]],
    delimiter: str,
) -> list[str] | Record:
    """Read a row whose quoted text holds line ends; a quote that never ends costs only its own line."""
    taken: list[tuple[int, bytes | None]] = []
    joined = text
    while joined.count('"') % 2 and len(taken) < _MOST_LINES_A_RECORD:
        line = again.popleft() if again else next(lines, None)
        if line is None:
            break
        taken.append(line)
        following = _decoded(name, *line)
        if isinstance(following, Record):
            break
        joined += "\n" + following
    fields = _fields(name, number, joined, delimiter)
    if isinstance(fields, Record):
        again.extendleft(reversed(taken))
        return _fields(name, number, text, delimiter)
    return fields


def _fields(name: str, number: int, text: str, delimiter: str) -> list[str] | Record:
    try:
        return next(csv.reader((text,), strict=True, delimiter=delimiter))
    except csv.Error as failure:
        message = (
            "a quote is opened and never closed; close it, or double a quote that is part of the text"
            if text.count('"') % 2
            else f"not readable as CSV ({failure}); quote text that holds delimiters or quotes"
        )
        return Record(line=number, problem=complaint(name, number, message))


def _header(
    name: str, number: int, fields: list[str] | Record, columns: Columns, dialect: Dialect
) -> list[str | None]:
    """Return our name of each column; None for those that a dialect leaves alone."""
    if isinstance(fields, Record):
        raise InputError(fields.problem or "")
    header = [field.strip() for field in fields]
    found = f"found {shown(dialect.delimiter.join(header))}"
    others = {mark for mark in _MARKS if mark != dialect.delimiter and mark in header[0]}
    if len(header) == 1 and others:
        mark = _MARKS[sorted(others)[-1]]
        message = (
            f"columns are separated by {_MARKS.get(dialect.delimiter, shown(dialect.delimiter))}; {found}"
        )
        raise InputError(
            complaint(name, number, f"{message}; where they are {mark}, say so with --delimiter")
        )
    names = [our_name(field, columns, dialect) for field in header]
    for column in columns.required:
        if column not in names and column not in dialect.values:
            theirs = dialect.columns.get(column, column)
            message = f"the first line must name the columns {columns}; {found}"
            if theirs != column:
                message = f"is to be {column}, and the first line does not name it; {found}"
            elif len(header) > 1 and not dialect.columns:
                message += "; where they have other names, map them with --map"
            raise InputError(complaint(name, number, message, column=shown(theirs)[1:-1], value=None))
    for column, ours in zip(header, names, strict=True):
        if ours is None and not dialect.columns:
            message = f"is not known; remove the column or rename it: {columns}"
            raise InputError(complaint(name, number, message, column=shown(column)[1:-1], value=column))
        if ours is not None and names.count(ours) > 1:
            raise InputError(complaint(name, number, "stands twice in the first line", value=column))
    return names


def _marks(dialect: Dialect) -> str:
    return _MARKS.get(dialect.delimiter, shown(dialect.delimiter))


def our_name(theirs: str, columns: Columns, dialect: Dialect) -> str | None:
    """Return what a file's column is to us; None where it is nothing."""
    if theirs in dialect.ours:
        return dialect.ours[theirs]
    return theirs if theirs in columns.known and theirs not in dialect.columns else None


def _converted(name: str, number: int, values: dict[str, str], columns: Columns, dialect: Dialect) -> Record:
    """Write amounts and instants as everybody else does."""
    for kinds, convert, like in (
        (columns.amounts, dialect.amount, f"an amount like {dialect.amount_words}"),
        (columns.instants, dialect.instant, f"an instant of the form {dialect.date}"),
    ):
        for column in kinds:
            if column not in values:
                continue
            value = values[column]
            converted = convert(value)
            if converted is None:
                theirs = shown(dialect.columns.get(column, column))[1:-1]
                problem = complaint(name, number, f"is not {like}", column=theirs, value=value)
                return Record(line=number, problem=problem)
            values[column] = converted
    return Record(line=number, values=values)


def _json_record(name: str, number: int, text: str, columns: Columns, dialect: Dialect) -> Record:
    def refused(message: str, *, column: str = "", value: str | None = None) -> Record:
        return Record(line=number, problem=complaint(name, number, message, column=column, value=value))

    try:
        row = json.loads(
            text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_without_repeats
        )
    except (ValueError, RecursionError) as failure:
        reason = failure.args[0] if isinstance(failure, _Refused) else "not JSON"
        return refused(f"{reason}; each line is one JSON object", value=text)
    if not isinstance(row, dict):
        return refused(f'is not an object; write {{"{columns.required[0]}": …}}', value=text)
    values = {**dict.fromkeys(columns.optional, ""), **dialect.values}
    written: dict[str, str] = {}
    for member, value in row.items():
        ours = our_name(member, columns, dialect)
        if ours is None and dialect.columns:
            continue
        if ours is None:
            return refused(
                f"is not known; the members are {columns}", column=shown(member)[1:-1], value=member
            )
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal | None):
            return refused("must be text or a number", column=member, value=str(value))
        if isinstance(value, str) and not _is_text(value):
            return refused("holds a NUL or half a character; remove it", column=member, value=value)
        if isinstance(value, str):
            written[ours] = value
        elif value is not None:
            values[ours] = format(value, "f") if isinstance(value, Decimal) else str(value)
    for column in columns.required:
        if column not in values and column not in written:
            hint = f" ({columns.otherwise})" if columns.otherwise else ""
            theirs = shown(dialect.columns.get(column, column))[1:-1]
            return refused(f"missing; every row needs it{hint}", column=theirs)
    texts = _converted(name, number, written, columns, dialect)
    return texts if texts.problem else Record(line=number, values={**values, **texts.values})


def _is_text(value: str) -> bool:
    return "\0" not in value and not any("\ud800" <= each <= "\udfff" for each in value)


class _Refused(ValueError):
    pass


def _no_constant(word: str) -> object:
    raise _Refused(f"{word} is not a number")


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise _Refused("a member stands twice")
    return members
