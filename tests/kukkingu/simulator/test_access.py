"""Who is let in, and how a refusal looks."""

from datetime import timedelta

import pytest
from kukkingu_wire import headers, kukkingu

from invoicekit_kukkingu.simulator import KukkinguSimulator


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong", "Basic demo-token", "demo-token"]
)
async def test_a_token_is_needed(authorization: str | None) -> None:
    """401 in the one error shape that is documented."""
    async with kukkingu(signed=headers(Authorization=authorization)) as it:
        reply = await it.send("GET", "/clients")

        assert reply.status == 401
        assert reply.json() == {"error": "Unauthorized", "message": "Unauthorized"}


async def test_a_token_may_end() -> None:
    """From then on it is unknown."""
    async with kukkingu() as it:
        it.simulator.add_token(KukkinguSimulator.TOKEN, ends=it.clock.now() + timedelta(seconds=10))

        before = await it.send("GET", "/clients")
        await it.clock.advance(10)
        after = await it.send("GET", "/clients")

        assert (before.status, after.status) == (200, 401)


@pytest.mark.parametrize(("tenant", "status"), [(None, 400), ("tnt_other", 403)])
async def test_a_tenant_is_needed(tenant: str | None, status: int) -> None:
    """Every call acts in one."""
    async with kukkingu(signed=headers(tenant_id=tenant)) as it:
        assert (await it.send("GET", "/clients")).status == status


async def test_tenants_do_not_see_each_other() -> None:
    """An id of another tenant's is not found."""
    async with kukkingu() as it:
        it.simulator.add_tenant("tnt_other")

        reply = await it.send("GET", f"/invoices/{it.draft_id}", headers={"tenant-id": "tnt_other"})

        assert (reply.status, reply.json()["error"]) == (404, "NotFound")


async def test_health_is_open_and_has_no_envelope() -> None:
    """The exception among all calls."""
    async with kukkingu(signed={}) as it:
        reply = await it.send("GET", "/health")

        assert (reply.status, reply.json()["status"]) == (200, "ok")


async def test_a_route_that_is_not_there_is_told_by_the_framework() -> None:
    """In its own shape, for a wrong verb too."""
    async with kukkingu() as it:
        reply = await it.send("DELETE", "/health")

        assert (reply.status, reply.json()["error"]) == (404, "Not Found")


async def test_what_is_recorded_holds_no_secret() -> None:
    """Names of the headers alone."""
    async with kukkingu() as it:
        await it.send("GET", "/clients")

        (record,) = it.simulator.requests
        assert record.credentials == ("Authorization", "tenant-id")
        assert KukkinguSimulator.TOKEN not in repr(record)


async def test_a_seed_makes_the_same_tenant_again() -> None:
    """Ids and amounts are drawn from it."""
    one, other = KukkinguSimulator(seed=3), KukkinguSimulator(seed=3)
    order = {"clients": 2, "invoices": 5, "time_entries": 7, "currency": "JPY", "status": "UNSENT"}

    assert one.populate(order) == other.populate(order)
    for kind in one.ledger.kinds:
        assert list(one.ledger.rows(kind)) == list(other.ledger.rows(kind))
    assert {row["status"] for row in one.ledger.rows("invoices")} == {"DRAFT"}


@pytest.mark.parametrize(
    "order", [{"cats": 1}, {"invoices": -1}, {"invoices": True}, {"status": "PAID"}, {"currency": "EURO"}]
)
def test_an_order_that_makes_no_sense_is_refused(order: dict[str, object]) -> None:
    """Nothing is made up then."""
    with pytest.raises(ValueError, match=r"no|none|cannot"):
        KukkinguSimulator().populate(order)
