"""Made-up input files."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from invoicekit.bulk import (
    ENTRY_COLUMNS,
    PAYMENT_COLUMNS,
    InputFiles,
    Item,
    OpenInvoice,
    PaymentRow,
    Source,
    Spoilage,
    entry_items,
    payment_items,
    write_inputs,
)
from invoicekit.errors import UsageError
from invoicekit.model import Money

IDS = [f"{number:024x}" for number in range(200)]
INVOICES = [OpenInvoice(id=f"{number:024x}", due=Money(str(50 + number), "EUR")) for number in range(7)]


def write(folder: Path, *, seed: int = 1, spoilage: Spoilage | None = None) -> InputFiles:
    return write_inputs(
        folder,
        entry_ids=iter(IDS),
        entry_count=len(IDS),
        invoices=INVOICES,
        payment_count=40,
        seed=seed,
        spoilage=spoilage,
    )


def entry_rows(files: InputFiles) -> list[Item[None]]:
    rows: list[Item[None]] = []
    for path in files.entries:
        found = entry_items(Source(path=str(path), columns=ENTRY_COLUMNS))
        assert not hasattr(found, "__aiter__")
        rows += found
    return rows


def payment_rows(files: InputFiles) -> list[Item[PaymentRow | None]]:
    rows: list[Item[PaymentRow | None]] = []
    for path in files.payments:
        found = payment_items(Source(path=str(path), columns=PAYMENT_COLUMNS))
        assert not hasattr(found, "__aiter__")
        rows += found
    return rows


def test_the_files_hold_every_id(tmp_path: Path) -> None:
    """Both formats together: each entry, about half in each, and the spoilt rows on top."""
    files = write(tmp_path, spoilage=Spoilage(repeats=5, strangers=2, broken=3))

    rows = entry_rows(files)

    good = Counter(item.id for item in rows if item.problem is None)
    assert set(IDS) <= set(good)
    assert sum(item.problem is not None for item in rows) == 3
    assert sum(count - 1 for count in good.values()) == 5
    assert len(set(good) - set(IDS)) == 2
    assert (files.entry_rows, files.spoilt_rows) == (len(rows), 20)


def test_payments_stay_within_what_is_due(tmp_path: Path) -> None:
    """No invoice is overpaid, every other one is paid off to the cent, references are unique."""
    files = write(tmp_path, spoilage=Spoilage(repeats=0, strangers=0, broken=0))

    rows = payment_rows(files)

    paid: Counter[str] = Counter()
    for item in rows:
        assert item.payload is not None
        paid[item.payload.invoice_id] += item.payload.amount.minor
    assert len({item.id for item in rows}) == len(rows) == 40
    assert all(paid[invoice.id] <= invoice.due.minor for invoice in INVOICES)
    assert [paid[invoice.id] == invoice.due.minor for invoice in INVOICES] == [True, False] * 3 + [True]


def test_broken_payments_are_told_by_their_amount(tmp_path: Path) -> None:
    """Spoilt payments parse as rows whose amount cannot be used."""
    rows = payment_rows(write(tmp_path, spoilage=Spoilage(repeats=1, strangers=1, broken=2)))

    assert len(rows) == 44
    assert [item.problem is not None and "column amount" in item.problem for item in rows].count(True) == 2


def test_the_same_seed_writes_the_same_files(tmp_path: Path) -> None:
    """A run can be repeated; another seed is another run."""
    folders = [tmp_path / name for name in "abc"]
    for folder, seed in zip(folders, (1, 1, 2), strict=True):
        folder.mkdir()
        write(folder, seed=seed)

    first, again, other = ([path.read_bytes() for path in sorted(folder.iterdir())] for folder in folders)
    assert first == again
    assert first != other


@pytest.mark.parametrize("spoilage", [Spoilage(), Spoilage(repeats=0, strangers=0, broken=0)])
@pytest.mark.parametrize(
    ("count", "files"), [(0, []), (1, ["entries.csv"]), (2, ["entries.csv", "entries.jsonl"])]
)
def test_no_file_is_empty(tmp_path: Path, count: int, files: list[str], spoilage: Spoilage) -> None:
    """A file without rows could not be told from a broken one, so none is written."""
    written = write_inputs(
        tmp_path,
        entry_ids=IDS[:count],
        entry_count=count,
        invoices=[],
        payment_count=0,
        seed=1,
        spoilage=spoilage,
    )

    assert [path.name for path in written.entries] == files
    assert sorted(path.name for path in tmp_path.iterdir()) == files
    assert written.payments == ()


def test_payments_without_invoices_are_refused(tmp_path: Path) -> None:
    """There is nothing to pay."""
    with pytest.raises(UsageError, match="invoice"):
        write_inputs(tmp_path, entry_ids=[], entry_count=0, invoices=[], payment_count=1, seed=1)


def test_more_payments_than_cents_are_refused(tmp_path: Path) -> None:
    """An invoice of two cents cannot be paid in three parts."""
    tiny = [OpenInvoice(id="i1", due=Money(Decimal("0.02"), "EUR"))]

    with pytest.raises(UsageError, match="cannot be paid in 3 payments"):
        write_inputs(tmp_path, entry_ids=[], entry_count=0, invoices=tiny, payment_count=3, seed=1)
