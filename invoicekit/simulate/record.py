"""What a simulator remembers of each request: the bounded log that tests read."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import overload

import attrs

# Headers worth keeping; those that may hold a secret are recorded by name only.
_KEPT_HEADERS = (
    "accept",
    "accept-encoding",
    "content-length",
    "content-type",
    "idempotency-key",
    "user-agent",
)


@attrs.frozen(kw_only=True)
class RequestRecord:
    """One request and what became of it.

    Attributes:
        headers: A few harmless headers, names in lower case.
        credentials: Names of the credential headers that were sent, never their values.
        status: The status sent, or None when the connection was cut without one.
        at_seconds: When it arrived, on the simulator's monotonic clock.
        unread: What was sent and the provider did not look at: query parameters, and members of the body,
            dotted. Empty where it was not carried out.
    """

    operation: str
    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    credentials: tuple[str, ...]
    body: bytes
    status: int | None
    at_seconds: float
    unread: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.path} -> {self.status or 'no answer'}"


class RequestLog(Sequence[RequestRecord]):
    """The latest requests, oldest first; older ones are forgotten."""

    def __init__(self, keep: int) -> None:
        self._records: deque[RequestRecord] = deque(maxlen=keep)

    @overload
    def __getitem__(self, index: int) -> RequestRecord: ...
    @overload
    def __getitem__(self, index: slice) -> list[RequestRecord]: ...
    def __getitem__(self, index: int | slice) -> RequestRecord | list[RequestRecord]:
        """Return one record, or a list for a slice."""
        if isinstance(index, slice):
            return list(self._records)[index]
        return self._records[index]

    def __iter__(self) -> Iterator[RequestRecord]:
        return iter(tuple(self._records))

    def __len__(self) -> int:
        return len(self._records)

    def append(self, record: RequestRecord) -> None:
        """Remember one more."""
        self._records.append(record)

    def of(self, operation: str) -> list[RequestRecord]:
        """Return the requests of one operation."""
        return [record for record in self._records if record.operation == operation]

    def clear(self) -> None:
        """Forget all of them."""
        self._records.clear()


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Pick the headers that may be recorded."""
    return {name: headers[name] for name in _KEPT_HEADERS if name in headers}
