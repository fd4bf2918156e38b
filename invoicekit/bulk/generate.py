"""Input files to try the bulk jobs on, drawn from a seed."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import IO

import attrs

from invoicekit.bulk.record import Columns
from invoicekit.bulk.rows import ENTRY_COLUMNS, PAYMENT_COLUMNS
from invoicekit.errors import UsageError
from invoicekit.model import Money

_FIRST_PAID_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_BROKEN_AMOUNTS = ("0", "12.3456", "-5.00", "12,50")


@attrs.frozen(kw_only=True)
class OpenInvoice:
    """An invoice that payments can be drawn for.

    Attributes:
        due: What is owed; the payments drawn for it never add up to more.
    """

    id: str
    due: Money


@attrs.frozen(kw_only=True)
class InputFiles:
    """The files written.

    Attributes:
        entries: A CSV and a JSONL file of time entries; together they hold every id. A file that would
            hold no row is not written.
        payments: The same for payments; together they hold every reference.
        entry_rows, payment_rows: Rows in both files of a kind, spoilt ones included.
        spoilt_rows: Of all rows, those that must not be applied a second time, or at all.
    """

    entries: tuple[Path, ...]
    payments: tuple[Path, ...]
    entry_rows: int
    payment_rows: int
    spoilt_rows: int


@attrs.frozen(kw_only=True)
class Spoilage:
    """How many rows of each kind a careful client must not apply.

    Attributes:
        repeats: Rows that stand twice.
        strangers: Ids that look right and that the provider does not know.
        broken: Rows that cannot be read.
    """

    repeats: int = 5
    strangers: int = 2
    broken: int = 3


def write_inputs(
    folder: Path,
    *,
    entry_ids: Iterable[str],
    entry_count: int,
    invoices: Sequence[OpenInvoice],
    payment_count: int,
    seed: int,
    spoilage: Spoilage | None = None,
) -> InputFiles:
    """Write entries and payments, half of each to ``.csv`` and half to ``.jsonl``.

    Args:
        entry_ids: Read once, as a stream; `entry_count` of them.
        invoices: The payments are spread over these.
        spoilage: Rows added on top of the good ones.

    Raises:
        UsageError: Payments are wanted, but there is no invoice.
    """
    draw = Random(seed)  # noqa: S311 -- made-up data
    spoilage = spoilage or Spoilage()
    if payment_count and not invoices:
        raise UsageError("payments need at least one invoice")
    entries = (folder / "entries.csv", folder / "entries.jsonl")
    payments = (folder / "payments.csv", folder / "payments.jsonl")
    entry_rows, entries_spoilt = _write(
        entries, ENTRY_COLUMNS, _spoilt_entries(entry_ids, entry_count, spoilage, draw)
    )
    payment_rows, payments_spoilt = _write(
        payments, PAYMENT_COLUMNS, _spoilt_payments(invoices, payment_count, seed, spoilage, draw)
    )
    return InputFiles(
        entries=_kept(entries, entry_rows),
        payments=_kept(payments, payment_rows),
        entry_rows=sum(entry_rows),
        payment_rows=sum(payment_rows),
        spoilt_rows=entries_spoilt + payments_spoilt,
    )


Row = Mapping[str, str]


def _write(
    paths: tuple[Path, Path], columns: Columns, rows: Iterator[tuple[Row, bool]]
) -> tuple[tuple[int, int], int]:
    """Write rows by turns into a CSV and a JSONL file; a spoilt row goes where the one before it went.

    Returns:
        How many rows went into each file, and how many of all are spoilt.
    """
    in_first = in_second = spoilt = turn = 0
    with ExitStack() as stack:
        first, second = (stack.enter_context(path.open("w", newline="")) for path in paths)
        table = csv.DictWriter(first, columns.known, restval="", lineterminator="\n")
        table.writeheader()
        for row, is_spoilt in rows:
            spoilt += is_spoilt
            turn += not is_spoilt
            if turn % 2:
                table.writerow(row)
                in_first += 1
            else:
                _write_json(second, row)
                in_second += 1
    return (in_first, in_second), spoilt


def _kept(paths: tuple[Path, Path], rows: tuple[int, int]) -> tuple[Path, ...]:
    """Return the files that hold rows, and remove the others."""
    for path, count in zip(paths, rows, strict=True):
        if not count:
            path.unlink()
    return tuple(path for path, count in zip(paths, rows, strict=True) if count)


def _write_json(file: IO[str], row: Row) -> None:
    file.write(json.dumps({name: value for name, value in row.items() if value}) + "\n")


def _spoilt_entries(
    entry_ids: Iterable[str], count: int, spoilage: Spoilage, draw: Random
) -> Iterator[tuple[Row, bool]]:
    repeats, strangers, broken = _places(count, spoilage, draw)
    for number, entry_id in enumerate(entry_ids):
        yield {"time_entry_id": entry_id}, False
        if number in repeats:
            yield {"time_entry_id": entry_id}, True
        if number in strangers:
            yield {"time_entry_id": f"{draw.getrandbits(96):024x}"}, True
        if number in broken:
            yield {"time_entry_id": f"../{entry_id}"}, True


def _spoilt_payments(
    invoices: Sequence[OpenInvoice], count: int, seed: int, spoilage: Spoilage, draw: Random
) -> Iterator[tuple[Row, bool]]:
    repeats, strangers, broken = _places(count, spoilage, draw)
    for number, (invoice, amount) in enumerate(_amounts(invoices, count, draw)):
        row = {
            "reference": f"bank-{seed}-{number:07d}",
            "invoice_id": invoice.id,
            "amount": format(amount.amount, "f"),
            "currency": amount.currency,
            "paid_at": (_FIRST_PAID_AT + timedelta(minutes=number)).isoformat().replace("+00:00", "Z"),
            "note": draw.choice(("", "bank transfer", "card, terminal 7")),
        }
        yield row, False
        if number in repeats:
            yield row, True
        if number in strangers:
            unknown = {"reference": f"{row['reference']}-x", "invoice_id": f"{draw.getrandbits(96):024x}"}
            yield {**row, **unknown}, True
        if number in broken:
            yield {**row, "reference": f"{row['reference']}-y", "amount": draw.choice(_BROKEN_AMOUNTS)}, True


def _amounts(
    invoices: Sequence[OpenInvoice], count: int, draw: Random
) -> Iterator[tuple[OpenInvoice, Money]]:
    """Pay every other invoice off, the others in part; each payment is at least one minor unit."""
    shares = [count // len(invoices) + (place < count % len(invoices)) for place in range(len(invoices))]
    for place, (invoice, share) in enumerate(zip(invoices, shares, strict=True)):
        if not share:
            return
        whole = invoice.due.minor if place % 2 == 0 else max(share, invoice.due.minor * 6 // 10)
        if whole < share:
            raise UsageError(f"{invoice.due} on {invoice.id} cannot be paid in {share} payments")
        spread = Money.from_minor(whole - share, invoice.due.currency)
        for part in spread.allocate([draw.randint(1, 9) for _ in range(share)]):
            yield invoice, Money.from_minor(part.minor + 1, invoice.due.currency)


def _places(count: int, spoilage: Spoilage, draw: Random) -> tuple[set[int], set[int], set[int]]:
    def some(wanted: int) -> set[int]:
        return set(draw.sample(range(count), min(wanted, count)))

    return some(spoilage.repeats), some(spoilage.strangers), some(spoilage.broken)
