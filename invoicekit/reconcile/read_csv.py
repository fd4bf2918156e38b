"""Statement lines from a bank's CSV, by a mapping profile."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from invoicekit.errors import UsageError
from invoicekit.model import Money
from invoicekit.reconcile.line import Problem, Reading, StatementLine
from invoicekit.reconcile.profile import CsvProfile, Sign
from invoicekit.reconcile.wording import located, one_line, quoted

_CURRENCY = re.compile(r"[A-Z]{3}")
_MOST_DIGITS = 24
_LONGEST_FIELD = 65_536


class _Unusable(Exception):
    def __init__(self, column: str, value: str, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.value = value


def read_csv(data: bytes, *, name: str, profile: CsvProfile) -> Reading:
    """Read the lines of a CSV file.

    Raises:
        UsageError: The file is empty, in another encoding, or lacks a column that the profile names.
    """
    rows = _rows(_decoded(data, name, profile), name, profile)
    header: list[str] | None = None
    for number, fields in rows:
        if isinstance(fields, Problem):
            if header is None:
                raise UsageError(fields.message)
            yield fields
        elif header is None:
            header = _header(fields, name, number, profile)
        elif len(fields) != len(header):
            message = (
                f"this row has {len(fields)} columns, the header names {len(header)}; quote what holds a "
            )
            yield _problem(name, number, f"{message}{quoted(profile.delimiter)}")
        else:
            yield _line(dict(zip(header, fields, strict=True)), name, number, profile)
    if header is None:
        raise UsageError(f"{name} is empty; its header must name the columns {', '.join(profile.named)}")


def _decoded(data: bytes, name: str, profile: CsvProfile) -> str:
    encoding = "utf-8-sig" if profile.encoding == "utf-8" else profile.encoding
    try:
        text = data.decode(encoding)
    except UnicodeError as failure:
        at = getattr(failure, "start", 0)
        row = data.count(b"\n", 0, at) + 1
        message = f"byte {at + 1} of the file is not {profile.encoding}; name its encoding in the profile"
        raise UsageError(located(name, row, message)) from None
    return text.removeprefix("\ufeff")


def _rows(text: str, name: str, profile: CsvProfile) -> Iterator[tuple[int, list[str] | Problem]]:
    lines = io.StringIO(text, newline="")
    for _ in range(profile.skip_lines):
        lines.readline()
    # Not strict: banks leave quotes in texts; a row that comes out wrong has a wrong number of columns.
    reader = csv.reader(lines, delimiter=profile.delimiter)
    while True:
        number = profile.skip_lines + reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as failure:
            yield number, _problem(name, number, f"not readable as CSV: {failure}")
            continue
        if any(field.strip() for field in fields):
            yield number, fields


def _header(fields: list[str], name: str, number: int, profile: CsvProfile) -> list[str]:
    header = [field.strip() for field in fields]
    needed = [column for field in profile.required for column in profile.columns[field]]
    missing = [column for column in needed if column not in header]
    if missing:
        message = (
            f"the header must name {' and '.join(missing)}, between {quoted(profile.delimiter)}; found "
            f"{quoted(profile.delimiter.join(header))}. --map says what the file calls them, and how it "
            "writes amounts and days"
        )
        raise UsageError(located(name, number, message))
    for column in profile.named:
        if header.count(column) > 1:
            raise UsageError(located(name, number, "stands twice in the header", column=column))
    return header


def _line(row: Mapping[str, str], name: str, number: int, profile: CsvProfile) -> StatementLine | Problem:
    def value(field: str) -> str:
        columns = profile.columns.get(field, ())
        return one_line(" ".join(row.get(column, "") for column in columns))

    try:
        if "\0" in "".join(row.values()):
            return _problem(name, number, "a NUL byte in the row; remove it")
        if any(len(each) > _LONGEST_FIELD for each in row.values()):
            return _problem(name, number, "a field of more than 64 KiB; is a quote missing?")
        return StatementLine(
            source=name,
            row=number,
            booked=_date(value("booked"), profile),
            amount=_money(value, profile),
            bank_reference=value("id"),
            account=value("account") or profile.account,
            text=value("text"),
            references=tuple(value("reference").split()),
            payer=value("payer"),
            payer_account=value("payer_account").replace(" ", ""),
        )
    except _Unusable as reason:
        column = "+".join(profile.columns.get(reason.column, (reason.column,)))
        return Problem(
            source=name,
            row=number,
            message=located(name, number, str(reason), column=column, value=reason.value),
        )


def _date(text: str, profile: CsvProfile) -> date:
    try:
        return datetime.strptime(text, profile.date).replace(tzinfo=UTC).date()
    except ValueError:
        raise _Unusable("booked", text, f"is not a date of the form {profile.date}") from None


def _money(value: Callable[[str], str], profile: CsvProfile) -> Money:
    currency = value("currency") or profile.currency
    if _CURRENCY.fullmatch(currency) is None:
        raise _Unusable(
            "currency", currency, "is not a currency; ISO 4217 codes are three capitals, like EUR"
        )
    if profile.sign is Sign.TWO_COLUMNS:
        credit, debit = value("credit"), value("debit")
        if bool(credit) == bool(debit):
            raise _Unusable("credit", credit, "one of credit and debit holds an amount, not both or none")
        amount = _number(credit, "credit", profile) if credit else -abs(_number(debit, "debit", profile))
    else:
        amount = _number(value("amount"), "amount", profile)
        if profile.sign is Sign.INVERTED:
            amount = -amount
        elif profile.sign is Sign.DIRECTION:
            amount = abs(amount) if _is_credit(value("direction"), profile) else -abs(amount)
    money = Money(amount, currency)
    try:
        money.minor  # noqa: B018 -- refuses unknown currencies and too many decimals
    except UsageError as refusal:
        raise _Unusable("amount", value("amount"), f"cannot be used: {refusal}") from None
    return money


def _is_credit(word: str, profile: CsvProfile) -> bool:
    if word.casefold() in profile.credit_words:
        return True
    if word.casefold() in profile.debit_words:
        return False
    raise _Unusable("direction", word, "says neither in nor out; name it in credit_words or debit_words")


def _number(text: str, column: str, profile: CsvProfile) -> Decimal:
    """Read an amount; one whose marks do not fit the profile is refused, never guessed."""
    trimmed = text.replace("\u00a0", "").replace(" ", "").replace("\u2212", "-")
    before, behind = trimmed[:1], trimmed[-1:]
    sign = before if before in {"+", "-"} else behind if behind in {"+", "-"} else ""
    digits = trimmed[1:] if sign and before == sign else trimmed.removesuffix(sign)
    mark, decimal = re.escape(profile.thousands), re.escape(profile.decimal)
    grouped = rf"[0-9]{{1,3}}(?:{mark}[0-9]{{3}})+|" if mark else ""
    if (
        re.fullmatch(rf"(?:{grouped}[0-9]+)(?:{decimal}[0-9]+)?", digits) is None
        or len(digits) > _MOST_DIGITS
    ):
        example = f"1{profile.thousands}234{profile.decimal}50"
        raise _Unusable(column, text, f"is not an amount as the profile has them, like {example}")
    if profile.thousands:
        digits = digits.replace(profile.thousands, "")
    return Decimal(sign + digits.replace(profile.decimal, "."))


def _problem(name: str, number: int, message: str) -> Problem:
    return Problem(source=name, row=number, message=located(name, number, message))
