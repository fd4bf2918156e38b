"""The detailed report, the only read-back of the invoiced flag."""

from typing import Any

import pytest
from clockify_wire import Clockify, clockify

MARCH = 1_772_323_200  # 2026-03-01T00:00:00Z


def add_entries(api: Clockify, count: int) -> list[str]:
    project = api.simulator.home.projects[0]
    return [
        api.simulator.home.add_entry(start=MARCH + 3600 * number, project=project) for number in range(count)
    ]


async def test_the_flag_stands_under_invoicing_info() -> None:
    """Null when not invoiced; a manual mark links to no invoice. The id is `_id`."""
    async with clockify() as api:
        first, second = add_entries(api, 2)
        await api.mark([first])
        shown = await api.reported()

    assert shown == {
        first: {"invoiceId": None, "invoiceNumber": None, "manuallyInvoiced": True},
        second: None,
    }


async def test_a_row_is_written_in_the_report_s_own_way() -> None:
    """`_id`, seconds as an integer, money in minor units."""
    async with clockify() as api:
        (entry,) = add_entries(api, 1)
        (row,) = (await api.report()).json()["timeentries"]

    assert row["_id"] == entry
    assert not {"id", "get_id"} & set(row)
    assert row["timeInterval"] == {
        "start": "2026-03-01T00:00:00Z",
        "end": "2026-03-01T01:00:00Z",
        "duration": 3600,
    }
    assert (row["rate"], row["amount"]) == (6_000, 6_000)


async def test_the_report_is_on_the_reports_host() -> None:
    """The core host does not know it."""
    async with clockify() as api:
        reply = await api.send("POST", "/reports/detailed", {})

    assert (reply.status, reply.json()["code"]) == (404, 3000)


@pytest.mark.parametrize(("state", "index"), [("INVOICED", 0), ("UNINVOICED", 1)])
async def test_a_report_may_show_one_state(state: str, index: int) -> None:
    """Filtered before paging."""
    async with clockify() as api:
        entries = add_entries(api, 2)
        await api.mark(entries[:1])
        shown = await api.reported(invoicingState=state)

    assert list(shown) == [entries[index]]


async def test_the_window_is_a_wall_clock_of_the_time_zone_asked_for() -> None:
    """And the times come back in that zone."""
    async with clockify() as api:
        add_entries(api, 2)
        reply = await api.report(
            timeZone="Asia/Tokyo",
            dateRangeStart="2026-03-01T09:00:00Z",
            dateRangeEnd="2026-03-01T09:59:59.999Z",
        )

    (row,) = reply.json()["timeentries"]
    assert row["timeInterval"]["start"] == "2026-03-01T09:00:00+09:00"


async def test_without_a_time_zone_the_account_s_own_counts() -> None:
    """Belgrade's first hour of March began at 23:00 UTC in February."""
    async with clockify(time_zone="Europe/Belgrade") as api:
        early = api.simulator.home.add_entry(start=MARCH - 3600)
        add_entries(api, 1)
        shown = await api.reported(
            timeZone=None, dateRangeStart="2026-03-01T00:00:00", dateRangeEnd="2026-03-01T00:59:59"
        )

    assert list(shown) == [early]


async def test_the_report_may_lag_behind_a_mark() -> None:
    """For so long it goes on to show the former state, in filters too."""
    async with clockify(behaviour={"report_lag_seconds": 5.0}) as api:
        (entry,) = add_entries(api, 1)
        await api.mark([entry])
        early = await api.reported()
        early_filtered = await api.reported(invoicingState="INVOICED")
        await api.clock.advance(3.0)
        await api.mark([entry], invoiced=False)
        await api.clock.advance(2.5)
        first_change = await api.reported()
        await api.clock.advance(3.0)
        both_changes = await api.reported(invoicingState="UNINVOICED")

    assert (early, early_filtered) == ({entry: None}, {})
    assert first_change[entry] is not None
    assert both_changes == {entry: None}
    assert api.simulator.home.entries.is_lagging is False


async def test_pages_hold_at_most_a_thousand_rows() -> None:
    """Larger ones are refused; the pages of one question fit together."""
    async with clockify() as api:
        entries = add_entries(api, 5)
        pages = [(await api.report(page=number, page_size=2)).json() for number in (1, 2, 3, 4)]
        refused = await api.report(page_size=1001)

    rows = [[row["_id"] for row in page["timeentries"]] for page in pages]
    assert rows == [entries[:2], entries[2:4], entries[4:], []]
    assert (refused.status, refused.json()["code"]) == (400, 501)


async def test_a_change_between_pages_shows() -> None:
    """Pages are cut from the state at their own time, so a filter shifts under a slow reader."""
    async with clockify() as api:
        entries = add_entries(api, 3)
        first = await api.report(page=1, page_size=1, invoicingState="UNINVOICED")
        await api.mark(entries[:1])
        second = await api.report(page=2, page_size=1, invoicingState="UNINVOICED")

    assert [row["_id"] for row in first.json()["timeentries"]] == [entries[0]]
    assert [row["_id"] for row in second.json()["timeentries"]] == [entries[2]]


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ({"billable": False}, 1),
        ({"description": "coffee"}, 1),
        ({"projects": {"contains": "CONTAINS", "ids": ["PROJECT"], "status": "ALL"}}, 0),
        ({"projects": {"contains": "DOES_NOT_CONTAIN", "ids": ["PROJECT"], "status": "ALL"}}, 1),
        ({"clients": {"contains": "CONTAINS", "ids": ["CLIENT"], "status": "ALL"}}, 0),
        ({"users": {"contains": "CONTAINS", "ids": ["USER"], "status": "ALL"}}, 1),
    ],
)
async def test_each_filter_narrows(filters: dict[str, Any], index: int) -> None:
    """One by one."""
    async with clockify() as api:
        home = api.simulator.home
        other = home.add_user("Other")
        entries = [
            home.add_entry(start=MARCH, project=home.projects[0], description="Design"),
            home.add_entry(start=MARCH, billable=False, user=other, description="Coffee"),
        ]
        known = {"PROJECT": home.projects[0].id, "CLIENT": api.client_id, "USER": other.id}
        for value in filters.values():
            if isinstance(value, dict):
                value["ids"] = [known.get(one, one) for one in value["ids"]]
        shown = await api.reported(**filters)

    assert list(shown) == [entries[index]]


async def test_totals_are_added_up_unless_excluded() -> None:
    """Over all pages."""
    async with clockify() as api:
        add_entries(api, 3)
        counted = await api.report(
            detailedFilter={"page": 1, "pageSize": 1, "options": {"totals": "CALCULATE"}}
        )
        skipped = await api.report()

    (totals,) = counted.json()["totals"]
    assert (totals["entriesCount"], totals["totalTime"]) == (3, 3 * 3600)
    assert totals["amounts"] == [{"type": "EARNED", "value": 18_000.0}]
    assert skipped.json()["totals"] == []


async def test_a_running_timer_is_in_no_report() -> None:
    """It has no duration to report."""
    async with clockify() as api:
        api.simulator.home.add_entry(start=MARCH, is_running=True)

        assert await api.reported() == {}


async def test_free_workspaces_report_31_days() -> None:
    """Longer ranges are refused."""
    async with clockify(plan="free") as api:
        short = await api.report(dateRangeStart="2026-03-01T00:00:00", dateRangeEnd="2026-04-01T00:00:00")
        long = await api.report(dateRangeStart="2026-03-01T00:00:00", dateRangeEnd="2026-04-01T00:00:01")

    assert (short.status, long.status) == (200, 400)


@pytest.mark.parametrize(
    "change",
    [
        {"dateRangeStart": None},
        {"dateRangeEnd": "2026-03-01"},
        {"dateRangeEnd": "2019-01-01T00:00:00"},
        {"detailedFilter": None},
        {"invoicingState": "PAID"},
        {"timeZone": "Mars/Olympus"},
        {"exportType": "EXE"},
    ],
)
async def test_a_wrong_question_is_refused(change: dict[str, Any]) -> None:
    """Required members, formats, enums, zones."""
    async with clockify() as api:
        reply = await api.report(**change)

    assert reply.status == 400
