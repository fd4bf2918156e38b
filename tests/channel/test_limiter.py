"""Slots come evenly, in order, and to nobody who has gone."""

import asyncio
from itertools import pairwise
from random import Random

import pytest

from invoicekit.channel import Lane, Limiter
from invoicekit.clock import LoopClock
from invoicekit.errors import RateLimited
from invoicekit.transport import RateWindow

pytestmark = pytest.mark.looptime

FIFTY = (RateWindow(limit=50, seconds=1.0),)
SLOT = 1 / 49


def now() -> float:
    return asyncio.get_running_loop().time()


def limiter(*windows: RateWindow) -> Limiter:
    return Limiter(windows or FIFTY, LoopClock())


async def grants(made: Limiter, count: int, lane: Lane = Lane.BULK) -> list[float]:
    return [await made.acquire(lane) for _ in range(count)]


def gaps(times: list[float]) -> list[float]:
    return [later - earlier for earlier, later in pairwise(times)]


async def test_slots_are_evenly_spaced() -> None:
    """No burst at the start or later: 50 a second documented are granted as 49, one by one."""
    made = limiter()

    times = await asyncio.gather(*(made.acquire(Lane.BULK) for _ in range(200)))

    assert times[0] == 0
    assert min(gaps(times)) > SLOT - 0.001
    assert max(gaps(times)) < SLOT + 0.001
    assert times[-1] == pytest.approx(199 * SLOT, abs=0.001)


async def test_lateness_does_not_add_up() -> None:
    """A loop that is two milliseconds late for every slot still grants the whole rate."""
    made = limiter()
    times = []
    for _ in range(100):
        times.append(await made.acquire(Lane.BULK))
        free_at = times[0] + len(times) * SLOT
        await asyncio.sleep(max(0.0, free_at + 0.002 - now()))

    assert times[-1] == pytest.approx(99 * SLOT, abs=0.004)


async def test_a_late_timer_does_not_add_up() -> None:
    """Timers that fire two milliseconds late every time still hand out the whole rate."""
    made = limiter()
    loop = asyncio.get_running_loop()
    before = loop.call_later

    def late(delay: float, *args: object, **kwargs: object) -> asyncio.TimerHandle:
        return before(delay + 0.002, *args, **kwargs)  # type: ignore[arg-type]

    loop.call_later = late  # type: ignore[method-assign]

    times = await grants(made, 100)

    assert times[-1] == pytest.approx(99 * SLOT, abs=0.004)


async def test_a_loop_that_stood_still_is_not_followed_by_a_burst() -> None:
    """After half a second without a turn of the loop, ten milliseconds are made up for, no more."""
    made = limiter()
    loop = asyncio.get_running_loop()
    before = loop.call_later
    delays = [0.5]

    def late_once(delay: float, *args: object, **kwargs: object) -> asyncio.TimerHandle:
        return before(delay + (delays.pop() if delays else 0.0), *args, **kwargs)  # type: ignore[arg-type]

    loop.call_later = late_once  # type: ignore[method-assign]

    times = await asyncio.gather(*(made.acquire(Lane.BULK) for _ in range(20)))

    assert min(gaps(times)) >= SLOT - 0.011


@pytest.mark.parametrize("seed", range(3))
async def test_a_busy_machine_costs_little_of_the_rate(seed: int) -> None:
    """Turns up to twelve milliseconds late: 48 a second still go, and never more than 50 in any second."""
    made, chance = limiter(), Random(seed)
    loop = asyncio.get_running_loop()
    before = loop.call_later

    def late(delay: float, *args: object, **kwargs: object) -> asyncio.TimerHandle:
        return before(delay + chance.uniform(0, 0.012), *args, **kwargs)  # type: ignore[arg-type]

    loop.call_later = late  # type: ignore[method-assign]

    times = await asyncio.gather(*(made.acquire(Lane.BULK) for _ in range(500)))

    assert 499 / (times[-1] - times[0]) >= 48
    assert min(after - first for first, after in zip(times, times[50:], strict=False)) > 1.0


async def test_unused_time_is_not_made_up_for() -> None:
    """After an idle minute the slots are as far apart as ever."""
    made = limiter()
    await grants(made, 10)
    await asyncio.sleep(60)

    times = await grants(made, 10)

    assert min(gaps(times)) > SLOT - 0.001


async def test_first_come_first_served() -> None:
    """Within a lane the order of asking is the order of going."""
    made, order = limiter(), []

    async def ask(number: int) -> None:
        await made.acquire(Lane.BULK)
        order.append(number)

    await asyncio.gather(*(ask(number) for number in range(100)))

    assert order == list(range(100))


async def test_interactive_goes_ahead_of_bulk() -> None:
    """Whoever waits for an answer waits at most two slots, however long the bulk line is."""
    made = limiter()
    bulk = [asyncio.create_task(made.acquire(Lane.BULK)) for _ in range(500)]
    waits = []
    for _ in range(20):
        await asyncio.sleep(0.113)
        asked = now()
        waits.append(await made.acquire(Lane.INTERACTIVE) - asked)

    assert max(waits) <= 2 * SLOT
    for task in bulk:
        task.cancel()


@pytest.mark.parametrize(
    ("waits", "asks", "is_granted"),
    [
        (Lane.INTERACTIVE, Lane.BULK, False),
        (Lane.INTERACTIVE, Lane.INTERACTIVE, False),
        (Lane.BULK, Lane.BULK, False),
        (Lane.BULK, Lane.INTERACTIVE, True),
    ],
)
async def test_nobody_overtakes_but_interactive_bulk(waits: Lane, asks: Lane, *, is_granted: bool) -> None:
    """A slot that has just come free is not for who happens to ask now, unless that is the better lane."""
    made = limiter()
    await made.acquire(Lane.BULK)
    waiting = asyncio.create_task(made.acquire(waits))
    seen: list[float | None] = []
    # The slot counts as free half a millisecond before the timer hands it out.
    asyncio.get_running_loop().call_at(SLOT - 0.0003, lambda: seen.append(made.acquire_now(asks)))

    await waiting

    assert [granted_at is not None for granted_at in seen] == [is_granted]


async def test_one_timer_serves_all() -> None:
    """However many wait, one timer is armed for the next slot."""
    made = limiter()
    loop = asyncio.get_running_loop()
    armed = []
    before = loop.call_later

    def counting(delay: float, *args: object, **kwargs: object) -> asyncio.TimerHandle:
        armed.append(delay)
        return before(delay, *args, **kwargs)  # type: ignore[arg-type]

    loop.call_later = counting  # type: ignore[method-assign]
    await asyncio.gather(*(made.acquire(Lane.BULK) for _ in range(100)))

    assert len(armed) <= 100


async def test_a_cancelled_waiter_costs_no_slot() -> None:
    """Slots that were waited for by somebody who left go to the next in line."""
    made = limiter()
    tasks = [asyncio.create_task(made.acquire(Lane.BULK)) for _ in range(30)]
    await asyncio.sleep(0)
    for task in tasks[1:-1]:
        task.cancel()

    last = await tasks[-1]

    assert last == pytest.approx(SLOT, abs=0.001)
    assert made.snapshot().granted == 2


async def test_cancelled_in_the_moment_of_the_grant_gives_the_slot_back() -> None:
    """A slot that was granted to a task cancelled before it ran goes to the next in line at once."""
    made = limiter()
    await made.acquire(Lane.BULK)
    loser = asyncio.create_task(made.acquire(Lane.BULK))
    winner = asyncio.create_task(made.acquire(Lane.BULK))
    await asyncio.sleep(0)
    granted: list[int] = []

    def cancel_after_the_grant() -> None:
        granted.append(made.snapshot().granted)
        loser.cancel()

    asyncio.get_running_loop().call_at(SLOT, cancel_after_the_grant)
    granted_at = await winner

    assert granted == [2]
    assert loser.cancelled()
    assert granted_at == pytest.approx(SLOT, abs=0.001)
    assert made.snapshot().granted == 2


async def test_a_long_retry_after_stops_everybody() -> None:
    """More than a second: nobody goes before it has passed, and then evenly again."""
    made = limiter()
    first = await made.acquire(Lane.BULK)
    waiting = [asyncio.create_task(made.acquire(Lane.BULK)) for _ in range(5)]
    await asyncio.sleep(0)

    made.refused(first, 30.0)
    times = await asyncio.gather(*waiting)

    assert times[0] == pytest.approx(30.0, abs=0.001)
    assert min(gaps(times)) > SLOT - 0.001
    assert made.pause_seconds == 0


@pytest.mark.parametrize("retry_after", [None, 0.2, 1.0])
async def test_a_short_retry_after_stops_nobody_else(retry_after: float | None) -> None:
    """Up to a second the others only slow down; the refused request itself waits elsewhere."""
    made = limiter()
    first = await made.acquire(Lane.BULK)

    made.refused(first, retry_after)

    assert made.pause_seconds == 0
    assert await made.acquire(Lane.BULK) < 2 * SLOT


@pytest.mark.parametrize("retry_after", [86_401.0, 1e9])
async def test_an_absurd_retry_after_does_not_brick_the_account(retry_after: float) -> None:
    """A wait of days is taken for a mistake: the others go on."""
    made = limiter()

    made.refused(await made.acquire(Lane.BULK), retry_after)

    assert made.pause_seconds == 0


async def test_a_pause_is_never_shortened() -> None:
    """A later 429 that asks for less does not open the door early."""
    made = limiter()
    first = await made.acquire(Lane.BULK)
    made.refused(first, 30.0)

    made.refused(first, 5.0)

    assert made.pause_seconds == 30.0
    assert made.snapshot().paused_seconds == 30.0


async def test_a_deadline_within_the_pause_fails_at_once() -> None:
    """Who cannot wait so long is told immediately, with the time to come back."""
    made = limiter()
    made.refused(await made.acquire(Lane.BULK), 30.0)

    with pytest.raises(RateLimited) as failure:
        await made.acquire(Lane.INTERACTIVE, deadline_at=now() + 10)

    assert now() == 0
    assert failure.value.retry_after == pytest.approx(30.0)
    assert made.snapshot().granted == 1


async def test_those_already_in_line_are_told_when_the_pause_begins() -> None:
    """A pause that begins while somebody waits fails those whose deadline lies within it."""
    made = limiter()
    first = await made.acquire(Lane.BULK)
    hasty = asyncio.create_task(made.acquire(Lane.INTERACTIVE, deadline_at=10.0))
    patient = asyncio.create_task(made.acquire(Lane.INTERACTIVE, deadline_at=40.0))
    await asyncio.sleep(0)

    made.refused(first, 30.0)

    with pytest.raises(RateLimited):
        await hasty
    assert now() == 0
    assert await patient == pytest.approx(30.0, abs=0.001)


async def test_hourly_budget_is_spent_as_needed_and_never_overrun() -> None:
    """30 an hour: thirty at once if need be (at ten a second), the next when the first is an hour old."""
    made = limiter(RateWindow(limit=30, seconds=3600.0))

    times = await grants(made, 61)

    assert times[29] < 10
    assert times[30] >= 3600
    assert all(later - earlier >= 3600 for earlier, later in zip(times, times[30:], strict=False))
    assert times[60] < 2 * 3600 * 1.05


async def test_a_deadline_before_the_hourly_budget_returns_fails_at_once() -> None:
    """With the hour's budget spent, a call that cannot wait is told so."""
    made = limiter(RateWindow(limit=2, seconds=3600.0))
    await grants(made, 2)
    asked = now()

    with pytest.raises(RateLimited) as failure:
        await made.acquire(Lane.INTERACTIVE, deadline_at=now() + 30)

    assert now() == asked
    assert failure.value.retry_after == pytest.approx(3600 * 1.02, abs=1)


async def test_a_cancelled_waiter_does_not_use_up_the_hourly_budget() -> None:
    """Only sends count."""
    made = limiter(RateWindow(limit=2, seconds=3600.0))
    await grants(made, 2)
    task = asyncio.create_task(made.acquire(Lane.BULK))
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.sleep(3600 * 1.02)

    assert (await grants(made, 2))[1] < 3600 * 1.02 + 2


async def test_a_granted_slot_given_back_returns_to_the_hourly_budget() -> None:
    """Cancelled in the moment of the grant: the next in line goes now, not in an hour."""
    made = limiter(RateWindow(limit=10, seconds=1.0), RateWindow(limit=2, seconds=3600.0))
    await made.acquire(Lane.BULK)
    loser = asyncio.create_task(made.acquire(Lane.BULK))
    winner = asyncio.create_task(made.acquire(Lane.BULK))
    await asyncio.sleep(0)
    asyncio.get_running_loop().call_at(1 / 9.8, loser.cancel)

    assert await winner < 1
    assert loser.cancelled()


async def test_several_windows_hold_at_once() -> None:
    """Ten a second and a hundred an hour: paced within the second, counted over the hour."""
    made = limiter(RateWindow(limit=10, seconds=1.0), RateWindow(limit=100, seconds=3600.0))

    times = await grants(made, 101)

    assert min(gaps(times)) > 1 / 9.8 - 0.001
    assert times[99] == pytest.approx(99 / 9.8, abs=0.01)
    assert times[100] >= 3600


async def test_refused_within_an_hourly_limit_retreats_to_the_hours_own_rate() -> None:
    """Somebody else has used the budget up: do not knock more often than the limit would allow."""
    made = limiter(RateWindow(limit=30, seconds=3600.0))

    made.refused(await made.acquire(Lane.BULK), None)

    assert made.rate <= 30 / 3600


async def test_without_any_window_it_starts_at_ten_a_second() -> None:
    """Nothing known is ten a second, and climbing."""
    made = limiter(RateWindow(limit=10, seconds=1.0, is_documented=False))

    assert Limiter((), LoopClock()).rate == made.rate == 10.0


async def test_the_strictest_documented_window_holds() -> None:
    """Of several short windows the slowest sets the pace."""
    made = limiter(RateWindow(limit=50, seconds=1.0), RateWindow(limit=100, seconds=10.0))

    assert made.rate == pytest.approx(9.8)


async def test_a_probes_windows_hold_from_then_on() -> None:
    """Adopted windows reach those who are in line already."""
    made = limiter(RateWindow(limit=1, seconds=10.0))
    await made.acquire(Lane.BULK)
    waiting = asyncio.create_task(made.acquire(Lane.BULK))
    await asyncio.sleep(1)

    made.adopt(FIFTY)

    assert await waiting == pytest.approx(1.0)


async def test_adopting_the_same_windows_forgets_nothing() -> None:
    """A second probe does not undo what was learned from 429s."""
    made = limiter()
    made.refused(await made.acquire(Lane.BULK), None)
    rate = made.rate

    made.adopt(FIFTY)

    assert made.rate == rate < 49


async def test_share_used_leaves_pauses_out() -> None:
    """The share of the allowed rate is of the time in which sending was allowed."""
    made = limiter()
    for granted_at in await grants(made, 491):
        made.accepted(granted_at)
    made.refused(await made.acquire(Lane.BULK), 100.0)
    for granted_at in await grants(made, 490):
        made.accepted(granted_at)

    seen = made.snapshot()

    assert seen.allowed_rate == 50.0
    assert seen.paused_before_seconds == 100.0
    assert seen.share_used == pytest.approx(0.98, abs=0.01)
    assert (seen.granted, seen.refused, seen.waiting) == (982, 1, 0)


async def test_a_spent_budget_says_when_the_next_request_goes() -> None:
    """Nobody was refused, and nothing is paused: still the next one waits, and it is known how long."""
    limiter = Limiter([RateWindow(limit=2, seconds=3600.0)], LoopClock())
    for _ in range(2):
        await limiter.acquire(Lane.BULK)
    waiting = asyncio.create_task(limiter.acquire(Lane.BULK))
    await asyncio.sleep(1.0)

    seen = limiter.snapshot()

    assert seen.paused_seconds == 0.0
    assert 3590.0 < seen.held_seconds < 3700.0
    waiting.cancel()


@pytest.mark.parametrize("count", [1, 6, 9])
async def test_a_short_run_uses_no_more_than_the_whole(count: int) -> None:
    """The first grant waits for nobody; it must not look as if the limit was broken."""
    made = limiter(RateWindow(limit=5, seconds=1.0))
    for granted_at in await grants(made, count):
        made.accepted(granted_at)

    share = made.snapshot().share_used

    assert share is not None
    assert 0 <= share <= 1
