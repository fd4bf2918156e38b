"""One promise's way through the journal."""

import asyncio

from invoicekit.clock import Clock
from invoicekit.errors import InProgress, JournalUnavailable, ServiceClosed
from invoicekit.guard.gate import JournalGate
from invoicekit.guard.leases import Leases
from invoicekit.journal import IllegalMove, Intent, IntentKey, IntentState, Journal, Leased, LeaseLost

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0


class Promise:
    """What the journal knows of one write, and what it is told.

    Attributes:
        gate: The record before every send.
        is_closed: Whether the journal holds the last word already, so that nothing is left to note.
    """

    def __init__(self, journal: Journal, intent: Intent, *, leases: Leases, clock: Clock) -> None:
        self._journal = journal
        self._leases = leases
        self._lease = leases.new(intent.target)
        self._clock = clock
        self.intent = intent
        self.gate = JournalGate(journal, intent.key, lease=self._lease, clock=clock)
        self.is_closed = False

    @property
    def key(self) -> IntentKey:
        """What it is kept under."""
        return self.intent.key

    async def plan(self, *, deadline_at: float | None) -> Intent:
        """Take the target's lease and store the promise, or return what an earlier call stored.

        Raises:
            InProgress: Another owner of the journal holds the target until the deadline; nothing was sent.
        """
        pause = _FIRST_PAUSE
        while True:
            try:
                stored = await self._journal.plan(self.intent, lease=self._lease)
            except Leased as held:
                if deadline_at is not None and self._clock.monotonic() + pause > deadline_at:
                    raise InProgress(
                        f"{held.owner} is writing to {self.intent.target}; nothing was sent from here"
                    ) from None
                await self._clock.sleep(min(pause, held.seconds_left))
                pause = min(2 * pause, _LONGEST_PAUSE)
            except asyncio.CancelledError:
                self._journal.release(self._lease)  # it may be taken by now
                raise
            else:
                self._leases.keep(self._lease)
                return stored

    async def start_over(self, earlier: Intent) -> None:
        """Take the place of an earlier promise that can have no further effect.

        Raises:
            InProgress: Another owner did the same in this moment; nothing was sent from here.
        """
        expected = earlier.state
        if not expected.is_settled and expected is not IntentState.PLANNED:
            await self.plan_again("its settle bound has passed and another value is asked for")
            expected = IntentState.PLANNED
        try:
            stored = await self._journal.replan(self.intent, expected=expected, lease=self._lease)
        except LeaseLost:
            stored = None
        if stored != self.intent:
            raise InProgress(f"another owner took up {self.key.reference!r} just now; nothing was sent")

    async def close(self, state: IntentState, *, evidence: str, resource_id: str | None = None) -> str:
        """Write the last word, and give the lease back.

        Returns:
            The evidence; where the journal could not be written it says so. The provider's answer is
            known all the same, and a stale `sending` record only makes the next call look first.
        """
        recorded = await self._move(state, evidence=evidence, resource_id=resource_id, is_last=True)
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
            await self._journal.move(self.key, IntentState.PLANNED, evidence=evidence, lease=self._lease)
        except IllegalMove:
            raise InProgress(
                f"another owner took up {self.key.reference!r} just now; nothing was sent from here"
            ) from None
        self.gate.is_outstanding = False

    def leave(self, *, is_confirmed: bool) -> None:
        """Note, without waiting, how things stand when the task is torn away; give the lease back."""
        if not self.is_closed and self.gate.is_outstanding:
            state = IntentState.CONFIRMED if is_confirmed else IntentState.IN_DOUBT
            evidence = "the task ended before the outcome was settled"
            self._journal.note(self.key, state, evidence=evidence, lease=self._lease)
        if self._leases.forget(self._lease):
            self._journal.release(self._lease)

    async def _move(
        self, state: IntentState, *, evidence: str, resource_id: str | None = None, is_last: bool = False
    ) -> str:
        try:
            await self._journal.move(
                self.key,
                state,
                evidence=evidence,
                resource_id=resource_id,
                lease=self._lease,
                is_last=is_last,
            )
            if is_last:
                self._leases.forget(self._lease)
        except (JournalUnavailable, ServiceClosed) as failure:
            return f"{evidence}; the journal could not record it ({failure})"
        except LeaseLost:
            return f"{evidence}; another owner of the journal has taken over, and keeps the record"
        except IllegalMove as step:
            # Another owner of the journal looked meanwhile; what it wrote down is never less careful.
            found = "gone" if step.found is None else step.found.value
            return f"{evidence}; the journal has it as {found}"
        return evidence
