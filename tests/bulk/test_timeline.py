"""Samples over a job's time: bounded, and nothing lost in them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit.bulk import Latency, Sample, joined
from invoicekit.bulk.latency import LatencyCount
from invoicekit.bulk.timeline import MOST_PAUSES, MOST_SAMPLES, Timeline


@given(st.lists(st.floats(min_value=0, max_value=10_000_000), max_size=200))
def test_however_long_it_takes_nothing_is_lost(moments: list[float]) -> None:
    """The samples are bounded, without a gap, and add up to what was counted."""
    timeline = Timeline()
    for moment in moments:
        timeline.add(moment, rows=3, requests=2, refused=1)

    samples = timeline.samples()

    assert len(samples) <= MOST_SAMPLES
    assert sum(sample.rows for sample in samples) == 3 * len(moments)
    assert sum(sample.requests for sample in samples) == 2 * len(moments)
    assert sum(sample.refused for sample in samples) == len(moments)
    for earlier, later in pairwise(samples):
        assert later.start_seconds == pytest.approx(earlier.start_seconds + earlier.seconds)


def test_a_limit_holds_until_another_one_is_seen() -> None:
    """A stretch without a request has the limit of the one before it."""
    timeline = Timeline()
    timeline.add(0.1, limit=50.0)
    timeline.add(0.6, rows=1)
    timeline.add(0.8, limit=25.0)

    assert [sample.limit_per_second for sample in timeline.samples()] == [50.0, 50.0, 50.0, 25.0]


def test_pauses_that_touch_are_one() -> None:
    """A pause that is only made longer is told once."""
    timeline = Timeline()
    timeline.pause(1.0, 5.0)
    timeline.pause(3.0, 5.0)
    timeline.pause(20.0, 1.0)

    assert [(each.start_seconds, each.seconds) for each in timeline.pauses()] == [(1.0, 7.0), (20.0, 1.0)]


def test_pauses_are_bounded() -> None:
    """A provider that pauses all day does not fill the memory."""
    timeline = Timeline()
    for number in range(10 * MOST_PAUSES):
        timeline.pause(10.0 * number, 1.0)

    assert len(timeline.pauses()) == MOST_PAUSES
    last = timeline.pauses()[-1]
    assert last.start_seconds + last.seconds == 10.0 * (10 * MOST_PAUSES - 1) + 1.0


def test_jobs_are_laid_onto_one_time() -> None:
    """The second job's samples stand where it ran."""
    first = (Sample(start_seconds=0.0, seconds=1.0, rows=5, requests=2),)
    second = (Sample(start_seconds=0.0, seconds=1.0, rows=7, requests=1),)

    samples = joined([(0.0, first), (10.0, second)])

    assert sum(sample.rows for sample in samples) == 12
    assert [sample.start_seconds for sample in samples if sample.rows] == [0.0, 10.0]


@given(st.lists(st.floats(min_value=0.0, max_value=5000.0), min_size=1, max_size=300))
def test_quantiles_are_right_to_a_bucket(seconds: list[float]) -> None:
    """The median told is at least the true one, and at most a bucket more."""
    count = LatencyCount()
    for each in seconds:
        count.add(each)

    latency = count.snapshot()

    true = sorted(seconds)[(len(seconds) + 1) // 2 - 1]
    told = latency.quantile(0.5)
    assert told is not None
    assert min(true, 1000.0) - 1e-9 <= told <= max(0.0001, true * 1.2590)
    assert sum(answers for _, _, answers in latency.bars()) == len(seconds) == latency.answers


def test_no_answers_have_no_quantile() -> None:
    """Nothing is not zero seconds."""
    assert Latency().quantile(0.5) is None
    assert Latency().bars() == ()


def test_latencies_add_up() -> None:
    """Two jobs' answers are counted together."""
    one, two = LatencyCount(), LatencyCount()
    one.add(0.1)
    two.add(0.1)
    two.add(3.0)

    both = one.snapshot() + two.snapshot()

    assert (both.answers, both.longest_seconds) == (3, 3.0)
