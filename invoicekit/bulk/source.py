"""Where rows come from: a file that can be read again, or a pipe that cannot."""

import asyncio
import os
import stat
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from concurrent.futures import wait
from contextlib import closing
from pathlib import Path
from typing import IO

import attrs

from invoicekit.bulk.dialect import Dialect
from invoicekit.bulk.lines import numbered_lines
from invoicekit.bulk.record import (
    NOT_UTF_8,
    Columns,
    Format,
    NumberedLines,
    Record,
    csv_records,
    jsonl_records,
)
from invoicekit.bulk.wording import InputError, complaint, shown

STDIN = "-"
_STDIN_DESCRIPTOR = 0
_FORMATS = {".csv": Format.CSV, ".jsonl": Format.JSONL, ".ndjson": Format.JSONL}


@attrs.frozen(kw_only=True)
class Source:
    """Rows of one input, read as a stream.

    Attributes:
        path: A path, or ``-`` for the standard input.
        columns: What its rows hold.
        format: None tells it from the name, else from the first character.
        shown_as: What messages call it; None takes it from the path.
        dialect: How other programs wrote it.
    """

    path: str
    columns: Columns
    format: Format | None = None
    shown_as: str | None = None
    dialect: Dialect = attrs.field(factory=Dialect)

    @property
    def name(self) -> str:
        """Return what messages call it."""
        if self.shown_as is not None:
            return self.shown_as
        if self.path == STDIN:
            return "<stdin>"
        return self.path if self.path.isprintable() else shown(self.path)[1:-1]

    @property
    def is_rereadable(self) -> bool:
        """Whether it can be read from its start again.

        Raises:
            InputError: It does not exist, or is a folder.
        """
        if self.path == STDIN:
            return False
        try:
            mode = Path(self.path).stat().st_mode
        except (OSError, ValueError) as failure:
            raise _unusable(self.name, failure) from None
        if stat.S_ISDIR(mode):
            raise InputError(f"{self.name}: this is a folder; name a file in it")
        return stat.S_ISREG(mode)

    def check(self) -> int:
        """Read the whole file once and return how many lines may be rows; a pipe is left alone and gives 0.

        Raises:
            InputError: It cannot be read, is in another encoding, is empty or has other columns.
        """
        if not self.is_rereadable:
            return 0
        number, first = 0, b""
        with self.open() as file:
            for number, raw in numbered_lines(self.dialect.decoded(file.read, name=self.name)):
                first = first or raw or b""
                try:
                    (raw or b"").decode()
                except UnicodeDecodeError as failure:
                    message = f"byte {failure.start + 1} of the line is {NOT_UTF_8}"
                    raise InputError(complaint(self.name, number, message)) from None
        with closing(self.records()) as records:
            next(records, None)
        return number - (self._form(first) is Format.CSV)

    def records(self, *, before_read: Callable[[], None] | None = None) -> Generator[Record, None, None]:
        """Read row by row, blocking.

        Args:
            before_read: Called before every read that may block.

        Raises:
            InputError: What `check` raises, but for encoding errors: those are problems of their rows.
        """
        with self.open() as file:

            def read(size: int) -> bytes:
                if before_read is not None:
                    before_read()
                return file.read(size)

            yield from self._parse(read)

    async def stream(self) -> AsyncGenerator[Record, None]:
        """Read row by row from a thread of its own, so that a slow pipe blocks nobody.

        Raises:
            InputError: As `records`.
        """
        pump = _Pump(self)
        try:
            while (block := await pump.blocks.get()) is not None:
                if isinstance(block, InputError):
                    raise block
                for record in block:
                    yield record
        finally:
            pump.close()

    def open(self) -> IO[bytes]:
        """Open it for reading, as bytes.

        Raises:
            InputError: It cannot be opened.
        """
        try:
            if self.path == STDIN:
                return os.fdopen(os.dup(_STDIN_DESCRIPTOR), "rb", buffering=0)
            return Path(self.path).open("rb", buffering=0)
        except (OSError, ValueError) as failure:
            raise _unusable(self.name, failure) from None

    def _form(self, first: bytes) -> Format:
        return self.format or _FORMATS.get(Path(self.shown_as or self.path).suffix.lower()) or _guess(first)

    def _parse(self, read: Callable[[int], bytes]) -> Iterator[Record]:
        first = b""
        read = self.dialect.decoded(read, name=self.name)

        def read_on(size: int) -> bytes:
            nonlocal first
            block, first = first, b""
            return block or read(size)

        for named in (*self.dialect.columns, *self.dialect.values):
            if named not in self.columns.known:
                raise InputError(f"--map: these rows have no {named}; they have {self.columns}")
        try:
            first = read(65_536)
            form = self._form(first)
            if b"\r" in first and b"\n" not in first:
                raise InputError(f"{self.name}: lines end with CR alone; save the file with LF line ends")
            lines: NumberedLines = numbered_lines(read_on)
            parse = csv_records if form is Format.CSV else jsonl_records
            yield from parse(self.name, lines, self.columns, self.dialect)
        except OSError as failure:
            raise _unusable(self.name, failure) from None


class _Pump:
    """Reads in a daemon thread: one that waits for a terminal must not keep the process alive."""

    def __init__(self, source: Source) -> None:
        self.blocks: asyncio.Queue[list[Record] | InputError | None] = asyncio.Queue(maxsize=2)
        self._loop = asyncio.get_running_loop()
        self._source = source
        self._block: list[Record] = []
        self._is_closed = False
        threading.Thread(target=self._run, daemon=True, name="invoicekit-input").start()

    def close(self) -> None:
        self._is_closed = True

    def _run(self) -> None:
        try:
            self._pass_on(self._pour())
        except _Closed:
            return

    def _pour(self) -> InputError | None:
        failure = None
        try:
            for record in self._source.records(before_read=self._flush):
                self._block.append(record)
        except InputError as caught:
            failure = caught
        self._flush()
        return failure

    def _flush(self) -> None:
        # Before a read that may block: what is there already goes out, however little.
        if self._block:
            block, self._block = self._block, []
            self._pass_on(block)

    def _pass_on(self, block: list[Record] | InputError | None) -> None:
        """Hand over, and wait until there is room; whoever reads may have gone, and its loop with it."""
        if self._is_closed:
            raise _Closed
        putting = self.blocks.put(block)
        try:
            put = asyncio.run_coroutine_threadsafe(putting, self._loop)
        except RuntimeError:
            putting.close()
            raise _Closed from None
        wait([put])
        if put.cancelled():
            raise _Closed


class _Closed(Exception):
    pass


def _guess(first: bytes) -> Format:
    return Format.JSONL if first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else Format.CSV


def _unusable(name: str, failure: OSError | ValueError) -> InputError:
    reason = failure.strerror if isinstance(failure, OSError) else "this cannot be a file name"
    return InputError(
        f"{name}: {(reason or 'cannot be read').lower()}; name a readable CSV or JSONL file, or -"
    )
