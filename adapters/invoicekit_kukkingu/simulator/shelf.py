"""Records of one kind by id: as they are, and as reads that lag still show them."""

from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar


class Kept(Protocol):
    """What can stand on a shelf."""

    @property
    def id(self) -> str:
        """Its id."""
        ...


T = TypeVar("T", bound=Kept)


class Shelf(Generic[T]):
    """One kind of record.

    Args:
        seen_until: The monotonic time up to which reads show changes; None where they show all.
    """

    def __init__(self, now: Callable[[], float], seen_until: Callable[[], float | None]) -> None:
        self._now = now
        self._seen_until = seen_until
        self._records: dict[str, T] = {}
        # When a record's former states ended, and what they were: None before it was there.
        self._former: dict[str, list[tuple[float, T | None]]] = {}

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[T]:
        return iter(list(self._records.values()))

    def get(self, identifier: str) -> T | None:
        """Return a record as it is."""
        return self._records.get(identifier)

    def put(self, record: T) -> T:
        """Add a record, or replace the one of its id."""
        if self._seen_until() is not None:
            former = self._former.setdefault(record.id, [])
            former.append((self._now(), self._records.get(record.id)))
        self._records[record.id] = record
        return record

    def remove(self, identifier: str) -> None:
        """Take a record away, from reads at once."""
        self._records.pop(identifier, None)
        self._former.pop(identifier, None)

    def shown(self, identifier: str) -> T | None:
        """Return a record as reads show it."""
        until = self._seen_until()
        if until is not None:
            for ended, former in self._former.get(identifier, ()):
                if ended > until:
                    return former
        return self._records.get(identifier)

    def all_shown(self) -> Iterator[T]:
        """Yield every record as reads show it, in the order in which they were added."""
        for identifier in list(self._records):
            record = self.shown(identifier)
            if record is not None:
                yield record
