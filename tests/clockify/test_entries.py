"""Time entries: listed by what each read can tell, marked, and read back."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from clockify_desk import INVOICE, Desk, StubSender, adapter, answer, opened

from invoicekit.adapter import Effect, Idempotency
from invoicekit.errors import InvalidInstant, NotFound, UsageError
from invoicekit.model import EntryMarks, Outcome, TimeEntryQuery
from invoicekit.simulate import Fault, FaultKind
from invoicekit_clockify import UserEntries
from invoicekit_clockify.simulator import Behaviour, ClockifySimulator

DAY = datetime(2026, 3, 1, tzinfo=UTC)
NEXT_DAY = DAY + timedelta(days=1)
USER = ClockifySimulator.USER_ID


def track(desk: Desk, minutes: float, **more: Any) -> str:
    start = int((DAY + timedelta(minutes=minutes)).timestamp())
    return desk.simulator.home.add_entry(start=start, **more)


def marked(desk: Desk) -> set[str]:
    return {entry.id for entry in desk.simulator.ledger.entries() if entry.invoiced}


async def test_marks_are_one_request_and_read_nothing(desk: Desk) -> None:
    """Setting a value needs no look; doubles are dropped."""
    ids = [track(desk, minute) for minute in range(3)]

    result = await desk.service.mark_batch([*ids, ids[0]])

    assert (result.outcome, marked(desk)) == (Outcome.APPLIED, set(ids))
    assert [one.operation for one in desk.simulator.requests] == ["mark_time_entries"]


@pytest.mark.parametrize("kind", [FaultKind.DROP_BEFORE, FaultKind.DROP_AFTER, FaultKind.ERROR_BEFORE])
async def test_marks_in_doubt_are_set_again(kind: FaultKind) -> None:
    """The same value again changes nothing, so a lost answer costs a request and no doubt."""
    async with opened(faults=[Fault(kind=kind, at="mark_time_entries")]) as desk:
        ids = [track(desk, minute) for minute in range(3)]

        await desk.service.mark_batch(ids)

        assert marked(desk) == set(ids)
        assert len(desk.requests("mark_time_entries")) == 2


def test_marks_of_the_same_batch_share_a_target() -> None:
    """Whatever the order; another batch has another."""

    def target(*ids: str) -> str:
        return adapter(StubSender()).mark_time_entries(EntryMarks(entry_ids=ids, invoiced=True)).target

    a, b = "65f0c0ffee00000000001001", "65f0c0ffee00000000001002"

    assert target(a, b) == target(b, a) != target(a)


def test_marks_are_declared_as_a_value() -> None:
    """A repeat is no second effect."""
    marks = EntryMarks(entry_ids=(INVOICE,), invoiced=True)

    operation = adapter(StubSender()).mark_time_entries(marks).operation

    assert (operation.effect, operation.idempotency) == (Effect.SET, Idempotency.SET_VALUE)
    assert (operation.looks_before, operation.looks_after) == (False, False)


@pytest.mark.parametrize("behaviour", [Behaviour(), Behaviour(short_pages=True)])
async def test_marks_are_verified_over_a_range_of_days(behaviour: Behaviour) -> None:
    """Of the ids given, those in the state asked for; all pages, nobody else's entries."""
    async with opened(behaviour=behaviour, page_size=3) as desk:
        ids = [track(desk, minute) for minute in range(8)]
        await desk.service.mark_batch(ids[:5])

        invoiced = await desk.native.invoiced_entries(ids[1:], DAY, NEXT_DAY)
        free = await desk.native.invoiced_entries(ids[1:], DAY, NEXT_DAY, invoiced=False)

        assert (invoiced, free) == (frozenset(ids[1:5]), frozenset(ids[5:]))


@pytest.mark.parametrize(("invoiced", "expected"), [(None, 3), (True, 1), (False, 2)])
async def test_a_range_is_read_from_the_report(desk: Desk, *, invoiced: bool | None, expected: int) -> None:
    """It alone knows the flag, and can narrow to it."""
    ids = [track(desk, minute) for minute in range(3)]
    await desk.service.mark_batch(ids[:1])

    rows = await desk.service.list_time_entries(start=DAY, end=NEXT_DAY, invoiced=invoiced).snapshot()

    assert len(rows) == expected
    assert all(row.invoiced is (row.id == ids[0]) for row in rows)


async def test_a_range_ends_before_its_end(desk: Desk) -> None:
    """[start, end): two neighbouring ranges share no entry and miss none."""
    ids = [track(desk, minute) for minute in (0, 1439, 1440)]

    first = await desk.service.list_time_entries(start=DAY, end=NEXT_DAY).snapshot()
    second = await desk.service.list_time_entries(start=NEXT_DAY, end=NEXT_DAY + timedelta(days=1)).snapshot()

    assert ([row.id for row in first], [row.id for row in second]) == (ids[:2], ids[2:])


async def test_rows_outside_of_the_range_are_dropped() -> None:
    """Whatever the report takes a range to mean: what started before or at the end is not in it."""
    times = ("2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z", "2026-03-01T23:59:59Z", "2026-03-02T00:00:00Z")
    rows = [
        {"_id": f"65f0c0ffee0000000000100{number}", "timeInterval": {"start": start}}
        for number, start in enumerate(times)
    ]
    stub = StubSender([answer({"timeentries": rows})])

    page = await adapter(stub).list_time_entries(TimeEntryQuery(start=DAY, end=NEXT_DAY), None)

    assert [row.id[-1] for row in page.items] == ["1", "2"]
    assert page.next_cursor == "2:4"


async def test_filters_of_the_report_narrow(desk: Desk) -> None:
    """Client, project, user and billable."""
    home = desk.simulator.home
    other = home.add_client("Other")
    ours, theirs = home.add_project("Ours", desk.client_id), home.add_project("Theirs", other.id)
    mine, billed, free = (
        track(desk, 1, project=ours),
        track(desk, 2, project=theirs),
        track(desk, 3, billable=False),
    )

    async def listed(**query: Any) -> set[str]:
        rows = await desk.service.list_time_entries(start=DAY, end=NEXT_DAY, **query).snapshot()
        return {row.id for row in rows}

    assert await listed(customer_id=desk.client_id) == {mine}
    assert await listed(project_id=theirs.id) == {billed}
    assert await listed(billable=False) == {free}
    assert await listed(user_id=USER) == {mine, billed, free}


@pytest.mark.parametrize(
    "query",
    [
        TimeEntryQuery(),
        TimeEntryQuery(start=DAY),
        TimeEntryQuery(end=DAY, user_id=USER),
        TimeEntryQuery(invoiced=True, user_id=USER),
        TimeEntryQuery(customer_id=INVOICE),
        TimeEntryQuery(user_id=USER, billable=True),
        TimeEntryQuery(start=DAY, end=DAY),
        TimeEntryQuery(start=NEXT_DAY, end=DAY),
    ],
)
async def test_a_question_that_no_read_can_answer_is_refused(query: TimeEntryQuery) -> None:
    """Rather than answered with what cannot tell."""
    stub = StubSender()

    with pytest.raises(UsageError):
        await adapter(stub).list_time_entries(query, None)

    assert stub.sent == []


async def test_a_naive_range_is_refused() -> None:
    """It would mean another range elsewhere."""
    naive = TimeEntryQuery(start=datetime(2026, 3, 1), end=datetime(2026, 3, 2))  # noqa: DTZ001

    with pytest.raises(InvalidInstant):
        await adapter(StubSender()).list_time_entries(naive, None)


async def test_one_users_entries_need_no_range(desk: Desk) -> None:
    """They come from the core host, which cannot tell what is invoiced."""
    ids = {track(desk, minute) for minute in range(3)}

    rows = await desk.service.list_time_entries(user_id=USER).snapshot()

    assert ({row.id for row in rows}, {row.invoiced for row in rows}) == (ids, {None})
    assert desk.requests("detailed_report") == []


async def test_a_window_in_the_night_of_a_change_is_exact() -> None:
    """The doubled hour is read whole and cut by instant, over all pages."""
    zone = ZoneInfo("Europe/Belgrade")
    night = datetime(2026, 10, 25, tzinfo=UTC)
    async with opened(time_zone=zone.key, page_size=2) as desk:
        offset = (night - DAY) / timedelta(minutes=1)
        ids = [track(desk, offset + minute) for minute in range(0, 180, 15)]
        start, end = night + timedelta(minutes=30), night + timedelta(minutes=75)
        wanted = UserEntries(user_id=USER, start=start, end=end, zone=zone)

        found, cursor = [], None
        while True:
            page = await desk.native.list_user_time_entries(wanted, cursor)
            found += [row.id for row in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break

        assert sorted(found) == ids[2:5]


@pytest.mark.parametrize(
    "wanted",
    [
        UserEntries(user_id=USER, start=DAY, end=NEXT_DAY),
        UserEntries(user_id=USER, start=DAY),
        UserEntries(user_id=USER, start=NEXT_DAY, end=DAY, zone=UTC),
    ],
)
async def test_a_users_range_needs_the_accounts_zone(wanted: UserEntries) -> None:
    """Without it the window would be read as somebody else's wall clock."""
    with pytest.raises(UsageError):
        await adapter(StubSender()).list_user_time_entries(wanted)


async def test_the_running_timer_can_be_asked_for(desk: Desk) -> None:
    """It has no end and no duration."""
    track(desk, 1)
    running = track(desk, 2, is_running=True)

    page = await desk.native.list_user_time_entries(UserEntries(user_id=USER, is_running=True))

    assert [(row.id, row.end, row.duration) for row in page.items] == [(running, None, None)]


async def test_single_entries_and_batches_are_read_by_id(desk: Desk) -> None:
    """A batch leaves out what it does not know; no ids are no request."""
    entry_id = track(desk, 1)

    one = await desk.native.get_time_entry(entry_id)
    batch = await desk.native.get_time_entries([entry_id, entry_id])
    nothing = await desk.native.get_time_entries([])

    assert (one.id, [row.id for row in batch], nothing) == (entry_id, [entry_id], ())
    assert len(desk.requests("get_time_entries")) <= 1
    with pytest.raises(NotFound):
        await desk.native.get_time_entry(INVOICE)


async def test_a_project_narrows_a_users_list() -> None:
    """In the query, beside paging."""
    stub = StubSender([answer([], last_page="true")])

    await adapter(stub).list_time_entries(TimeEntryQuery(user_id=USER, project_id=INVOICE), None)

    assert dict(stub.sent[0][1].query) == {"project": INVOICE, "page": "1", "page-size": "200"}
