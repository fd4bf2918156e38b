"""What really happened at the provider, for those who judge a client."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping


class Ledger(ABC):
    """The truth behind a simulator: rows that no fault, lag or rate limit hides.

    Rows are read while calls go on; an implementation walks over a copy or an index, never a live mapping.
    """

    histories: frozenset[str] = frozenset()
    """Kinds, or `kind.column`, that tell what was done and not what stands: done twice, they differ."""

    @property
    @abstractmethod
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of rows there are, e.g. ("payments", "invoices", "time-entries")."""

    @abstractmethod
    def rows(self, kind: str) -> Iterator[Mapping[str, object]]:
        """Yield every row of one of `kinds`, ready for JSON."""
