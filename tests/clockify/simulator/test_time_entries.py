"""Time entries on the core host."""

import pytest
from clockify_wire import Clockify, clockify

MARCH = 1_772_323_200  # 2026-03-01T00:00:00Z
UNKNOWN = "0" * 24


def add_entries(api: Clockify, count: int) -> list[str]:
    return [api.simulator.home.add_entry(start=MARCH + 3600 * number) for number in range(count)]


def flags(api: Clockify, entry_ids: list[str]) -> list[bool]:
    return [api.simulator.ledger.entry(one).invoiced for one in entry_ids]


async def test_a_mark_sets_the_flag_and_answers_nothing() -> None:
    """200 without a body; only the report and the ledger show it."""
    async with clockify() as api:
        entries = add_entries(api, 3)
        reply = await api.mark(entries[:2])
        unmarked = await api.mark(entries[:1], invoiced=False)

    assert (reply.status, reply.body, unmarked.status) == (200, b"", 200)
    assert flags(api, entries) == [False, True, False]


async def test_marking_twice_is_marking_once() -> None:
    """A value is set, nothing is added."""
    async with clockify() as api:
        entries = add_entries(api, 1)
        await api.mark(entries)
        again = await api.mark(entries)

    assert (again.status, flags(api, entries)) == (200, [True])


@pytest.mark.parametrize(
    ("entry_ids", "invoiced", "code"),
    [
        ("one", True, 3002),
        ([], True, 501),
        (["a", "a"], True, 501),
        ([1], True, 3002),
        (None, True, 501),
        (["a"], "true", 3002),
        (["a"], None, 501),
    ],
)
async def test_a_wrong_mark_is_refused(entry_ids: object, invoiced: object, code: int) -> None:
    """An array of unique ids, at least one, and a boolean."""
    async with clockify() as api:
        reply = await api.mark(entry_ids, invoiced=invoiced)

    assert (reply.status, reply.json()["code"]) == (400, code)
    assert "belong to Workspace" not in reply.json()["message"]


@pytest.mark.parametrize(
    ("choice", "status", "marked"),
    [("refuse_all", 400, [False, False]), ("partial", 400, [True, True]), ("skip", 200, [True, True])],
)
async def test_one_bad_id_may_spoil_the_batch(choice: str, status: int, marked: list[bool]) -> None:
    """All refused, the others marked and still refused, or the bad one passed over."""
    async with clockify(behaviour={"bad_id_in_batch": choice}) as api:
        entries = add_entries(api, 2)
        reply = await api.mark([entries[0], UNKNOWN, entries[1]])

    assert reply.status == status
    assert flags(api, entries) == marked


@pytest.mark.parametrize("identifier", [UNKNOWN, "../x", "", "A" * 24, "six" * 8])
async def test_a_bad_id_is_missing(identifier: str) -> None:
    """400 with 501 and the phrase, whatever it looks like."""
    async with clockify() as api:
        reply = await api.mark([identifier])

    assert (reply.status, reply.json()["code"]) == (400, 501)
    assert "doesn't exist or doesn't belong to Workspace" in reply.json()["message"]


async def test_an_id_in_capitals_is_another_id() -> None:
    """Ids are compared as written."""
    async with clockify() as api:
        (entry,) = add_entries(api, 1)
        reply = await api.mark([entry.upper()])

    assert reply.status == 400


async def test_put_and_bulk_do_not_exist() -> None:
    """Two public clients call them."""
    async with clockify() as api:
        put = await api.send("PUT", "/time-entries/invoiced", {})
        bulk = await api.send("PATCH", "/time-entries/invoiced/bulk", {})

    assert (put.status, put.json()["code"]) == (405, 3000)
    assert "PATCH" in put.headers["Allow"]
    assert (bulk.status, bulk.json()["code"]) == (404, 3000)


async def test_no_core_read_shows_the_flag() -> None:
    """List, single and batch keep silent about it."""
    async with clockify() as api:
        entries = add_entries(api, 1)
        await api.mark(entries)
        user = api.simulator.USER_ID
        replies = [
            await api.send("GET", f"/user/{user}/time-entries"),
            await api.send("GET", f"/time-entries/{entries[0]}"),
            await api.send("POST", "/time-entries/batch", {"timeEntryIds": entries}),
        ]

    assert [reply.status for reply in replies] == [200, 200, 200]
    assert all(b"nvoic" not in reply.body for reply in replies)


async def test_a_user_s_entries_come_latest_first() -> None:
    """A bare array with Last-Page; other users' entries are not in it."""
    async with clockify() as api:
        other = api.simulator.home.add_user("Other")
        entries = add_entries(api, 3)
        api.simulator.home.add_entry(start=MARCH, user=other)
        reply = await api.send("GET", f"/user/{api.simulator.USER_ID}/time-entries", query={"page-size": "2"})

    assert [row["id"] for row in reply.json()] == [entries[2], entries[1]]
    assert reply.headers["Last-Page"] == "false"


async def test_a_window_is_a_wall_clock_of_the_account() -> None:
    """The Z does not pick the instant: 01:00 in Belgrade is midnight UTC."""
    async with clockify(time_zone="Europe/Belgrade") as api:
        midnight, later = add_entries(api, 2)
        reply = await api.send(
            "GET",
            f"/user/{api.simulator.USER_ID}/time-entries",
            query={"start": "2026-03-01T00:30:00Z", "end": "2026-03-01T01:30:00Z"},
        )

    assert [row["id"] for row in reply.json()] == [midnight]
    assert later != midnight


async def test_a_running_timer_has_no_end() -> None:
    """End and duration are null."""
    async with clockify() as api:
        running = api.simulator.home.add_entry(start=MARCH, is_running=True)
        ended = api.simulator.home.add_entry(start=MARCH, seconds=3723)
        path = f"/user/{api.simulator.USER_ID}/time-entries"
        reply = await api.send("GET", path, query={"in-progress": "true"})
        other = await api.send("GET", f"/time-entries/{ended}")

    (row,) = reply.json()
    assert row["id"] == running
    assert row["timeInterval"] == {"start": "2026-03-01T00:00:00Z", "end": None, "duration": None}
    assert other.json()["timeInterval"] == {
        "start": "2026-03-01T00:00:00Z",
        "end": "2026-03-01T01:02:03Z",
        "duration": "PT1H2M3S",
    }


async def test_a_list_may_be_narrowed() -> None:
    """By project and by description."""
    async with clockify() as api:
        home = api.simulator.home
        wanted = home.add_entry(start=MARCH, project=home.projects[0], description="Design")
        home.add_entry(start=MARCH, description="Coffee")
        path = f"/user/{api.simulator.USER_ID}/time-entries"
        by_project = await api.send("GET", path, query={"project": home.projects[0].id})
        by_text = await api.send("GET", path, query={"description": "desi"})
        by_task = await api.send("GET", path, query={"task": UNKNOWN})

    assert [row["id"] for row in by_project.json()] == [wanted]
    assert [row["id"] for row in by_text.json()] == [wanted]
    assert by_task.json() == []


async def test_a_batch_leaves_unknown_ids_out() -> None:
    """A cheap look whether entries exist."""
    async with clockify() as api:
        entries = add_entries(api, 2)
        reply = await api.send(
            "POST", "/time-entries/batch", {"timeEntryIds": [entries[1], UNKNOWN, entries[0]]}
        )

    assert [row["id"] for row in reply.json()] == [entries[1], entries[0]]


@pytest.mark.parametrize("path", [f"/time-entries/{UNKNOWN}", f"/user/{UNKNOWN}/time-entries"])
async def test_what_is_missing_is_400_with_501(path: str) -> None:
    """An entry as well as a user."""
    async with clockify() as api:
        reply = await api.send("GET", path)

    assert (reply.status, reply.json()["code"]) == (400, 501)
