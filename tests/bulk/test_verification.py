"""Marks read back at the end of a job: what is shown, what is not, and what doubt that ends."""

import csv
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from invoicekit.bulk import (
    Days,
    Item,
    JobEvent,
    JobExit,
    JobVerified,
    MarkJob,
    Report,
    RowEnded,
    RowsFile,
    Standing,
    Verification,
    Verify,
    entry_items,
    event_json,
)
from invoicekit.clock import LoopClock
from invoicekit.errors import OutcomeUnknown, Unavailable, UsageError

from .conftest import FakeService, Write

pytestmark = pytest.mark.looptime

NEW_YEAR = datetime(2026, 1, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
JANUARY = Verify(start=NEW_YEAR - DAY, end=NEW_YEAR + 30 * DAY)


def items(ids: Sequence[str]) -> list[Item[None]]:
    return [Item(position=place, id=name, payload=None) for place, name in enumerate(ids, start=1)]


def started(service: FakeService, *days: int) -> list[str]:
    """Give the service entries that started on these days of the year."""
    service.starts = {f"e{place}": NEW_YEAR + day * DAY for place, day in enumerate(days)}
    return list(service.starts)


def read(path: Path) -> list[dict[str, object]]:
    text = path.read_text().splitlines()
    return list(csv.DictReader(text)) if path.suffix == ".csv" else [json.loads(line) for line in text]


async def run(job: MarkJob) -> tuple[Verification, Report, list[JobEvent]]:
    events = [event async for event in job.events("time entries")]
    report = job.report()
    assert report.verification is not None
    return report.verification, report, events


async def test_marks_are_read_back_over_the_days_of_the_entries(service: FakeService) -> None:
    """Their days are fetched in batches, the reads are counted apart, and every row says so."""
    ids = started(service, 0, 1, 1, 40)

    found, report, events = await run(MarkJob(service, items(ids), clock=LoopClock(), verify=Verify()))

    assert (found.entries, found.verified, found.is_complete) == (4, 4, True)
    assert service.ranges == [
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)),
        (datetime(2026, 2, 10, tzinfo=UTC), datetime(2026, 2, 11, tzinfo=UTC)),
    ]
    assert (report.usage.requests, found.reads) == (1, 2)
    assert (report.verified, report.exit_code()) == (4, JobExit.DONE)
    (told,) = (event_json(event) for event in events if isinstance(event, JobVerified))
    assert (told["event"], told["verified"], "problems" in told) == ("verified", 4, False)


async def test_without_verify_rows_are_applied_and_not_verified(service: FakeService) -> None:
    """The provider's word is what there is."""
    job = MarkJob(service, items(started(service, 0)), clock=LoopClock())

    outcomes = [event.outcome async for event in job.events() if isinstance(event, RowEnded)]

    assert [(each.standing, each.verified) for each in outcomes] == [(Standing.APPLIED, False)]
    assert (job.report().verified, job.report().verification) == (0, None)


async def test_a_read_that_lags_is_asked_again(service: FakeService) -> None:
    """What contradicts is looked at after two seconds and after ten, and only its days."""
    ids = started(service, 0, 40)
    service.lagging = {"e1": 2}

    found, _, _ = await run(MarkJob(service, items(ids), clock=LoopClock(), verify=JANUARY_AND_FEBRUARY))

    assert (found.verified, found.contradicted) == (2, 0)
    late = (datetime(2026, 2, 10, tzinfo=UTC), datetime(2026, 2, 11, tzinfo=UTC))
    assert service.ranges[-2:] == [late, late]


JANUARY_AND_FEBRUARY = Verify(start=NEW_YEAR - DAY, end=NEW_YEAR + 58 * DAY)


async def test_what_stays_otherwise_or_away_is_told(service: FakeService) -> None:
    """The provider answered well, and does not show it: that is for a person, and no success."""
    ids = started(service, 0, 1, 200)
    service.lagging = {"e1": 9}

    found, report, _ = await run(MarkJob(service, items(ids), clock=LoopClock(), verify=JANUARY))

    assert (found.verified, found.contradicted, found.not_shown) == (1, 1, 1)
    assert [(each.id, each.reason.partition(":")[0]) for each in found.problems] == [
        ("e1", "is shown as not invoiced"),
        ("e2", "is not shown"),
    ]
    assert (report.count(Standing.APPLIED), report.verified) == (3, 1)
    assert report.exit_code() is JobExit.IN_DOUBT


async def test_doubt_ends_where_the_mark_is_shown(service: FakeService) -> None:
    """Its answer was lost, and reading back finds it: applied, and no longer among the problems."""
    ids = started(service, 0, 1)
    service.failures = {"e0": OutcomeUnknown("lost"), "e1": OutcomeUnknown("lost")}
    service.marked["e0"] = 1

    found, report, _ = await run(
        MarkJob(service, items([*ids, "e0"]), size=1, clock=LoopClock(), verify=JANUARY)
    )

    assert (found.entries, found.verified, found.settled) == (2, 1, 2)
    assert (report.count(Standing.APPLIED), report.count(Standing.UNKNOWN), report.verified) == (2, 1, 2)
    assert [each.id for each in report.problems] == ["e1"]
    assert report.exit_code() is JobExit.IN_DOUBT


async def test_rejected_rows_are_not_read_back(service: FakeService) -> None:
    """They had no effect, and need no look."""
    ids = started(service, 0, 1)
    service.strangers = {"e1"}

    found, report, _ = await run(MarkJob(service, items(ids), size=1, clock=LoopClock(), verify=JANUARY))

    assert (found.entries, found.verified) == (1, 1)
    assert report.exit_code() is JobExit.REJECTED


async def test_taking_marks_away_is_read_back_too(service: FakeService) -> None:
    """Shown as invoiced is then the contradiction."""
    ids = started(service, 0)

    found, _, _ = await run(MarkJob(service, items(ids), invoiced=False, clock=LoopClock(), verify=JANUARY))

    assert (found.verified, found.contradicted) == (0, 1)
    assert found.problems[0].reason.startswith("is shown as invoiced")


async def test_where_nobody_knows_the_days_nothing_is_sent(service: FakeService) -> None:
    """This provider reads no entries by their ids, and no range was given."""
    with pytest.raises(UsageError, match="--from and --to"):
        await run(MarkJob(service, items(["e0"]), clock=LoopClock(), verify=Verify()))

    assert service.calls == 0


async def test_a_read_that_fails_leaves_the_job_as_it_was(
    service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The marks stand by the provider's word; why they could not be read back is told."""
    ids = started(service, 0)

    def fail(**_: object) -> None:
        raise Unavailable("the reports host is down")

    monkeypatch.setattr(service, "list_time_entries", fail)

    found, report, _ = await run(MarkJob(service, items(ids), clock=LoopClock(), verify=JANUARY))

    assert (found.verified, found.failure) == (0, "Unavailable: the reports host is down")
    assert report.count(Standing.APPLIED) == 1


async def test_an_interrupted_job_reads_nothing_back(service: FakeService) -> None:
    """Somebody wants it to end; the rest goes on with --resume."""
    ids = started(service, 0, 1, 2)
    job = MarkJob(service, items(ids), size=1, width=1, clock=LoopClock(), verify=JANUARY)

    async for event in job.events():
        if isinstance(event, RowEnded):
            job.stop()

    assert (job.report().verification, service.ranges) == (None, [])


async def test_a_column_tells_the_days(service: FakeService, entries: Write) -> None:
    """A day without a zone may have begun elsewhere: its neighbours are read, too."""
    started(service, 0, 9)
    days = Days()
    source = entries("time_entry_id,start\ne0,2026-01-01T09:00:00Z\ne1,2026-01-10\nx,soon\n")
    job = MarkJob(service, entry_items(source, days=days), clock=LoopClock(), verify=Verify(days=days))

    found, report, _ = await run(job)

    assert (found.entries, found.verified) == (2, 2)
    assert [(start.date(), end.date()) for start, end in service.ranges] == [
        (date(2026, 1, 1), date(2026, 1, 2)),
        (date(2026, 1, 9), date(2026, 1, 12)),
    ]
    assert "column start: 'soon' is not a day" in report.problems[0].reason


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
async def test_the_rows_file_says_what_was_verified(
    service: FakeService, tmp_path: Path, suffix: str
) -> None:
    """It is written again once everything was read back."""
    ids = started(service, 0, 200, 1)
    service.failures = {"e2": OutcomeUnknown("lost")}
    service.marked["e2"] = 1
    job = MarkJob(service, items([*ids, "-odd"]), size=1, clock=LoopClock(), verify=JANUARY)
    path = tmp_path / f"rows{suffix}"

    with RowsFile(path) as rows:
        async for event in job.events():
            if isinstance(event, RowEnded):
                rows.write(event.outcome)
            elif isinstance(event, JobVerified):
                rows.verify(event.is_verified)

    found = sorted(read(path), key=lambda row: str(row["line"]))
    assert [(str(row["line"]), row["standing"], row["verified"]) for row in found] == [
        ("1", "applied", "yes"),
        ("2", "applied", "no"),
        ("3", "applied", "yes"),
        ("4", "applied", "no"),
    ]
    assert "in doubt before" in str(found[2]["reason"])
    assert not list(tmp_path.glob("*.part"))  # noqa: ASYNC240 -- a folder of our own


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (NEW_YEAR, None, "both of its ends"),
        (NEW_YEAR, NEW_YEAR, "is empty"),
        (NEW_YEAR.replace(tzinfo=None), NEW_YEAR, "time zone"),
    ],
)
def test_half_a_range_is_none(start: datetime, end: datetime | None, words: str) -> None:
    """Told when it is asked for."""
    with pytest.raises(UsageError, match=words):
        Verify(start=start, end=end)


def test_days_become_few_stretches() -> None:
    """Neighbours are one; none is longer than a month."""
    days = Days()
    for ordinal in range(100):
        days.add_instant(NEW_YEAR + ordinal * DAY)

    lengths = [(end - start).days for start, end in days.stretches()]

    assert lengths == [31, 31, 31, 7]
