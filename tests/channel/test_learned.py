"""What one run found out, the next starts from; a stated rate wins over it."""

import pytest
from rated_job import run_job

from invoicekit.channel import Lane, LearnedRate, Limiter
from invoicekit.clock import LoopClock
from invoicekit.transport import RateWindow

pytestmark = pytest.mark.looptime(noop_cycles=0)

GUESSED = (RateWindow(limit=10, seconds=1.0, is_documented=False),)
WRONG = (RateWindow(limit=100, seconds=1.0),)
FOUND = LearnedRate(windows="~10/1s", per_second=48.0, is_met=True)


def limiter(*windows: RateWindow) -> Limiter:
    return Limiter(windows or GUESSED, LoopClock())


async def test_it_starts_from_what_was_found() -> None:
    """The first slots are as far apart as the last run's."""
    made = limiter()

    made.recall(FOUND)

    assert made.rate == 48.0
    assert made.snapshot().recalled_rate == 48.0


@pytest.mark.parametrize("windows", [WRONG, (), (*GUESSED, RateWindow(limit=1000, seconds=3600.0))])
async def test_under_other_windows_it_means_nothing(windows: tuple[RateWindow, ...]) -> None:
    """Somebody has stated another rate since: that one holds."""
    made = Limiter(windows, LoopClock())
    before = made.rate

    made.recall(FOUND)

    assert made.rate == before
    assert made.snapshot().recalled_rate is None


async def test_windows_a_probe_brings_bring_back_what_was_found_under_them() -> None:
    """The run before probed too, and learned under the windows that its probe had shown."""
    made = limiter()
    made.recall(LearnedRate(windows="100/1s", per_second=48.0, is_met=True))

    made.adopt(WRONG)

    assert made.rate == 48.0


async def test_a_stated_rate_is_never_exceeded() -> None:
    """However much was found, and however: the statement is the ceiling."""
    made = limiter(RateWindow(limit=20, seconds=1.0))

    made.recall(LearnedRate(windows="20/1s", per_second=48.0, is_met=False))

    assert made.rate == pytest.approx(19.6)


async def test_it_comes_too_late_once_something_was_sent() -> None:
    """What this run has learned itself is newer."""
    made = limiter()
    await made.acquire(Lane.BULK)

    made.recall(FOUND)

    assert made.rate == 10.0


async def test_a_climb_that_met_no_limit_goes_on() -> None:
    """A short job came to 20 a second unrefused; the next climbs on from there as fast."""
    made = limiter()
    made.recall(LearnedRate(windows="~10/1s", per_second=20.0, is_met=False))

    for _ in range(100):
        made.accepted(await made.acquire(Lane.BULK))

    assert made.rate > 35
    assert made.learned == LearnedRate(windows="~10/1s", per_second=made.rate, is_met=False)


async def test_a_documented_rate_that_holds_teaches_nothing() -> None:
    """A bad minute neither: the next run starts from the documentation again."""
    made = limiter(RateWindow(limit=50, seconds=1.0))
    for number in range(500):
        granted_at = await made.acquire(Lane.BULK)
        if number % 60 == 59:
            made.refused(granted_at, None)
        else:
            made.accepted(granted_at)

    assert made.learned is None


async def test_the_way_back_from_a_burst_teaches_nothing() -> None:
    """30 an hour, used up by somebody: the next run may find the budget whole."""
    made = limiter(RateWindow(limit=30, seconds=3600.0))

    made.refused(await made.acquire(Lane.BULK), None)

    assert made.learned is None


async def test_a_limit_that_is_met_is_told_at_once() -> None:
    """A process that is killed later has not searched in vain."""
    made, told = limiter(), list[LearnedRate]()
    made.tell_learned(told.append)

    await run_job("50/s:log", 600, window=GUESSED[0], limiter=made)

    assert told
    assert told[-1].is_met
    assert 0.85 * 50 < told[-1].per_second < 50


@pytest.mark.parametrize("window", [*GUESSED, *WRONG], ids=["unknown", "documented twice too high"])
@pytest.mark.parametrize("model", ["50/s", "50/s:burst=5", "50/s:window", "50/s:log"])
async def test_a_second_run_starts_from_what_the_first_learned(model: str, window: RateWindow) -> None:
    """From its first second it uses the rate, instead of climbing to it or being refused at it."""
    first = limiter(window)
    await run_job(model, 2000, window=window, limiter=first)
    assert first.learned is not None
    second = limiter(window)
    second.recall(first.learned)

    run = await run_job(model, 2000, window=window, limiter=second, seed=2)

    began = min(run.accepted_at)
    assert run.rate_between(began, began + 10) >= 0.93 * 50
    assert run.share_refused <= 0.015
