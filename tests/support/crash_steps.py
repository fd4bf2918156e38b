"""The steps at which a process may be killed, and what counts them."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from enum import StrEnum

import attrs


class Step(StrEnum):
    """Where a process stands between two things that somebody else can see.

    Of each journal step: before it is asked for, in its transaction with the commit not yet begun, after the
    commit with nobody told, and after it returned. Of each request: before a connection is asked for, with
    the connection at hand, half written, wholly written, with the first bytes of the answer, and after it
    returned. Reads are called a look before this process recorded a send or a doubt, else a read-back.
    """

    PLAN = "before plan"
    PLAN_AMID = "amid the plan's commit"
    PLAN_DURABLE = "the plan committed, nobody told"
    PLANNED = "planned"
    LOOK = "before a look"
    LOOKED = "a look answered"
    SENDING = "before sending is recorded"
    SENDING_AMID = "amid the commit of sending"
    SENDING_DURABLE = "sending committed, nobody told"
    SENT_FOR = "sending recorded"
    WRITE = "before the write connects"
    WRITE_CONNECTED = "connected, no byte of the write out"
    WRITE_HALF = "half of the write out"
    WRITE_OUT = "the write out, no answer"
    WRITE_ANSWERING = "first bytes of the answer"
    WRITTEN = "the write answered"
    DOUBT = "before doubt is recorded"
    DOUBT_AMID = "amid the commit of doubt"
    DOUBT_DURABLE = "doubt committed, nobody told"
    DOUBTED = "doubt recorded"
    READ_BACK = "before a read-back"
    READ_BACKED = "a read-back answered"
    AGAIN = "before it is planned again"
    AGAIN_AMID = "amid the commit of the new plan"
    AGAIN_DURABLE = "the new plan committed, nobody told"
    REPLANNED = "planned again"
    NOTE_AMID = "amid the commit of a note"
    NOTE_DURABLE = "a note committed"
    SETTLE = "before it is settled"
    SETTLE_AMID = "amid the settling commit"
    SETTLE_DURABLE = "settled, nobody told"
    SETTLED = "settled"
    GROUP_AMID = "amid a commit for several"
    GROUP_DURABLE = "a commit for several, nobody told"
    RETURNED = "returned"


def numbers(steps: Sequence[Step]) -> list[int]:
    """Return steps as short as they can be said."""
    every = list(Step)
    return [every.index(step) for step in steps]


def steps(said: Sequence[int]) -> tuple[Step, ...]:
    """Return the steps that were said as numbers."""
    every = list(Step)
    return tuple(every[number] for number in said)


class Ending(StrEnum):
    """What happens at the step."""

    KILL = "kill"
    """It kills itself with SIGKILL, at once."""
    HOLD = "hold"
    """It says so and does nothing more, so that its parent can kill it when something else has happened."""
    STOP = "stop"
    """It freezes itself with SIGSTOP, and goes on whenever it is thawed."""


@attrs.frozen
class Place:
    """One passage of one step, counted from 1 in the life of a process."""

    step: Step
    nth: int = 1

    @property
    def ending(self) -> Ending:
        """How a process is killed here: a write that is out must be let in before the line is cut."""
        return Ending.HOLD if self.step is Step.WRITE_OUT else Ending.KILL

    def __str__(self) -> str:
        return self.step.value if self.nth == 1 else f"{self.step.value} ({self.nth})"


class Tap:
    """Counts the steps that a process passes, and ends it at one of them.

    Args:
        end: Carries out the ending; told the steps passed so far, this one included.
        waits: Whether the ending waits until the journal is between two transactions: a process that is
            frozen amid one would hold up everybody's.

    Attributes:
        writing: Held by the journal for the length of a transaction.
    """

    def __init__(
        self, place: Place | None, end: Callable[[list[Step]], None], *, waits: bool = False
    ) -> None:
        self._place = place
        self._end = end
        self._waits = waits
        self.writing = threading.Lock()
        self._counts: Counter[Step] = Counter()
        self._turn = threading.Lock()
        self.passed: list[Step] = []
        self.has_begun = False

    def awaits(self, step: Step) -> bool:
        """Tell whether the process is to end at the next passage of the step."""
        return self._place == Place(step, self._counts[step] + 1)

    def at(self, step: Step) -> None:
        """Pass a step."""
        if self._waits and self.awaits(step):
            with self.writing:
                self._pass(step)
        else:
            self._pass(step)

    def _pass(self, step: Step) -> None:
        # While one thread says that it ends, no other goes a step further.
        with self._turn:
            self._counts[step] += 1
            self.passed.append(step)
            if self._place == Place(step, self._counts[step]):
                self._end(list(self.passed))

    def read(self, *, is_answered: bool) -> None:
        """Pass a step of a read."""
        if self.has_begun:
            self.at(Step.READ_BACKED if is_answered else Step.READ_BACK)
        else:
            self.at(Step.LOOKED if is_answered else Step.LOOK)
