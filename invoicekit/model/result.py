"""How a write ended."""

from collections.abc import Mapping
from enum import Enum
from typing import Generic, TypeVar

import attrs

from invoicekit.model.headers import NO_HEADERS

T = TypeVar("T", covariant=True)


class Outcome(Enum):
    """What happened at the provider."""

    APPLIED = "applied"
    ALREADY_APPLIED = "already applied"
    """It was so before this call: nothing was sent, or the first send of an earlier call had worked."""
    NOT_APPLIED = "not applied"
    UNKNOWN = "unknown"


@attrs.frozen(kw_only=True)
class WriteResult(Generic[T]):
    """The result of one write.

    Attributes:
        outcome: A single call returns APPLIED or ALREADY_APPLIED; the others stand only in bulk reports.
        value: The thing written, as far as it is known.
        verified: Whether a complete read after the write showed it.
        attempts: Sends of the write by this call; 0 where nothing was sent.
        evidence: What the outcome rests on, in words.
        reference: The reference it is journalled under; pass it again to ask for the same effect.
        resource_id: The provider's id of what was written, where it is known.
        raw: What the provider answered, where it answered.
        headers: Of that answer, or of the read that showed it; none where the journal knew. See `Headers`.
    """

    outcome: Outcome
    value: T
    verified: bool = False
    attempts: int = 0
    evidence: str = ""
    reference: str | None = None
    resource_id: str | None = None
    raw: Mapping[str, object] = attrs.field(factory=dict, repr=False, eq=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False, eq=False)
