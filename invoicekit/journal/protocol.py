"""What the guard asks of a journal, whatever keeps it."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from invoicekit.journal.intent import Intent, IntentKey, IntentState


class Journal(Protocol):
    """Keep promises, durably where the implementation says so.

    Every coroutine returns only after the change is as durable as the journal can make it, and raises
    `JournalUnavailable` where it could not be made so: the guard then sends nothing. That error speaks of
    the change alone: where `move` raises it after a send, the write may well have been applied.

    A step that the table of states does not have raises `IllegalMove`, which is a mistake of the caller,
    or means that another process was faster; nothing is stored, and nothing may be sent.
    """

    async def open(self) -> None:
        """Make ready; creates or migrates the store."""
        ...

    async def plan(self, intent: Intent) -> Intent:
        """Store a new intent, or return the one already stored under its key, unchanged."""
        ...

    async def replan(self, intent: Intent, *, expected: IntentState) -> Intent:
        """Replace the stored intent by `intent` if it is still in the state `expected`.

        For a settled SET that is asked for again: the new record starts from no sends. Only a planned or
        settled record can be replaced; one that is not stored any more counts as settled.

        Returns:
            What is stored now: `intent`, or what another had put there meanwhile.
        """
        ...

    async def record_sending(self, key: IntentKey) -> Intent:
        """Commit durably that a send is about to leave: from PLANNED to SENDING, one send more."""
        ...

    async def move(
        self,
        key: IntentKey,
        state: IntentState,
        *,
        resource_id: str | None = None,
        evidence: str = "",
    ) -> Intent:
        """Move an intent to another state; a `resource_id` of None leaves the stored one.

        Evidence is cut at 500 characters. A settled record is only ever moved by a person's decision, to
        one of the two resolved states, or from CONFIRMED to DUPLICATE when a second one turns up.
        """
        ...

    def note(self, key: IntentKey, state: IntentState, *, evidence: str = "") -> None:
        """Queue a move without waiting: for a cancelled task, which must not await.

        Losing it is harmless: a SENDING record without an owner already means doubt. A step that is not
        legal is dropped; later calls see the note.
        """
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
