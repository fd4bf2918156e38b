"""A pipe's rows can be looked at before the first one is sent."""

import os
import stat
import threading
from pathlib import Path

import pytest

from invoicekit.bulk import INVOICE_COLUMNS, InputError, Source, kept


def piped(tmp_path: Path, content: bytes, name: str = "rows") -> Source:
    path = tmp_path / name
    os.mkfifo(path)
    threading.Thread(target=path.write_bytes, args=(content,), daemon=True).start()
    return Source(path=str(path), columns=INVOICE_COLUMNS)


def test_a_pipe_is_read_as_often_as_needed(tmp_path: Path) -> None:
    """Its rows, its name and its form stay what they were."""
    source = piped(tmp_path, b'{"invoice_id": "a"}\n{"invoice_id": "b"}\n', "rows.jsonl")

    with kept(source) as again:
        ids = [[record.values["invoice_id"] for record in again.records()] for _ in range(2)]

    assert ids == [["a", "b"], ["a", "b"]]
    assert again.name == source.name


def test_problems_name_the_pipe(tmp_path: Path) -> None:
    """Never the file that keeps its rows."""
    source = piped(tmp_path, b"wrong\n1\n")

    with kept(source) as again, pytest.raises(InputError, match=f"{source.name}:1"):
        again.check()


def test_what_is_kept_is_the_owner_s_and_is_given_back(tmp_path: Path) -> None:
    """Nobody else reads it, and nothing of it stays."""
    with kept(piped(tmp_path, b"invoice_id\na\n")) as again:
        mode = stat.S_IMODE(Path(again.path).stat().st_mode)

    assert mode == 0o600
    assert not Path(again.path).exists()


def test_a_file_is_not_copied(tmp_path: Path) -> None:
    """It can be read twice as it is."""
    path = tmp_path / "rows.csv"
    path.write_text("invoice_id\na\n")
    source = Source(path=str(path), columns=INVOICE_COLUMNS)

    with kept(source) as again:
        assert again is source
