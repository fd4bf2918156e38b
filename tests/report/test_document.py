"""One model for every form of a report: the same numbers, and they add up."""

import json
from collections.abc import Callable
from datetime import timedelta

import attrs
import pytest
import report_samples as samples

from invoicekit.batch import Standing
from invoicekit.bulk import ConservationError, Pause, Report, Unverified, Verification
from invoicekit.model import Money
from invoicekit.report import Document, Section, Verdict, html_page, next_step
from invoicekit.report.advice import step_group


@pytest.mark.parametrize("make", [samples.mixed, samples.clean, samples.cut_off])
def test_counts_add_up_to_the_rows(make: Callable[[], Document]) -> None:
    """Every form says the same: the model, its JSON, and the sum of its jobs."""
    document = make()
    told = json.loads(json.dumps(document.as_json()))

    assert sum(document.counts.values()) == document.rows == told["rows"]
    assert sum(told["counts"].values()) == sum(job["rows"] for job in told["jobs"])
    listed = len(told["problems"]) + told["problems_left_out"]
    assert listed == told["counts"]["rejected"] + told["counts"]["unknown"]


def test_counts_that_do_not_add_up_make_no_report() -> None:
    """A report that lost a row is a defect, and never shown as a report."""
    report = attrs.evolve(samples.report([samples.ended(1, Standing.APPLIED)]), rows=2)

    with pytest.raises(ConservationError, match="2 rows were read"):
        samples.document(report)


@pytest.mark.parametrize(
    ("make", "verdict"),
    [
        (samples.mixed, Verdict.IN_DOUBT),
        (samples.clean, Verdict.DONE),
        (samples.cut_off, Verdict.UNFINISHED),
        (samples.huge_part, Verdict.REJECTED),
    ],
)
def test_the_worst_is_said_first(make: Callable[[], Document], verdict: Verdict) -> None:
    """Doubt comes before an early end, that before refusals."""
    assert make().verdict is verdict


def test_a_job_that_was_never_read_whole_is_not_done() -> None:
    """Rows nobody read are rows that are left."""
    report = samples.report([samples.ended(1, Standing.APPLIED)], unread=None)

    assert samples.document(report).verdict is Verdict.UNFINISHED


def test_steps_count_every_listed_row() -> None:
    """What needs a person is grouped by what is to be done, the doubtful first."""
    document = samples.mixed()

    steps = document.steps

    assert [step.standing for step in steps][:2] == [Standing.UNKNOWN, Standing.UNKNOWN]
    assert sum(step.rows for step in steps) == len(document.problems) == 24


def test_money_of_several_jobs_is_added_by_currency() -> None:
    """The same currency of two jobs is one sum."""
    one = samples.report([samples.ended(1, Standing.APPLIED, amount="10.10")])
    two = samples.report(
        [
            samples.ended(1, Standing.APPLIED, amount="0.90"),
            samples.ended(2, Standing.APPLIED, amount="5", currency="JPY"),
        ]
    )

    money = samples.document(one, two).money

    assert money == {Standing.APPLIED: (Money("11.00", "EUR"), Money("5", "JPY"))}


def test_jobs_stand_one_after_the_other_in_time() -> None:
    """A later job's samples and pauses stand where it ran, and no request is lost."""
    one = samples.report([samples.ended(1, Standing.APPLIED)], seconds=10.0)
    later = samples.report(
        [samples.ended(1, Standing.APPLIED)],
        seconds=10.0,
        pauses=[Pause(start_seconds=2.0, seconds=3.0)],
    )
    began = samples.BEGAN + timedelta(seconds=60)
    two = attrs.evolve(later, course=attrs.evolve(later.course, began_at=began))

    document = samples.document(one, two)

    (pause,) = document.pauses
    assert pause.start_seconds == pytest.approx(62.0)
    assert sum(each.requests for each in document.samples) == sum(
        each.requests for report in (one, two) for each in report.course.samples
    )
    assert document.latency.answers == one.course.latency.answers + two.course.latency.answers


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("NotFound", "Check the id"),
        ("DestructiveTransition", "allow that by name"),
        ("Unavailable", "run the same file again"),
        ("", "Correct the row"),
        ("SomethingNew", "Correct the row"),
    ],
)
def test_a_rejected_row_says_what_to_do(cause: str, words: str) -> None:
    """The step follows from the error's class, not from its words."""
    assert words in next_step(samples.ended(1, Standing.REJECTED, "any words", cause=cause))


def test_doubt_never_says_repeat_by_hand() -> None:
    """Of a row in doubt the step is to look, or to let the program look."""
    lost = samples.ended(1, Standing.UNKNOWN, cause="OutcomeUnknown")
    twice = samples.ended(1, Standing.UNKNOWN, cause="DuplicateDetected")

    assert "Do not repeat it by hand" in next_step(lost)
    assert "which one stays" in next_step(twice)


def test_what_is_there_needs_nobody() -> None:
    """Applied rows have no next step."""
    assert next_step(samples.ended(1, Standing.ALREADY_APPLIED)) == ""


def test_contradicting_rows_are_one_group() -> None:
    """The single step names its line, the group does not."""
    outcome = samples.ended(9, Standing.REJECTED, "the same id stood before", first=4)

    assert "line 4" in next_step(outcome)
    assert "4" not in step_group(outcome)


def test_what_is_not_shown_is_doubt_and_needs_somebody() -> None:
    """The provider answered well for all of them, and does not show one."""
    found = Verification(
        entries=3, verified=2, contradicted=1, problems=(Unverified(id="e3", reason="is shown otherwise"),)
    )
    report = Report(rows=3, counts={Standing.APPLIED: 3}, verified=2, verification=found)
    document = Document(
        title="t", provider="p", account="a", sections=(Section(name="time entries", report=report),)
    )

    page = html_page(document)

    assert (document.verdict, document.unshown) == (Verdict.IN_DOUBT, 1)
    assert [(step.standing, step.rows) for step in document.steps] == [(Standing.UNKNOWN, 1)]
    for words in ("1 entry is not shown as asked for", "reading back did not show 1 entry so", "e3"):
        assert words in page
