"""Whatever is done in whatever order, by one service at a time, what was promised holds after every step."""

import asyncio
import os
import random

from history_draw import draw_behaviour, draw_events
from history_judge import INVARIANTS, complaints
from history_play import Player
from history_script import End, Event, Script, Spec, Stop, WriterPlan
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from invoicekit.guard import OnDoubt
from invoicekit.testing import VirtualLoop

EXAMPLES = int(os.environ.get("INVOICEKIT_HISTORY_EXAMPLES", "12"))

AT_ANY_TIME = ("V2", "V3", "V5", "V6", "V7", "V8", "V9", "V10", "V12", "V13", "V16", "V17")
"""What must hold while calls are under way; the rest is judged at the end."""

draws = st.randoms(use_true_random=False)
stops = st.builds(Stop, end=st.sampled_from(End), step=st.integers(0, 25), lets_go=st.booleans())


class Service(RuleBasedStateMachine):
    """One service before one provider; killed and started again at the machine's whim."""

    @initialize(
        draw=draws,
        provider=st.sampled_from(["clockify", "asset", "kukkingu"]),
        policy=st.sampled_from(OnDoubt),
        deadline=st.sampled_from([30.0, 300.0, None]),
    )
    def open(self, draw: random.Random, provider: str, policy: OnDoubt, deadline: float | None) -> None:
        writers = (WriterPlan(group=0, policy=policy, deadline=deadline),)
        behaviour = draw_behaviour(draw, provider)
        self.runner = asyncio.Runner(loop_factory=VirtualLoop)
        self.player = Player(
            Script(seed=0, provider=provider, writers=writers, events=(), behaviour=behaviour)
        )
        self.runner.run(self.player.begin())

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            history = self.runner.run(self.player.end())
            self.runner.close()
            assert complaints(history) == []

    def happen(self, event: Event) -> None:
        self.runner.run(self.player.happen(event))

    @rule(draw=draws)
    def write(self, draw: random.Random) -> None:
        """Ask for something, with whatever goes wrong; or let somebody else act."""
        script = self.player.script
        for event in draw_events(draw, script.provider, script.writers):
            self.happen(event)

    @precondition(lambda self: self.player.history.calls)
    @rule(which=st.integers(0, 99), after=st.sampled_from([0.0, 0.02, 1.0, 35.0]))
    def rerun(self, which: int, after: float) -> None:
        """Ask for the same once more."""
        self.happen(Event(after=after, spec=self.asked(which)))

    @precondition(lambda self: self.player.history.calls)
    @rule(which=st.integers(0, 99), stop=stops)
    def cancel_or_crash(self, which: int, stop: Stop) -> None:
        """Ask for the same once more, and end the call, or all of its process, at some step."""
        self.happen(Event(after=0.0, spec=self.asked(which), stop=stop))

    @precondition(lambda self: self.player.history.calls)
    @rule(which=st.integers(0, 99))
    def resolve(self, which: int) -> None:
        """Ask for the same once more, and look again where it stays in doubt."""
        self.happen(Event(after=0.0, spec=self.asked(which), resolves=True))

    @rule(seconds=st.sampled_from([0.001, 0.05, 1.0, 10.0, 31.0, 100.0]))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.runner.run(asyncio.sleep(seconds))

    def asked(self, which: int) -> Spec:
        calls = self.player.history.calls
        return calls[which % len(calls)].spec

    @invariant()
    def holds(self) -> None:
        """Everything that holds at any time holds now."""
        if hasattr(self, "player"):
            history = self.player.observe()
            assert [one for name in AT_ANY_TIME for one in INVARIANTS[name].check(history)] == []


Service.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=10, deadline=None)
TestService = Service.TestCase
