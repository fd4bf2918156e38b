"""Files and pipes of rows: what is read, and what is wrong with it, by file and line."""

import asyncio
import os
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from invoicekit.bulk import ENTRY_COLUMNS, Format, InputError, Record, Source
from invoicekit.bulk.record import csv_records

from .conftest import Write, problems

A, B, C = "a" * 24, "b" * 24, "c" * 24


def ids(source: Source) -> list[str]:
    return [record.values["time_entry_id"] for record in source.records() if record.problem is None]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("plain.csv", f"time_entry_id\n{A}\n{B}\n"),
        ("no-final-line-end.csv", f"time_entry_id\n{A}\n{B}"),
        ("windows.csv", f"time_entry_id\r\n{A}\r\n{B}\r\n"),
        ("byte-order-mark.csv", f"\ufefftime_entry_id\n{A}\n{B}\n"),
        ("blank-lines.csv", f"\n\ntime_entry_id\n\n{A}\n  \n{B}\n\n"),
        ("quoted.csv", f'"time_entry_id"\n"{A}"\n"{B}"\n'),
        ("rows.jsonl", f'{{"time_entry_id": "{A}"}}\n\n{{"time_entry_id": "{B}"}}\n'),
        ("rows.ndjson", f'{{"time_entry_id": "{A}"}}\n{{"time_entry_id": "{B}"}}'),
        ("guessed-json", f'\ufeff {{"time_entry_id": "{A}"}}\n{{"time_entry_id": "{B}"}}\n'),
        ("guessed-csv.txt", f"time_entry_id\n{A}\n{B}\n"),
    ],
)
def test_rows_are_read(entries: Write, name: str, content: str) -> None:
    """Both formats, as the usual programs write them."""
    source = entries(content, name)

    source.check()

    assert ids(source) == [A, B]


def test_the_format_can_be_named(entries: Write, tmp_path: Path) -> None:
    """What the caller says wins over the file's name."""
    path = entries(f'{{"time_entry_id": "{A}"}}\n', "wrong.csv").path

    assert ids(Source(path=path, columns=ENTRY_COLUMNS, format=Format.JSONL)) == [A]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "entries.csv is empty; its first line must name the columns time_entry_id"),
        (b"\n \n", "entries.csv is empty; its first line must name the columns time_entry_id"),
        (b"id\nx\n", "entries.csv:1, column time_entry_id: the first line must name the columns"),
        (A.encode(), f"the first line must name the columns time_entry_id[,start]; found '{A}'"),
        (b"time_entry_id,user\nx,y\n", "column user: 'user' is not known; remove the column or rename it"),
        (b"time_entry_id,time_entry_id\n", "entries.csv:1: 'time_entry_id' stands twice"),
        (
            b"time_entry_id;user\n",
            "entries.csv:1: columns are separated by commas; found 'time_entry_id;user'",
        ),
        (b"time_entry_id\tuser\n", "columns are separated by commas"),
        (
            b"time_entry_id\nx\n\xff\xe9\n",
            "entries.csv:3: byte 1 of the line is not UTF-8; save the file as UTF-8",
        ),
        ("time_entry_id\nx\n".encode("utf-16-le"), "entries.csv:1: a NUL byte"),
        (b"time_entry_id\rx\ry\r", "lines end with CR alone"),
        (b'"time_entry_id\nx\n', "entries.csv:1: a quote is opened and never closed"),
        (b"\0time_entry_id\n", "entries.csv:1: a NUL byte"),
        (b"x" * 70_000, "entries.csv:1: this line is longer than 65536 bytes"),
    ],
)
def test_an_unusable_file_is_refused_before_anything(entries: Write, content: bytes, message: str) -> None:
    """What makes every row doubtful stops the job before its first request, and says what to do."""
    with pytest.raises(InputError) as refusal:
        entries(content).check()

    assert message in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.csv", "no such file or directory"),
        ("", "this is a folder"),
        ("nul\0.csv", "this cannot be a file name"),
    ],
)
def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path, name: str, message: str) -> None:
    """The message names the path and the reason."""
    with pytest.raises(InputError, match=message) as refusal:
        Source(path=f"{tmp_path}/{name}", columns=ENTRY_COLUMNS).check()

    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"{A}\n{B},extra\n{C}\n", "entries.csv:3: this row has 2 columns, the first line names 1"),
        (f"{A}\n{B[:3]}\0\n{C}\n", "entries.csv:3: a NUL byte in the row; remove it"),
        (f'{A}\n"{B}\n{C}\n', "entries.csv:3: a quote is opened and never closed"),
        (f'{A}\n"x"y\n{C}\n', "entries.csv:3: not readable as CSV"),
        (f"{A}\n{'x' * 100_000}\n{C}\n", "entries.csv:3: this line is longer than 65536 bytes"),
        (f"{A}\n{'x' * 1_000_000}\n{C}\n", "entries.csv:3: this line is longer than 65536 bytes"),
    ],
)
def test_a_bad_row_costs_only_itself(entries: Write, content: str, expected: str) -> None:
    """Its neighbours are read, and its place is named."""
    source = entries("time_entry_id\n" + content)

    (problem,) = problems(source.records())

    assert problem.startswith(expected)
    assert ids(source) == [A, C]


def test_bytes_that_are_no_text_cost_only_their_row(entries: Write) -> None:
    """In a pipe, which cannot be checked beforehand, the rest still goes on."""
    source = entries(b"time_entry_id\n" + A.encode() + b"\n\xff\xfe\xfa\n" + C.encode())

    assert problems(source.records()) == [
        "entries.csv:3: not UTF-8; save the file as UTF-8, or name its encoding, such as --encoding cp1252"
    ]
    assert ids(source) == [A, C]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("{", "'{' not JSON; each line is one JSON object"),
        ("[1]", "'[1]' is not an object"),
        ('"x"', "'\"x\"' is not an object"),
        ("{}", ", column time_entry_id: missing; every row needs it"),
        ('{"time_entry_id": null}', ", column time_entry_id: missing; every row needs it"),
        ('{"time_entry_id": true}', ", column time_entry_id: 'True' must be text or a number"),
        ('{"time_entry_id": ["x"]}', ", column time_entry_id: '['x']' must be text"),
        ('{"time_entry_id": {"a": 1}}', ", column time_entry_id: "),
        ('{"time_entry_id": "x", "id": 1}', ", column id: 'id' is not known"),
        ('{"time_entry_id": "x", "time_entry_id": "y"}', "a member stands twice"),
        ('{"time_entry_id": "x\\u0000"}', "holds a NUL or half a character"),
        ('{"time_entry_id": "\\ud800"}', "holds a NUL or half a character"),
        ('{"time_entry_id": NaN}', "NaN is not a number"),
        ('{"time_entry_id": ' + "9" * 5000 + "}", "not JSON"),
        ("[" * 60_000, "not JSON"),
        ('{"time_entry_id": "x"} {}', "not JSON"),
    ],
)
def test_a_bad_json_row_costs_only_itself(entries: Write, row: str, expected: str) -> None:
    """Whatever stands in a line, the next one is read."""
    source = entries(f'{row}\n{{"time_entry_id": "{C}"}}\n', "rows.jsonl")

    (problem,) = problems(source.records())

    assert problem.startswith("rows.jsonl:1")
    assert expected in problem
    assert ids(source) == [C]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_text_may_hold_line_ends(payments: Write, line_end: str) -> None:
    """A quoted note goes over lines; the row is named by its first one."""
    rows = (
        "reference,invoice_id,amount,currency,paid_at,note\n"
        'r1,i1,1,EUR,2026-01-01T00:00:00Z,"two\nlines, ""quoted"""\n'
        "r2,i1,1,EUR,2026-01-01T00:00:00Z,\n"
    )
    source = payments(rows.replace("\n", line_end))

    assert [(record.line, record.values["note"]) for record in source.records()] == [
        (2, 'two\nlines, "quoted"'),
        (4, ""),
    ]


def test_a_quote_that_never_ends_does_not_swallow_the_file(entries: Write) -> None:
    """Only its own row is lost, however long the file goes on."""
    source = entries('time_entry_id\n"x\n' + f"{A}\n" * 5000)

    assert len(problems(source.records())) == 1
    assert len(ids(source)) == 5000


def test_two_open_quotes_are_two_bad_rows(entries: Write) -> None:
    """The second row does not vanish into the first one's quote."""
    source = entries(f'time_entry_id\n"x\n"y\n{A}\n')

    assert [problem[:14] for problem in problems(source.records())] == ["entries.csv:2:", "entries.csv:3:"]
    assert ids(source) == [A]


def test_a_quote_inside_a_value_is_left_to_the_value(entries: Write) -> None:
    """It opens nothing, so the next rows are not drawn in."""
    assert ids(entries(f'time_entry_id\nx"y\nz"\n{A}\n')) == ['x"y', 'z"', A]


def test_few_lines_are_held_while_a_quote_is_open() -> None:
    """An endless quote is given up soon, so that memory does not grow with the file."""
    read = 0

    def lines() -> Iterator[tuple[int, bytes | None]]:
        nonlocal read
        yield 1, b"time_entry_id"
        yield 2, b'"x'
        for number in range(3, 10_000):
            read += 1
            yield number, A.encode()

    record = next(csv_records("entries.csv", lines(), ENTRY_COLUMNS))

    assert record.problem is not None
    assert read <= 20


def test_values_are_shown_safely(entries: Write) -> None:
    """Control characters are escaped and long values are cut, so that a log cannot be forged."""
    (problem,) = problems(
        entries('{"time_entry_id": "x", "\\u001b[31m\\n' + "y" * 90 + '": 1}', "r.jsonl").records()
    )

    assert "\x1b" not in problem
    assert "\n" not in problem
    assert "\\x1b[31m\\n" in problem
    assert len(problem) < 200


def test_numbers_stay_exact(payments: Write) -> None:
    """A JSON number is taken by its digits, never through a float."""
    source = payments(
        '{"reference": "r", "invoice_id": "i", "amount": 1000000000000000.01, "currency": "EUR", '
        '"paid_at": "x", "note": null}\n',
        "pay.jsonl",
    )

    (record,) = source.records()

    assert record.values["amount"] == "1000000000000000.01"
    assert record.values["note"] == ""


def test_memory_does_not_depend_on_the_file(entries: Write) -> None:
    """Ten times the rows, the same peak."""

    def peak(rows: int) -> int:
        source = entries("time_entry_id\n" + f"{A}\n" * rows)
        tracemalloc.start()
        try:
            assert source.check() == rows
            assert sum(1 for _ in source.records()) == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = peak(5_000), peak(50_000)

    assert many - few < 50_000


async def from_pipe(pipe: int, monkeypatch: pytest.MonkeyPatch, *, most: int = 99) -> list[Record]:
    monkeypatch.setattr("invoicekit.bulk.source._STDIN_DESCRIPTOR", pipe)
    records: list[Record] = []
    stream = Source(path="-", columns=ENTRY_COLUMNS).stream()
    async for record in stream:
        records.append(record)
        if len(records) == most:
            break
    await stream.aclose()
    return records


async def test_standard_input_is_read_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are handed on before the pipe ends."""
    reading, writing = os.pipe()
    try:
        os.write(writing, f"time_entry_id\n{A}\n{B}\n".encode())

        records = await from_pipe(reading, monkeypatch, most=2)

        assert [record.values["time_entry_id"] for record in records] == [A, B]
    finally:
        os.close(writing)
        os.close(reading)


async def test_a_reader_nobody_listens_to_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes after the job is over is not read into a void for ever."""
    reading, writing = os.pipe()
    try:
        os.write(writing, f"time_entry_id\n{A}\n".encode())
        await from_pipe(reading, monkeypatch, most=1)
        (thread,) = [each for each in threading.enumerate() if each.name == "invoicekit-input"]

        os.write(writing, f"{B}\n{C}\n".encode())
        await asyncio.to_thread(thread.join, 5)

        assert not thread.is_alive()
    finally:
        os.close(writing)
        os.close(reading)


async def test_standard_input_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row of a closed pipe comes, the last without a line end too."""
    reading, writing = os.pipe()
    os.write(writing, f"time_entry_id\n{A}\n{B}".encode())
    os.close(writing)

    records = await from_pipe(reading, monkeypatch)

    os.close(reading)
    assert len(records) == 2


async def test_an_unusable_pipe_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same messages as for a file, under the pipe's name."""
    reading, writing = os.pipe()
    os.write(writing, b"wrong\nx\n")
    os.close(writing)

    with pytest.raises(InputError, match="<stdin>:1, column time_entry_id"):
        await from_pipe(reading, monkeypatch)

    os.close(reading)


async def test_a_named_pipe_is_read_once(tmp_path: Path) -> None:
    """What cannot be read twice is not checked beforehand."""
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    source = Source(path=str(path), columns=ENTRY_COLUMNS)
    thread = threading.Thread(target=lambda: path.write_text(f"time_entry_id\n{A}\n"))
    thread.start()

    assert not source.is_rereadable
    assert source.check() == 0
    assert [record.values["time_entry_id"] async for record in source.stream()] == [A]

    await asyncio.to_thread(thread.join)
