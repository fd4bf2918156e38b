"""One promise's way through the journal."""

from invoicekit.errors import InProgress, JournalUnavailable
from invoicekit.guard.gate import JournalGate
from invoicekit.journal import IllegalMove, Intent, IntentKey, IntentState, Journal


class Promise:
    """What the journal knows of one write, and what it is told.

    Attributes:
        gate: The record before every send.
        is_closed: Whether the journal holds the last word already, so that nothing is left to note.
    """

    def __init__(self, journal: Journal, intent: Intent) -> None:
        self._journal = journal
        self.intent = intent
        self.gate = JournalGate(journal, intent.key)
        self.is_closed = False

    @property
    def key(self) -> IntentKey:
        """What it is kept under."""
        return self.intent.key

    async def plan(self) -> Intent:
        """Store it, or return what an earlier call stored."""
        return await self._journal.plan(self.intent)

    async def start_over(self, earlier: Intent) -> None:
        """Take the place of an earlier promise that can have no further effect.

        Raises:
            InProgress: Another owner did the same in this moment; nothing was sent from here.
        """
        expected = earlier.state
        if not expected.is_settled and expected is not IntentState.PLANNED:
            await self.plan_again("its settle bound has passed and another value is asked for")
            expected = IntentState.PLANNED
        stored = await self._journal.replan(self.intent, expected=expected)
        if stored != self.intent:
            raise InProgress(f"another owner took up {self.key.reference!r} just now; nothing was sent")

    async def close(self, state: IntentState, *, evidence: str, resource_id: str | None = None) -> str:
        """Write the last word.

        Returns:
            The evidence; where the journal could not be written it says so. The provider's answer is
            known all the same, and a stale `sending` record only makes the next call look first.
        """
        recorded = await self._move(state, evidence=evidence, resource_id=resource_id)
        self.is_closed = True
        return recorded

    async def doubt(self, evidence: str) -> str:
        """Write down that the last send may have had an effect."""
        return await self._move(IntentState.IN_DOUBT, evidence=evidence)

    async def plan_again(self, evidence: str) -> None:
        """Go back from doubt to planned, which is the only way to a second send.

        Raises:
            JournalUnavailable: It could not be written; nothing may be sent.
            InProgress: Another owner of the journal moved it on meanwhile; nothing was sent from here.
        """
        try:
            await self._journal.move(self.key, IntentState.PLANNED, evidence=evidence)
        except IllegalMove:
            raise InProgress(
                f"another owner took up {self.key.reference!r} just now; nothing was sent from here"
            ) from None
        self.gate.is_outstanding = False

    def abandon(self, *, is_confirmed: bool) -> None:
        """Note, without waiting, how things stand when the task is torn away."""
        if self.is_closed or not self.gate.is_outstanding:
            return
        state = IntentState.CONFIRMED if is_confirmed else IntentState.IN_DOUBT
        self._journal.note(self.key, state, evidence="the task ended before the outcome was settled")

    async def _move(self, state: IntentState, *, evidence: str, resource_id: str | None = None) -> str:
        try:
            await self._journal.move(self.key, state, evidence=evidence, resource_id=resource_id)
        except JournalUnavailable as failure:
            return f"{evidence}; the journal could not record it ({failure})"
        except IllegalMove as step:
            # Another owner of the journal looked meanwhile; what it wrote down is never less careful.
            found = "gone" if step.found is None else step.found.value
            return f"{evidence}; the journal has it as {found}"
        return evidence
