"""Who gets in, and what a stranger is told."""

import pytest
from clockify_wire import clockify

from invoicekit_clockify.simulator import ClockifySimulator

OTHER_WORKSPACE = "7a1b2c3d4e5f60718293a4b5"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, 1000),
        ({"X-Api-Key": "demo-key", "X-Addon-Token": "token"}, 1000),
        ({"Authorization": "Bearer demo-key"}, 1000),
        ({"X-Api-Key": "another"}, 4003),
        ({"X-Addon-Token": "another"}, 4017),
    ],
)
async def test_exactly_one_known_credential_gets_in(headers: dict[str, str], code: int) -> None:
    """Everything else is 401 with a numeric code that says why."""
    async with clockify(headers=headers) as api:
        reply = await api.send("GET", "")

    assert reply.status == 401
    assert reply.json()["code"] == code


async def test_an_addon_token_gets_in() -> None:
    """The other credential works like the key."""
    async with clockify(headers={"X-Addon-Token": "token"}) as api:
        api.simulator.add_addon_token("token", api.simulator.home.id)
        reply = await api.send("GET", "/invoices")

    assert reply.status == 200


@pytest.mark.parametrize("path", ["/api/v1/workspaces", "/api/v1/workspaces/{}/webhooks"])
async def test_an_addon_token_is_walled_off_from_some_routes(path: str) -> None:
    """Webhooks and the list of workspaces are the user's own."""
    async with clockify(headers={"X-Addon-Token": "token"}) as api:
        api.simulator.add_addon_token("token", api.simulator.home.id)
        reply = await api.wire.send("GET", path.format(api.simulator.home.id))

    assert reply.status == 403


async def test_another_workspace_is_closed() -> None:
    """A key opens the workspaces it was made for."""
    async with clockify() as api:
        api.simulator.add_workspace(OTHER_WORKSPACE)
        reply = await api.wire.send("GET", f"/api/v1/workspaces/{OTHER_WORKSPACE}/invoices")

    assert reply.status == 403


async def test_an_invoice_of_another_workspace_looks_like_none() -> None:
    """Deleted, never there and foreign are the same bytes."""
    async with clockify() as api:
        other = api.simulator.add_workspace(OTHER_WORKSPACE)
        foreign = other.add_invoice(amount_minor=1).id
        await api.on_invoice("DELETE")
        replies = [
            await api.send("GET", f"/invoices/{identifier}")
            for identifier in (foreign, api.invoice_id, "0" * 24)
        ]

    texts = {
        reply.body.replace(identifier.encode(), b"ID")
        for reply, identifier in zip(replies, (foreign, api.invoice_id, "0" * 24), strict=True)
    }
    assert {reply.status for reply in replies} == {400}
    assert len(texts) == 1


async def test_several_workspaces_share_a_key() -> None:
    """Data of one is not data of the other."""
    async with clockify() as api:
        other = api.simulator.add_workspace(OTHER_WORKSPACE)
        api.simulator.add_key("both", api.simulator.home.id, other.id)
        headers = {"X-Api-Key": "both"}
        listed = await api.wire.send("GET", "/api/v1/workspaces", headers=headers)
        invoices = await api.wire.send("GET", f"/api/v1/workspaces/{other.id}/invoices", headers=headers)

    assert [one["id"] for one in listed.json()] == [api.simulator.home.id, other.id]
    assert invoices.json()["total"] == 0


async def test_the_limit_is_the_workspaces() -> None:
    """Two keys share one budget, on the core host and the reports host."""
    async with clockify(rate="2/s") as api:
        api.simulator.add_key("second", api.simulator.home.id)
        first = await api.send("GET", "/invoices")
        second = await api.send("GET", "/invoices", headers={"X-Api-Key": "second"})
        third = await api.report()

    assert [first.status, second.status, third.status] == [200, 200, 429]


async def test_a_free_workspace_has_no_invoices() -> None:
    """A plan's refusal is 403; the features say it beforehand."""
    async with clockify(plan="free") as api:
        workspace = (await api.send("GET", "")).json()
        replies = [
            await api.send("GET", "/invoices"),
            await api.mark(["0" * 24]),
            await api.send("POST", "/invoices/info", {}),
        ]

    assert "INVOICING" not in workspace["features"]
    assert workspace["featureSubscriptionType"] == "FREE"
    assert [reply.status for reply in replies] == [403, 403, 403]


def test_the_plan_decides_the_limit() -> None:
    """50/s on paid plans, 30 an hour on new Free ones."""
    assert ClockifySimulator().rate.per_second == 50
    assert ClockifySimulator(plan="free").rate.per_second == pytest.approx(30 / 3600)
