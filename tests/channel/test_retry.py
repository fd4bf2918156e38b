"""Repeat what had no effect, patiently, and nothing else."""

import asyncio
from datetime import UTC, datetime
from random import Random

import pytest

from invoicekit.channel import RetryPolicy
from invoicekit.clock import LoopClock
from invoicekit.errors import (
    JournalUnavailable,
    NotApplied,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
)


class RecordingClock:
    """Time that passes only in sleeps."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return sum(self.slept)

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


class Scripted:
    """Raise or return one step for each call."""

    def __init__(self, *steps: object) -> None:
        self.steps = list(steps)
        self.calls = 0

    async def __call__(self) -> object:
        self.calls += 1
        step = self.steps.pop(0)
        await asyncio.sleep(0)
        if isinstance(step, BaseException):
            raise step
        return step


class Terms:
    """Allow everything, or what the test says."""

    def __init__(self, *, is_bulk: bool = False, repeats: int = 1000) -> None:
        self.is_bulk = is_bulk
        self.repeats = repeats
        self.asked: list[tuple[str, float]] = []

    def allows(self, failure: NotApplied, pause_seconds: float) -> bool:
        self.asked.append((type(failure).__name__, pause_seconds))
        return len(self.asked) <= self.repeats


class NoJitter(Random):
    """Always the longest pause."""

    def uniform(self, a: float, b: float) -> float:
        return b


async def run(
    send: Scripted, clock: RecordingClock, terms: Terms | None = None, policy: RetryPolicy | None = None
) -> object:
    return await (policy or RetryPolicy()).run(send, clock, NoJitter(), terms or Terms())


async def test_success_at_once_asks_nobody() -> None:
    """The ordinary case sleeps never and weighs nothing."""
    clock, terms = RecordingClock(), Terms()

    assert await run(Scripted("done"), clock, terms) == "done"
    assert (clock.slept, terms.asked) == ([], [])


async def test_pauses_grow_and_attempts_end() -> None:
    """Three sends in all, with doubled pauses between; the last failure is what comes out."""
    clock, send = RecordingClock(), Scripted(Unavailable("1"), Unavailable("2"), Unavailable("3"), "late")

    with pytest.raises(Unavailable, match="3"):
        await run(send, clock)

    assert send.calls == 3
    assert clock.slept == [0.25, 0.5]


async def test_pauses_are_capped() -> None:
    """Our own pauses stop growing at the cap, however many there are."""
    clock = RecordingClock()
    send = Scripted(*[RateLimited("no")] * 2000, "done")

    assert await run(send, clock, Terms(is_bulk=True, repeats=5000)) == "done"
    assert max(clock.slept) == 30.0


async def test_pauses_are_jittered_over_their_whole_length() -> None:
    """Full jitter: between nothing and the longest, by the random source given."""
    policy = RetryPolicy(base=1.0)
    drawn = [policy.pause(1, Unavailable("no"), Random(seed)) for seed in range(200)]

    assert min(drawn) < 0.1
    assert max(drawn) > 0.9
    assert max(drawn) <= 1.0


@pytest.mark.parametrize("failure", [RateLimited, Unavailable])
async def test_never_goes_again_before_retry_after(failure: type[NotApplied]) -> None:
    """The provider's Retry-After is a promise we keep, even where our own back-off is shorter."""
    clock = RecordingClock()

    answer = await run(
        Scripted(failure("wait", retry_after=7.0), failure("w", retry_after=90.0), "done"), clock
    )

    assert answer == "done"
    assert clock.slept == [7.0, 90.0]


@pytest.mark.parametrize(
    "failure",
    [
        OutcomeUnknown("?"),
        NotFound("no"),
        NotApplied("no"),
        JournalUnavailable("full"),
        ValueError("bug"),
        asyncio.CancelledError(),
    ],
)
@pytest.mark.parametrize("position", [0, 1])
async def test_nothing_else_is_repeated(failure: BaseException, position: int) -> None:
    """Doubt, refusals, bugs and cancellation come out at once and unchanged, also out of a repeat."""
    steps: list[object] = [Unavailable("first"), failure, "never"][1 - position :]
    send = Scripted(*steps)

    with pytest.raises(type(failure)) as raised:
        await run(send, RecordingClock())

    assert raised.value is failure
    assert send.calls == position + 1


async def test_one_attempt_means_one() -> None:
    """A policy of one attempt never repeats."""
    clock, send = RecordingClock(), Scripted(Unavailable("1"), "late")

    with pytest.raises(Unavailable):
        await run(send, clock, policy=RetryPolicy(attempts=1))

    assert (send.calls, clock.slept) == (1, [])


async def test_terms_may_end_it_at_any_time() -> None:
    """The call's own terms decide before every pause, and see it."""
    clock, terms = RecordingClock(), Terms(repeats=1)

    with pytest.raises(RateLimited, match="2"):
        await run(Scripted(RateLimited("1"), RateLimited("2"), "late"), clock, terms)

    assert terms.asked == [("RateLimited", 0.25), ("RateLimited", 0.5)]
    assert clock.slept == [0.25]


async def test_in_bulk_the_rate_limit_uses_up_no_attempt() -> None:
    """A bulk job rejects no item because of the limit; other failures count as ever."""
    clock = RecordingClock()
    limited = [RateLimited("no", retry_after=1.0) for _ in range(20)]
    send = Scripted(Unavailable("1"), *limited, Unavailable("2"), *limited, Unavailable("3"), "late")

    with pytest.raises(Unavailable, match="3"):
        await run(send, clock, Terms(is_bulk=True))

    assert send.calls == 43


async def test_cancelled_in_a_pause_is_cancelled() -> None:
    """A cancellation while waiting to repeat passes on."""
    clock = LoopClock()
    send = Scripted(Unavailable("1", retry_after=60.0), "late")
    task = asyncio.create_task(RetryPolicy().run(send, clock, Random(1), Terms()))
    await asyncio.sleep(0.01)

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


@pytest.mark.looptime
@pytest.mark.parametrize("failures", [0, 1, 2])
async def test_calls_at_the_same_time_do_not_mix(failures: int) -> None:
    """One policy serves a thousand calls at once: each body runs as often as it must, and returns its own."""
    policy, clock = RetryPolicy(), LoopClock()
    runs: dict[int, int] = {}

    async def call(number: int) -> int:
        async def send() -> int:
            runs[number] = runs.get(number, 0) + 1
            await asyncio.sleep(0.01 * (number % 7))
            if runs[number] <= failures:
                raise Unavailable("again")
            return number

        return await policy.run(send, clock, Random(number), Terms())

    answers = await asyncio.gather(*(call(number) for number in range(1000)))

    assert answers == list(range(1000))
    assert set(runs.values()) == {failures + 1}


@pytest.mark.parametrize("setting", [{"attempts": 0}, {"base": 0.0}, {"cap": -1.0}])
def test_a_senseless_policy_is_refused(setting: dict[str, float]) -> None:
    """No attempt at all, or pauses of nothing, are mistakes."""
    with pytest.raises(ValueError, match="must be"):
        RetryPolicy(**setting)  # type: ignore[arg-type]
