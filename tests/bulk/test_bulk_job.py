"""A job from Python: its events, and what is left of it when somebody ends it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import pytest

from invoicekit.bulk import (
    BulkJob,
    Item,
    Job,
    JobEnded,
    JobEvent,
    JobPaused,
    JobProgressed,
    JobResumed,
    JobStarted,
    MarkJob,
    PaymentRow,
    Progress,
    RowEnded,
    Standing,
    event_json,
)
from invoicekit.bulk.bulk_job import Running
from invoicekit.clock import LoopClock
from invoicekit.errors import NotFound, OutcomeUnknown, UsageError
from invoicekit.events import Paused, RequestSent, ResponseReceived
from invoicekit.model import InvoiceStatus, Money, WriteResult

from .conftest import FakeService, FixedShare

pytestmark = pytest.mark.looptime


def ids(count: int) -> list[str]:
    return [f"{number:024x}" for number in range(count)]


def payment(number: int) -> PaymentRow:
    return PaymentRow(
        reference=f"r{number}",
        invoice_id=f"i{number}",
        amount=Money("10.50", "EUR"),
        paid_at=datetime(2026, 1, 31, tzinfo=UTC),
    )


def slow(service: FakeService, seconds: float) -> Callable[..., Coroutine[Any, Any, WriteResult[None]]]:
    async def mark_batch(entry_ids: tuple[str, ...], *, invoiced: bool) -> WriteResult[None]:
        await asyncio.sleep(seconds)
        return await FakeService.mark_batch(service, entry_ids, invoiced=invoiced)

    return mark_batch


def marking(entry_ids: list[str], *, size: int = 10, width: int = 4) -> BulkJob[FakeService]:
    """Return a job on the loop's own time."""

    def start(service: FakeService) -> Running:
        rows = enumerate(entry_ids, start=1)
        items = (Item(position=position, id=entry_id, payload=None) for position, entry_id in rows)
        return MarkJob(service, items, size=size, width=width, clock=LoopClock())

    return BulkJob(start, name="time entries", total=len(entry_ids))


async def test_a_run_tells_start_rows_progress_and_end(service: FakeService) -> None:
    """Every row stands in the stream once, between the first event and the last."""
    service.strangers = {ids(40)[7]}

    events = [event async for event in marking(ids(40)).run(service)]

    first, last = events[0], events[-1]
    assert isinstance(first, JobStarted)
    assert (first.name, first.provider, first.total) == ("time entries", "fake", 40)
    rows = [event.outcome.position for event in events if isinstance(event, RowEnded)]
    assert sorted(rows) == list(range(1, 41))
    assert isinstance(last, JobEnded)
    assert last.report.counts == {Standing.APPLIED: 39, Standing.REJECTED: 1}
    final = events[-2]
    assert isinstance(final, JobProgressed)
    assert (final.progress.ended, final.progress.eta_seconds) == (40, 0.0)


async def test_every_event_is_one_json_object(service: FakeService) -> None:
    """Machines get the same figures under names that stay."""
    events = [event_json(event) async for event in marking(ids(40)).run(service)]

    assert {event["schema"] for event in events} == {1}
    assert events[0]["event"] == "started"
    assert events[-1] | {"event": "ended", "rows": 40, "exit_code": 0} == events[-1]
    progress = next(event for event in reversed(events) if event["event"] == "progress")
    assert set(progress) >= {
        "rows",
        "ended",
        "total",
        "counts",
        "rows_per_second",
        "requests_per_second",
        "limit_per_second",
        "share_of_limit",
        "requests",
        "retries",
        "rate_limited",
        "seconds",
        "eta_seconds",
        "paused_seconds",
        "resumes_at",
    }
    assert progress["counts"] == {
        "applied": 40,
        "already_applied": 0,
        "rejected": 0,
        "unknown": 0,
        "not_attempted": 0,
    }


async def test_progress_is_told_while_nothing_ends(service: FakeService) -> None:
    """A long wait for one answer is no silence."""
    service.mark_batch = slow(service, 2.0)  # type: ignore[method-assign]

    events = [event async for event in marking(ids(10)).run(service)]

    moments = [event.progress.seconds for event in events if isinstance(event, JobProgressed)]
    assert len(moments) >= 7
    assert moments == sorted(moments)


async def test_a_pause_is_told_with_its_end(service: FakeService) -> None:
    """What the limiter says of a pause becomes an event, and so does its end."""
    stuck = slow(service, 3.0)

    async def paused(entry_ids: tuple[str, ...], *, invoiced: bool) -> WriteResult[None]:
        for hook in service.hooks:
            hook(Paused(provider="fake", seconds=2.0))
        return await stuck(entry_ids, invoiced=invoiced)

    service.mark_batch = paused  # type: ignore[method-assign]

    events = [event async for event in marking(ids(10)).run(service)]

    (pause,) = [event for event in events if isinstance(event, JobPaused)]
    assert pause.seconds == pytest.approx(1.75, abs=0.3)
    assert [event for event in events if isinstance(event, JobResumed)] == [JobResumed()]
    ended = events[-1]
    assert isinstance(ended, JobEnded)
    (told,) = ended.report.course.pauses
    assert told.seconds == pytest.approx(2.0)


async def test_a_spent_budget_is_a_pause(service: FakeService) -> None:
    """Where an hour's requests are used up nobody is refused: it is said all the same, with its end."""

    class Spent(FixedShare):
        @property
        def held_seconds(self) -> float:  # type: ignore[override]
            return max(0.0, 9.0 - asyncio.get_running_loop().time())

    service.limits = Spent  # type: ignore[method-assign]
    service.mark_batch = slow(service, 10.0)  # type: ignore[method-assign]

    events = [event async for event in marking(ids(10)).run(service)]

    (pause,) = [event for event in events if isinstance(event, JobPaused)]
    assert pause.seconds == pytest.approx(8.75, abs=0.3)
    told = [event for event in events if isinstance(event, JobProgressed) and event.progress.resumes_at]
    assert len(told) >= 12
    ended = events[-1]
    assert isinstance(ended, JobEnded)
    assert len(ended.report.course.pauses) == 1


async def test_cancelling_passes_on_and_tells_what_is_left(service: FakeService) -> None:
    """A cancelled job accounts for every row: done, in doubt, not attempted, never read."""
    job = marking(ids(1000), size=10, width=2)

    async def watch() -> None:
        async for _ in job.run(service):
            pass

    task = asyncio.create_task(watch())
    await asyncio.sleep(0.055)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    report = job.report()
    assert report.is_interrupted
    assert report.count(Standing.UNKNOWN) == 20
    assert report.count(Standing.NOT_ATTEMPTED) > 0
    assert report.unread is not None
    assert sum(report.counts.values()) + report.unread == 1000
    assert report.count(Standing.APPLIED) == len(service.marked)


async def test_a_rerun_does_what_was_left(service: FakeService) -> None:
    """The same rows again: the whole input is there, and no payment is recorded twice."""
    payments = [payment(number) for number in range(60)]
    first = BulkJob.record_payments(payments)
    stream = first.run(service)
    async with aclosing(stream):
        async for event in stream:
            if isinstance(event, RowEnded):
                break
    assert first.report().count(Standing.APPLIED) < 60

    second = await BulkJob.record_payments(payments).finish(service)

    assert second.count(Standing.APPLIED) == 60
    assert {each for invoice in service.paid.values() for each in invoice} == {p.reference for p in payments}


async def test_closing_the_stream_cuts_the_job_off_before_it_returns(service: FakeService) -> None:
    """Nothing runs on behind the back of whoever left."""
    stream = marking(ids(1000), size=10, width=2).run(service)
    async for event in stream:
        if isinstance(event, RowEnded):
            break

    await stream.aclose()
    calls = service.calls
    await asyncio.sleep(1.0)

    assert service.calls == calls
    assert service.hooks == []


async def test_stopping_ends_what_is_under_way(service: FakeService) -> None:
    """A shutdown drains: nothing is in doubt, the rest is told as not attempted."""
    job = marking(ids(500))
    watching = asyncio.create_task(job.finish(service))
    await asyncio.sleep(0.035)

    await job.close(grace_seconds=5.0)

    report = await watching
    assert report.count(Standing.UNKNOWN) == 0
    assert report.count(Standing.APPLIED) == len(service.marked)
    assert report.count(Standing.NOT_ATTEMPTED) == 500 - len(service.marked)


async def test_after_the_grace_the_rest_is_cut_off(service: FakeService) -> None:
    """A provider that does not answer cannot hold a shutdown up; the doubt is told."""
    service.mark_batch = slow(service, 1000.0)  # type: ignore[method-assign]
    job = marking(ids(30))
    watching = asyncio.create_task(job.finish(service))
    await asyncio.sleep(1.0)
    before = asyncio.get_running_loop().time()

    await job.close(grace_seconds=5.0)

    assert asyncio.get_running_loop().time() - before == pytest.approx(5.0, abs=0.1)
    assert (await watching).count(Standing.UNKNOWN) == 10


async def test_a_stop_before_the_begin_sends_nothing(service: FakeService) -> None:
    """Whoever is faster than the job wins."""
    job = marking(ids(30))
    job.stop()

    report = await job.finish(service)

    assert (service.calls, report.count(Standing.NOT_ATTEMPTED)) == (0, 30)


async def test_a_job_runs_once(service: FakeService) -> None:
    """A second run of one iterator would skip what the first has read."""
    job = marking(ids(3))
    await job.finish(service)

    with pytest.raises(UsageError, match="runs once"):
        await job.finish(service)


async def test_a_callback_that_raises_ends_nothing(service: FakeService) -> None:
    """Watching cannot change what happens to the rows."""
    heard: list[Progress] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)

    def listen(progress: Progress) -> None:
        heard.append(progress)
        raise ValueError("a defect of the caller's")

    report = await marking(ids(40)).finish(service, on_progress=listen)
    await asyncio.sleep(0)

    assert report.count(Standing.APPLIED) == 40
    assert heard[-1].ended == 40


async def test_money_is_added_up_by_how_it_ended(service: FakeService) -> None:
    """A second row of one payment is no second payment."""
    service.failures = {
        "r1": NotFound("no such invoice", status=404),
        "r2": OutcomeUnknown("lost"),
    }
    rows = [payment(0), payment(1), payment(2), payment(3), payment(3)]

    report = await BulkJob.record_payments(rows).finish(service)

    assert report.money == {
        Standing.APPLIED: (Money("21.00", "EUR"),),
        Standing.REJECTED: (Money("10.50", "EUR"),),
        Standing.UNKNOWN: (Money("10.50", "EUR"),),
    }
    assert {each.cause for each in report.problems} == {"NotFound", "OutcomeUnknown"}


async def test_statuses_are_set_from_pairs(service: FakeService) -> None:
    """What the provider does not have is rejected before anything is sent."""
    pairs = [("i1", InvoiceStatus.VOID), ("i2", InvoiceStatus.PAID)]

    report = await BulkJob.set_statuses(pairs).finish(service)

    assert service.calls == 0
    assert report.count(Standing.REJECTED) == 2


async def test_a_stream_of_ids_is_taken(service: FakeService) -> None:
    """Ids may still be coming while the first are sent."""

    async def coming() -> AsyncIterator[str]:
        for entry_id in ids(25):
            await asyncio.sleep(0)
            yield entry_id

    report = await BulkJob.mark_time_entries(coming(), chunk=10).finish(service)

    assert report.count(Standing.APPLIED) == 25


def test_a_single_text_is_not_many_ids() -> None:
    """Letters of an id are no ids."""
    with pytest.raises(UsageError, match="put a single one into a list"):
        BulkJob.mark_time_entries("5f1a")


async def test_requests_and_latencies_are_recorded(service: FakeService) -> None:
    """What the service's hooks tell stands in the report's course, and adds up."""
    whole = service.mark_batch

    async def told(entry_ids: tuple[str, ...], *, invoiced: bool) -> WriteResult[None]:
        for hook in service.hooks:
            hook(RequestSent(provider="fake", operation="mark", attempt=1))
        result = await whole(entry_ids, invoiced=invoiced)
        for hook in service.hooks:
            hook(ResponseReceived(provider="fake", operation="mark", attempt=1, status=200, seconds=0.01))
        return result

    service.mark_batch = told  # type: ignore[method-assign]

    report = await marking(ids(100)).finish(service)

    course = report.course
    assert sum(sample.requests for sample in course.samples) == 10
    assert sum(sample.rows for sample in course.samples) == 100
    assert course.samples[0].limit_per_second == 50.0
    assert course.latency.answers == 10
    assert course.latency.quantile(0.5) == pytest.approx(0.01, rel=0.3)


def accepts(job: Job[None], events: list[JobEvent]) -> Running:
    """Every job is one that can be run from Python: checked by the type checker."""
    return job
