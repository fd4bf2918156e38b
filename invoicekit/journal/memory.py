"""A journal that lasts as long as the process: for tests, and for callers who accept that."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime

from invoicekit.clock import Clock, SystemClock
from invoicekit.journal.intent import Intent, IntentKey, IntentState
from invoicekit.journal.lease import Holding, Lease, check_free, is_about, taken
from invoicekit.journal.moves import (
    IllegalMove,
    LeaseLost,
    check_instant,
    check_new,
    is_legal,
    may_be_replaced,
    may_be_sent,
    moved,
)
from invoicekit.journal.rate import KnownRate


class MemoryJournal:
    """Keep promises in a dictionary.

    After a crash only the marker at the provider tells what was sent.

    Args:
        clock: Stamps the steps; the machine's own where none is given.
    """

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._intents: dict[IntentKey, Intent] = {}
        self._held: dict[tuple[str, str, str], Holding] = {}
        self._rates: dict[tuple[str, str], KnownRate] = {}

    async def open(self) -> None:
        """Do nothing: it is always ready."""

    async def plan(self, intent: Intent, *, lease: Lease | None = None) -> Intent:
        """Take the lease; store a new intent, or return the one already stored under its key, unchanged."""
        check_new(intent)
        if lease is not None:
            now = self._clock.monotonic()
            check_free(lease, self._held.get(lease.place), now)
            self._held[lease.place] = taken(lease, now)
        return self._intents.setdefault(intent.key, intent)

    async def replan(self, intent: Intent, *, expected: IntentState, lease: Lease | None = None) -> Intent:
        """Replace the stored intent if it is still in the state `expected`."""
        check_new(intent)
        stored = self._intents.get(intent.key)
        self._check_held(lease, intent.key, stored, IntentState.PLANNED)
        if stored is not None and stored.state is not expected:
            return stored
        if stored is not None and not may_be_replaced(expected):
            raise IllegalMove(intent.key, stored, IntentState.PLANNED)
        self._intents[intent.key] = intent
        return intent

    async def record_sending(
        self, key: IntentKey, *, lease: Lease | None = None, is_repeat: bool = False
    ) -> Intent:
        """Record that a send is about to leave, and renew the lease."""
        stored = self._intents.get(key)
        self._check_held(lease, key, stored, IntentState.SENDING)
        if not is_about(lease, stored):
            raise LeaseLost(key, stored, IntentState.SENDING)
        if stored is None or not may_be_sent(stored.state, is_repeat=is_repeat):
            raise IllegalMove(key, stored, IntentState.SENDING)
        after = self._intents[key] = moved(stored, IntentState.SENDING, now=self._clock.now())
        if lease is not None:
            self._held[lease.place] = taken(lease, self._clock.monotonic())
        return after

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
        """Move an intent to another state, and give the lease back where nothing follows."""
        stored = self._intents.get(key)
        self._check_held(lease, key, stored, state)
        if not is_about(lease, stored):
            raise LeaseLost(key, stored, state)
        if stored is None or not is_legal(stored.state, state):
            raise IllegalMove(key, stored, state)
        after = self._intents[key] = moved(
            stored, state, now=self._clock.now(), resource_id=resource_id, evidence=evidence
        )
        if lease is not None and is_last:
            self.release(lease)
        return after

    def note(
        self, key: IntentKey, state: IntentState, *, evidence: str = "", lease: Lease | None = None
    ) -> None:
        """Move at once where the step is legal and the lease still held, else do nothing."""
        stored = self._intents.get(key)
        is_ours = self._is_held(lease) and is_about(lease, stored)
        if stored is not None and is_legal(stored.state, state) and is_ours:
            self._intents[key] = moved(stored, state, now=self._clock.now(), evidence=evidence)

    def renew(self, leases: Iterable[Lease]) -> None:
        """Let those that nobody took over hold for their whole time again."""
        now = self._clock.monotonic()
        for lease in leases:
            if self._is_held(lease):
                self._held[lease.place] = taken(lease, now)

    def release(self, lease: Lease) -> None:
        """Give a lease back, if it is still held."""
        if self._is_held(lease):
            del self._held[lease.place]

    def _is_held(self, lease: Lease | None) -> bool:
        if lease is None:
            return True
        held = self._held.get(lease.place)
        return held is not None and held.owner == lease.owner

    def _check_held(
        self, lease: Lease | None, key: IntentKey, stored: Intent | None, wanted: IntentState
    ) -> None:
        if not self._is_held(lease):
            raise LeaseLost(key, stored, wanted)

    def keep_rate(self, rate: KnownRate) -> None:
        """Keep what an account was found to allow."""
        self._rates[rate.provider, rate.account] = rate

    async def known_rate(self, provider: str, account: str) -> KnownRate | None:
        """Return what was last found for an account."""
        return self._rates.get((provider, account))

    async def get(self, key: IntentKey) -> Intent | None:
        """Return the stored intent."""
        return self._intents.get(key)

    async def intents(
        self,
        *,
        provider: str | None = None,
        account: str | None = None,
        states: frozenset[IntentState] | None = None,
    ) -> AsyncIterator[Intent]:
        """Walk what was stored when the walk began, as it is when its turn comes."""
        for key in tuple(self._intents):
            intent = self._intents.get(key)
            if (
                intent is not None
                and (provider is None or provider == key.provider)
                and (account is None or account == key.account)
                and (states is None or intent.state in states)
            ):
                yield intent

    async def prune(self, *, settled_before: datetime) -> int:
        """Forget intents settled before an instant."""
        check_instant(settled_before)
        old = [
            intent.key
            for intent in self._intents.values()
            if intent.state.is_settled and intent.updated_at < settled_before
        ]
        for key in old:
            del self._intents[key]
        return len(old)

    async def aclose(self) -> None:
        """Do nothing: the promises live as long as this object."""
