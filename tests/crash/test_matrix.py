"""A process is killed at any step of a money call, and again while it recovers: one effect, no doubt left."""

import os
from pathlib import Path

import pytest
from crash_cases import (
    FIRST,
    SECOND,
    absent,
    absent_then,
    chosen,
    groups,
    not_applicable,
    other_writes,
    payments,
    recoveries,
)
from crash_judge import complaints, is_starved, passed_before_return
from crash_lives import Nursery
from crash_play import Case, play
from crash_worlds import Mood

IS_WHOLE = os.environ.get("INVOICEKIT_CRASH") == "whole"
WHOLE = (*payments(), *recoveries(), *payments("ask"), *other_writes(), *groups())
CHOSEN = tuple(chosen())
_ATTEMPTS = 4
UNDISTURBED = tuple(Mood) if IS_WHOLE else (Mood.OK, Mood.DROPPED)


@pytest.mark.parametrize("case", WHOLE if IS_WHOLE else CHOSEN, ids=str)
async def test_killed_and_run_to_the_end(case: Case, nursery: Nursery, tmp_path: Path) -> None:
    """Each life ends where it is to end; then there is one effect, the journal agrees, a rerun is silent."""
    for attempt in range(_ATTEMPTS):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        report = await play(case, nursery, folder)
        assert not complaints(case, report), "\n".join(
            [str(case), *complaints(case, report), *(str(run) for run in report.runs)]
        )
        if not is_starved(report):
            break

    assert not is_starved(report), f"{case}: the machine was too busy to play it"
    if case.call == "pay" and case.on_doubt == "resend" and len(case.kills) == 1:
        (first,) = case.kills
        expected = {place for place in SECOND if absent_then(case.mood, first, place.step) is None}
        if expected:
            assert passed_before_return(report.runs[-1]) & set(SECOND) == expected


@pytest.mark.parametrize("mood", UNDISTURBED)
async def test_the_steps_that_are_no_cases_do_not_occur(mood: Mood, nursery: Nursery, tmp_path: Path) -> None:
    """What is left out of the matrix lies on no path, and all that lies on one is in it."""
    report = await play(Case(call="pay", mood=mood, kills=()), nursery, tmp_path)

    expected = {place for place in FIRST if absent(mood, place.step) is None}
    assert passed_before_return(report.runs[-1]) & set(FIRST) == expected


def test_the_matrix_is_whole() -> None:
    """There are at least 970 cases, no two are the same, and all that was left out says why."""
    left_out = list(not_applicable())

    assert len(set(WHOLE)) == len(WHOLE) >= 970
    assert set(CHOSEN) <= set(WHOLE)
    assert {case.mood for case in WHOLE} == set(Mood)
    assert {case.kills[0] for case in WHOLE if case.call == "pay"} == set(FIRST)
    assert {case.kills[1] for case in recoveries()} == set(SECOND)
    assert all(reason for _, reason in left_out)
    assert len([*payments(), *left_out]) + len([*recoveries()]) == len(FIRST) * len(Mood) + len(
        [*payments()]
    ) * len(SECOND)
