"""Which fault struck which request, and whether the request took effect all the same."""

from collections.abc import Iterator, Mapping

import attrs

from invoicekit.simulate.fault import FaultKind


@attrs.define(kw_only=True)
class FaultRow:
    """One fault that struck.

    Attributes:
        status: The status the client saw, or None when it saw none.
        is_applied: Whether a write took effect; None for a late one that has not yet.
        targets: What the call was about: ids, a payment's note.
        at_seconds: When the request came, on the simulator's monotonic clock.
    """

    number: int
    operation: str
    kind: FaultKind
    method: str
    path: str
    is_write: bool
    at_seconds: float
    targets: Mapping[str, object]
    status: int | None = None
    is_applied: bool | None = False

    def as_json(self) -> dict[str, object]:
        """Return the row as the control route gives it."""
        return {
            "number": self.number,
            "operation": self.operation,
            "kind": self.kind.value,
            "method": self.method,
            "path": self.path,
            "is_write": self.is_write,
            "is_applied": self.is_applied,
            "status": self.status,
            "at_seconds": self.at_seconds,
            **self.targets,
        }


class FaultLog:
    """All faults of a run, in the order in which the requests came."""

    def __init__(self) -> None:
        self._rows: list[FaultRow] = []

    def __getitem__(self, index: int) -> FaultRow:
        return self._rows[index]

    def __iter__(self) -> Iterator[FaultRow]:
        return iter(tuple(self._rows))

    def __len__(self) -> int:
        return len(self._rows)

    def append(self, row: FaultRow) -> None:
        """Add one row; it may still be completed afterwards."""
        self._rows.append(row)
