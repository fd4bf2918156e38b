"""The outcome of every row, written down as it becomes known."""

import csv
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from invoicekit.batch import ItemOutcome, Standing
from invoicekit.bulk.places import Places
from invoicekit.bulk.rows import PaymentRow
from invoicekit.bulk.status_rows import StatusRow
from invoicekit.bulk.wording import spreadsheet_safe
from invoicekit.errors import UsageError

_FILES = ("file", "first_file")
_OUTCOME = ("line", "id", "standing", "verified", "reason", "first_line", "resource_id")
_LINES = frozenset({"line", "first_line"})
_YES_OR_NO = ("no", "yes")
NEXT_STEP = "next_step"
PAYMENT_CELLS = ("invoice_id", "amount", "currency", "paid_at", "note")
STATUS_CELLS = ("status",)


class RowsFile:
    """A CSV or JSONL file, by the path's ending, that only its owner can read.

    Text that a spreadsheet would run as a formula is defused in CSV, never in JSONL.

    Args:
        cells: What the rows carry beside their outcome, e.g. `PAYMENT_CELLS`: CSV needs it beforehand.
        places: Of several files: each row then names its own.
        more: Returns further cells of a row, by their names in `cells`.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        cells: tuple[str, ...] = (),
        places: Places | None = None,
        more: Callable[[ItemOutcome[object]], Mapping[str, str]] = lambda outcome: {},
    ) -> None:
        self._more = more
        self._path = Path(path)
        suffix = self._path.suffix.lower()
        if suffix not in {".csv", ".jsonl", ".ndjson"}:
            raise UsageError(f"{path}: the rows file ends in .csv or .jsonl")
        self._is_csv = suffix == ".csv"
        self._places = places
        self._columns = (*(() if places is None else _FILES), *_OUTCOME, *cells)
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        self._file = self._begun(self._path)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def write(self, outcome: ItemOutcome[object]) -> None:
        """Add one row."""
        self._put(self._open, {**row_of(outcome, self._places), **self._more(outcome)})

    def verify(self, is_verified: Callable[[str], bool]) -> None:
        """Say in each row, once the items were read back, whether it was shown as asked for; no row follows.

        What was in doubt and is shown is applied.

        Args:
            is_verified: Tells whether the item of an id was shown.
        """
        self._open.close()
        partial = self._path.with_name(f"{self._path.name}.part")
        with self._path.open(encoding="utf-8", newline="") as before, self._begun(partial) as after:
            for row in csv.DictReader(before) if self._is_csv else map(json.loads, before):
                self._put(after, _verified(row, is_verified))
        partial.replace(self._path)

    @property
    def _open(self) -> IO[str]:
        if self._file is None:
            raise UsageError("the rows file is open only inside its with block")
        return self._file

    def _begun(self, path: Path) -> IO[str]:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        except OSError as failure:
            raise UsageError(f"{path}: cannot be written: {failure.strerror}") from None
        file = os.fdopen(descriptor, "w", encoding="utf-8", newline="")
        if self._is_csv:
            csv.writer(file).writerow(self._columns)
        return file

    def _put(self, file: IO[str], row: Mapping[str, str | int]) -> None:
        if self._is_csv:
            cells = [_cell(column, row.get(column, "")) for column in self._columns]
            csv.writer(file, quoting=csv.QUOTE_NONNUMERIC).writerow(cells)
        else:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _verified(row: Mapping[str, str | int], is_verified: Callable[[str], bool]) -> Mapping[str, str | int]:
    standing = Standing(row["standing"])
    if not (standing.is_there or standing is Standing.UNKNOWN):
        return row
    shown = is_verified(str(row["id"]).removeprefix("'"))  # which a spreadsheet's cell may begin with
    if standing.is_there:
        return {**row, "verified": _YES_OR_NO[shown]}
    if not shown:
        return row
    reason = "in doubt before, and shown as asked for when it was read back"
    settled = {"standing": Standing.APPLIED.value, "verified": "yes", "reason": reason}
    return {name: value for name, value in row.items() if name != NEXT_STEP} | settled


def row_of(outcome: ItemOutcome[object], places: Places | None = None) -> dict[str, str | int]:
    """Return an outcome as a flat row: what a rows file and the audit hold.

    Args:
        places: Of several files: the row then says which one.
    """
    name, line = ("", outcome.position) if places is None else places.locate(outcome.position)
    row: dict[str, str | int] = {} if places is None else {"file": name}
    row |= {
        "line": line,
        "id": outcome.id,
        "standing": outcome.standing.value,
    }
    if outcome.standing.is_there:
        row["verified"] = _YES_OR_NO[outcome.verified]
    if outcome.reason:
        row["reason"] = outcome.reason
    if outcome.first_position is not None:
        row["first_line"] = outcome.first_position
        if places is not None:
            row["first_file"], row["first_line"] = places.locate(outcome.first_position)
    if outcome.resource_id is not None:
        row["resource_id"] = outcome.resource_id
    carried = outcome.payload
    if isinstance(carried, PaymentRow):
        row["invoice_id"] = carried.invoice_id
        row["amount"] = format(carried.amount.amount, "f")
        row["currency"] = carried.amount.currency
        row["paid_at"] = carried.paid_at.isoformat().replace("+00:00", "Z")
        if carried.note:
            row["note"] = carried.note
    elif isinstance(carried, StatusRow):
        row["status"] = carried.status.value
    return row


def _cell(column: str, value: str | int) -> str | int:
    if column in _LINES and str(value).isdecimal():
        return int(value)
    return spreadsheet_safe(value) if isinstance(value, str) else value
