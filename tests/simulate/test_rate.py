"""The provider's side of a rate limit."""

import pytest
from manual_clock import ManualClock
from simulator_client import connected
from toy_simulator import WORDS, ToySimulator

from invoicekit.simulate import Fault, FaultKind, FaultPlan, Rate, RateModel


def let_in(rate: Rate, arrivals: list[float]) -> list[bool]:
    gate = rate.gate()
    return [gate.wait_seconds(at) <= 0 for at in arrivals]


@pytest.mark.parametrize(
    ("text", "count", "period"),
    [("50/s", 50, 1), ("300/min", 300, 60), ("30/h", 30, 3600), (" 5/S ", 5, 1), ("none", None, 1)],
)
def test_reads_a_rate(text: str, count: int | None, period: float) -> None:
    """A rate reads as it is spoken."""
    rate = Rate.parse(text)

    assert (rate.count, rate.period_seconds) == (count, period)


def test_reads_the_model_and_its_options() -> None:
    """Whatever a server may do differently can be asked for on the command line."""
    rate = Rate.parse("50/s:log:burst=7:counts-refused:retry-after")

    assert rate == Rate(
        count=50, model=RateModel.SLIDING_LOG, burst=7, counts_refused=True, tells_retry_after=True
    )


@pytest.mark.parametrize(
    "text", ["", "fast", "0/s", "-1/s", "1.5/s", "50/y", "50", "50/s:quick", "5/s:burst=0"]
)
def test_refuses_what_is_no_rate(text: str) -> None:
    """A misspelt limit must not become no limit."""
    with pytest.raises(ValueError, match="rate"):
        Rate.parse(text)


def test_without_a_limit_everybody_gets_in() -> None:
    """`none` means none."""
    assert all(let_in(Rate.parse("none"), [0.0] * 10_000))


def test_bucket_lets_a_burst_in_and_then_drips() -> None:
    """A token bucket of 2 at 2/s: two at once, then one each half second."""
    arrivals = [0.0, 0.0, 0.0, 0.49, 0.5, 0.6, 1.0]

    assert let_in(Rate.parse("2/s"), arrivals) == [True, True, False, False, True, False, True]


def test_bucket_saves_no_more_than_its_burst() -> None:
    """An idle hour does not allow a thousand requests at once."""
    assert let_in(Rate.parse("2/s:burst=1"), [0.0, 3600.0, 3600.0]) == [True, True, False]


def test_bucket_says_when_to_come_back() -> None:
    """The wait that is told is long enough, and not longer."""
    gate = Rate.parse("2/s:burst=1").gate()
    gate.wait_seconds(10.0)

    wait = gate.wait_seconds(10.0)

    assert wait == pytest.approx(0.5)
    assert gate.wait_seconds(10.0 + wait) == 0


def test_window_counts_by_the_clock() -> None:
    """A fixed window forgets everything at its end, so twice the rate can pass across an edge."""
    arrivals = [0.9, 0.95, 0.99, 1.0, 1.01, 1.02]

    assert let_in(Rate.parse("2/s:window"), arrivals) == [True, True, False, True, True, False]


def test_log_counts_any_second() -> None:
    """A sliding log allows the rate in every span of one period, wherever it starts."""
    arrivals = [0.9, 0.95, 0.99, 1.0, 1.9, 1.95, 1.96]

    assert let_in(Rate.parse("2/s:log"), arrivals) == [True, True, False, False, True, True, False]


@pytest.mark.parametrize("model", ["bucket:burst=1", "log"])
def test_a_refused_request_may_cost_as_well(model: str) -> None:
    """With counts-refused, a client that keeps knocking stays out; without it, it gets in."""
    knocking = [0.0, 0.6, 1.1, 1.6]

    assert let_in(Rate.parse(f"1/s:{model}"), knocking) == [True, False, True, False]
    assert let_in(Rate.parse(f"1/s:{model}:counts-refused"), knocking) == [True, False, False, False]


async def test_the_limit_is_kept_on_the_wire() -> None:
    """The third request of a second is answered 429, with the hint where the server gives one."""
    clock = ManualClock()
    simulator = ToySimulator(rate=Rate.parse("2/s:retry-after"), clock=clock)

    async with connected(simulator) as wire:
        replies = [await wire.send("GET", WORDS) for _ in range(3)]
        await clock.advance(1.0)
        later = await wire.send("GET", WORDS)

    assert [reply.status for reply in replies] == [200, 200, 429]
    assert replies[2].headers["Retry-After"] == "1"
    assert later.status == 200


async def test_without_the_hint_a_429_says_nothing() -> None:
    """Retry-After is what the provider was never seen to send, so it is off by default."""
    async with connected(ToySimulator(rate=Rate.parse("1/s"), clock=ManualClock())) as wire:
        await wire.send("GET", WORDS)
        refused = await wire.send("GET", WORDS)

    assert refused.status == 429
    assert "Retry-After" not in refused.headers


async def test_each_key_has_its_own_budget() -> None:
    """One tenant's hurry does not lock another out."""
    async with connected(ToySimulator(rate=Rate.parse("1/s"), clock=ManualClock())) as wire:
        first = [await wire.send("GET", WORDS, headers={"X-Toy-Key": "a"}) for _ in range(2)]
        second = await wire.send("GET", WORDS, headers={"X-Toy-Key": "b"})

    assert [reply.status for reply in first] == [200, 429]
    assert second.status == 200


async def test_seeded_and_earned_429s_are_counted_apart() -> None:
    """A client is judged by the 429s it caused, not by those that were planned for it."""
    plan = FaultPlan.scripted([Fault(kind=FaultKind.THROTTLE, at="list_words")])
    async with connected(ToySimulator(rate=Rate.parse("2/s"), faults=plan, clock=ManualClock())) as wire:
        statuses = [(await wire.send("GET", WORDS)).status for _ in range(3)]
        stats = await wire.stats()

    assert statuses == [429, 200, 429]
    assert (stats["rate_limit_429"], stats["seeded_429"]) == (1, 1)


async def test_control_routes_have_no_limit() -> None:
    """Whoever judges a run must not be refused, nor change its numbers."""
    async with connected(ToySimulator(rate=Rate.parse("1/h"), clock=ManualClock())) as wire:
        replies = [await wire.send("GET", "/_simulator/stats") for _ in range(5)]

    assert [reply.status for reply in replies] == [200] * 5
    assert replies[-1].json()["requests"] == 0
