"""Tracked time: days, lines, and replacements that keep what they do not change."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import pytest
from kukkingu_desk import (
    BILLABLE,
    CLIENT,
    CONTRACT,
    ENTRY,
    INVOICE,
    PROJECT,
    Desk,
    StubSender,
    adapter,
    answer,
    billable_document,
    entry_document,
    opened,
    time_link,
)

from invoicekit.errors import (
    ConfigurationError,
    Conflict,
    InvalidIdentifier,
    InvalidInstant,
    MalformedResponse,
    NotFound,
    OutcomeUnknown,
    UnsupportedOperation,
    UsageError,
)
from invoicekit.model import MISSING, EntryMarks, Outcome, TimeEntryQuery
from invoicekit.wire import Codec
from invoicekit_kukkingu.simulator import Behaviour
from invoicekit_kukkingu.wire_time import encode_entry, read_entry

CODEC = Codec()
DAY = datetime(2026, 3, 1, tzinfo=UTC)


def body(document: object) -> bytes:
    return json.dumps({"data": document}).encode()


def test_an_entry_decodes_exactly() -> None:
    """A day and a duration; relations tell project, customer, line and invoice."""
    project = {"id": PROJECT, "contract": {"id": CONTRACT, "client": CLIENT}}
    entry = read_entry(
        body(entry_document(project=project, billable=billable_document())), expected_id=ENTRY
    ).entry()

    assert (entry.start, entry.duration) == (DAY, timedelta(minutes=90))
    assert (entry.invoiced, entry.invoice_id) == (True, INVOICE)
    assert (entry.project_id, entry.customer_id) == (PROJECT, CLIENT)


@pytest.mark.parametrize("changes", [{}, {"billable": None}])
def test_unbilled_is_a_null_or_nothing(changes: dict[str, object]) -> None:
    """Which of the two is not known."""
    entry = read_entry(body(entry_document(**changes)), expected_id=ENTRY).entry()

    assert (entry.invoiced, entry.invoice_id, entry.customer_id) == (False, None, MISSING)


@pytest.mark.parametrize("seconds", [-60, 0, 9007199254740991])
def test_durations_have_no_known_bounds(seconds: int) -> None:
    """Whatever comes is read, and never raises."""
    read_entry(body(entry_document(durationSeconds=seconds)), expected_id=ENTRY).entry()


def test_a_replacement_says_everything_again() -> None:
    """What is left out would be lost; what was not there is not invented."""
    full = read_entry(body(entry_document()), expected_id=ENTRY)
    bare = read_entry(
        body(entry_document(description=None, referenceSource=None, referenceId="")), expected_id=ENTRY
    )

    assert encode_entry(full, BILLABLE) == (
        b'{"billableId":"bil_eeeeeeeeeeeeeeeeeeeeeeee","date":"2026-03-01","description":"Work",'
        b'"durationSeconds":5400,"referenceId":"ABC-1","referenceSource":"JIRA"}'
    )
    assert encode_entry(bare, None) == b'{"date":"2026-03-01","durationSeconds":5400,"referenceId":""}'


async def test_marking_hangs_an_entry_on_the_configured_line(desk: Desk) -> None:
    """One read and one replacement, looked at before and after; nothing else changes."""
    before = desk.simulator.ledger.entry(desk.entry_id)

    result = await desk.service.mark_batch([desk.entry_id])

    after = desk.simulator.ledger.entry(desk.entry_id)
    assert (result.outcome, result.verified) == (Outcome.APPLIED, True)
    assert after.billable_id == desk.line_id
    assert (after.date, after.seconds, after.description, after.reference_source, after.reference_id) == (
        before.date,
        before.seconds,
        before.description,
        before.reference_source,
        before.reference_id,
    )


async def test_marking_again_sends_nothing(desk: Desk) -> None:
    """What hangs on a line is invoiced."""
    await desk.service.mark_batch([desk.entry_id])

    again = await desk.service.mark_batch([desk.entry_id])

    assert again.outcome is Outcome.ALREADY_APPLIED
    assert len(desk.requests("replace_time_entry")) == 1


async def test_marking_never_moves_what_is_billed_elsewhere(desk: Desk) -> None:
    """It would unbill it there; it is invoiced already, and stays."""
    line = desk.simulator.home.add_billable(desk.invoice_id)
    entry = desk.simulator.home.add_entry(desk.simulator.project.id, billable_id=line.id)

    result = await desk.service.mark_batch([entry.id])

    assert result.outcome is Outcome.ALREADY_APPLIED
    assert desk.simulator.ledger.entry(entry.id).billable_id == line.id


async def test_linking_never_moves_what_is_billed_elsewhere(desk: Desk) -> None:
    """A line named by the caller is refused where another one bills the entry."""
    line = desk.simulator.home.add_billable(desk.invoice_id)
    await desk.service.mark_batch([desk.entry_id])

    with pytest.raises(Conflict, match=desk.line_id):
        await desk.service.write(desk.native.link_time_entries(time_link([desk.entry_id], line.id)))

    assert desk.simulator.ledger.entry(desk.entry_id).billable_id == desk.line_id


async def test_linking_takes_many_entries_one_write_each(desk: Desk) -> None:
    """A chain, each with a promise of its own; a repeat sends nothing."""
    home = desk.simulator.home
    line = home.add_billable(desk.draft_id)
    ids = [home.add_entry(desk.simulator.project.id).id for _ in range(5)]

    first = await desk.service.write(desk.native.link_time_entries(time_link(ids, line.id)))
    again = await desk.service.write(desk.native.link_time_entries(time_link(ids, line.id)))

    assert (first.outcome, first.attempts, again.outcome) == (Outcome.APPLIED, 5, Outcome.ALREADY_APPLIED)
    assert {desk.simulator.ledger.entry(one).billable_id for one in ids} == {line.id}
    assert len(desk.requests("replace_time_entry")) == 5


async def test_unmarking_takes_an_entry_off_its_line(desk: Desk) -> None:
    """By a replacement that leaves billableId out."""
    await desk.service.mark_batch([desk.entry_id])

    await desk.service.mark_batch([desk.entry_id], invoiced=False)

    entry = desk.simulator.ledger.entry(desk.entry_id)
    assert (entry.billable_id, entry.description) == (None, "Work")
    assert b"billableId" not in desk.requests("replace_time_entry")[-1].body


async def test_a_server_that_does_not_unlink_is_found_out() -> None:
    """That leaving it out unlinks is a guess; where it does not, that is never called success."""
    async with opened(behaviour=Behaviour(put_unlinks=False)) as desk:
        await desk.service.mark_batch([desk.entry_id])

        with pytest.raises(OutcomeUnknown, match="otherwise than it was written"):
            await desk.service.mark_batch([desk.entry_id], invoiced=False)


async def test_marks_need_a_line_to_hang_on() -> None:
    """It comes from the settings; missing, it is named before any request."""
    async with opened(billable_id=None) as desk:
        with pytest.raises(ConfigurationError, match="billable_id"):
            await desk.service.mark_batch([desk.entry_id])

        assert len(desk.simulator.requests) == 0


async def test_many_entries_have_one_outcome_each(desk: Desk) -> None:
    """An id that does not exist is rejected alone."""
    home = desk.simulator.home
    ids = [home.add_entry(desk.simulator.project.id).id for _ in range(10)]

    report = await desk.service.mark_time_entries([*ids, ENTRY])

    assert [problem.id for problem in report.problems] == [ENTRY]
    assert all(desk.simulator.ledger.entry(one).billable_id == desk.line_id for one in ids)


@pytest.mark.parametrize("ids", [[], ["tsh_x"], ["../clients"], [ENTRY, INVOICE]])
async def test_what_is_no_entry_is_refused_before_any_request(desk: Desk, ids: list[str]) -> None:
    """The whole call, before its first write."""
    with pytest.raises((UsageError, InvalidIdentifier)):
        await desk.service.mark_batch(ids)

    assert len(desk.simulator.requests) == 0


async def test_two_writers_here_do_not_lose_an_update(desk: Desk) -> None:
    """Read and replacement of one entry are one step within a process: the entry is the lock."""
    line = desk.simulator.home.add_billable(desk.draft_id)
    service, native = desk.service, desk.native

    results = await asyncio.gather(
        service.write(native.link_time_entries(time_link([desk.entry_id], line.id))),
        service.mark_batch([desk.entry_id]),
        return_exceptions=True,
    )

    assert not any(isinstance(one, Exception) for one in results)
    assert len(desk.simulator.ledger.deeds("link", desk.entry_id)) == 1


def test_every_write_of_an_entry_has_it_for_a_lock() -> None:
    """Marking, linking and unmarking wait for each other, and share the record of doubt."""
    kukkingu = adapter(StubSender(), billable_id=BILLABLE)
    writes = [
        kukkingu.mark_time_entries(EntryMarks(entry_ids=(ENTRY,), invoiced=True)),
        kukkingu.mark_time_entries(EntryMarks(entry_ids=(ENTRY,), invoiced=False)),
        kukkingu.link_time_entries(time_link([ENTRY], BILLABLE)),
    ]

    assert {(write.target, write.operation.name) for write in writes} == {(ENTRY, "mark_time_entries")}


async def test_what_somebody_linked_meanwhile_is_not_written_again() -> None:
    """Between the look and the write, to the same line: done, without a replacement."""
    stub = StubSender([answer(entry_document(billable=BILLABLE))])

    await adapter(stub).link_time_entries(time_link([ENTRY], BILLABLE)).perform(stub)

    assert len(stub.sent) == 1


async def test_what_somebody_linked_elsewhere_meanwhile_is_not_moved() -> None:
    """Between the look and the write, to another line: refused, without a replacement."""
    stub = StubSender([answer(entry_document(billable="bil_aaaaaaaaaaaaaaaaaaaaaaaa"))])

    with pytest.raises(Conflict):
        await adapter(stub).link_time_entries(time_link([ENTRY], BILLABLE)).perform(stub)

    assert len(stub.sent) == 1


async def test_an_answer_with_other_fields_is_doubt() -> None:
    """A replacement that came back without the description lost it."""
    linked = entry_document(billable=BILLABLE, description=None)
    stub = StubSender([answer(entry_document()), answer(linked)])

    with pytest.raises(MalformedResponse):
        await adapter(stub).link_time_entries(time_link([ENTRY], BILLABLE)).perform(stub)


async def test_a_range_is_days(desk: Desk) -> None:
    """The end is left out; a day counts from its beginning in UTC."""
    home, project = desk.simulator.home, desk.simulator.project
    ids = {day: home.add_entry(project.id, date=f"2026-05-0{day}").id for day in (1, 2, 3)}

    start = datetime(2026, 5, 1, tzinfo=UTC)
    whole = desk.service.list_time_entries(start=start, end=start + timedelta(days=2))
    late = desk.service.list_time_entries(
        start=start + timedelta(hours=1), end=start + timedelta(days=2, seconds=1)
    )

    assert [entry.id async for entry in whole] == [ids[1], ids[2]]
    assert desk.requests("list_time_entries")[0].query["dateTo"] == ["2026-05-02"]
    assert [entry.id async for entry in late] == [ids[2], ids[3]]


async def test_a_server_that_sends_more_is_not_believed() -> None:
    """What lies outside of the range is dropped here, whatever the server took the days for."""
    rows = [entry_document(date=f"2026-03-0{day}") for day in (1, 2, 3)]
    stub = StubSender([answer(rows)])

    page = await adapter(stub).list_time_entries(
        TimeEntryQuery(start=DAY + timedelta(hours=1), end=DAY + timedelta(days=2)), None
    )

    assert [entry.start for entry in page.items] == [DAY + timedelta(days=1)]


async def test_filters_that_the_server_lacks_are_applied_here(desk: Desk) -> None:
    """By being invoiced and by customer."""
    await desk.service.mark_batch([desk.entry_id])

    invoiced = [entry.id async for entry in desk.service.list_time_entries(invoiced=True)]
    unbilled = [entry.id async for entry in desk.service.list_time_entries(invoiced=False)]
    nobody = [one async for one in desk.service.list_time_entries(customer_id=CLIENT)]
    theirs = [one async for one in desk.service.list_time_entries(customer_id=desk.client_id)]

    assert invoiced == [desk.entry_id]
    assert desk.entry_id not in unbilled
    assert (len(unbilled), len(nobody), len(theirs)) == (1, 0, 2)


async def test_a_project_narrows_at_the_server(desk: Desk) -> None:
    """As the only filter of a list beside days and lines."""
    other = desk.simulator.home.add_project(desk.simulator.contract.id, "Other")
    entry = desk.simulator.home.add_entry(other.id)

    found = [one.id async for one in desk.service.list_time_entries(project_id=other.id)]

    assert found == [entry.id]
    assert desk.requests("list_time_entries")[0].query["projectId"] == [other.id]


@pytest.mark.parametrize("filters", [{"user_id": "u"}, {"billable": True}])
async def test_filters_by_what_there_is_not_are_refused(desk: Desk, filters: dict[str, object]) -> None:
    """No users, no billable flag: refused with the alternative, before any request."""
    with pytest.raises(UnsupportedOperation, match="instead"):
        await desk.service.list_time_entries(**filters).snapshot()  # type: ignore[arg-type]

    assert len(desk.simulator.requests) == 0


@pytest.mark.parametrize(
    ("start", "end", "error"),
    [
        (datetime(2026, 3, 1), None, InvalidInstant),  # noqa: DTZ001 -- that is what is refused
        (DAY, DAY, UsageError),
    ],
)
async def test_a_range_that_is_none_is_refused(
    desk: Desk, start: datetime, end: datetime | None, error: type[Exception]
) -> None:
    """Nothing is sent."""
    with pytest.raises(error):
        await desk.service.list_time_entries(start=start, end=end).snapshot()

    assert len(desk.simulator.requests) == 0


async def test_native_reads_of_time(desk: Desk) -> None:
    """One entry, and those of a line."""
    await desk.service.mark_batch([desk.entry_id])

    entry = await desk.native.get_time_entry(desk.entry_id)
    on_line = await desk.native.entries_of_billable(desk.line_id)

    assert entry.invoiced is True
    assert [one.id for one in on_line] == [desk.entry_id]
    assert desk.simulator.ledger.entry(desk.entry_id).billable_id == desk.line_id
    with pytest.raises(NotFound):
        await desk.native.get_time_entry(ENTRY)
