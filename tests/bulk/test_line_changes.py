"""Which lines of a file differ between two runs, by number."""

from pathlib import Path

import pytest

from invoicekit.bulk import ENTRY_COLUMNS, LineChanges, LineHashes, Source


def hashes(folder: Path, text: str, *, encoding: str = "utf-8") -> LineHashes:
    path = folder / "rows.csv"
    path.write_bytes(text.encode(encoding))
    return LineHashes.of(Source(path=str(path), columns=ENTRY_COLUMNS))


@pytest.mark.parametrize(
    ("earlier", "later", "told"),
    [
        ("h\na\nb\nc\n", "h\na\nX\nc\n", "changed lines 3"),
        ("h\na\nb\n", "h\na\nb\nc\nd\n", "new lines 4-5"),
        ("h\na\nb\nc\n", "h\na\nc\n", "removed lines 3"),
        ("h\na\nb\n", "h\nnew\na\nb\n", "new lines 2"),
        ("h\na\nb\nc\n", "h\nX\nb\n", "changed lines 2; removed lines 4"),
        ("h\na\nb\n", "h\nb\na\n", "the same lines in another order"),
        ("h\na\na\n", "h\na\na\na\n", "new lines 4"),
        ("h\na\n", "", "removed lines 1-2"),
    ],
)
def test_changes_are_told_by_line(tmp_path: Path, earlier: str, later: str, told: str) -> None:
    """A line that only moved is no change; a repetition more is one."""
    assert str(LineChanges.between(hashes(tmp_path, earlier), hashes(tmp_path, later))) == told


def test_another_line_end_is_no_change(tmp_path: Path) -> None:
    """What the lines say is what counts."""
    saved_again = hashes(tmp_path, "h\r\nä\r\n", encoding="utf-8-sig")

    assert str(LineChanges.between(hashes(tmp_path, "\ufeffh\nä\n"), saved_again)).startswith("the same")


def test_they_are_the_same_after_being_saved(tmp_path: Path) -> None:
    """Eight bytes a line."""
    made = hashes(tmp_path, "h\na\nb\n")
    made.save(tmp_path / "lines")

    assert LineHashes.load(tmp_path / "lines").digest == made.digest
    assert (tmp_path / "lines").stat().st_size == 24
    assert LineHashes.load(tmp_path / "none").digest != made.digest
