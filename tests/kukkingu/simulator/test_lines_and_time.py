"""Lines and time entries at the simulator: what adds, what replaces, what unlinks."""

import pytest
from kukkingu_wire import LINE, kukkingu

ENTRY = {"date": "2026-03-01", "durationSeconds": 60}


async def test_a_repeat_adds_the_lines_again() -> None:
    """A referenceId is stored and compared with nothing."""
    async with kukkingu() as it:
        for _ in range(2):
            reply = await it.add_lines({**LINE, "referenceId": "r-1", "metadata": {"kind": "Service"}})

        (line,) = reply.json()["data"]
        assert (line["referenceId"], line["metadata"], reply.status) == ("r-1", {"kind": "Service"}, 201)
        assert len(it.simulator.ledger.billables(it.draft_id)) == 2


@pytest.mark.parametrize(("count", "status"), [(0, 400), (1, 201), (100, 201), (101, 400)])
async def test_a_call_takes_one_to_a_hundred(count: int, status: int) -> None:
    """And none of a hundred and one."""
    async with kukkingu() as it:
        reply = await it.add_lines(*[LINE] * count)

        assert reply.status == status
        assert len(it.simulator.ledger.billables(it.draft_id)) == (count if status == 201 else 0)


@pytest.mark.parametrize(("switch", "kept"), [("refuse_all", 0), ("partial", 1)])
async def test_a_bad_member_refuses_the_call(switch: str, kept: int) -> None:
    """Whether the good ones stay is a switch."""
    async with kukkingu(behaviour={"bad_billable": switch}) as it:
        reply = await it.add_lines(LINE, {**LINE, "quantity": -1})

        assert reply.status == 400
        assert len(it.simulator.ledger.billables(it.draft_id)) == kept


@pytest.mark.parametrize(
    "changes",
    [
        {"amountMinor": -1},
        {"amountMinor": 1.5},
        {"currencyCode": "E"},
        {"metadata": {"a": 1}},
        {"description": 5},
    ],
)
async def test_a_line_against_the_schema_is_refused(changes: dict[str, object]) -> None:
    """With the place named."""
    async with kukkingu() as it:
        reply = await it.add_lines({**LINE, **changes})

        assert (reply.status, "billables[0]" in reply.json()["message"]) == (400, True)


@pytest.mark.parametrize(("verdict", "status"), [("refuse", 409), ("accept", 201)])
async def test_lines_of_what_is_no_draft_are_a_switch(verdict: str, status: int) -> None:
    """By default they are locked with the rest."""
    async with kukkingu(behaviour={"lines_of_locked": verdict}) as it:
        await it.on_draft("POST", "/finalize")

        assert (await it.add_lines(LINE)).status == status


async def test_a_line_changes_and_goes() -> None:
    """While its invoice is a draft."""
    async with kukkingu() as it:
        line_id = (await it.add_lines(LINE)).json()["data"][0]["id"]

        changed = await it.send("PATCH", f"/billables/{line_id}", {"amountMinor": 5})
        gone = await it.send("DELETE", f"/billables/{line_id}")
        read = await it.send("GET", f"/billables/{line_id}")

        assert (changed.json()["data"]["amountMinor"], gone.status, read.status) == (5, 204, 404)


async def test_put_replaces_everything() -> None:
    """What is left out is gone: the description, the reference, and the line."""
    async with kukkingu() as it:
        await it.on_entry("PUT", {**ENTRY, "billableId": it.simulator.time_line.id, "description": "A"})
        linked = (await it.on_entry("GET")).json()["data"]
        await it.on_entry("PUT", ENTRY)
        bare = (await it.on_entry("GET")).json()["data"]

        assert linked["billable"] == it.simulator.time_line.id
        assert not {"billable", "description", "referenceId"} & bare.keys()
        assert [deed.kind for deed in it.simulator.home.deeds] == ["link", "unlink"]


async def test_whether_put_unlinks_is_a_switch() -> None:
    """It is a guess that it does."""
    async with kukkingu(behaviour={"put_unlinks": False}) as it:
        await it.on_entry("PUT", {**ENTRY, "billableId": it.simulator.time_line.id})
        await it.on_entry("PUT", ENTRY)

        assert (await it.on_entry("GET")).json()["data"]["billable"] == it.simulator.time_line.id


async def test_unbilled_may_be_a_null() -> None:
    """Which of the two is not known."""
    async with kukkingu(behaviour={"unlinked_is_null": True}) as it:
        assert (await it.on_entry("GET")).json()["data"]["billable"] is None


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"date": "2026-03-01"},
        {"date": "2026-02-30", "durationSeconds": 60},
        {"date": "2026-03-01T00:00:00Z", "durationSeconds": 60},
        {"date": "20260301", "durationSeconds": 60},
        {**ENTRY, "billableId": "bil_unknown"},
        {**ENTRY, "billableId": None},
    ],
)
async def test_a_replacement_against_the_schema_changes_nothing(body: dict[str, object]) -> None:
    """A null does not unlink; leaving the member out does."""
    async with kukkingu() as it:
        reply = await it.on_entry("PUT", body)

        assert reply.status in (400, 404)
        assert it.simulator.ledger.entry(it.entry_id).description == "Work"


async def test_days_are_included_at_both_ends() -> None:
    """A range of one day holds it."""
    async with kukkingu() as it:
        day = {"dateFrom": "2026-03-01", "dateTo": "2026-03-01"}

        on_it = await it.send("GET", "/time-entries", query=day)
        after = await it.send("GET", "/time-entries", query={"dateFrom": "2026-03-02"})

        assert [len(reply.json()["data"]) for reply in (on_it, after)] == [1, 0]


async def test_time_is_recorded_on_a_project() -> None:
    """Durations have no lower bound."""
    async with kukkingu() as it:
        reply = await it.send(
            "POST", "/time-entries", {**ENTRY, "projectId": it.simulator.project.id, "durationSeconds": -1}
        )

        assert (reply.status, reply.json()["data"]["durationSeconds"]) == (201, -1)


async def test_a_files_address_refuses_credentials() -> None:
    """And remembers that they came."""
    async with kukkingu() as it:
        link = (await it.on_draft("GET", "/pdf")).json()["data"]

        leaked = await it.wire.send("GET", "/" + link["url"].split("/", 3)[3])

        (leak,) = it.simulator.files.leaks
        assert (leaked.status, leak.headers) == (400, ("Authorization", "tenant-id"))
        assert (link["id"], link["expiresIn"]) == (it.draft_id, 300)


async def test_clients_and_contracts_are_made() -> None:
    """One client of a name is not compared with another."""
    async with kukkingu() as it:
        client = (await it.send("POST", "/clients", {"name": "Acme"})).json()["data"]
        contract = await it.send(
            "POST",
            "/contracts",
            {"clientId": client["id"], "name": "C", "amountMinor": 1, "currencyCode": "JPY"},
        )
        refused = await it.send("DELETE", f"/clients/{client['id']}")
        listed = await it.send("GET", "/contracts", query={"clientId": client["id"], "expand": "client"})

        assert (contract.status, refused.status) == (201, 409)
        assert listed.json()["data"][0]["client"]["name"] == "Acme"


@pytest.mark.parametrize(
    ("sort", "names"), [("name:desc", ["Zoo", "Project 1", "Ark"]), ("name:asc", ["Ark", "Project 1", "Zoo"])]
)
async def test_projects_alone_are_sorted(sort: str, names: list[str]) -> None:
    """Each field with a direction."""
    async with kukkingu() as it:
        for name in ("Zoo", "Ark"):
            it.simulator.home.add_project(it.simulator.contract.id, name)

        reply = await it.send("GET", "/projects", query={"sort": sort})

        assert [project["name"] for project in reply.json()["data"]] == names


@pytest.mark.parametrize("sort", ["name", "id:asc", "name:up"])
async def test_an_order_that_is_none_is_refused(sort: str) -> None:
    """Rather than read over."""
    async with kukkingu() as it:
        assert (await it.send("GET", "/projects", query={"sort": sort})).status == 400
