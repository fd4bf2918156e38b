"""The control law, verdict by verdict."""

import pytest

from invoicekit.channel.adaptive import RateControl


class Bench:
    """Feed verdicts in the rhythm of the rate itself."""

    def __init__(self, control: RateControl) -> None:
        self.control = control
        self.now = 0.0

    def accept(self, count: int = 1) -> None:
        for _ in range(count):
            self.now += 1.0 / self.control.rate
            self.control.accepted(self.now)

    def refuse(self, count: int = 1) -> None:
        for _ in range(count):
            self.now += 1.0 / self.control.rate
            self.control.refused(self.now, self.now)


def documented() -> Bench:
    return Bench(RateControl(start=49.0, ceiling=49.0, floor=0.5))


def guessed() -> Bench:
    return Bench(RateControl(start=10.0, ceiling=float("inf"), floor=0.5))


def test_a_documented_rate_is_never_exceeded() -> None:
    """However long all goes well, also after cuts, the documented rate is the end."""
    bench = documented()
    highest = 0.0
    for refusals in (0, 1, 30):
        bench.refuse(refusals)
        for _ in range(5000):
            bench.accept()
            highest = max(highest, bench.control.rate)

    assert highest == 49.0
    assert bench.control.rate == 49.0


def test_one_refusal_costs_a_documented_rate_next_to_nothing() -> None:
    """A single 429 after a clean stretch is chance: half a second later the rate is back."""
    bench = documented()
    bench.accept(1000)

    bench.refuse()
    cut = bench.control.rate
    bench.accept(30)

    assert 0.98 * 49 < cut < 49
    assert bench.control.rate == 49.0


def test_many_refusals_in_a_row_cut_deep() -> None:
    """Everything is refused: within seconds the rate is a fraction of what it was."""
    bench = documented()
    bench.accept(1000)

    bench.refuse(60)

    assert bench.control.rate < 0.4 * 49


def test_the_floor_holds() -> None:
    """However often it is refused, it goes on asking now and then."""
    bench = documented()

    bench.refuse(10_000)

    assert bench.control.rate == 0.5


def test_verdicts_from_before_a_cut_do_not_cut_again() -> None:
    """What was under way when the rate was cut says nothing about the new rate."""
    control = guessed().control
    control.accepted(0.0)

    cuts = [control.refused(granted_at, now=1.0) for granted_at in (0.1, 0.2, 0.3, 0.4)]

    assert cuts == [True, False, False, False]


def test_a_guess_grows_by_a_third_a_second_until_it_is_refused() -> None:
    """From ten to fifty in about five seconds of use, without anybody knowing the limit."""
    bench = guessed()
    while bench.control.rate < 50:
        bench.accept()

    assert 3 < bench.now < 7


def test_after_a_limit_was_met_it_lingers_just_below_it() -> None:
    """The rate believed is near what got through; the next try beyond it comes seconds later."""
    bench = guessed()
    while bench.control.rate < 55:
        bench.accept()
    bench.refuse(5)
    believed = bench.control.believed
    met_at = bench.now
    while bench.control.rate <= believed:
        bench.accept()

    assert 40 < believed < 55
    assert bench.now - met_at > 1
    bench.accept(100)
    assert bench.control.rate < 1.02 * believed


@pytest.mark.parametrize("rate", [0.001, 1.0])
def test_an_hourly_rate_is_what_a_refused_burst_retreats_to(rate: float) -> None:
    """The first refusal of a burst leads back to the rate that certainly holds."""
    bench = Bench(RateControl(start=10.0, ceiling=float("inf"), floor=rate / 2, retreat=rate))
    bench.accept(10)

    bench.refuse()

    assert rate / 2 <= bench.control.rate <= rate
