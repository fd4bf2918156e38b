"""Which ids have come by already, exactly, in memory that does not grow with them."""

import hashlib
import os
import struct
import tempfile
from array import array
from types import TracebackType
from typing import IO, Self

import attrs

from invoicekit.batch.outcome import Standing
from invoicekit.errors import UsageError

CONTENT_BYTES = 15

_KEY_BYTES = 32
_RECORD = struct.Struct(f"<QB{CONTENT_BYTES}s")
_RECORD_BYTES = _KEY_BYTES + _RECORD.size
_PAGE_BYTES = 2048
_RECORDS_A_PAGE = _PAGE_BYTES // _RECORD_BYTES
_PENDING = 255
_STANDINGS = tuple(Standing)


@attrs.frozen(kw_only=True)
class First:
    """What is known of the first item with an id.

    Attributes:
        position: Where it stood.
        standing: How it ended; None while it is under way.
        content: What it came with, padded.
    """

    position: int
    standing: Standing | None
    content: bytes

    def is_same_as(self, content: bytes) -> bool:
        """Tell whether another item of this id asks for the same thing."""
        return self.content == content.ljust(CONTENT_BYTES, b"\0")


class Seen:
    """A table from id to first position; beyond `keep` ids it lives in an unnamed temporary file.

    Ids of up to 31 bytes are compared whole, longer ones by 248 bits of BLAKE2b: no id is ever taken for
    another. On disk it is an extendible hash table: one page read a look-up, whatever the number of ids.
    In memory stays about one byte for every three ids.

    Raises:
        UsageError: The temporary folder has no room; nothing was sent for the id.
    """

    def __init__(self, *, keep: int = 8192) -> None:
        self._keep = keep
        self._memory: dict[bytes, bytes] | None = {}
        self._pages: _Pages | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def add(self, name: str, position: int, *, content: bytes = b"") -> First | None:
        """Remember an id; return what came first where it is known already."""
        key = _key(name)
        known = self._load(key)
        if known is not None:
            return _first(known)
        self._store(key, _RECORD.pack(position, _PENDING, content))
        return None

    def find(self, name: str) -> First | None:
        """Return what is known of an id."""
        known = self._load(_key(name))
        return None if known is None else _first(known)

    def settle(self, name: str, standing: Standing) -> None:
        """Note how the first item with this id ended.

        Raises:
            KeyError: The id was never added.
        """
        key = _key(name)
        known = self._load(key)
        if known is None:
            raise KeyError(name)
        position, _, content = _RECORD.unpack(known)
        value = _RECORD.pack(position, _STANDINGS.index(standing), content)
        if self._memory is not None:
            self._memory[key] = value
        elif self._pages is not None:
            self._pages.replace(key, value)

    def close(self) -> None:
        """Give the temporary file back."""
        self._memory = {}
        if self._pages is not None:
            self._pages.close()
            self._pages = None

    def _load(self, key: bytes) -> bytes | None:
        if self._memory is not None:
            return self._memory.get(key)
        return None if self._pages is None else self._pages.load(key)

    def _store(self, key: bytes, value: bytes) -> None:
        if self._memory is not None:
            if len(self._memory) < self._keep:
                self._memory[key] = value
                return
            self._spill(self._memory)
        if self._pages is not None:
            self._pages.store(key, value)

    def _spill(self, memory: dict[bytes, bytes]) -> None:
        self._pages = _Pages()
        for key, value in memory.items():
            self._pages.store(key, value)
        self._memory = None


class _Pages:
    """An extendible hash table in a temporary file; page `n` starts at byte `n * _PAGE_BYTES`."""

    def __init__(self) -> None:
        try:
            self._file: IO[bytes] = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 -- close() closes it
        except OSError as failure:
            raise _no_room(failure) from None
        self._descriptor = self._file.fileno()
        self._directory = array("I", [0])
        self._mask = 0
        self._counts = array("B", [0])
        self._depths = array("B", [0])

    def load(self, key: bytes) -> bytes | None:
        page = self._directory[hash(key) & self._mask]
        content = self._read(page)
        at = _position_of(key, content)
        return None if at < 0 else content[at + _KEY_BYTES : at + _RECORD_BYTES]

    def store(self, key: bytes, value: bytes) -> None:
        mixed = hash(key)
        page = self._directory[mixed & self._mask]
        while self._counts[page] == _RECORDS_A_PAGE:
            self._split(page, mixed)
            page = self._directory[mixed & self._mask]
        self._write(key + value, page * _PAGE_BYTES + self._counts[page] * _RECORD_BYTES)
        self._counts[page] += 1

    def replace(self, key: bytes, value: bytes) -> None:
        page = self._directory[hash(key) & self._mask]
        at = _position_of(key, self._read(page))
        self._write(value, page * _PAGE_BYTES + at + _KEY_BYTES)

    def close(self) -> None:
        self._file.close()

    def _split(self, page: int, mixed: int) -> None:
        """Move the records whose next hash bit is set to a new page; `mixed` is a hash that leads here."""
        depth = self._depths[page]
        if (1 << depth) > self._mask:
            self._directory.extend(self._directory)
            self._mask = self._mask << 1 | 1
        content = self._read(page)
        halves: tuple[list[bytes], list[bytes]] = ([], [])
        for at in range(0, len(content), _RECORD_BYTES):
            record = content[at : at + _RECORD_BYTES]
            halves[hash(record[:_KEY_BYTES]) >> depth & 1].append(record)
        new = len(self._counts)
        self._counts.append(len(halves[1]))
        self._depths.append(depth + 1)
        self._write(b"".join(halves[1]), new * _PAGE_BYTES)
        self._write(b"".join(halves[0]), page * _PAGE_BYTES)
        self._counts[page] = len(halves[0])
        self._depths[page] = depth + 1
        low_bits = mixed & ((1 << depth) - 1)
        for slot in range(low_bits | 1 << depth, len(self._directory), 1 << depth + 1):
            self._directory[slot] = new

    def _read(self, page: int) -> bytes:
        return os.pread(self._descriptor, self._counts[page] * _RECORD_BYTES, page * _PAGE_BYTES)

    def _write(self, content: bytes, offset: int) -> None:
        try:
            while content:
                written = os.pwrite(self._descriptor, content, offset)
                content, offset = content[written:], offset + written
        except OSError as failure:
            raise _no_room(failure) from None


def _key(name: str) -> bytes:
    raw = name.encode("utf-8", "surrogatepass")
    if len(raw) < _KEY_BYTES:
        return bytes((len(raw),)) + raw.ljust(_KEY_BYTES - 1, b"\0")
    return b"\xff" + hashlib.blake2b(raw, digest_size=_KEY_BYTES - 1).digest()


def _position_of(key: bytes, content: bytes) -> int:
    at = content.find(key)
    while at > 0 and at % _RECORD_BYTES:
        at = content.find(key, at + 1)
    return at


def _first(value: bytes) -> First:
    position, code, content = _RECORD.unpack(value)
    return First(
        position=position,
        standing=None if code == _PENDING else _STANDINGS[code],
        content=content,
    )


def _no_room(failure: OSError) -> UsageError:
    return UsageError(
        f"no room to remember which ids came by ({failure.strerror}); free some in {tempfile.gettempdir()} "
        "or point TMPDIR elsewhere"
    )
