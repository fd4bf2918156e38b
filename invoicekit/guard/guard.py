"""The one door through which every write goes."""

from collections.abc import Sequence
from typing import TypeVar

import attrs

from invoicekit.adapter import Done, Write
from invoicekit.clock import Clock
from invoicekit.errors import ReferenceReused
from invoicekit.events import Hook, WriteSettled, emit
from invoicekit.guard.gate import recorded
from invoicekit.guard.identity import fingerprint_of, value_reference
from invoicekit.guard.leases import Leases
from invoicekit.guard.locks import TargetLocks
from invoicekit.guard.policy import DoubtPolicy
from invoicekit.guard.promise import Promise
from invoicekit.guard.run import Run
from invoicekit.guard.scope import CallScope
from invoicekit.journal import Asked, Intent, IntentKey, Journal
from invoicekit.model import Outcome, WriteResult

T = TypeVar("T")


class Guard:
    """Perform writes so that one reference has at most one effect.

    Args:
        provider, account: Part of every key.
        journal: Where promises are kept.
        policy: What follows doubt.
    """

    def __init__(
        self,
        *,
        provider: str,
        account: str,
        journal: Journal,
        clock: Clock,
        policy: DoubtPolicy,
        hooks: Sequence[Hook] = (),
    ) -> None:
        self._provider = provider
        self._account = account
        self._journal = journal
        self._clock = clock
        self._policy = policy
        self._hooks = hooks  # the owner may add one and take it away again
        self._locks = TargetLocks(clock)
        self._leases = Leases(journal, provider=provider, account=account, seconds=policy.lease_seconds)
        self._doubt_since: dict[IntentKey, float] = {}
        self._under_way: set[IntentKey] = set()

    def key(self, operation: str, reference: str) -> IntentKey:
        """Return what a write of this account is journalled under."""
        return IntentKey(self._provider, self._account, operation, reference)

    def key_of(self, write: Write[T], reference: str | None) -> IntentKey:
        """Return what this write is journalled under; without a reference, one open change a target."""
        return self.key(write.operation.name, reference or value_reference(write.target))

    async def run(
        self,
        write: Write[T],
        scope: CallScope,
        *,
        reference: str | None = None,
        marker: str = "",
        asked: Asked | None = None,
    ) -> WriteResult[T]:
        """Perform a write, and the writes that follow from it, each at most once.

        Args:
            reference: The caller's id of the effect; without one a SET is decided by the present value.
            asked: The call that the write comes from, for `settle` to make it again.

        Raises:
            UsageError: Refused before any write (`ReferenceReused`, `DestructiveTransition`, …).
            NotApplied: Certainly had no effect.
            OutcomeUnknown: May have had one; it is journalled and can be resolved.
            DuplicateDetected: The provider holds more than one record for the reference.
        """
        key = self.key_of(write, reference)
        started = self._clock.monotonic()
        async with self._locks.hold(write.target, deadline_at=scope.deadline_at):
            if key in self._under_way:
                # The lock keeps equal targets apart, so this one is another: one record cannot hold both.
                raise ReferenceReused(
                    f"reference {key.reference!r} is being used for another {key.operation} right now; "
                    "nothing was sent"
                )
            self._under_way.add(key)
            try:
                result = await self._new_run(write, scope, key, marker, asked).execute()
            finally:
                self._under_way.discard(key)
        if self._hooks:
            self._tell(key, result.outcome, result.attempts, started)
        if write.then is None:
            return result
        following = write.then(
            Done(
                value=result.value,
                resource_id=result.resource_id,
                raw=result.raw,
                headers=result.headers,
            )
        )
        if following is None:
            return result
        last = await self.run(following, scope, reference=reference, asked=asked)
        applied = Outcome.APPLIED in {result.outcome, last.outcome}
        return attrs.evolve(
            last,
            outcome=Outcome.APPLIED if applied else Outcome.ALREADY_APPLIED,
            attempts=result.attempts + last.attempts,
            reference=result.reference,
        )

    def _tell(self, key: IntentKey, outcome: Outcome, sends: int, started: float) -> None:
        seconds = self._clock.monotonic() - started
        event = WriteSettled(
            provider=key.provider, operation=key.operation, outcome=outcome, sends=sends, seconds=seconds
        )
        emit(self._hooks, event)

    async def settle(
        self,
        write: Write[T],
        scope: CallScope,
        key: IntentKey,
        *,
        marker: str = "",
        asked: Asked | None = None,
    ) -> WriteResult[T]:
        """Look for a journalled write's effect, and settle it where that can be seen; never sends.

        Raises:
            OutcomeUnknown: It cannot be seen, or not yet.
            NotApplied: It is settled as that.
            DuplicateDetected: It stands there more than once.
            InProgress: Another owner of the journal works on its target until the deadline.
        """
        async with self._locks.hold(write.target, deadline_at=scope.deadline_at):
            return await self._new_run(write, scope, key, marker, asked).resolve()

    def _new_run(
        self, write: Write[T], scope: CallScope, key: IntentKey, marker: str, asked: Asked | None
    ) -> Run[T]:
        now = self._clock.now()
        intent = Intent(
            key=key,
            target=write.target,
            fingerprint=fingerprint_of(write.target, write.content),
            marker=marker,
            asked=asked,
            amount=None if asked is None else asked.amount,
            created_at=now,
            updated_at=now,
        )
        promise = Promise(self._journal, intent, leases=self._leases, clock=self._clock)
        if write.acts_directly:
            write = attrs.evolve(write, perform=recorded(write.perform, promise.gate))
        return Run(
            write=write,
            promise=promise,
            scope=scope,
            clock=self._clock,
            policy=self._policy,
            doubt_since=self._doubt_since,
            resolve=lambda: self.settle(write, scope.afterwards(), key, marker=marker, asked=asked),
        )
