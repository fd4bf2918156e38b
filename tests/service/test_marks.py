"""Marking any number of entries over a real socket: one outcome for each id, whatever the ids are."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from invoicekit import InvoiceService, UsageError
from invoicekit.batch import Progress, Standing
from invoicekit.events import Event, RequestSent
from invoicekit_clockify.simulator import ClockifySimulator


def entry_ids(simulator: ClockifySimulator) -> list[str]:
    return [entry.id for entry in simulator.ledger.entries()]


def requests(simulator: ClockifySimulator) -> int:
    return len(simulator.requests)


async def test_impossible_ids_cost_no_request(service: InvoiceService, simulator: ClockifySimulator) -> None:
    """Ids that can be none are taken out; the others of their chunk still go as one request."""
    good = entry_ids(simulator)
    bad = ["../x", "a/b", "", "x y", "a\nb", "..", "%2e%2e"]

    report = await service.mark_time_entries([*good[:3], *bad, *good[3:]])

    assert requests(simulator) == 1
    assert (report.counts[Standing.APPLIED], report.counts[Standing.REJECTED]) == (50, 7)
    assert [problem.id for problem in report.problems] == bad
    assert all(entry.invoiced for entry in simulator.ledger.entries())


@pytest.mark.parametrize("odd", [None, 12, b"6a1b2c3d4e5f60718293a4b5", ["x"]])
async def test_what_is_no_text_is_rejected_alone(
    service: InvoiceService, simulator: ClockifySimulator, odd: object
) -> None:
    """A None among the ids, say from a left join, costs its own row and no other."""
    good = entry_ids(simulator)

    report = await service.mark_time_entries([good[0], odd, good[1]])  # type: ignore[list-item]

    assert report.counts[Standing.APPLIED] == 2
    (problem,) = report.problems
    assert (problem.position, problem.standing) == (2, Standing.REJECTED)
    assert type(odd).__name__ in problem.reason


async def test_one_text_is_not_many_ids(service: InvoiceService, simulator: ClockifySimulator) -> None:
    """A text is an iterable of its letters, which nobody ever means."""
    with pytest.raises(UsageError, match="list"):
        await service.mark_time_entries(entry_ids(simulator)[0])

    assert requests(simulator) == 0


async def test_a_stream_of_ids_is_checked_too(service: InvoiceService, simulator: ClockifySimulator) -> None:
    """An async iterable goes the same way."""

    async def stream() -> AsyncIterator[str]:
        for one in (*entry_ids(simulator)[:2], None, "no/id"):
            yield one  # type: ignore[misc]  # as an untyped caller may

    report = await service.mark_time_entries(stream())

    assert (report.counts[Standing.APPLIED], report.counts[Standing.REJECTED]) == (2, 2)
    assert requests(simulator) == 1


async def test_wrong_types_in_one_batch_are_refused(
    service: InvoiceService, simulator: ClockifySimulator
) -> None:
    """One batch is one request: what is no id is a wrong call, not a crash."""
    with pytest.raises(UsageError):
        await service.mark_batch([None])  # type: ignore[list-item]

    assert requests(simulator) == 0


async def test_progress_is_told_to_whom_asked(service: InvoiceService, simulator: ClockifySimulator) -> None:
    """A callback hears how far it is, and of the end; what it raises ends nothing."""
    heard: list[Progress] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)

    def listen(progress: Progress) -> None:
        heard.append(progress)
        raise ValueError("a defect of the caller's")

    report = await service.mark_time_entries(entry_ids(simulator), on_progress=listen)
    await asyncio.sleep(0)

    assert report.is_done
    last = heard[-1]
    assert (last.ended, last.total, last.requests, last.eta_seconds) == (50, 50, 1, 0.0)


async def test_events_are_heard_while_a_block_runs(
    service: InvoiceService, simulator: ClockifySimulator
) -> None:
    """Who listens for a while hears what is sent in it, and nothing after it."""
    heard: list[Event] = []

    with service.watched(heard.append):
        await service.mark_time_entries(entry_ids(simulator)[:2])
        await asyncio.sleep(0)
    during = len(heard)
    await service.mark_time_entries(entry_ids(simulator)[2:4])
    await asyncio.sleep(0)

    assert len([event for event in heard if isinstance(event, RequestSent)]) == 1
    assert len(heard) == during
