"""Time entries by the million: columns instead of objects, ids computed instead of kept."""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

import attrs

from invoicekit_clockify.simulator.identity import IdMint

RUNNING = -1
_BILLABLE = 1
_INVOICED = 2
_CACHED_SELECTIONS = 8


@attrs.frozen(kw_only=True)
class TimeEntry:
    """One entry, read out of the columns.

    Attributes:
        project: Number of its project in the workspace, or -1.
        user: Number of its user in the workspace.
        start: Seconds since 1970.
        seconds: How long it lasted; -1 while the timer runs.
        invoiced: The flag as it is, not as a lagging report shows it.
        invoice_id: The invoice that imported it, or None for a manual mark.
    """

    id: str
    number: int
    project: int
    user: int
    start: int
    seconds: int
    billable: bool
    invoiced: bool
    invoice_id: str | None
    description: str


@attrs.frozen(kw_only=True)
class Mark:
    """The invoiced state of one entry at one time."""

    invoiced: bool
    invoice_id: str | None


class EntryStore:
    """All time entries of one workspace.

    Attributes:
        version: Grows with every change, so that a selection made before can be told from one made now.
        has_running: True once an entry without an end was added.
    """

    def __init__(self, mint: IdMint) -> None:
        self._mint = mint
        self._starts = array("q")
        self._seconds = array("i")
        self._projects = array("i")
        self._users = array("i")
        self._flags = bytearray()
        self._descriptions: dict[int, str] = {}
        self._invoices: dict[int, str] = {}
        # Former marks of entries that changed lately: when they ended, and what they were.
        self._former: dict[int, list[tuple[float, Mark]]] = {}
        self._is_ascending = True
        self.has_running = False
        self._order: tuple[int, Sequence[int]] = (0, range(0))
        self._of_user: dict[int, tuple[int, Sequence[int]]] = {}
        self._selections: dict[tuple[int, object], Sequence[int]] = {}
        self.version = 0

    def __len__(self) -> int:
        return len(self._starts)

    def add(
        self,
        *,
        start: int,
        seconds: int,
        project: int,
        user: int,
        billable: bool,
        description: str | None = None,
    ) -> int:
        """Add one entry and return its number."""
        number = len(self._starts)
        if number and start < self._starts[-1]:
            self._is_ascending = False
        self._starts.append(start)
        self._seconds.append(seconds)
        self._projects.append(project)
        self._users.append(user)
        self._flags.append(_BILLABLE if billable else 0)
        self.has_running = self.has_running or seconds == RUNNING
        if description is not None:
            self._descriptions[number] = description
        self.version += 1
        return number

    def find(self, identifier: str) -> int | None:
        """Return the number of an entry by its id, or None."""
        number = self._mint.number_of(identifier)
        return number if number is not None and number < len(self._starts) else None

    def __getitem__(self, number: int) -> TimeEntry:
        """Return one entry by its number."""
        flags = self._flags[number]
        return TimeEntry(
            id=self._mint.at(number),
            number=number,
            project=self._projects[number],
            user=self._users[number],
            start=self._starts[number],
            seconds=self._seconds[number],
            billable=bool(flags & _BILLABLE),
            invoiced=bool(flags & _INVOICED),
            invoice_id=self._invoices.get(number),
            description=self._descriptions.get(number) or f"Work {number}",
        )

    def is_importable(self, number: int) -> bool:
        """Tell whether an import takes the entry: billable, not yet invoiced, not running."""
        return self._flags[number] & (_BILLABLE | _INVOICED) == _BILLABLE and self._seconds[number] != RUNNING

    def mark(
        self, numbers: Iterable[int], mark: Mark, *, now: float, lag_seconds: float, keeps_link: bool = False
    ) -> None:
        """Set the invoiced state; for `lag_seconds` the report goes on to show the former one."""
        for number in numbers:
            former = self.mark_of(number)
            wanted = attrs.evolve(mark, invoice_id=former.invoice_id) if keeps_link else mark
            if former == wanted:
                continue
            if lag_seconds > 0:
                self._former.setdefault(number, []).append((now, former))
            if wanted.invoiced:
                self._flags[number] |= _INVOICED
            else:
                self._flags[number] &= ~_INVOICED
            if wanted.invoice_id is None:
                self._invoices.pop(number, None)
            else:
                self._invoices[number] = wanted.invoice_id
            self.version += 1

    def mark_of(self, number: int) -> Mark:
        """Return the state as it is."""
        return Mark(invoiced=bool(self._flags[number] & _INVOICED), invoice_id=self._invoices.get(number))

    def mark_shown(self, number: int, *, as_of: float) -> Mark:
        """Return the state as it was at this monotonic time."""
        former = self._former.get(number)
        if former is None:
            return self.mark_of(number)
        current = [(ended, mark) for ended, mark in former if ended > as_of]
        if current:
            self._former[number] = current
            return current[0][1]
        del self._former[number]
        self.version += 1
        return self.mark_of(number)

    @property
    def is_lagging(self) -> bool:
        """Tell whether some entry's shown state may still differ from its state."""
        return bool(self._former)

    def by_start(self) -> Sequence[int]:
        """Return all numbers by start, earliest first."""
        count = len(self._starts)
        if self._is_ascending:
            return range(count)
        if self._order[0] != count:
            self._order = (count, array("I", sorted(range(count), key=self._starts.__getitem__)))
        return self._order[1]

    def of_user(self, user: int) -> Sequence[int]:
        """Return the numbers of one user's entries by start, earliest first."""
        count = len(self._starts)
        known = self._of_user.get(user)
        if known is None or known[0] != count:
            numbers = array("I", (number for number in self.by_start() if self._users[number] == user))
            known = self._of_user[user] = (count, numbers)
        return known[1]

    def window(self, numbers: Sequence[int], first: int, last: int) -> Sequence[int]:
        """Return those that start in [first, last], out of numbers ordered by start."""
        low = bisect_left(numbers, first, key=self._starts.__getitem__)
        high = bisect_left(numbers, last + 1, key=self._starts.__getitem__)
        return numbers[low:high]

    def select(self, key: object, build: Callable[[], Sequence[int]]) -> Sequence[int]:
        """Return a selection, built once while nothing changes: its pages are asked for one by one."""
        if self._former:
            return build()
        found = self._selections.get((self.version, key))
        if found is None:
            while len(self._selections) >= _CACHED_SELECTIONS:
                del self._selections[next(iter(self._selections))]
            found = self._selections[self.version, key] = build()
        return found
