"""One write from its promise to its end: plan, look, send, look again, settle."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar, cast

from invoicekit.adapter import Done, Effect, Idempotency, Sighting, Write
from invoicekit.clock import Clock
from invoicekit.errors import (
    DuplicateDetected,
    InvoiceKitError,
    JournalUnavailable,
    NotApplied,
    OutcomeUnknown,
    PaginationIncomplete,
    ReferenceReused,
    Rejected,
    UsageError,
)
from invoicekit.guard.identity import AUTO_PREFIX, VALUE_PREFIX
from invoicekit.guard.policy import DoubtPolicy, OnDoubt, is_key_remembered
from invoicekit.guard.promise import Promise
from invoicekit.guard.scope import CallScope
from invoicekit.guard.view import View
from invoicekit.journal import Intent, IntentKey, IntentState
from invoicekit.model import Outcome, WriteResult

T = TypeVar("T")

_NO_EFFECT = frozenset(
    {
        IntentState.PLANNED,
        IntentState.REJECTED,
        IntentState.CANCELLED,
        IntentState.RESOLVED_NOT_APPLIED,
    }
)


class Run(Generic[T]):
    """Carry one write through, holding its target's lock.

    Args:
        doubt_since: When this process first saw each doubtful key, in monotonic seconds: settle bounds
            start there, never at a stored wall time.
        resolve: What an `OutcomeUnknown` of this run offers to its catcher.
    """

    def __init__(
        self,
        *,
        write: Write[T],
        promise: Promise,
        scope: CallScope,
        clock: Clock,
        policy: DoubtPolicy,
        doubt_since: dict[IntentKey, float],
        resolve: Callable[[], Awaitable[WriteResult[T]]],
    ) -> None:
        self._write = write
        self._promise = promise
        self._gate = promise.gate
        self._scope = scope
        self._clock = clock
        self._policy = policy
        self._doubt_since = doubt_since
        self._resolve = resolve
        self._view = View(write, promise, scope)
        self._done: Done[T] | None = None
        self._earlier_sends = 0
        self._first_at = promise.intent.created_at

    async def execute(self) -> WriteResult[T]:
        """Perform the write unless its effect is there, in doubt or refused."""
        earlier = await self._promise.plan(deadline_at=self._scope.deadline_at)
        try:
            if earlier is not self._promise.intent and earlier != self._promise.intent:
                return await self._continue(earlier)
            found = await self._look_first()
            return await self._send() if found is None else found
        finally:
            self._promise.leave(is_confirmed=self._done is not None)

    async def resolve(self) -> WriteResult[T]:
        """Look once and settle what can be settled; never sends."""
        earlier = await self._promise.plan(deadline_at=self._scope.deadline_at)
        try:
            return await self._look_and_settle(earlier)
        finally:
            self._promise.leave(is_confirmed=False)

    async def _look_and_settle(self, earlier: Intent) -> WriteResult[T]:
        if earlier.fingerprint != self._promise.intent.fingerprint:
            return await self._superseded(await self._view.look())
        if earlier.state.is_applied:
            return await self._already(earlier)
        if earlier.state in _NO_EFFECT:
            raise NotApplied(f"{self._view.name} had no effect: {earlier.evidence or earlier.state.value}")
        self._earlier_sends = earlier.sends
        if earlier.state is IntentState.SENDING:
            await self._promise.doubt("cut off before its outcome was known")
        found = await self._view.found(await self._view.look())
        if found is not None:
            return await self._settle(found, Outcome.ALREADY_APPLIED, "found by reading back", verified=True)
        why = "no read can tell" if self._write.look is None else "still not visible at the provider"
        raise self._unknown(why, next_check_at=None)

    async def _superseded(self, sighting: Sighting[T]) -> WriteResult[T]:
        """Say what can be seen; the record is a later, different write's and stays as it is."""
        if len(sighting.matches) != 1:
            raise self._unknown("another was asked for since, so it cannot be told", next_check_at=None)
        return self._result(
            Outcome.ALREADY_APPLIED, sighting.matches[0], evidence="found by reading back", verified=True
        )

    # --- what an earlier call left ------------------------------------------------------------

    async def _continue(self, earlier: Intent) -> WriteResult[T]:
        is_same = earlier.fingerprint == self._promise.intent.fingerprint
        is_value = self._promise.key.reference.startswith(VALUE_PREFIX)
        state = earlier.state
        if not is_same and not is_value and state not in _NO_EFFECT:
            raise ReferenceReused(
                f"reference {self._promise.key.reference!r} was used before for a different "
                f"{self._write.operation.name} ({state.value}); nothing was sent"
            )
        if state is IntentState.DUPLICATE:
            await self._view.found(await self._view.look())
            raise DuplicateDetected(
                f"{self._view.name} was found twice at the provider before; settle it by hand", candidates=()
            )
        if state.is_applied and not is_value:
            return await self._already(earlier)
        is_closed = state.is_settled or state is IntentState.PLANNED
        if not is_same and is_closed and self._promise.key in self._doubt_since:
            return await self._outlive(earlier)
        if state.is_settled or (state is IntentState.PLANNED and not is_same):
            await self._promise.start_over(earlier)
            return await self._look_and_send()
        if state is IntentState.PLANNED:
            return await self._look_and_send()
        if not is_same:
            return await self._outlive(earlier)
        self._earlier_sends, self._first_at = earlier.sends, earlier.created_at
        return await self._in_doubt("an earlier call was cut off before its outcome was known")

    async def _already(self, earlier: Intent) -> WriteResult[T]:
        seen = await self._look_again(earlier)
        if earlier.reference.startswith(AUTO_PREFIX) and self._write.then is None:
            # A chain goes on to its last write, which decides: an earlier one may be all that was done.
            raise ReferenceReused(
                f"an identical {self._write.operation.name} on {self._write.target} was already "
                f"recorded ({earlier.resource_id or 'id unknown'}); give each its own reference=, or "
                "number the repeat with allow_repeat="
            )
        if seen is not None:
            return await self._settle(
                seen, Outcome.ALREADY_APPLIED, "journalled, and found by reading back", verified=True
            )
        if self._write.recall is not None:
            value = self._write.recall(earlier.resource_id)
        else:
            found = await self._view.found(await self._view.look())
            if found is None and self._write.operation.effect is Effect.APPEND:
                raise ReferenceReused(f"{self._view.name} was done and is not there now; nothing was sent")
            value = cast(T, None) if found is None else found.value  # left: what returns nothing
        return self._result(
            Outcome.ALREADY_APPLIED,
            Done(value=value, resource_id=earlier.resource_id),
            evidence=f"journal: {earlier.evidence or earlier.state.value}",
        )

    async def _look_again(self, earlier: Intent) -> Done[T] | None:
        """Look where the record alone is not enough: the id is missing, or a late twin may have arrived."""
        write = self._write
        if write.operation.effect is not Effect.APPEND or write.look is None:
            return None
        if earlier.resource_id is not None and earlier.sends < 2:
            return None
        if write.then is None or earlier.resource_id is not None:
            sighting = await self._view.try_look()
            return None if sighting is None else await self._view.found(sighting)
        # What follows needs the id.
        found = await self._view.found(await self._view.look())
        if found is None:
            raise self._unknown(
                f"the journal says {earlier.state.value}, the provider does not show it", next_check_at=None
            )
        return found

    async def _outlive(self, earlier: Intent) -> WriteResult[T]:
        """Wait until an earlier, different value can no longer arrive; then decide by what is there."""
        since = self._doubt_since.setdefault(self._promise.key, self._clock.monotonic())
        until = since + self._policy.settle_seconds(self._write.operation.settle_seconds)
        if not await self._wait_until(until):
            raise self._unknown(
                f"an earlier, different {self._write.operation.name} on {self._write.target} is still in "
                "doubt; the new one was not sent",
                next_check_at=until,
            )
        # Nothing about the earlier value can be told any more: the fresh look decides about the new one.
        await self._promise.start_over(earlier)
        self._doubt_since.pop(self._promise.key, None)
        return await self._look_and_send()

    # --- the ordinary way ---------------------------------------------------------------------

    async def _look_and_send(self) -> WriteResult[T]:
        found = await self._look_first()
        return await self._send() if found is None else found

    async def _look_first(self) -> WriteResult[T] | None:
        """Look whether it is there already; None where it is to be sent."""
        if self._write.operation.looks_before and self._write.look is not None:
            sighting = await self._view.look()
            found = await self._view.found(sighting)
            if found is not None:
                return await self._settle(
                    found, Outcome.ALREADY_APPLIED, "found before sending", verified=True
                )
            if sighting.refusal is not None:
                await self._promise.close(IntentState.CANCELLED, evidence=type(sighting.refusal).__name__)
                raise sighting.refusal
            if not sighting.is_complete and self._write.operation.effect is Effect.APPEND:
                raise PaginationIncomplete(
                    f"{self._view.name} was not sent: the provider's list could not be read to its end, "
                    "so an earlier one cannot be excluded",
                    items=(),
                )
        return None

    async def _send(self) -> WriteResult[T]:
        try:
            done = self._done = await self._write.perform(self._scope.writer(self._gate))
        except InvoiceKitError as failure:
            if isinstance(failure, Rejected) and 200 <= (failure.status or 0) < 300:
                self._gate.not_sent(failure)  # a 2xx that refuses, in words, the one item that was sent
            if self._gate.is_outstanding:
                return await self._in_doubt(getattr(failure, "evidence", "") or failure.brief)
            if self._gate.may_have_acted:
                # Refused perhaps because the earlier one worked, which a lagging read shows only later.
                why = f"an earlier send is in doubt, and asking for the same value again failed: {failure}"
                try:
                    return await self._read_back(why)
                except OutcomeUnknown as doubt:
                    raise doubt from failure
            if isinstance(failure, Rejected):
                await self._reject(failure)
            raise
        evidence, verified = "confirmed by the provider's answer", False
        if self._write.operation.looks_after and self._write.look is not None:
            sighting = await self._view.try_look()
            found = None if sighting is None else await self._view.found(sighting)
            if found is not None:
                done = done.seen_as(found)
                evidence, verified = "confirmed by the provider's answer and by reading back", True
        return await self._settle(done, Outcome.APPLIED, evidence, verified=verified)

    async def _reject(self, failure: Rejected) -> None:
        state = IntentState.REJECTED if self._gate.sends else IntentState.CANCELLED
        await self._promise.close(state, evidence=f"{type(failure).__name__} {failure.status or ''}".strip())

    async def _in_doubt(self, why: str) -> WriteResult[T]:
        self._doubt_since[self._promise.key] = self._clock.monotonic()
        await self._promise.doubt(why)
        if self._write.operation.effect is Effect.APPEND:
            return await self._read_back(why)
        return await self._repeat_value(why)

    async def _repeat_value(self, why: str) -> WriteResult[T]:
        """Settle a SET: see whether the value is there, else ask for the same value again."""
        may_send = True
        if self._write.look is not None:
            sighting = await self._view.try_look()
            found = None if sighting is None else await self._view.found(sighting)
            if found is not None:
                return await self._found_after_doubt(found)
            may_send = sighting is None or sighting.refusal is None
        # Sends of this call alone: the same value again is harmless, whatever came of earlier calls.
        may_send = may_send and not self._view.is_shut
        if not may_send or self._gate.sends - self._gate.refused >= self._policy.max_sends:
            raise self._unknown(why, next_check_at=None)
        if not await self._wait_until(self._clock.monotonic() + self._policy.repeat_pause_seconds):
            raise self._unknown(why, next_check_at=None)
        if not is_key_remembered(self._write.operation, self._first_at, self._clock.now()):
            return await self._read_back(f"{why}; too late to repeat it under the same key")
        self._gate.is_outstanding = False
        self._gate.may_have_acted = True
        return await self._send()

    async def _read_back(self, why: str) -> WriteResult[T]:
        """Look until the settle bound has passed; then, for an append, follow the policy."""
        if self._write.look is None:
            raise self._unknown(why, next_check_at=None)
        declared = self._write.operation.settle_seconds
        since = self._doubt_since[self._promise.key]
        absences: list[bool] = []
        strangers = 0
        may_send = True
        for pause in self._policy.looks(declared):
            if not await self._wait_until(since + pause):
                raise self._unknown(why, next_check_at=since + pause)
            sighting = await self._view.try_look()
            if self._view.is_shut:
                raise self._unknown(
                    f"{why}; the service was closed before it was read back", next_check_at=None
                )
            if sighting is None:
                absences.append(False)
                continue
            found = await self._view.found(sighting)
            if found is not None:
                return await self._found_after_doubt(found)
            strangers = len(sighting.strangers)
            # One that looks like ours may be ours, its marker lost on the way: that is not absence.
            absences.append(sighting.is_complete and not strangers)
            may_send = sighting.refusal is None
        if (
            self._write.operation.effect is Effect.APPEND
            and self._policy.on_doubt is OnDoubt.RESEND
            and declared is not None
            and self._write.operation.idempotency is not Idempotency.NONE
            and sum(absences) >= 2
            and absences[-1]  # at the bound: what earlier looks did not show may have come since
            and may_send
            and self._sends() - self._gate.refused < self._policy.max_sends
        ):
            return await self._send_again(f"not there after the settle bound of {declared:g} s")
        alike = f", but {strangers} without our marker that look the same" if strangers else ""
        raise self._unknown(f"{why}; looked and did not find it{alike}", next_check_at=None)

    async def _send_again(self, because: str) -> WriteResult[T]:
        try:
            await self._promise.plan_again(because)
        except (JournalUnavailable, UsageError) as failure:
            raise self._unknown(f"it was not asked for again: {failure}", next_check_at=None) from None
        return await self._send()

    async def _found_after_doubt(self, found: Done[T]) -> WriteResult[T]:
        outcome = Outcome.APPLIED if self._gate.sends else Outcome.ALREADY_APPLIED
        return await self._settle(found, outcome, "found by reading back", verified=True)

    # --- ends ---------------------------------------------------------------------------------

    async def _settle(
        self, done: Done[T], outcome: Outcome, evidence: str, *, verified: bool
    ) -> WriteResult[T]:
        evidence = await self._promise.close(
            IntentState.CONFIRMED, evidence=evidence, resource_id=done.resource_id
        )
        is_answered = self._gate.is_outstanding and not self._gate.may_have_acted
        if is_answered or self._write.operation.effect is Effect.APPEND:
            # Else an earlier send of this value may still arrive: see `_continue`.
            self._doubt_since.pop(self._promise.key, None)
        return self._result(outcome, done, evidence=evidence, verified=verified)

    def _result(
        self, outcome: Outcome, done: Done[T], *, evidence: str, verified: bool = False
    ) -> WriteResult[T]:
        return WriteResult(
            outcome=outcome,
            value=done.value,
            verified=verified,
            attempts=self._gate.sends,
            evidence=evidence,
            reference=self._promise.key.reference,
            resource_id=done.resource_id,
            raw=done.raw,
            headers=done.headers,
        )

    def _unknown(self, why: str, *, next_check_at: float | None) -> OutcomeUnknown:
        return OutcomeUnknown(
            f"{self._view.name} may have taken effect: {why}. Do not repeat it by hand; look at the provider "
            "or call resolve()",
            intent=self._promise.intent,
            evidence=why,
            attempts=self._sends(),
            next_check_at=next_check_at,
            resolver=self._resolve,
        )

    def _sends(self) -> int:
        return self._earlier_sends + self._gate.sends

    async def _wait_until(self, instant: float) -> bool:
        """Sleep until a monotonic instant; False, at once, where the deadline comes first."""
        if self._scope.deadline_at is not None and instant > self._scope.deadline_at:
            return False
        pause = instant - self._clock.monotonic()
        if pause > 0:
            await self._clock.sleep(pause)
        return True
