"""A plan read back from its file, with care for what a person did to it."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import attrs

from invoicekit.errors import UsageError
from invoicekit.model import Money
from invoicekit.reconcile.plan import KINDS, Plan, PlannedFrom, PlanRow, invoice_seal, line_seal
from invoicekit.reconcile.plan_file import COLUMNS, FREE_COLUMNS, TITLE
from invoicekit.reconcile.proposal import Decision
from invoicekit.reconcile.wording import located

_AMOUNT = re.compile(r"-?[0-9]{1,24}(?:[.,][0-9]{1,12})?")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class _Unusable(Exception):
    def __init__(self, column: str, value: str, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.value = value


def read_plan(path: str | Path) -> Plan:
    """Read a plan back, as a person left it.

    What was changed beyond repair is a `problem` of its row; the other rows stay usable.

    Raises:
        UsageError: It is no plan, or cannot be read as a whole.
    """
    name = Path(path).name
    try:
        data = Path(path).read_bytes()
    except (OSError, ValueError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) else "this cannot be a file name"
        raise UsageError(f"{path}: {(reason or 'cannot be read').lower()}; name a plan") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        row = data.count(b"\n", 0, failure.start) + 1
        raise UsageError(located(name, row, "not UTF-8; save the plan as CSV in UTF-8")) from None
    return plan_from_text(text, name=name)


def plan_from_text(text: str, *, name: str) -> Plan:
    """Read a plan from its text; `name` is what messages call it.

    Raises:
        UsageError: As `read_plan`.
    """
    head: dict[str, list[str]] = {}
    lines = text.splitlines(keepends=True)
    at = 0
    while at < len(lines) and lines[at].lstrip('"').startswith("#"):
        # A spreadsheet adds empty cells behind, and quotes where it likes.
        comment = lines[at].strip().rstrip(",;\t").strip('"').removeprefix("#").strip()
        key, _, value = comment.partition(": ")
        head.setdefault(key, []).append(value.strip())
        at += 1
    if TITLE not in head:
        raise UsageError(f"{name}: not a plan; `invoicekit reconcile plan` writes one")
    for key in ("provider", "account"):
        if len(head.get(key, ())) != 1:
            raise UsageError(f"{name}: the line `# {key}: …` at its top is missing; plan again")
    if at >= len(lines):
        raise UsageError(located(name, at + 1, "the line that names the columns is missing; plan again"))
    delimiter = max(",;\t", key=lines[at].count)
    plan = Plan(
        provider=head["provider"][0],
        account=head["account"][0],
        statements=tuple(_statement(each, name) for each in head.get("statement", ())),
        rows=(),
    )
    return attrs.evolve(plan, rows=tuple(_rows(lines[at:], delimiter, plan, name, at)))


def _statement(text: str, name: str) -> PlannedFrom:
    digest, _, path = text.partition(" ")
    if _DIGEST.fullmatch(digest) is None:
        raise UsageError(f"{name}: the line `# statement: …` at its top was changed; plan again")
    return PlannedFrom(name=Path(path).name, path=path, digest=digest)


def _rows(lines: Sequence[str], delimiter: str, plan: Plan, name: str, before: int) -> Iterator[PlanRow]:
    reader = csv.reader(lines, delimiter=delimiter)
    header = [field.strip() for field in next(reader)]
    for column in COLUMNS:
        if header.count(column) != 1:
            raise UsageError(
                located(name, before + 1, "the column is missing or stands twice; plan again", column=column)
            )
    while True:
        number = before + reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as failure:
            yield PlanRow(
                kind="", row=number, problem=located(name, number, f"not readable as CSV: {failure}")
            )
            continue
        if any(field.strip() for field in fields):
            yield _row(dict(zip(header, fields, strict=False)), plan, name, number)


def _row(cells: Mapping[str, str], plan: Plan, name: str, number: int) -> PlanRow:
    def text(column: str) -> str:
        value = cells.get(column, "").strip()
        return value[1:] if column in FREE_COLUMNS and value[:1] == "'" else value

    shown = PlanRow(
        kind=text("class"),
        row=number,
        option=int(text("option")) if text("option").isascii() and text("option").isdigit() else 0,
        line_id=text("line_id"),
        invoice_id=text("invoice_id"),
        invoice_number=text("invoice_number"),
        customer=text("customer"),
        points=int(text("points")) if re.fullmatch(r"-?[0-9]{1,6}", text("points")) else None,
        reasons=text("reasons"),
        payer=text("payer"),
        text=text("text"),
        where=text("statement"),
    )
    try:
        read = attrs.evolve(
            shown,
            decision=_decision(text("decision")),
            booked=_date(text("booked")),
            amount=_money(text, "amount"),
            amount_due=_money(text, "amount_due"),
            allocated=_money(text, "allocated"),
            surplus=_money(text, "surplus"),
        )
        if read.line_id:
            return _unsealed(read, plan, text("seal"))
        if read.decision is Decision.APPLY:
            raise _Unusable("decision", "apply", "has no line to be applied; decide in the line's own row")
        if read.kind not in KINDS:
            raise _Unusable("class", read.kind, "is no class of a plan")
    except _Unusable as reason:
        problem = located(name, number, str(reason), column=reason.column, value=reason.value)
        return attrs.evolve(shown, problem=problem)
    return read


def _unsealed(row: PlanRow, plan: Plan, seal: str) -> PlanRow:
    """Check that the row speaks of its line; of an invoice that a person chose nothing is known."""
    line, _, invoice = seal.partition("-")
    if line != line_seal(plan, row):
        raise _Unusable(
            "line_id", row.line_id, "class, booked, amount, currency or line_id were changed; restore them"
        )
    if invoice != invoice_seal(plan, row):
        return attrs.evolve(row, amount_due=None)
    return row


def _decision(text: str) -> Decision | None:
    if not text:
        return None
    try:
        return Decision(text.casefold())
    except ValueError:
        raise _Unusable("decision", text, "is none of apply, skip and ask") from None


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise _Unusable("booked", text, "is not a date like 2026-03-01; restore it") from None


def _money(text: Callable[[str], str], column: str) -> Money | None:
    value = text(column)
    if not value:
        return None
    if _AMOUNT.fullmatch(value) is None:
        raise _Unusable(column, value, "is not an amount; write it like 120.00")
    try:
        amount = Money(Decimal(value.replace(",", ".")), text("currency"))
        amount.minor  # noqa: B018 -- refuses unknown currencies and too many decimals
    except UsageError as refusal:
        raise _Unusable(column, value, f"cannot be used: {refusal}") from None
    return amount
