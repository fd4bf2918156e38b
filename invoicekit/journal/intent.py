"""What was promised: one record for each write, from before its first send until it is settled."""

from datetime import datetime
from enum import Enum

import attrs

from invoicekit.journal.asked import Asked
from invoicekit.model import Money


class IntentState(Enum):
    """Where a promised write stands.

    There is no step from `SENDING` or `IN_DOUBT` to a second send but through a read-back.
    """

    PLANNED = "planned"
    """Nothing was sent, or every try was certainly refused unprocessed."""
    SENDING = "sending"
    """A send may be under way; found by a new owner, it means doubt."""
    IN_DOUBT = "in doubt"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"
    """Two or more records at the provider carry this reference."""
    RESOLVED_APPLIED = "resolved applied"
    """A person said so."""
    RESOLVED_NOT_APPLIED = "resolved not applied"
    CANCELLED = "cancelled"
    """Given up before anything was sent."""

    __hash__ = object.__hash__  # by identity: Enum's own is a call of Python for every look-up

    @property
    def is_settled(self) -> bool:
        """Whether nothing about it is open any more."""
        return self in _SETTLED

    @property
    def is_applied(self) -> bool:
        """Whether the effect is known to be there."""
        return self in {IntentState.CONFIRMED, IntentState.RESOLVED_APPLIED}


_SETTLED = frozenset(
    {
        IntentState.CONFIRMED,
        IntentState.REJECTED,
        IntentState.RESOLVED_APPLIED,
        IntentState.RESOLVED_NOT_APPLIED,
        IntentState.CANCELLED,
    }
)


@attrs.frozen(order=True, cache_hash=True)
class IntentKey:
    """What a promise is keyed by; a reference is the caller's and unique within the three before it."""

    provider: str
    account: str
    operation: str
    reference: str


@attrs.frozen(kw_only=True)
class Intent:
    """One promised write.

    Attributes:
        key: What it is found by.
        target: What it acts on.
        fingerprint: Hash of the content; the same reference with another one is refused.
        marker: What was written into the provider's record to find it by; empty where not used.
        sends: Committed `sending` records: the provider never saw more requests than this.
        resource_id: The provider's id of what was written, once known.
        evidence: What the state rests on, in words, without bodies or secrets.
        asked: The call it comes from, while it is open; None where a write was built by hand.
        amount: The money that was asked for, kept for an audit; None where the call named none.
        created_at, updated_at: Wall clock, for people; never used to decide whether to send.
    """

    key: IntentKey
    target: str
    fingerprint: str
    marker: str = ""
    state: IntentState = IntentState.PLANNED
    sends: int = 0
    resource_id: str | None = None
    evidence: str = ""
    asked: Asked | None = attrs.field(default=None, eq=False, repr=False)
    amount: Money | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def provider(self) -> str:
        """The adapter's name."""
        return self.key.provider

    @property
    def account(self) -> str:
        """The workspace, tenant or business."""
        return self.key.account

    @property
    def operation(self) -> str:
        """The operation's name."""
        return self.key.operation

    @property
    def reference(self) -> str:
        """The caller's reference, or the derived one."""
        return self.key.reference
