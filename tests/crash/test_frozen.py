"""A process stands still for longer than its lease, another takes over, then the first one goes on."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from crash_freeze import Freeze, Thaw, thaw
from crash_lives import Nursery
from crash_steps import Place, Step
from crash_worlds import Mood

IS_WHOLE = os.environ.get("INVOICEKIT_CRASH") == "whole"

HOLE = (Step.WRITE, Step.WRITE_CONNECTED)
"""Between the last look at the clock and the wire: the one place that nothing on this side can close."""

BEFORE_IT_LEFT = (Step.PLANNED, Step.LOOKED, Step.SENDING, Step.SENDING_DURABLE, Step.SENT_FOR)
WITH_THE_PROVIDER = (Step.WRITE_OUT, Step.WRITE_ANSWERING, Step.WRITTEN, Step.READ_BACK, Step.SETTLE)
IN_DOUBT = (Step.DOUBT, Step.DOUBTED, Step.READ_BACKED)
BEFORE_THE_SECOND = (Step.AGAIN, Step.AGAIN_DURABLE, Step.REPLANNED)

DONE = {"applied", "already applied"}


def freezes() -> Iterator[Freeze]:
    """Yield the freezes that the protocol promises to survive, whatever the policy."""
    for policy in ("ask", "resend"):
        for step in (*BEFORE_IT_LEFT, *WITH_THE_PROVIDER):
            yield Freeze(place=Place(step), on_doubt=policy)
        for mood in (Mood.APPLIED_502, Mood.DROPPED, Mood.LATE):
            for step in IN_DOUBT:
                yield Freeze(place=Place(step), mood=mood, on_doubt=policy)
    for mood in (Mood.DROPPED, Mood.REFUSED_502):
        for step in BEFORE_THE_SECOND:
            yield Freeze(place=Place(step), mood=mood, on_doubt="resend")
        for step in BEFORE_THE_SECOND:
            out = Place(Step.WRITE_OUT)
            yield Freeze(place=Place(step), mood=mood, on_doubt="resend", other_dies=out)
    for call in ("void", "delete", "create", "asset pay", "kukkingu mark"):
        for step in (Step.SENDING_DURABLE, Step.WRITE_OUT, Step.SETTLE):
            yield Freeze(place=Place(step), call=call)


WHOLE = tuple(freezes())
CHOSEN = tuple(
    freeze
    for freeze in WHOLE
    if (freeze.call, freeze.place.step, freeze.mood, freeze.on_doubt)
    in {
        ("pay", Step.SENDING_DURABLE, Mood.OK, "ask"),
        ("pay", Step.WRITE_OUT, Mood.OK, "ask"),
        ("pay", Step.DOUBTED, Mood.DROPPED, "resend"),
        ("pay", Step.AGAIN, Mood.DROPPED, "resend"),
    }
)


def complaints(freeze: Freeze, end: Thaw) -> Iterator[str]:
    """Yield what must not be, whatever the place."""
    for name, told in (("other", end.other), ("frozen", end.frozen), ("last", end.last)):
        if told["verdict"] not in DONE | {"unknown", "InProgress", "killed"}:
            yield f"{name} was told {told}"
    if end.effects > 1:
        yield f"V1: it stands {end.effects} times"
    if end.last["verdict"] in DONE and end.effects != 1:
        yield f"V2: told {end.last}, and it stands {end.effects} times"
    if end.last["verdict"] == "unknown" and (end.effects or freeze.on_doubt == "resend"):
        yield f"V4: left in doubt, and it stands {end.effects} times"
    # Without the count of sends: a value that is asked for anew, and is there, starts from none.
    settled = {record[:3] for record in end.kept if record[2] == "confirmed"}
    if not settled <= {record[:3] for record in end.left}:
        yield f"V8: a stale write turned {end.kept} into {end.left}"
    if freeze.other_dies is not None and {record[2] for record in end.left} != {"sending"}:
        yield f"V8: a stale write turned the send of the one that was killed into {end.left}"


@pytest.mark.parametrize("freeze", WHOLE if IS_WHOLE else CHOSEN, ids=str)
async def test_frozen_and_taken_over(freeze: Freeze, nursery: Nursery, tmp_path: Path) -> None:
    """One effect at most; the frozen one, once it goes on, sends nothing and overwrites nothing."""
    end = await thaw(freeze, nursery, tmp_path)

    assert list(complaints(freeze, end)) == [], end
    assert end.writes_then == 0, end


@pytest.mark.parametrize("step", [Step.SENDING_AMID, Step.SETTLE_AMID])
async def test_frozen_amid_a_commit(step: Step, nursery: Nursery, tmp_path: Path) -> None:
    """SQLite's lock stands still with it: all others send nothing and say so, until it goes on."""
    freeze = Freeze(place=Place(step), busy_seconds=0.2)

    end = await thaw(freeze, nursery, tmp_path)

    assert end.other["verdict"] == "not applied"
    assert "another process keeps it locked" in end.other["why"]
    assert list(complaints(freeze, end)) == [f"other was told {end.other}"], end


@pytest.mark.parametrize("step", HOLE)
async def test_frozen_in_the_hole_and_asking(step: Step, nursery: Nursery, tmp_path: Path) -> None:
    """The frozen one sends what it was about to, and whoever took over did not: one effect, found later."""
    freeze = Freeze(place=Place(step))

    end = await thaw(freeze, nursery, tmp_path)

    assert list(complaints(freeze, end)) == [], end
    assert (end.other["verdict"], end.writes_then, end.effects) == ("unknown", 1, 1)
    assert end.last["verdict"] in DONE


@pytest.mark.parametrize("step", HOLE)
async def test_frozen_in_the_hole_and_sent_again(step: Step, nursery: Nursery, tmp_path: Path) -> None:
    """Whoever chose to send again after the bound may pay twice here, and is told."""
    end = await thaw(Freeze(place=Place(step), on_doubt="resend"), nursery, tmp_path)

    assert end.effects == 2
    assert "duplicate" in {end.frozen["verdict"], end.last["verdict"]}
