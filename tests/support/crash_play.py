"""Play one case: the process killed at one place, killed again while it recovers, then run to the end."""

import signal
from pathlib import Path
from typing import Any

import attrs
from crash_lives import Life, Nursery
from crash_policy import DYING_LEASE_SECONDS, LASTING_LEASE_SECONDS
from crash_steps import Ending, Place, Step, steps
from crash_worlds import WORLDS, Mood, World

from invoicekit.simulate import serving


@attrs.frozen(kw_only=True)
class Case:
    """One case of the crash matrix.

    Attributes:
        kills: Where the process is killed, one place for each of its lives but the last.
    """

    call: str
    mood: Mood
    kills: tuple[Place, ...]
    on_doubt: str = "resend"

    def __str__(self) -> str:
        kills = ", then ".join(str(place) for place in self.kills) or "never"
        return f"{self.call} / {self.mood} / killed {kills} / {self.on_doubt}"


Record = tuple[str, str, str, int]
"""Of an intent: its operation, reference, state and sends."""


@attrs.frozen(kw_only=True)
class Run:
    """One life of the process.

    Attributes:
        place: Where it was to be killed.
        died_at: Where it said it was killed; None where it ended by itself.
        code: How it ended.
        found, left: What the journal held when it began, and when it ended by itself.
        passed: The steps it passed, the deadly one included.
        told, again: What the call told, and what it told when it was made again.
        writes: How many writes the provider saw of it.
        most: How often any part of the effect stood in the ledger after it.
    """

    place: Place | None
    died_at: Place | None
    code: int
    found: tuple[Record, ...]
    left: tuple[Record, ...]
    passed: tuple[Step, ...]
    told: dict[str, str] | None
    again: dict[str, str] | None
    writes: int
    most: int

    @property
    def sent_again(self) -> int:
        """How many writes left after the first call had returned."""
        if Step.RETURNED not in self.passed:
            return 0
        return self.passed[self.passed.index(Step.RETURNED) :].count(Step.WRITE)


@attrs.frozen(kw_only=True)
class Report:
    """All lives of one case, and how often the effect stands in the ledger at the end."""

    runs: tuple[Run, ...]
    effects: int
    most: int


async def play(case: Case, nursery: Nursery, folder: Path) -> Report:
    """Play a case over a real socket and a real journal, and say what was seen."""
    provider, call, build = WORLDS[case.call]
    world = build(case.mood)
    async with serving(world.simulator) as running, nursery.listening():
        order = {
            "provider": provider,
            "call": call,
            "settings": dict(world.settings(running.url)),
            "ids": list(world.ids),
            "on_doubt": case.on_doubt,
            "journal": str(folder / "journal.sqlite"),
            "busy_seconds": 20.0,
        }
        runs = [await _live(place, nursery, world, order) for place in (*case.kills, None)]
    return Report(runs=tuple(runs), effects=world.effects(), most=world.most())


async def _live(place: Place | None, nursery: Nursery, world: World, order: dict[str, Any]) -> Run:
    before = world.writes()
    said = None if place is None else [place.step.value, place.nth]
    is_grouped = place is not None and place.step in (Step.GROUP_AMID, Step.GROUP_DURABLE)
    life = nursery.start(
        "one_call",
        **order,
        place=said,
        again=place is None,
        together=len(world.ids) if is_grouped else 0,
        lease_seconds=LASTING_LEASE_SECONDS if place is None else DYING_LEASE_SECONDS,
    )
    if place is not None and place.ending is Ending.HOLD:
        await life.says_or_ends("at")
        if life.code is None:
            await world.has_seen(before + steps(life.said("passed")[-1]).count(Step.WRITE_OUT))
            life.signal(signal.SIGKILL)
    code = await life.ended()
    return _run(place, life, code, world, before)


def _run(place: Place | None, life: Life, code: int, world: World, before: int) -> Run:
    at = life.said("at")
    return Run(
        place=place,
        died_at=Place(Step(at[-1][0]), at[-1][1]) if at and code == -signal.SIGKILL else None,
        code=code,
        found=records_of(life, "found"),
        left=records_of(life, "left"),
        passed=steps((life.said("passed") or [[]])[-1]),
        told=next(iter(life.said("told")), None),
        again=next(iter(life.said("again")), None),
        writes=world.writes() - before,
        most=world.most(),
    )


def records_of(life: Life, word: str) -> tuple[Record, ...]:
    """Return the records that a process said it found, or left."""
    said = life.said(word)
    return tuple((one[0], one[1], one[2], one[3]) for one in said[-1]) if said else ()
