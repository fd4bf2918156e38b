"""The record that is made durable before every send."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from invoicekit.adapter import Done, Sender
from invoicekit.clock import Clock
from invoicekit.errors import InProgress, InvoiceKitError, NotApplied, Rejected, UsageError
from invoicekit.journal import IllegalMove, IntentKey, IntentState, Journal, Lease

T = TypeVar("T")


class JournalGate:
    """Stand between the limiter and the wire: no request leaves before its `sending` record.

    Attributes:
        sends: Sends of this call so far.
        refused: Of these, how many certainly had no effect.
        is_outstanding: Whether a send left and nothing has proved yet that it had no effect.
        may_have_acted: Whether an earlier send of the same value is in doubt, so that a refusal of this
            one says nothing about the effect.
    """

    __slots__ = (
        "_clock",
        "_journal",
        "_key",
        "_lease",
        "is_outstanding",
        "may_have_acted",
        "refused",
        "sends",
    )

    def __init__(self, journal: Journal, key: IntentKey, *, lease: Lease, clock: Clock) -> None:
        self._journal = journal
        self._key = key
        self._lease = lease
        self._clock = clock
        self.sends = 0
        self.refused = 0
        self.is_outstanding = False
        self.may_have_acted = False

    async def before_send(self) -> None:
        """Commit that a send is about to leave.

        Raises:
            JournalUnavailable: It could not be made durable; nothing is sent.
            InProgress: Another owner of the journal is sending it, or this process stood still for so
                long that one may be; nothing is sent from here.
        """
        asked_at = self._clock.monotonic()
        try:
            await self._journal.record_sending(self._key, lease=self._lease, is_repeat=self.may_have_acted)
        except asyncio.CancelledError:
            self._take_back("cancelled before it left")
            raise
        except IllegalMove:
            raise InProgress(
                f"another owner is working on {self._key.reference!r}; nothing was sent from here"
            ) from None
        # The last look at the clock before the wire: whoever was frozen may have been taken for dead.
        if self._clock.monotonic() - asked_at >= self._lease.seconds:
            self._take_back("this process stood still before it left")
            raise InProgress(
                f"this process stood still for {self._lease.seconds:g} s or more, so that another may have "
                f"taken up {self._key.reference!r}; nothing was sent from here"
            )
        self.sends += 1
        self.is_outstanding = True

    def not_sent(self, failure: InvoiceKitError) -> None:
        """Take the send back: it certainly had no effect."""
        self.is_outstanding = False
        self.refused += 1
        if self.may_have_acted:
            self._note(IntentState.IN_DOUBT, f"asked for again, which was refused: {type(failure).__name__}")
        elif not isinstance(failure, Rejected):  # a rejection is the last word, and the guard writes it
            self._note(IntentState.PLANNED, f"no effect: {type(failure).__name__}")

    def _take_back(self, because: str) -> None:
        # It may be recorded by now, and nothing has left: only an earlier send can be in doubt.
        self._note(IntentState.IN_DOUBT if self.may_have_acted else IntentState.PLANNED, because)

    def _note(self, state: IntentState, evidence: str) -> None:
        self._journal.note(self._key, state, evidence=evidence, lease=self._lease)


def recorded(
    perform: Callable[[Sender], Awaitable[Done[T]]], gate: JournalGate
) -> Callable[[Sender], Awaitable[Done[T]]]:
    """Wrap what takes effect without the sender, so that it too is on record before it happens."""

    async def record_and_perform(sender: Sender) -> Done[T]:
        await gate.before_send()
        try:
            return await perform(sender)
        except (UsageError, NotApplied) as failure:
            gate.not_sent(failure)
            raise

    return record_and_perform
