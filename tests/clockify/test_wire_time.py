"""Time entries, their windows, and the detailed report."""

import json
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from clockify_desk import CLIENT, INVOICE, answer

from invoicekit.errors import InvalidIdentifier, InvalidInstant, MalformedResponse, UsageError
from invoicekit.model import MISSING, EntryMarks, Money, TimeEntry, TimeEntryQuery
from invoicekit_clockify.wire import clock_window, report_instant, wall_clock
from invoicekit_clockify.wire_time import (
    encode_entry_ids,
    encode_marks,
    encode_report,
    read_entries,
    read_entry,
    read_report,
)

ENTRY = "65f0c0ffee00000000001001"
OTHER = "65f0c0ffee00000000001002"
USER = "65f0c0ffee0000000000e001"
START = datetime(2026, 3, 1, 9, tzinfo=UTC)
BELGRADE = ZoneInfo("Europe/Belgrade")

CORE = {
    "id": ENTRY,
    "userId": USER,
    "projectId": None,
    "description": "Work",
    "billable": True,
    "isLocked": False,
    "timeInterval": {"start": "2026-03-01T09:00:00Z", "end": "2026-03-01T10:30:00Z", "duration": "PT1H30M"},
    "hourlyRate": {"amount": 4000, "currency": "EUR"},
    "approvalRequestId": None,
}
REPORTED = {
    "_id": ENTRY,
    "userId": USER,
    "projectId": None,
    "clientId": CLIENT,
    "description": "Work",
    "billable": True,
    "isLocked": False,
    "timeInterval": {"start": "2026-03-01T10:00:00+01:00", "end": "2026-03-01T09:30:00Z", "duration": 1800},
    "rate": 4000,
    "invoicingInfo": None,
}


def test_a_core_entry_cannot_tell_whether_it_is_invoiced() -> None:
    """Everything else is there; the flag is None."""
    assert read_entry(answer(CORE).body) == TimeEntry(
        id=ENTRY,
        invoiced=None,
        user_id=USER,
        project_id=None,
        description="Work",
        is_billable=True,
        is_locked=False,
        start=START,
        end=START + timedelta(minutes=90),
        duration=timedelta(minutes=90),
        hourly_rate=Money("40.00", "EUR"),
    )


def test_a_running_timer_has_no_end() -> None:
    """Its end and duration are the provider's own nulls."""
    running = {**CORE, "timeInterval": {"start": "2026-03-01T09:00:00Z", "end": None, "duration": None}}

    (entry,) = read_entries(answer([running]).body)

    assert (entry.start, entry.end, entry.duration) == (START, None, None)


@pytest.mark.parametrize(
    ("info", "invoiced", "invoice_id"),
    [
        (None, False, None),
        ({"invoiceId": INVOICE, "invoiceNumber": "A-1", "manuallyInvoiced": False}, True, INVOICE),
        ({"invoiceId": None, "invoiceNumber": None, "manuallyInvoiced": True}, True, None),
        ({"invoiceId": None, "manuallyInvoiced": False}, None, None),
        ({}, None, MISSING),
    ],
)
def test_the_report_tells_linked_from_marked(info: object, invoiced: object, invoice_id: object) -> None:
    """Null is "not invoiced"; an empty word about it is not taken for one."""
    (entry,) = read_report(answer({"timeentries": [{**REPORTED, "invoicingInfo": info}]}).body, known=None)

    assert (entry.invoiced, entry.invoice_id) == (invoiced, invoice_id)


def test_a_report_without_the_member_tells_nothing_unless_it_was_narrowed() -> None:
    """What the report was narrowed to is stronger than what its rows say."""
    row = {name: value for name, value in REPORTED.items() if name != "invoicingInfo"}
    body = answer({"timeentries": [row]}).body

    told = [read_report(body, known=known)[0].invoiced for known in (None, True, False)]

    assert told == [None, True, False]


def test_report_instants_carry_their_offset() -> None:
    """Times rendered in another zone are the same instants, never sliced as text."""
    (entry,) = read_report(answer({"timeentries": [REPORTED]}).body, known=None)

    assert (entry.start, entry.duration) == (START, timedelta(minutes=30))


@pytest.mark.parametrize("document", [[REPORTED], {"timeentries": None}, {"timeentries": [{"id": ENTRY}]}])
def test_another_shape_of_report_is_an_error(document: object) -> None:
    """A bare array, a null or rows without _id never read as "nothing there"."""
    with pytest.raises(MalformedResponse):
        read_report(answer(document).body, known=None)


def test_marks_go_out_as_distinct_ids_in_an_array() -> None:
    """Doubles are dropped, the order stays, one id is an array too."""
    assert json.loads(encode_marks(EntryMarks(entry_ids=(OTHER, ENTRY, OTHER), invoiced=False))) == {
        "timeEntryIds": [OTHER, ENTRY],
        "invoiced": False,
    }
    assert json.loads(encode_marks(EntryMarks(entry_ids=(ENTRY,), invoiced=True)))["timeEntryIds"] == [ENTRY]


@pytest.mark.parametrize("bad", ["", "x", ENTRY.upper(), f"{ENTRY}\n", "../../admin", f" {ENTRY}"])
def test_an_id_that_is_none_is_not_sent(bad: str) -> None:
    """Neither in marks nor in a batch read."""
    with pytest.raises(InvalidIdentifier):
        encode_marks(EntryMarks(entry_ids=(ENTRY, bad), invoiced=True))
    with pytest.raises(InvalidIdentifier):
        encode_entry_ids([bad])


def test_no_ids_are_no_batch() -> None:
    """Clockify wants at least one."""
    with pytest.raises(UsageError):
        encode_marks(EntryMarks(entry_ids=(), invoiced=True))


def test_a_report_is_asked_for_literal_instants() -> None:
    """The zone is UTC, the end is exclusive for us and inclusive for Clockify, totals are left out."""
    query = TimeEntryQuery(
        invoiced=False, billable=True, customer_id=CLIENT, project_id=INVOICE, user_id=USER
    )
    end = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=1)))

    body = encode_report(query, start=START, end=end, page=3, page_size=5000)

    assert json.loads(body) == {
        "dateRangeStart": "2026-03-01T09:00:00.000",
        "dateRangeEnd": "2026-03-01T10:59:59.999",
        "timeZone": "UTC",
        "exportType": "JSON",
        "sortOrder": "ASCENDING",
        "detailedFilter": {
            "page": 3,
            "pageSize": 1000,
            "sortColumn": "ID",
            "options": {"totals": "EXCLUDE"},
        },
        "invoicingState": "UNINVOICED",
        "billable": True,
        "clients": {"contains": "CONTAINS", "ids": [CLIENT], "status": "ALL"},
        "projects": {"contains": "CONTAINS", "ids": [INVOICE], "status": "ALL"},
        "users": {"contains": "CONTAINS", "ids": [USER], "status": "ALL"},
    }


def test_an_instant_becomes_a_reading_of_the_accounts_clock() -> None:
    """09:00 UTC is shown as 10:00 in Belgrade, whatever zone it was given in."""
    assert wall_clock(START, BELGRADE) == "2026-03-01T10:00:00Z"
    assert wall_clock(START.astimezone(ZoneInfo("Asia/Tokyo")), BELGRADE) == "2026-03-01T10:00:00Z"
    assert report_instant(START.astimezone(BELGRADE)) == "2026-03-01T09:00:00.000"


def test_a_naive_time_is_no_instant() -> None:
    """Guessing its zone would shift the window."""
    with pytest.raises(InvalidInstant):
        wall_clock(datetime(2026, 3, 1), BELGRADE)  # noqa: DTZ001


def test_an_ordinary_window_is_not_widened() -> None:
    """Away from a change of clocks the readings are exact."""
    assert clock_window(START, START + timedelta(hours=1), BELGRADE) == (
        "2026-03-01T10:00:00Z",
        "2026-03-01T11:00:00Z",
    )


@pytest.mark.parametrize(
    ("start", "end", "window"),
    [
        # The clocks go back at 01:00 UTC: 02:30 is shown twice, and plain readings would be 02:30 to 02:00.
        (
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            datetime(2026, 10, 25, 1, 0, tzinfo=UTC),
            ("2026-10-25T01:30:00Z", "2026-10-25T03:00:00Z"),
        ),
        # They go forward at 01:00 UTC: there is no 02:30.
        (
            datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
            ("2026-03-29T00:30:00Z", "2026-03-29T04:30:00Z"),
        ),
    ],
)
def test_a_window_in_the_night_of_a_change_holds_every_reading(
    start: datetime, end: datetime, window: tuple[str, str]
) -> None:
    """Both readings of the doubled hour lie in the window; the reader drops the rest by instant."""
    first, last = clock_window(start, end, BELGRADE)
    moments = [start + timedelta(minutes=minute) for minute in range(0, int((end - start).seconds / 60), 5)]

    assert (first, last) == window
    assert all(first <= wall_clock(moment, BELGRADE) <= last for moment in moments)
