"""Whatever happens in the line: the window holds, nobody is overtaken, nobody is forgotten."""

import asyncio
from collections.abc import Sequence

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invoicekit.channel import Lane, Limiter
from invoicekit.clock import LoopClock
from invoicekit.testing import VirtualLoop
from invoicekit.transport import RateWindow

LIMIT = 10
WINDOW = RateWindow(limit=LIMIT, seconds=1.0)


@attrs.frozen
class Asker:
    """Somebody who comes, and perhaps leaves before the turn, or is refused after it.

    Attributes:
        comes_after: Seconds after the one before.
        lane: The line to stand in.
        leaves_after: Seconds until cancelled; None stays.
        refused: None where the provider lets the request in, else what Retry-After asks for (0: nothing).
    """

    comes_after: float
    lane: Lane
    leaves_after: float | None
    refused: float | None


askers = st.lists(
    st.builds(
        Asker,
        st.sampled_from([0.0, 0.0, 0.0, 0.001, 0.05, 0.1, 0.7, 3.0]),
        st.sampled_from(Lane),
        st.sampled_from([None, None, None, 0.0, 0.0005, 0.1, 0.2, 0.2005, 1.0]),
        st.sampled_from([None, None, None, None, 0.0, 1.0, 1.5, 4.0]),
    ),
    min_size=1,
    max_size=60,
)


@attrs.define
class Seen:
    """What was granted, and when nothing was to be."""

    granted: list[tuple[float, int]] = attrs.field(factory=list)
    pauses: list[tuple[float, float]] = attrs.field(factory=list)
    left: set[int] = attrs.field(factory=set)


async def play(crowd: Sequence[Asker]) -> Seen:
    loop = asyncio.get_running_loop()
    limiter, seen = Limiter((WINDOW,), LoopClock()), Seen()

    async def ask(number: int, asker: Asker) -> None:
        try:
            granted_at = await limiter.acquire(asker.lane)
        except asyncio.CancelledError:
            seen.left.add(number)
            raise
        seen.granted.append((granted_at, number))
        if asker.refused is None:
            limiter.accepted(granted_at)
            return
        limiter.refused(granted_at, asker.refused or None)
        if asker.refused > 1.0:
            seen.pauses.append((loop.time(), loop.time() + asker.refused))

    tasks = []
    for number, asker in enumerate(crowd):
        if asker.comes_after:
            await asyncio.sleep(asker.comes_after)
        task = asyncio.create_task(ask(number, asker))
        tasks.append(task)
        if asker.leaves_after is not None:
            loop.call_later(asker.leaves_after, task.cancel)
    await asyncio.gather(*tasks, return_exceptions=True)
    seen.left.update(number for number, task in enumerate(tasks) if task.cancelled())
    return seen


def played(crowd: Sequence[Asker]) -> Seen:
    # Where everybody waits and no timer is set, the loop raises Standstill: a lost wake-up cannot hang this.
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(play(crowd))


@settings(max_examples=150, deadline=None)
@given(askers)
def test_the_window_holds(crowd: Sequence[Asker]) -> None:
    """Never more than the documented limit in any second, whoever comes, leaves or is refused."""
    times = [at for at, _ in played(crowd).granted]

    assert times == sorted(times)
    assert all(later - first > 1.0 for first, later in zip(times, times[LIMIT:], strict=False))


@settings(max_examples=150, deadline=None)
@given(askers)
def test_nobody_is_overtaken_within_a_lane(crowd: Sequence[Asker]) -> None:
    """The order of going is the order of coming, those left out who went away."""
    seen = played(crowd)

    for lane in Lane:
        went = [number for _, number in seen.granted if crowd[number].lane is lane]
        assert went == sorted(went)


@settings(max_examples=150, deadline=None)
@given(askers)
def test_nobody_is_forgotten(crowd: Sequence[Asker]) -> None:
    """Who stays gets a slot, exactly one, however many others are torn away around it."""
    seen = played(crowd)

    went = sorted(number for _, number in seen.granted)
    assert went == [number for number in range(len(crowd)) if number not in seen.left]
    assert all(crowd[number].leaves_after is not None for number in seen.left)


@settings(max_examples=150, deadline=None)
@given(askers)
def test_nobody_goes_in_a_pause(crowd: Sequence[Asker]) -> None:
    """A refusal that asks for more than a second stops everybody until then."""
    seen = played(crowd)

    for begins, ends in seen.pauses:
        assert not [at for at, _ in seen.granted if begins < at < ends - 0.001]


@pytest.mark.parametrize("gone", range(1, 12))
def test_a_crowd_that_leaves_at_once_wakes_the_next(gone: int) -> None:
    """Everybody ahead leaves in the moment of the grant: the one behind them goes then, not never."""
    leaving = [Asker(0.0, Lane.BULK, number / (0.98 * LIMIT), None) for number in range(1, gone + 1)]

    seen = played([Asker(0.0, Lane.BULK, None, None), *leaving, Asker(0.0, Lane.BULK, None, None)])

    assert seen.granted[-1][1] == gone + 1
