"""Read marks back once all of them are sent: over the days of the entries, where no read by id shows them."""

import json
import tempfile
from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Iterator
from datetime import datetime
from types import TracebackType
from typing import IO, Protocol, Self

import attrs

from invoicekit.adapter import Adapter
from invoicekit.batch import ItemOutcome, Seen, Standing
from invoicekit.bulk.days import Days, stretches_between
from invoicekit.clock import Clock
from invoicekit.errors import UsageError
from invoicekit.model import TimeEntry

_KEPT_PROBLEMS = 1000
_DATES_A_REQUEST = 200
_PAUSES = (2.0, 8.0)
"""Seconds before what contradicts is looked at again: the read may lag behind the write."""

Stretches = Iterable[tuple[datetime, datetime]]


@attrs.frozen(kw_only=True)
class Verify:
    """Ask for marks to be read back at the end of a job; see `Verification`.

    Attributes:
        start, end: Aware instants; every entry started in [start, end). None fetches when each of them
            started, by batch reads.
        days: The days on which they started, filled while the job's input is read.
    """

    start: datetime | None = None
    end: datetime | None = None
    days: Days | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse half a range.

        Raises:
            UsageError: One end alone, one without a zone, or nothing between them.
        """
        if (self.start is None) is not (self.end is None):
            raise UsageError("to read marks back over a range needs both of its ends")
        if self.start is not None and self.end is not None:
            if self.start.tzinfo is None or self.end.tzinfo is None:
                raise UsageError("the ends of the range to read marks back need a time zone")
            if self.start >= self.end:
                raise UsageError("the range to read marks back is empty: its end must be after its start")


@attrs.frozen(kw_only=True)
class Unverified:
    """A time entry that the provider does not show as it was asked to be."""

    id: str
    reason: str


@attrs.frozen(kw_only=True)
class Verification:
    """What reading the marks back showed; an entry counts once, however many rows name it.

    Attributes:
        entries: Those that the provider had answered well for, or that were in doubt.
        verified: Shown as asked for.
        contradicted: Shown otherwise at every look, the last ten seconds after the first.
        not_shown: Not shown at all: gone, or outside of the range.
        rows: Those that name a verified entry.
        settled: Rows that were in doubt, and that are applied because they are shown as asked for.
        reads: Requests it took, counted apart from the job's own.
        problems: Entries contradicted or not shown, up to 1,000.
        problems_left_out: Further ones.
        failure: Why not everything could be read; empty where all was.
    """

    entries: int = 0
    verified: int = 0
    contradicted: int = 0
    not_shown: int = 0
    rows: int = 0
    settled: int = 0
    reads: int = 0
    problems: tuple[Unverified, ...] = ()
    problems_left_out: int = 0
    failure: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether everything is shown as asked for."""
        return self.verified == self.entries

    def as_json(self) -> dict[str, object]:
        """Return everything, ready for JSON."""
        return attrs.asdict(self)


class Reader(Protocol):
    """What reading back needs of a service."""

    @property
    def native(self) -> Adapter[object]:
        """The adapter, which may read entries by id."""
        ...

    def list_time_entries(self, *, start: datetime, end: datetime) -> AsyncIterable[TimeEntry]:
        """Read the entries that started in [start, end), with their marks."""
        ...


class MarkCheck:
    """Remembers what was marked, in bounded memory, and reads it back.

    Args:
        reader: Reads behind interactive calls.
        invoiced: The value that was set.
    """

    def __init__(self, reader: Reader, verify: Verify, *, invoiced: bool, clock: Clock) -> None:
        self._reader = reader
        self._verify = verify
        self._invoiced = invoiced
        self._clock = clock
        self._seen = Seen()
        self._rows: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8", prefix="invoicekit-")  # noqa: SIM115

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._seen.close()
        self._rows.close()

    async def prepare(self) -> None:
        """Find out, before anything is sent, whether it can be read back.

        Raises:
            UsageError: Nobody says when the entries started, and this provider does not tell it by their ids.
        """
        is_told = self._verify.start is not None or self._verify.days is not None
        if not is_told and await self._reader.native.find_time_entries(()) is None:
            raise UsageError(
                f"{self._reader.native.name} does not read entries by their ids: say between which days they "
                "started (--from and --to, or a column start); nothing was sent"
            )

    def note(self, outcome: ItemOutcome[object]) -> None:
        """Remember a row that is to be read back: what is said to be there, and what is in doubt.

        Raises:
            UsageError: The temporary folder has no room.
        """
        is_doubted = outcome.standing is Standing.UNKNOWN
        if not (is_doubted or outcome.standing.is_there):
            return
        is_new = self._seen.add(outcome.id, 0) is None
        self._rows.write(json.dumps([outcome.id, is_new, is_doubted]) + "\n")

    def is_verified(self, entry_id: str) -> bool:
        """Tell whether an entry was shown as asked for."""
        found = self._seen.find(entry_id)
        return found is not None and found.standing is Standing.APPLIED

    async def look(self) -> AsyncGenerator[None, None]:
        """Read, and yield after each stretch of days; stop asking to look no further.

        Raises:
            InvoiceKitError: A read failed.
        """
        late = Days()
        async for _ in self._read(await self._stretches(), late):
            yield
        for pause in _PAUSES:
            if not late:
                return
            await self._clock.sleep(pause)
            again, late = late, Days()
            async for _ in self._read(again.stretches(), late):
                yield

    def result(self, *, reads: int, failure: str) -> Verification:
        """Count what was shown."""
        entries = verified = contradicted = settled = rows = 0
        problems: list[Unverified] = []
        for entry_id, is_new, is_doubted in self._noted():
            shown = self.is_verified(entry_id)
            rows += shown
            settled += shown and is_doubted
            if not is_new:
                continue
            entries += 1
            verified += shown
            if shown:
                continue
            found = self._seen.find(entry_id)
            is_contradicted = found is not None and found.standing is Standing.REJECTED
            contradicted += is_contradicted
            if len(problems) < _KEPT_PROBLEMS:
                problems.append(Unverified(id=entry_id, reason=self._reason(is_contradicted=is_contradicted)))
        return Verification(
            entries=entries,
            verified=verified,
            contradicted=contradicted,
            not_shown=entries - verified - contradicted,
            rows=rows,
            settled=settled,
            reads=reads,
            problems=tuple(problems),
            problems_left_out=entries - verified - len(problems),
            failure=failure,
        )

    def _reason(self, *, is_contradicted: bool) -> str:
        if is_contradicted:
            state = "not invoiced" if self._invoiced else "invoiced"
            return f"is shown as {state}: somebody changed it, or the read lags; look, and mark it again"
        return "is not shown: it is gone, or it started on another day than was read; look at it"

    async def _read(self, stretches: Stretches, late: Days) -> AsyncGenerator[None, None]:
        for start, end in stretches:
            async for entry in self._reader.list_time_entries(start=start, end=end):
                self._compare(entry, late)
            yield

    def _compare(self, entry: TimeEntry, late: Days) -> None:
        if self._seen.find(entry.id) is None or not isinstance(entry.invoiced, bool):
            return
        if entry.invoiced is self._invoiced:
            self._seen.settle(entry.id, Standing.APPLIED)
        elif not self.is_verified(entry.id):
            self._seen.settle(entry.id, Standing.REJECTED)
            if isinstance(entry.start, datetime):
                late.add_instant(entry.start)

    async def _stretches(self) -> Stretches:
        if self._verify.start is not None and self._verify.end is not None:
            return stretches_between(self._verify.start, self._verify.end)
        if self._verify.days:
            return self._verify.days.stretches()
        days = Days()
        for part in self._parts():
            for entry in await self._reader.native.find_time_entries(part) or ():
                if isinstance(entry.start, datetime):
                    days.add_instant(entry.start)
        return days.stretches()

    def _parts(self) -> Iterator[list[str]]:
        part: list[str] = []
        for entry_id, is_new, _ in self._noted():
            if is_new:
                part.append(entry_id)
            if len(part) == _DATES_A_REQUEST:
                yield part
                part = []
        if part:
            yield part

    def _noted(self) -> Iterator[tuple[str, bool, bool]]:
        self._rows.seek(0)
        for line in self._rows:
            entry_id, is_new, is_doubted = json.loads(line)
            yield entry_id, is_new, is_doubted
