"""The workspace: plan and limits, people, projects, clients, settings."""

import pytest
from clockify_desk import CLIENT, INVOICE, WORKSPACE, Desk, StubSender, adapter, answer, opened

from invoicekit.adapter import RateWindow, Support
from invoicekit.errors import MalformedResponse, NotFound, OutcomeUnknown, PermissionDenied
from invoicekit.guard import OnDoubt
from invoicekit.model import Outcome
from invoicekit.simulate import Fault, FaultKind
from invoicekit_clockify import SettingsChange
from invoicekit_clockify.account import windows_of

PAID = (RateWindow(limit=50, seconds=1.0),)
FREE = (RateWindow(limit=30, seconds=3600.0),)
UNKNOWN = (RateWindow(limit=10, seconds=1.0, is_documented=False),)


@pytest.mark.parametrize(
    ("plan", "windows"),
    [
        ("FREE", FREE),
        ("free_2026", FREE),
        ("STANDARD_2021", PAID),
        ("PRO_YEAR", PAID),
        ("ENTERPRISE", PAID),
        ("TRIAL", UNKNOWN),
        ("COSMIC", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_the_plan_names_the_limit(plan: str | None, windows: tuple[RateWindow, ...]) -> None:
    """A word that nobody knows starts carefully."""
    assert windows_of(plan) == windows


async def test_probing_tells_plan_zone_and_limits(desk: Desk) -> None:
    """Of a paid workspace everything is offered."""
    native = adapter(StubSender())
    probe = await type(native)(native.config, desk.native.sender).probe()

    assert (probe.windows, probe.capabilities) == (PAID, native.capabilities)
    assert dict(probe.facts)["time zone"] == "UTC"


async def test_a_given_rate_is_not_overruled(desk: Desk) -> None:
    """Whoever configures the limit knows who else uses the workspace."""
    assert (await desk.native.probe()).windows == ()


async def test_without_invoicing_nothing_of_it_is_offered() -> None:
    """The refusal names the plan; what needs no invoicing stays."""
    async with opened(plan="free") as desk:
        capabilities = (await desk.native.probe()).capabilities

        assert capabilities.of("record_payment").support is Support.UNSUPPORTED
        assert "Standard" in capabilities.of("record_payment").alternative
        assert capabilities.of("list_customers").support is Support.NATIVE


async def test_untold_features_take_nothing_away() -> None:
    """An answer without features proves nothing."""
    stub = StubSender([answer({"id": WORKSPACE}), answer({"id": CLIENT})])

    probe = await adapter(stub).probe()

    assert probe.capabilities is adapter(stub).capabilities


async def test_people_and_places_are_listed(desk: Desk) -> None:
    """Users, projects of a client, workspaces, the current user."""
    home = desk.simulator.home
    home.add_user("Second")
    other = home.add_client("Other")
    project = home.add_project("Ours", desk.client_id)
    home.add_project("Theirs", other.id)

    users = await desk.native.list_users()
    projects = await desk.native.list_projects(customer_ids=[desk.client_id])

    assert len(users.items) == 2
    assert [one.id for one in projects.items] == [project.id]
    assert (await desk.native.get_project(project.id)).customer_id == desk.client_id
    assert (await desk.native.current_user()).time_zone == "UTC"
    assert [one.id for one in await desk.native.list_workspaces()] == [home.id]
    assert "INVOICING" in ((await desk.native.get_workspace()).features or ())


async def test_customers_are_listed_archived_or_not(desk: Desk) -> None:
    """All pages, both kinds."""
    home = desk.simulator.home
    home.clients[desk.client_id].archived = True
    home.add_client("Other")

    customers = await desk.service.list_customers().snapshot()

    assert {one.name: one.is_archived for one in customers} == {"Acme": True, "Other": False}
    assert (await desk.service.get_customer(desk.client_id)).name == "Acme"
    with pytest.raises(NotFound):
        await desk.service.get_customer(INVOICE)


async def test_another_client_than_asked_for_is_not_believed() -> None:
    """A mixed-up answer would bill the wrong one."""
    with pytest.raises(MalformedResponse):
        await adapter(StubSender([answer({"id": INVOICE})])).get_customer(CLIENT)


@pytest.mark.parametrize("kind", [None, FaultKind.DROP_AFTER, FaultKind.GARBAGE])
async def test_a_customer_is_created_once(kind: FaultKind | None) -> None:
    """The name tells, compared as a whole, archived ones included."""
    async with opened(faults=[] if kind is None else [Fault(kind=kind, at="create_client")]) as desk:
        desk.simulator.home.add_client("Acme Holding").archived = True

        created = await desk.service.create_customer("Acme Hold", email="a@b.example")
        again = await desk.service.create_customer("Acme Hold", email="a@b.example")
        archived = await desk.service.create_customer("Acme Holding")

        assert (created.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
        assert archived.outcome is Outcome.ALREADY_APPLIED
        assert sorted(one.name for one in desk.simulator.home.clients.values()) == [
            "Acme",
            "Acme Hold",
            "Acme Holding",
        ]


async def test_settings_are_changed_and_kept(desk: Desk) -> None:
    """One label changes; all others, the defaults and the columns stay."""
    before = await desk.native.get_invoice_settings()
    change = SettingsChange(labels={"tax": "VAT"}, export_fields={"rtl": True})

    result = await desk.service.write(desk.native.update_invoice_settings(change))
    again = await desk.service.write(desk.native.update_invoice_settings(change))

    after = await desk.native.get_invoice_settings()
    assert (result.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
    assert after.labels == {**before.labels, "tax": "VAT"}
    assert after.defaults == before.defaults
    assert after.export_fields == {**before.export_fields, "rtl": True}
    held = desk.simulator.home.settings
    assert (held.labels["tax"], held.export_fields["rtl"]) == ("VAT", True)


async def test_an_addon_token_is_walled_off_from_the_account() -> None:
    """It works for its workspace and not for the list of workspaces."""
    async with opened() as desk:
        token = "e30.eyJ3b3Jrc3BhY2VJZCI6IiJ9.c2ln"
        desk.simulator.add_addon_token(token, WORKSPACE)
        reach = {name: value for name, value in desk.reach.items() if name != "api_key"}
        desk.reach.clear()
        desk.reach.update(reach, addon_token=token)

        async with desk.elsewhere() as service:
            invoice = await service.get_invoice(desk.invoice_id)
            probe = await service.probe()
            with pytest.raises(PermissionDenied):
                await type(desk.native)(service.native.config, service.native.sender).list_workspaces()  # type: ignore[arg-type]

        assert invoice.id == desk.invoice_id
        assert "time zone" not in dict(probe.facts)


async def test_a_customer_that_may_exist_is_not_created_again() -> None:
    """In doubt and not to be seen: a person decides."""
    fault = Fault(kind=FaultKind.DROP_BEFORE, at="create_client")
    async with opened(faults=[fault], on_doubt=OnDoubt.ASK) as desk:
        with pytest.raises(OutcomeUnknown):
            await desk.service.create_customer("New")

        assert len(desk.requests("create_client")) == 1
