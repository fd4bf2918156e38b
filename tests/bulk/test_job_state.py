"""What a job has done, kept beside the journal: the next run does what is left, and reports all of it."""

import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from invoicekit.bulk import (
    Item,
    ItemOutcome,
    Job,
    JobState,
    MarkJob,
    PayJob,
    Report,
    Standing,
    forget_ended,
    payment_items,
    state_file,
)
from invoicekit.errors import NotFound, UsageError

from .conftest import FakeService, Write


def items(ids: Iterable[str]) -> list[Item[None]]:
    return [Item(position=number, id=name, payload=None) for number, name in enumerate(ids, start=2)]


async def run(
    service: FakeService, path: Path, ids: Iterable[str], *, resume: bool, stop_after: int | None = None
) -> tuple[Report, list[ItemOutcome[None]]]:
    """Run a job, stopped after so many outcomes; what is under way then still ends."""
    with JobState(path, job="marks", resume=resume) as state:
        if not resume:
            state.begin({})
        job = MarkJob(service, state.going_on(items(ids)), size=2, width=1)
        ended = []
        async for outcome in job.outcomes():
            state.note(outcome)
            ended.append(outcome)
            if len(ended) == stop_after:
                job.stop()
    return job.report(), ended


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return state_file(tmp_path / "journal.sqlite", "marks", "a.csv")


async def test_the_next_run_does_what_is_left(path: Path) -> None:
    """Every id is marked once over both runs, and the second report holds every row once."""
    service, ids = FakeService(), [f"e{number}" for number in range(40)]

    first, _ = await run(service, path, ids, resume=False, stop_after=10)
    report, ended = await run(service, path, ids, resume=True)

    assert first.count(Standing.NOT_ATTEMPTED) > 0
    assert set(service.marked.values()) == {1}
    assert report.counts == {Standing.APPLIED: 40}
    assert sorted(outcome.position for outcome in ended) == list(range(2, 42))


async def test_rejected_rows_keep_their_reason_and_are_not_sent_again(path: Path) -> None:
    """And a repetition of one follows it."""
    service, ids = FakeService(), ["a", "x", "b", "c", "x"]
    service.strangers = {"x"}
    await run(service, path, ids, resume=False)
    calls = service.calls

    report, ended = await run(service, path, ids, resume=True)

    assert service.calls == calls
    assert report.counts == {Standing.APPLIED: 3, Standing.REJECTED: 2}
    first, second = (outcome for outcome in ended if outcome.id == "x")
    assert first.cause == "NotFound"
    assert first.reason.startswith("NotFound")
    assert second.first_position == 3


async def test_what_is_in_doubt_is_left(path: Path) -> None:
    """Only applied and rejected rows have ended."""
    outcome = ItemOutcome(position=2, id="a", standing=Standing.UNKNOWN, payload=None, cause="OutcomeUnknown")
    with JobState(path, job="marks", resume=False) as state:
        state.begin({})
        state.note(outcome)

    with JobState(path, job="marks", resume=True) as state:
        assert state.found == 0


@pytest.mark.parametrize("torn", ['["e1","APPL', '["e1","APPLIED",""]', "\x00\x00\x00\x00\n", "["])
def test_a_line_that_a_crash_cut_short_counts_as_not_written(path: Path, torn: str) -> None:
    """Its row is done again, and what is written after it can be read."""
    with JobState(path, job="marks", resume=False) as state:
        state.begin({})
        state.note(ItemOutcome(position=2, id="e0", standing=Standing.APPLIED, payload=None))
    with path.open("a") as file:
        file.write(torn)

    for found in (1, 2):
        with JobState(path, job="marks", resume=True) as state:
            assert state.found == found
            state.note(ItemOutcome(position=3, id="e2", standing=Standing.APPLIED, payload=None))


async def test_a_row_that_asks_for_something_else_by_now_is_not_taken_for_done(
    payments: Write, path: Path
) -> None:
    """The same reference with another amount goes to the provider, whose journal knows better."""
    header = "reference,invoice_id,amount,currency,paid_at\n"
    row = "bank-%d,inv-1,%s,EUR,2026-03-01T12:00:00Z\n"
    service = FakeService()
    for resume, amount in ((False, "10.00"), (True, "11.00")):
        source = payments(header + row % (1, amount) + row % (2, "5.00"))
        with JobState(path, job="pay", resume=resume) as state:
            if not resume:
                state.begin({})
            job: Job[object] = PayJob(service, state.going_on(payment_items(source)))  # type: ignore[assignment]
            async for outcome in job.outcomes():
                state.note(outcome)

    assert service.paid == {"inv-1": ["bank-1", "bank-2", "bank-1"]}


def test_a_bad_row_says_nothing_about_the_good_one_of_its_name(path: Path) -> None:
    """A repetition with other content, and a row that cannot be read, are looked at again."""
    rows: Iterator[ItemOutcome[None]] = iter(
        (
            ItemOutcome(position=2, id="a", standing=Standing.APPLIED, payload=None),
            ItemOutcome(position=3, id="a", standing=Standing.REJECTED, payload=None, first_position=2),
            ItemOutcome(position=4, id="a", standing=Standing.REJECTED, payload=None, reason="f.csv:4: no"),
        )
    )
    with JobState(path, job="marks", resume=False) as state:
        state.begin({})
        for outcome in rows:
            state.note(outcome)

    assert len(path.read_text().splitlines()) == 2


def test_only_one_process_at_a_time(path: Path) -> None:
    """The second one is told, and changes nothing."""
    with JobState(path, job="marks", resume=False) as state:
        state.begin({})
        before = path.read_bytes()
        for resume in (True, False):
            with (
                pytest.raises(UsageError, match="running already"),
                JobState(path, job="marks", resume=resume),
            ):
                pass
        assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is nothing to resume"),
        ("", "cannot be read; run the command without --resume"),
        ("{}\n", "written by another version"),
        (json.dumps({"invoicekit_job": 2, "job": "pay"}) + "\n", "another job's"),
    ],
)
def test_what_cannot_be_gone_on_with_is_refused(path: Path, content: str | None, message: str) -> None:
    """In words that say what to do."""
    if content is not None:
        path.parent.mkdir()
        path.write_text(content)

    with pytest.raises(UsageError, match=message), JobState(path, job="marks", resume=True):
        pass


def test_only_the_owner_can_read_it(path: Path) -> None:
    """It names invoices and references."""
    with JobState(path, job="marks", resume=False) as state:
        state.begin({})

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_refusal_is_kept_as_it_was_said(path: Path) -> None:
    """With its provider's id and any text."""
    problem = NotFound("it isn't “there” \u2028 any more")
    outcome = ItemOutcome(
        position=2,
        id="a",
        standing=Standing.REJECTED,
        payload=None,
        reason=problem.brief * 100,
        cause="NotFound",
    )
    with JobState(path, job="marks", resume=False) as state:
        state.begin({})
        state.note(outcome)

    with JobState(path, job="marks", resume=True) as state:
        (item,) = state.going_on([Item(position=9, id="a", payload=None)])  # type: ignore[misc]  # a map

    assert item.earlier is not None
    assert (item.earlier.reason, item.earlier.cause) == (outcome.reason, "NotFound")


async def test_ended_jobs_are_forgotten_by_age_and_others_never(tmp_path: Path) -> None:
    """What has something left may be gone on with, however old it is; a new run makes an ended one open."""
    journal = tmp_path / "journal.sqlite"
    names = ("old", "young", "open", "again")
    old, young, open_one, again = (state_file(journal, "marks", name) for name in names)
    for path in (old, young, open_one, again):
        with JobState(path, job="marks", resume=False) as state:
            state.begin({})
            path.with_suffix(".lines0").touch()
            if path != open_one:
                state.finish()
    for file in (old, open_one, again):
        for each in journal.with_name("journal.sqlite.jobs").glob(f"{file.stem}.*"):
            os.utime(each, (0, 0))
    with JobState(again, job="marks", resume=True):
        pass

    forgotten = forget_ended(journal, before=datetime(2000, 1, 1, tzinfo=UTC))

    left = {file.stem for file in journal.with_name("journal.sqlite.jobs").iterdir()}
    assert (forgotten, left) == (1, {young.stem, open_one.stem, again.stem})
