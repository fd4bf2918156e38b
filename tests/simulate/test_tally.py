"""How much of the allowed rate a client used."""

import pytest

from invoicekit.simulate import FaultKind, Rate
from invoicekit.simulate.tally import Tally


def tally(rate: str, seconds: list[float]) -> Tally:
    counted = Tally(rate=Rate.parse(rate))
    for second in seconds:
        counted.admitted(second, is_let_in=True)
    return counted


def test_the_share_is_requests_let_in_over_requests_allowed() -> None:
    """One request each 0.2 s where 10/s are allowed: half."""
    counted = tally("10/s", [number * 0.2 for number in range(50)])

    assert counted.share_of_rate() == pytest.approx(0.5, abs=0.02)


def test_refused_requests_do_not_count_as_used() -> None:
    """Knocking is not using."""
    counted = tally("10/s", [0.0, 0.95])
    counted.admitted(0.5, is_let_in=False)

    assert counted.share_of_rate() == pytest.approx(0.2)
    assert counted.summary()["rate_limit_429"] == 1


def test_seeded_pauses_are_left_out() -> None:
    """A client that stops for a second after a planned 429 has lost nothing."""
    steady = [number * 0.1 for number in range(20)]
    counted = tally("10/s", [*steady, *(second + 3.0 for second in steady)])
    before = counted.share_of_rate()

    counted.struck(FaultKind.THROTTLE, 2.0, pause_seconds=0.95)

    assert before == pytest.approx(0.8, abs=0.02)
    assert counted.share_of_rate() == pytest.approx(1.0, abs=0.02)


def test_an_endless_hint_costs_no_memory() -> None:
    """A Retry-After of 30 years is a pause to the end of the run."""
    counted = tally("10/s", [0.0, 1.0])

    counted.struck(FaultKind.THROTTLE_RETRY_AFTER, 0.5, pause_seconds=1e9)

    assert counted.share_of_rate() == pytest.approx(0.2)


def test_without_a_limit_there_is_no_share() -> None:
    """A share of infinity would say nothing."""
    assert tally("none", [0.0, 1.0]).share_of_rate() is None
    assert tally("10/s", []).share_of_rate() is None


def test_other_faults_open_no_pause() -> None:
    """Only a 429 asks the client to wait."""
    counted = tally("10/s", [0.0, 1.0])

    counted.struck(FaultKind.DROP_AFTER, 0.5, pause_seconds=None)

    assert counted.pauses == []
    assert counted.summary()["seeded_429"] == 0
