"""What the guard asks of a journal, whatever keeps it."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Protocol

from invoicekit.journal.intent import Intent, IntentKey, IntentState
from invoicekit.journal.lease import Lease
from invoicekit.journal.rate import KnownRate


class Journal(Protocol):
    """Keep promises, durably where the implementation says so.

    Every coroutine returns only after the change is as durable as the journal can make it, and raises
    `JournalUnavailable` where it could not be made so: the guard then sends nothing. That error speaks of
    the change alone: where `move` raises it after a send, the write may well have been applied.

    A step that the table of states does not have raises `IllegalMove`, which is a mistake of the caller,
    or means that another process was faster; nothing is stored, and nothing may be sent.

    Whoever may send gives the lease it works under: `plan` takes it, and every change then asks whether
    it is still held, in the same commit, and raises `LeaseLost` (a kind of `IllegalMove`) where another
    owner has taken over. Without a lease nothing is asked: for tools that look, and for tests.
    """

    async def open(self) -> None:
        """Make ready; creates or migrates the store."""
        ...

    async def plan(self, intent: Intent, *, lease: Lease | None = None) -> Intent:
        """Take the lease; store a new intent, or return the one already stored under its key, unchanged.

        Raises:
            Leased: Another owner holds the target; nothing was stored.
        """
        ...

    async def replan(self, intent: Intent, *, expected: IntentState, lease: Lease | None = None) -> Intent:
        """Replace the stored intent by `intent` if it is still in the state `expected`.

        For a settled SET that is asked for again: the new record starts from no sends. Only a planned or
        settled record can be replaced; one that is not stored any more counts as settled.

        Returns:
            What is stored now: `intent`, or what another had put there meanwhile.
        """
        ...

    async def record_sending(
        self, key: IntentKey, *, lease: Lease | None = None, is_repeat: bool = False
    ) -> Intent:
        """Commit durably that a send is about to leave: from PLANNED to SENDING, one send more.

        The lease holds for its whole time again. Where it `is_repeat`, a SET that is asked for again, it
        starts from IN_DOUBT too, so that no moment shows the record without its doubt.
        """
        ...

    async def move(
        self,
        key: IntentKey,
        state: IntentState,
        *,
        resource_id: str | None = None,
        evidence: str = "",
        lease: Lease | None = None,
        is_last: bool = False,
    ) -> Intent:
        """Move an intent to another state; a `resource_id` of None leaves the stored one.

        Where it `is_last` the lease is given back in the same commit.

        Evidence is cut at 500 characters. A settled record is only ever moved by a person's decision, to
        one of the two resolved states, or from CONFIRMED to DUPLICATE when a second one turns up.
        """
        ...

    def note(
        self, key: IntentKey, state: IntentState, *, evidence: str = "", lease: Lease | None = None
    ) -> None:
        """Queue a move without waiting: for a cancelled task, which must not await.

        Losing it is harmless: a SENDING record without an owner already means doubt. A step that is not
        legal, or not this owner's to take any more, is dropped; later calls see the note.
        """
        ...

    def renew(self, leases: Iterable[Lease]) -> None:
        """Queue that these hold for their whole time again, those left out that another took over."""
        ...

    def release(self, lease: Lease) -> None:
        """Queue that a lease is given back; losing it makes others wait until it lapses."""
        ...

    def keep_rate(self, rate: KnownRate) -> None:
        """Queue that an account was found to allow this; losing it means searching again."""
        ...

    async def known_rate(self, provider: str, account: str) -> KnownRate | None:
        """Return what was last found for an account, however old."""
        ...

    async def get(self, key: IntentKey) -> Intent | None:
        """Return the stored intent."""
        ...

    def intents(
        self,
        *,
        provider: str | None = None,
        account: str | None = None,
        states: frozenset[IntentState] | None = None,
    ) -> AsyncIterator[Intent]:
        """Walk what is stored when the walk begins, in the order first planned, in bounded memory."""
        ...

    async def prune(self, *, settled_before: datetime) -> int:
        """Forget intents settled before an instant; an unsettled one is never dropped.

        Returns:
            How many were forgotten.
        """
        ...

    async def aclose(self) -> None:
        """Write what is queued, then close."""
        ...
