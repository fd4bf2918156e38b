"""What a job has done so far, in a file of its own, so that a later run does only what is left."""

import fcntl
import json
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

import attrs

from invoicekit.batch import Earlier, Item, ItemOutcome, Seen, Standing
from invoicekit.bulk.rows import PaymentRow
from invoicekit.bulk.status_rows import StatusRow
from invoicekit.errors import UsageError

T = TypeVar("T")

Items = Iterable[Item[T]] | AsyncIterable[Item[T]]

_FORM = 2
_ENDED = {
    standing.name: standing for standing in (Standing.APPLIED, Standing.ALREADY_APPLIED, Standing.REJECTED)
}
_BLOCK_BYTES = 65_536
_MARK = ".ended"
"""Beside the file of a job of which nothing is left."""


class JobState:
    """The ends of a job's rows, written down as they become known; one process at a time.

    A row stands in it once it is applied or rejected. What is in doubt, or was not attempted, is left and
    done by the next run, which looks first. A line that a crash cut short counts as not written: its row is
    done again, and marks, payments and statuses that are there already are not done twice.

    Args:
        path: Its file; made for the owner alone, in a folder that is made, too.
        job: What the job is, in words of the caller's: another one does not go on from this file.
        resume: Whether to go on; else it begins anew.

    Raises:
        UsageError: There is nothing to resume, it is another job's, or another process is at it.
    """

    def __init__(self, path: Path, *, job: str, resume: bool) -> None:
        self._path = path
        self._job = job
        self._resume = resume
        self._descriptor = -1
        self._table = Seen()
        self._header: dict[str, object] = {}
        self._found = 0
        self._unfinished = 0

    def __enter__(self) -> Self:
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (0 if self._resume else os.O_CREAT)
            self._descriptor = os.open(self._path, flags, 0o600)
        except FileNotFoundError:
            raise UsageError(
                "there is nothing to resume: no earlier run of this command with these files; run it without "
                "--resume"
            ) from None
        except OSError as failure:
            raise UsageError(f"{self._path}: {failure.strerror}") from None
        try:
            self._open()
            _ended_mark(self._path).unlink(missing_ok=True)
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._table.close()
        os.close(self._descriptor)

    @property
    def found(self) -> int:
        """Return how many ids had ended before this run."""
        return self._found

    @property
    def facts(self) -> dict[str, object]:
        """Return what the run that began it wrote down beside."""
        facts = self._header.get("facts")
        return facts if isinstance(facts, dict) else {}

    def begin(self, facts: dict[str, object]) -> None:
        """Begin anew: forget what was there, and write down what a later run is to know."""
        self._header = {"invoicekit_job": _FORM, "job": self._job, "facts": facts}
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        self._write(self._header)
        os.fsync(self._descriptor)

    def finish(self) -> None:
        """Note that nothing is left of the job, so that its file may be forgotten one day.

        Raises:
            UsageError: The disk is full.
        """
        try:
            _ended_mark(self._path).touch(mode=0o600)
        except OSError as failure:
            raise UsageError(f"{self._path}: {failure.strerror}") from None

    def going_on(self, items: Items[T]) -> Items[T]:
        """Return the items, each that ended before with its end."""
        if isinstance(items, AsyncIterable):
            return self._going_on_later(items)
        return map(self._with_its_end, items)

    def note(self, outcome: ItemOutcome[object]) -> None:
        """Write down how a row ended.

        Raises:
            UsageError: The disk is full.
        """
        if outcome.standing.name not in _ENDED or outcome.first_position is not None:
            return
        if outcome.standing is Standing.REJECTED and not outcome.cause:
            return  # what cannot be read costs nothing to be looked at again
        content = _content_of(outcome.payload)
        known = self._table.find(outcome.id)
        if known is not None and known.is_same_as(content):
            return
        kept: list[object] = [outcome.id, outcome.standing.name, content.hex()]
        if outcome.standing is not Standing.APPLIED or outcome.resource_id or outcome.verified:
            kept += [outcome.resource_id or "", outcome.reason, outcome.cause, outcome.verified]
        self._write(kept)

    def _open(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError("this job is running already, in another process; nothing was sent") from None
        if self._resume:
            self._load()

    def _load(self) -> None:
        good = 0
        for offset, line in self._lines():
            try:
                kept = json.loads(line)
            except ValueError:
                break
            if offset == 0:
                self._check(kept)
            else:
                name, standing, content = kept[:3]
                self._found += self._table.add(name, offset, content=bytes.fromhex(content)) is None
                self._table.settle(name, _ENDED[standing])
            good = offset + len(line)
        if not good:
            raise UsageError(f"{self._path} cannot be read; run the command without --resume")
        os.ftruncate(self._descriptor, good)
        os.lseek(self._descriptor, good, os.SEEK_SET)

    def _check(self, header: object) -> None:
        if not isinstance(header, dict) or header.get("invoicekit_job") != _FORM:
            raise UsageError(f"{self._path} was written by another version; run the command without --resume")
        if header.get("job") != self._job:
            raise UsageError(f"{self._path} is another job's; run the command without --resume")
        self._header = header

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield whole lines with where they begin; one that a crash cut short is left out."""
        offset, rest = 0, b""
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        while block := os.read(self._descriptor, _BLOCK_BYTES):
            lines = (rest + block).split(b"\n")
            rest = lines.pop()
            for line in lines:
                yield offset, line + b"\n"
                offset += len(line) + 1

    def _with_its_end(self, item: Item[T]) -> Item[T]:
        if item.problem is not None:
            return item
        known = self._table.find(item.id)
        if known is None or known.standing is None or not known.is_same_as(item.content):
            return item
        return attrs.evolve(item, earlier=self._earlier(known.position, known.standing))

    async def _going_on_later(self, items: AsyncIterable[Item[T]]) -> AsyncIterator[Item[T]]:
        async for item in items:
            yield self._with_its_end(item)

    def _earlier(self, offset: int, standing: Standing) -> Earlier:
        line = b""
        while b"\n" not in line and (more := os.pread(self._descriptor, 512, offset + len(line))):
            line += more
        kept = json.loads(line.partition(b"\n")[0])
        resource_id, reason, cause, verified = kept[3:] or ("", "", "", False)
        return Earlier(
            standing=standing,
            resource_id=resource_id or None,
            reason=reason,
            cause=cause,
            verified=verified,
        )

    def _write(self, kept: object) -> None:
        line = json.dumps(kept, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
        left = line + b"\n"
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError as failure:
            raise UsageError(f"{self._path}: {failure.strerror}") from None


def forget_ended(journal: Path, *, before: datetime) -> int:
    """Forget the jobs beside a journal that ended before an instant; one with something left is kept.

    Returns:
        How many were forgotten.
    """
    forgotten = 0
    for mark in _folder(journal).glob(f"*{_MARK}"):
        if mark.stat().st_mtime < before.timestamp():
            for file in mark.parent.glob(f"{mark.stem}.*"):
                file.unlink(missing_ok=True)
            forgotten += 1
    return forgotten


def _ended_mark(path: Path) -> Path:
    return path.with_suffix(_MARK)


def _folder(journal: Path) -> Path:
    return journal.with_name(f"{journal.name}.jobs")


def state_file(journal: Path, *parts: str) -> Path:
    """Return where the state of a job is kept beside a journal: by what it does, at whom, to which files."""
    key = sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return _folder(journal) / f"{key}.log"


def _content_of(payload: object) -> bytes:
    return payload.content() if isinstance(payload, PaymentRow | StatusRow) else b""
