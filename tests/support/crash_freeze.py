"""Play one freeze: a process stands still beyond its lease while another takes over, then goes on."""

import signal
from pathlib import Path
from typing import Any

import attrs
from crash_lives import Life, Nursery
from crash_play import Record, records_of
from crash_policy import DYING_LEASE_SECONDS, LASTING_LEASE_SECONDS
from crash_steps import Ending, Place, Step, steps
from crash_worlds import WORLDS, Mood

from invoicekit.simulate import serving


@attrs.frozen(kw_only=True)
class Freeze:
    """One freeze.

    Attributes:
        place: Where the first process stands still.
        other_dies: Where whoever takes over is killed before the first goes on; None for nowhere.
        busy_seconds: How long whoever takes over waits for a locked journal.
    """

    place: Place
    mood: Mood = Mood.OK
    call: str = "pay"
    on_doubt: str = "ask"
    other_dies: Place | None = None
    busy_seconds: float = 20.0

    def __str__(self) -> str:
        fate = f", the other killed {self.other_dies}" if self.other_dies else ""
        return f"{self.call} / {self.mood} / frozen {self.place}{fate} / {self.on_doubt}"


@attrs.frozen(kw_only=True)
class Thaw:
    """How a freeze ended.

    Attributes:
        other, frozen, last: What was told to whoever took over, to the frozen one once it went on, and to
            whoever asked after both.
        writes_then: Writes the frozen one sent after it went on.
        kept: What the journal held before the frozen one went on.
        left: What it held after that.
        effects: How often the effect stands in the ledger at last.
    """

    other: dict[str, str]
    frozen: dict[str, str]
    last: dict[str, str]
    writes_then: int
    kept: tuple[Record, ...]
    left: tuple[Record, ...]
    effects: int


async def thaw(freeze: Freeze, nursery: Nursery, folder: Path) -> Thaw:
    """Play a freeze over a real socket and a real journal."""
    provider, call, build = WORLDS[freeze.call]
    world = build(freeze.mood)
    async with serving(world.simulator) as running, nursery.listening():

        def start(place: Place | None, ending: Ending, lease_seconds: float) -> Life:
            return nursery.start(
                "one_call",
                provider=provider,
                call=call,
                settings=dict(world.settings(running.url)),
                ids=list(world.ids),
                on_doubt=freeze.on_doubt,
                journal=str(folder / "journal.sqlite"),
                busy_seconds=freeze.busy_seconds,
                place=None if place is None else [place.step.value, place.nth],
                ending=ending.value,
                again=False,
                together=0,
                lease_seconds=lease_seconds,
            )

        first = start(freeze.place, Ending.STOP, DYING_LEASE_SECONDS)
        await first.says("frozen")
        passed = steps(first.said("passed")[-1])
        seen = world.writes()
        if freeze.other_dies is None:
            other = start(None, Ending.KILL, LASTING_LEASE_SECONDS)
            assert await other.ended() == 0
        else:
            other = start(freeze.other_dies, Ending.HOLD, DYING_LEASE_SECONDS)
            await other.says("at")
            await world.has_seen(seen + steps(other.said("passed")[-1]).count(Step.WRITE_OUT))
            other.signal(signal.SIGKILL)
            assert await other.ended() == -signal.SIGKILL
        first.signal(signal.SIGCONT)
        assert await first.ended() == 0
        last = start(None, Ending.KILL, LASTING_LEASE_SECONDS)
        assert await last.ended() == 0
    went_on = steps(first.said("passed")[-1])[len(passed) :]
    return Thaw(
        other=_told(other),
        frozen=_told(first),
        last=_told(last),
        # A write that was on its way when it froze leaves when it goes on.
        writes_then=went_on.count(Step.WRITE_OUT),
        kept=records_of(other, "left"),
        left=records_of(first, "left"),
        effects=world.effects(),
    )


def _told(life: Life) -> dict[str, Any]:
    return dict(next(iter(life.said("told")), {"verdict": "killed"}))
