"""The outcome of every row, written down as it becomes known."""

import csv
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from invoicekit.batch import ItemOutcome
from invoicekit.bulk.places import Places
from invoicekit.bulk.rows import PaymentRow
from invoicekit.bulk.status_rows import StatusRow
from invoicekit.bulk.wording import spreadsheet_safe
from invoicekit.errors import UsageError

_FILES = ("file", "first_file")
_OUTCOME = ("line", "id", "standing", "reason", "first_line", "resource_id")
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
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        except OSError as failure:
            raise UsageError(f"{self._path}: cannot be written: {failure.strerror}") from None
        self._file = os.fdopen(descriptor, "w", encoding="utf-8", newline="")
        if self._is_csv:
            csv.writer(self._file).writerow(self._columns)
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
        if self._file is None:
            raise UsageError("the rows file is open only inside its with block")
        row = {**row_of(outcome, self._places), **self._more(outcome)}
        if self._is_csv:
            cells = [_cell(row.get(column, "")) for column in self._columns]
            csv.writer(self._file, quoting=csv.QUOTE_NONNUMERIC).writerow(cells)
        else:
            self._file.write(json.dumps(row, ensure_ascii=False) + "\n")


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


def _cell(value: str | int) -> str | int:
    return spreadsheet_safe(value) if isinstance(value, str) else value
