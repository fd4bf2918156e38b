"""Any sequence of calls, on both journals at once: they never differ, and never leave the table of states."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from invoicekit.journal import (
    IllegalMove,
    Intent,
    IntentKey,
    IntentState,
    Journal,
    MemoryJournal,
    SqliteJournal,
)

from .conftest import START, TickingClock

S = IntentState
OPEN = {S.SENDING, S.IN_DOUBT, S.DUPLICATE}
Answer = Intent | IntentState | int | str | None

references = st.sampled_from(["bank-1", "bank-2", "bank-3"])
states = st.sampled_from(list(S))
fingerprints = st.sampled_from(["one", "two"])
texts = st.one_of(st.just(""), st.text(max_size=8), st.just("\ud800"))


def key_of(reference: str) -> IntentKey:
    return IntentKey("clockify", "w", "record_payment", reference)


class Journals(RuleBasedStateMachine):
    """Drive a memory journal and a SQLite journal side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.path = Path(self.directory.name) / "billing.sqlite"
        # Each its own clock: in lockstep they show the same.
        self.clocks = (TickingClock(), TickingClock())
        self.memory = MemoryJournal(clock=self.clocks[0])
        self.sqlite = SqliteJournal(self.path, clock=self.clocks[1])
        self.runner.run(self.sqlite.open())
        self.seen: dict[IntentKey, Intent] = {}
        self.is_repeat = False

    def teardown(self) -> None:
        self.runner.run(self.sqlite.aclose())
        self.runner.close()
        self.directory.cleanup()

    def both(self, call: Callable[[Journal], Awaitable[Answer]]) -> Answer:
        """Make a call on each, and return what both answered."""

        async def answer(journal: Journal) -> Answer:
            try:
                return await call(journal)
            except IllegalMove as refusal:
                return str(refusal)

        first = self.runner.run(answer(self.memory))
        second = self.runner.run(answer(self.sqlite))
        assert first == second
        for clock in self.clocks:
            clock.last = max(clock.last for clock in self.clocks)
        return first

    def new(self, reference: str, fingerprint: str) -> Intent:
        now = self.clocks[0].last
        return Intent(
            key=key_of(reference), target="invoice-1", fingerprint=fingerprint, created_at=now, updated_at=now
        )

    @rule(reference=references, fingerprint=fingerprints)
    def plan(self, reference: str, fingerprint: str) -> None:
        known = self.seen.get(key_of(reference))

        answer = self.both(lambda journal: journal.plan(self.new(reference, fingerprint)))

        assert answer == (known or self.new(reference, fingerprint))

    @rule(reference=references, fingerprint=fingerprints, expected=states)
    def replan(self, reference: str, fingerprint: str, expected: IntentState) -> None:
        self.both(lambda journal: journal.replan(self.new(reference, fingerprint), expected=expected))

    @rule(reference=references, is_repeat=st.booleans())
    def record_sending(self, reference: str, *, is_repeat: bool) -> None:
        known = self.seen.get(key_of(reference))
        self.is_repeat = is_repeat

        answer = self.both(lambda journal: journal.record_sending(key_of(reference), is_repeat=is_repeat))

        starts = {S.PLANNED, S.IN_DOUBT} if is_repeat else {S.PLANNED}
        if known is not None and known.state in starts:
            assert isinstance(answer, Intent)
            assert (answer.state, answer.sends) == (S.SENDING, known.sends + 1)
        else:
            assert isinstance(answer, str)

    @rule(reference=references, state=states, evidence=texts, resource_id=st.one_of(st.none(), texts))
    def move(self, reference: str, state: IntentState, evidence: str, resource_id: str | None) -> None:
        self.both(
            lambda journal: journal.move(key_of(reference), state, evidence=evidence, resource_id=resource_id)
        )

    @rule(reference=references, state=states, evidence=texts)
    def note(self, reference: str, state: IntentState, evidence: str) -> None:
        async def note(journal: Journal) -> Answer:
            # The memory journal reads its clock only where the step is legal.
            journal.note(key_of(reference), state, evidence=evidence)
            return await journal.get(key_of(reference))

        self.both(note)

    @rule(days=st.sampled_from([-1, 1000]))
    def prune(self, days: int) -> None:
        self.both(lambda journal: journal.prune(settled_before=START + timedelta(days=days)))

    @rule()
    def reopen(self) -> None:
        async def again() -> None:
            await self.sqlite.aclose()
            await self.sqlite.open()

        self.runner.run(again())

    @rule()
    def abandon(self) -> None:
        """Leave the file without closing it, as a killed process does, and go on in another journal."""
        left = self.sqlite
        self.sqlite = SqliteJournal(self.path, clock=self.clocks[1])
        self.runner.run(self.sqlite.open())
        self.runner.run(left.aclose())

    @invariant()
    def they_hold_the_same(self) -> None:
        async def walk(journal: Journal) -> list[Intent]:
            return [intent async for intent in journal.intents()]

        async def unsettled(journal: Journal) -> list[Intent]:
            choice = frozenset(state for state in S if not state.is_settled)
            return [intent async for intent in journal.intents(states=choice)]

        first, second = self.runner.run(walk(self.memory)), self.runner.run(walk(self.sqlite))
        assert first == second
        assert self.runner.run(unsettled(self.sqlite)) == [one for one in first if not one.state.is_settled]
        now = {intent.key: intent for intent in first}
        for key, before in self.seen.items():
            # What is open is never forgotten, nor begun anew. It is sent again only to repeat a value,
            # or after a step back to planned.
            after = now.get(key)
            if before.state in OPEN:
                assert after is not None
                assert after.sends >= before.sends
                assert after.fingerprint == before.fingerprint
            if after is not None and after.state is S.SENDING and after != before:
                assert before.state is S.PLANNED or (self.is_repeat and before.state is S.IN_DOUBT)
        self.seen, self.is_repeat = now, False


Journals.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestJournals = Journals.TestCase
