"""Users, workspaces, clients and projects."""

from typing import Any

import pytest
from clockify_wire import clockify


async def test_the_user_says_which_zone_counts() -> None:
    """Windows are read in it."""
    async with clockify(time_zone="Europe/Belgrade") as api:
        user = (await api.wire.send("GET", "/api/v1/user")).json()

    assert user["id"] == api.simulator.USER_ID
    assert user["settings"]["timeZone"] == "Europe/Belgrade"
    assert user["defaultWorkspace"] == api.simulator.home.id


async def test_the_workspace_shows_plan_and_features() -> None:
    """Live values exceed the vendor's enum."""
    async with clockify() as api:
        workspace = (await api.send("GET", "")).json()

    assert "INVOICING" in workspace["features"]
    assert "SIMULATED_FEATURE" in workspace["features"]
    assert workspace["featureSubscriptionType"] == "STANDARD_2021"


async def test_workspaces_are_read_only() -> None:
    """405 with the verb that works."""
    async with clockify() as api:
        reply = await api.send("PUT", "", {})

    assert (reply.status, reply.headers["Allow"]) == (405, "GET")


async def test_users_need_include_roles() -> None:
    """The document marks it as required."""
    async with clockify() as api:
        api.simulator.home.add_user("Second")
        refused = await api.send("GET", "/users")
        reply = await api.send("GET", "/users", query={"include-roles": "false", "name": "sec"})

    assert (refused.status, refused.json()["code"]) == (400, 3001)
    assert [user["name"] for user in reply.json()] == ["Second"]


async def test_clients_are_created_listed_and_read() -> None:
    """A bare array, sorted by name; unknown money fields are ignored."""
    async with clockify() as api:
        body = {"name": "Aardvark", "email": "a@example.com", "currencyCode": "USD"}
        created = await api.send("POST", "/clients", body)
        listed = await api.send("GET", "/clients")
        read = await api.send("GET", f"/clients/{created.json()['id']}")

    assert created.status == 201
    assert created.json()["currencyCode"] == "EUR"
    assert [client["name"] for client in listed.json()] == ["Aardvark", "Client A"]
    assert listed.headers["Last-Page"] == "true"
    assert read.json() == created.json()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x" * 101},
        {"name": 5},
        {"name": "N", "email": "nowhere"},
        {"name": "Client A"},
    ],
)
async def test_a_wrong_client_is_not_created(body: dict[str, Any]) -> None:
    """Names are short and unique."""
    async with clockify() as api:
        reply = await api.send("POST", "/clients", body)

    assert reply.status == 400
    assert len(api.simulator.home.clients) == 1


async def test_archived_clients_are_listed_unless_filtered() -> None:
    """Leaving the filter out lists both kinds; an archived one still holds its name."""
    async with clockify() as api:
        api.simulator.home.add_client("Old").archived = True
        both = await api.send("GET", "/clients")
        active = await api.send("GET", "/clients", query={"archived": "false"})
        taken = await api.send("POST", "/clients", {"name": "Old"})

    assert [client["name"] for client in both.json()] == ["Client A", "Old"]
    assert [client["name"] for client in active.json()] == ["Client A"]
    assert taken.status == 400


async def test_projects_are_filtered() -> None:
    """By name, loosely or strictly, and by client."""
    async with clockify() as api:
        home = api.simulator.home
        other = home.add_client("Client B")
        home.add_project("Project AA", other.id)
        loose = await api.send("GET", "/projects", query={"name": "project a"})
        strict = await api.send("GET", "/projects", query={"name": "Project A", "strict-name-search": "true"})
        of_client = await api.send("GET", "/projects", query={"clients": other.id})
        read = await api.send("GET", f"/projects/{home.projects[0].id}")

    assert [project["name"] for project in loose.json()] == ["Project A", "Project AA"]
    assert [project["name"] for project in strict.json()] == ["Project A"]
    assert [project["name"] for project in of_client.json()] == ["Project AA"]
    assert read.json()["clientId"] == api.client_id


@pytest.mark.parametrize("path", ["/clients/", "/projects/"])
async def test_what_is_missing_is_400_with_501(path: str) -> None:
    """The same for all kinds of things."""
    async with clockify() as api:
        reply = await api.send("GET", path + "0" * 24)

    assert (reply.status, reply.json()["code"]) == (400, 501)
