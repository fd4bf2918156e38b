"""The whole rate and hardly a 429, whatever the provider counts and whatever it documents."""

import pytest
from rated_job import run_job

from invoicekit.channel import Lane, Limiter
from invoicekit.clock import LoopClock
from invoicekit.transport import RateWindow

# Thousands of sleeps: without the idle turns of the loop that looptime adds before each.
pytestmark = pytest.mark.looptime(noop_cycles=0)

MODELS = ["50/s", "50/s:burst=5", "50/s:window", "50/s:log"]
COUNTS_REFUSED = "50/s:log:counts-refused"
DOCUMENTED = RateWindow(limit=50, seconds=1.0)
WRONG = RateWindow(limit=100, seconds=1.0)
GUESSED = RateWindow(limit=10, seconds=1.0, is_documented=False)


@pytest.mark.parametrize("model", [*MODELS, COUNTS_REFUSED])
async def test_documented_and_alone(model: str) -> None:
    """At least 97 % of a documented limit, and not one 429."""
    run = await run_job(model, 1000, window=DOCUMENTED)

    assert run.refused == 0
    assert run.rate() >= 0.97 * 50


@pytest.mark.parametrize("window", [GUESSED, WRONG], ids=["unknown", "documented twice too high"])
@pytest.mark.parametrize("model", MODELS)
async def test_found_by_trying(model: str, window: RateWindow) -> None:
    """Unknown, or documented twice too high: 95 % of the limit, and few 429s while it is searched."""
    run = await run_job(model, 3000, window=window)

    assert run.share_refused <= 0.02
    assert run.rate(0.2) >= 0.95 * 50


@pytest.mark.parametrize("model", ["50/s:window", "50/s:log"])
async def test_found_once_it_costs_little(model: str) -> None:
    """Over ten thousand requests at most 1 % of 429s, the search included."""
    run = await run_job(model, 10_000, window=GUESSED)

    assert run.share_refused <= 0.01
    assert run.rate() >= 0.95 * 50


async def test_found_where_refused_requests_count_as_well() -> None:
    """Where knocking too often keeps the door shut, 90 % with at most 2 % of 429s."""
    run = await run_job(COUNTS_REFUSED, 5000, window=GUESSED)

    assert run.share_refused <= 0.02
    assert run.rate(0.2) >= 0.90 * 50


async def test_a_whole_second_of_retry_after_does_not_stop_the_job() -> None:
    """A provider that always says one second costs the refused request a second, not the job."""
    run = await run_job("50/s:window", 3000, window=WRONG, tells_retry_after=True)

    assert run.share_refused <= 0.03
    assert run.rate(0.2) >= 0.95 * 50


@pytest.mark.parametrize("share", [0.005, 0.01, 0.02])
async def test_bad_luck_does_not_slow_a_documented_job_down(share: float) -> None:
    """429s that no rate explains: the job still asks at 95 % of the limit."""
    run = await run_job("50/s:log", 3000, window=DOCUMENTED, unlucky_share=share)

    assert run.refused == 0
    asked = run.rate() * run.sent / len(run.accepted_at)
    assert asked >= 0.95 * 50


async def test_bad_luck_does_not_stop_the_search() -> None:
    """The search for an unknown limit goes on through 429s that no rate explains."""
    run = await run_job("50/s:log", 3000, window=GUESSED, unlucky_share=0.005)

    assert run.rate(0.3) >= 0.80 * 50


async def test_a_limit_cut_in_mid_job() -> None:
    """From 50 to 20 a second, undocumented: found again within ten seconds, and held."""
    run = await run_job(lambda now: "50/s:log" if now < 30 else "20/s:log", 2600, window=DOCUMENTED)

    assert run.rate_between(10, 30) >= 0.97 * 50
    assert run.rate_between(40, 80) >= 0.90 * 20
    assert run.share_refused <= 0.03


async def test_a_limit_raised_in_mid_job() -> None:
    """Documented 50, but 20 for a minute: a minute and a half after that the whole rate is used again."""
    run = await run_job(lambda now: "20/s:log" if now < 60 else "50/s:log", 6000, window=DOCUMENTED)

    assert run.rate_between(20, 60) >= 0.90 * 20
    assert run.rate_between(150, 170) >= 0.95 * 50


@pytest.mark.parametrize("model", ["50/s", "50/s:window"])
async def test_a_good_neighbour(model: str) -> None:
    """Somebody else needs 20 of the 50: most of what is left is used, and few of theirs are refused."""
    run = await run_job(model, 2500, window=DOCUMENTED, neighbour_per_second=20)

    assert run.rate() >= 0.80 * 30
    assert run.others_refused / run.others <= 0.07


async def test_a_rate_nobody_uses_does_not_grow() -> None:
    """A call now and then proves nothing about ten times as many."""
    clock = LoopClock()
    limiter = Limiter((GUESSED,), clock)
    for _ in range(500):
        limiter.accepted(await limiter.acquire(Lane.INTERACTIVE))
        await clock.sleep(1.0)

    assert limiter.rate <= 15
