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


def met(bench: Bench) -> float:
    """Climb a little above the rate believed, and be refused; return the seconds it took."""
    began, believed = bench.now, bench.control.believed
    while bench.control.rate < 1.04 * believed:
        bench.accept()
    while bench.control.believed == believed:
        bench.refuse()
        bench.accept(3)
    return bench.now - began


def settled() -> Bench:
    """Search until a limit was met near 50."""
    bench = guessed()
    while bench.control.rate < 55:
        bench.accept()
    bench.refuse(5)
    return bench


def test_a_limit_that_is_well_known_is_tried_more_seldom() -> None:
    """Met again where it was believed: each try costs refusals, so the next come later, up to a bound."""
    bench = settled()

    tries = [met(bench) for _ in range(5)]

    assert tries[1] > 1.4 * tries[0]
    assert tries[2] > 1.2 * tries[1]
    assert tries[4] < 4 * tries[0]


def test_a_belief_that_is_out_of_date_is_given_up() -> None:
    """Nothing is refused a fifth above the rate believed: from there on it is a search again."""
    bench = settled()
    for _ in range(3):
        met(bench)
    believed = bench.control.believed
    while bench.control.rate < 1.25 * believed:
        bench.accept()
    passed_at = bench.now

    while bench.control.rate < 2.5 * believed:
        bench.accept()

    assert bench.now - passed_at < 4
    assert not bench.control.is_met


def test_refusals_of_one_second_are_one_finding() -> None:
    """Who counts refused calls too goes on refusing for a second: the rate is not halved again for those."""
    control = RateControl(start=98.0, ceiling=98.0, floor=0.5)
    for number in range(20):
        control.accepted(number * 0.01)
    now = 0.2
    while control.believed == 98.0:
        now += 0.01
        control.refused(now, now)
    believed, met_at = control.believed, now

    while now < met_at + 0.6:
        now += 0.02
        control.refused(now, now)

    assert control.believed == believed
