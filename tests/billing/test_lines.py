"""Every entry stands on exactly one line, or is left out with a reason."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit import Money, TimeEntry
from invoicekit.billing import Rounding, TimeTerms, lines_of
from invoicekit.errors import InvalidAmount, UsageError
from invoicekit.model import MISSING, TimeGrouping

from .conftest import START, entry, terms

Make = Callable[..., TimeEntry]
Terms = Callable[..., TimeTerms]


@pytest.mark.parametrize(
    ("grouping", "expected"),
    [
        (TimeGrouping.SINGLE, [("Time", 4)]),
        (TimeGrouping.PROJECT, [("Website", 3), ("p2", 1)]),
        (TimeGrouping.USER, [("Ann", 2), ("u2", 2)]),
        (TimeGrouping.TASK, [("Website: t1", 1), ("Website: other", 2), ("p2: other", 1)]),
        (TimeGrouping.DAY, [("2026-11-02", 3), ("2026-11-03", 1)]),
        (
            TimeGrouping.DETAILED,
            [(f"2026-11-0{day} work {n}", 1) for n, day in ((1, 2), (2, 2), (3, 2), (4, 3))],
        ),
    ],
)
def test_what_becomes_one_line(grouping: TimeGrouping, expected: list[tuple[str, int]]) -> None:
    """By the grouping asked for, in the order of time, called by name where names are known."""
    entries = [
        entry(1, start=START, task_id="t1"),
        entry(2, start=START + timedelta(hours=1), user_id="u2"),
        entry(3, start=START + timedelta(hours=2)),
        entry(4, start=START + timedelta(days=1), user_id="u2", project_id="p2"),
    ]

    lines, left_out = lines_of(
        reversed(entries), terms(grouping=grouping), names={"p1": "Website", "u1": "Ann"}
    )

    assert [(line.description, len(line.entry_ids)) for line in lines] == expected
    assert left_out == ()


def test_different_rates_never_share_a_line() -> None:
    """A line has one price."""
    lines, _ = lines_of([entry(1), entry(2, hourly_rate=Money("80", "EUR")), entry(3)], terms())

    assert [(line.hourly_rate.minor, line.entry_ids) for line in lines] == [
        (6000, ("e1", "e3")),
        (8000, ("e2",)),
    ]


@pytest.mark.parametrize(
    ("given", "words", "needs_attention"),
    [
        ({"invoiced": True}, "invoiced already", False),
        ({"is_billable": False}, "not billable", False),
        ({"start": datetime(2026, 12, 1, tzinfo=UTC)}, "outside of the period", False),
        ({"project_id": "p9"}, "another project", False),
        ({"duration": None}, "still running", True),
        ({"duration": timedelta()}, "lasts no time", True),
        ({"start": None}, "has no start", True),
        ({"hourly_rate": MISSING}, "no hourly rate", True),
        ({"hourly_rate": Money("60", "USD")}, "priced in USD", True),
        ({"hourly_rate": Money("-1", "EUR")}, "below zero", True),
    ],
)
def test_what_is_left_out_says_why(given: dict[str, object], words: str, needs_attention: bool) -> None:
    """And whether somebody has to do something about it."""
    lines, (left,) = lines_of([entry(1), entry(2, **given)], terms(project_ids=("p1",)))

    assert [line.entry_ids for line in lines] == [("e1",)]
    assert (left.entry_id, words in left.reason, left.needs_attention) == ("e2", True, needs_attention)


def test_a_rate_for_all_goes_before_their_own() -> None:
    """And serves those that have none."""
    (line,), left_out = lines_of(
        [entry(1), entry(2, hourly_rate=MISSING)], terms(hourly_rate=Money("100", "EUR"))
    )

    assert (line.amount, left_out) == (Money("200.00", "EUR"), ())


def test_the_day_is_that_of_the_zone() -> None:
    """An evening in Belgrade is not yet the next day in New York."""
    late = entry(1, start=datetime(2026, 11, 3, 0, 30, tzinfo=UTC))

    (line,), _ = lines_of([late], terms(grouping=TimeGrouping.DAY, zone=ZoneInfo("America/New_York")))

    assert line.description == "2026-11-02"


def test_an_inexact_product_is_one_piece() -> None:
    """Twenty minutes at 99.99: no two providers would round it alike."""
    (line,), _ = lines_of(
        [entry(1, duration=timedelta(minutes=20), hourly_rate=Money("99.99", "EUR"))], terms()
    )
    item = line.item("Service")

    assert (line.quantity, line.amount) == (Decimal("0.33"), Money("33.00", "EUR"))
    assert (item.quantity, item.unit_price, item.kind) == (Decimal(1), Money("33.00", "EUR"), "Service")
    assert item.description == "p1 (0.33 h at 99.99 EUR)"


ENTRIES = st.lists(
    st.builds(
        entry,
        st.integers(0, 40),
        project_id=st.sampled_from(["p1", "p2", None]),
        user_id=st.sampled_from(["u1", "u2"]),
        invoiced=st.sampled_from([True, False, None]),
        duration=st.one_of(st.none(), st.timedeltas(timedelta(), timedelta(hours=30))),
        hourly_rate=st.one_of(
            st.none(), st.builds(Money.from_minor, st.integers(0, 10**6), st.sampled_from(["EUR", "JPY"]))
        ),
    ),
    max_size=25,
)


@given(
    entries=ENTRIES,
    grouping=st.sampled_from(TimeGrouping),
    rounding=st.sampled_from([None, Rounding.parse("up:15"), Rounding.parse("nearest:6")]),
)
def test_each_entry_stands_once(
    entries: list[TimeEntry], grouping: TimeGrouping, rounding: Rounding | None
) -> None:
    """Whatever was tracked: no entry is billed twice or lost, and what a line sends comes to its amount."""
    lines, left_out = lines_of(entries, terms(grouping=grouping, rounding=rounding))

    stood = Counter([one for line in lines for one in line.entry_ids] + [one.entry_id for one in left_out])
    assert stood == Counter({one.id for one in entries})
    for line in lines:
        item = line.item(None)
        assert item.unit_price * item.quantity == line.amount
        assert line.amount.minor >= 0


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"number": " "}, UsageError),
        ({"start": datetime(2026, 12, 1, tzinfo=UTC)}, UsageError),
        ({"start": datetime(2026, 11, 1)}, UsageError),  # noqa: DTZ001 -- that it has no zone is the point
        ({"due_date": datetime(2026, 11, 1, tzinfo=UTC).date()}, UsageError),
        ({"hourly_rate": Money("60", "USD")}, InvalidAmount),
        ({"hourly_rate": Money("-60", "EUR")}, InvalidAmount),
        ({"tax_percent": Decimal(101)}, InvalidAmount),
        ({"currency": "EURO"}, InvalidAmount),
    ],
)
def test_terms_that_contradict_themselves_are_refused(
    given: dict[str, object], error: type[Exception]
) -> None:
    """Before anybody reads a list."""
    with pytest.raises(error):
        terms(**given)
