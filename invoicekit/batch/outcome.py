"""What goes into a bulk job, and how each item ends."""

from enum import Enum
from typing import Generic, TypeVar

import attrs

T = TypeVar("T", covariant=True)


class Standing(Enum):
    """How one item of a bulk job ended; every item has exactly one."""

    APPLIED = "applied"
    ALREADY_APPLIED = "already applied"
    """It was so before, or an earlier item of the same job did it."""
    REJECTED = "rejected"
    """Certainly not applied; the reason says why."""
    UNKNOWN = "unknown"
    """May have been applied; look before repeating."""
    NOT_ATTEMPTED = "not attempted"
    """The job ended before it; a rerun does it."""

    @property
    def is_there(self) -> bool:
        """Whether the effect is known to be at the provider."""
        return self is Standing.APPLIED or self is Standing.ALREADY_APPLIED


@attrs.frozen(kw_only=True)
class Earlier:
    """How an earlier run of the same job ended an item; it is then not sent again."""

    standing: Standing
    reason: str = ""
    cause: str = ""
    resource_id: str | None = None
    verified: bool = False


@attrs.frozen(kw_only=True)
class Item(Generic[T]):
    """One thing to be done.

    Attributes:
        position: Where it stands in the input: a line number, or a count. Unique within a job.
        id: What tells it from the others; the second of two items with one id is a duplicate.
        payload: What the caller needs to send it.
        content: What must be equal for two items of one id to be the same thing; at most 15 bytes,
            a digest where it is longer. Empty where the id says it all.
        lane: Items of one lane are never under way together; empty means no such rule.
        problem: Why it cannot be sent at all; it is then rejected without a request.
        earlier: How it ended before; its outcome is then that.
    """

    position: int
    id: str
    payload: T
    content: bytes = b""
    lane: str = ""
    problem: str | None = None
    earlier: Earlier | None = None


@attrs.frozen(kw_only=True)
class ItemOutcome(Generic[T]):
    """How one item ended.

    Attributes:
        reason: Why, in words without secrets; empty where `standing` says it all.
        cause: The name of the error class behind it, e.g. ``NotFound``; empty where there was none, as for
            rows that cannot be read.
        first_position: Of a duplicate: where the same id stood first.
        resource_id: The provider's id of what was written, where it is known.
        payload: The item's own.
        verified: Whether the provider showed it as asked for, after it was sent or instead.
    """

    position: int
    id: str
    standing: Standing
    payload: T
    reason: str = ""
    first_position: int | None = None
    resource_id: str | None = None
    cause: str = ""
    verified: bool = False
