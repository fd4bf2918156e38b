"""Invoice lines: add, import, remove."""

from typing import Any

import pytest
from clockify_wire import Clockify, clockify

LINE = {
    "applyTaxes": "NONE",
    "description": "Work",
    "itemType": "Service",
    "quantity": 250,
    "unitPrice": 1_000,
}
WINDOW = {
    "from": "2026-01-01T00:00:00Z",
    "to": "2026-02-01T00:00:00Z",
    "importExpenses": False,
    "projectFilter": {"contains": "CONTAINS", "ids": [], "status": "ALL"},
    "timeEntryGroupType": "SINGLE_ITEM",
}
JANUARY = 1_767_225_600


def add_entry(api: Clockify, **more: Any) -> str:
    home = api.simulator.home
    settings: dict[str, Any] = {"start": JANUARY + 3600, "project": home.projects[0], **more}
    return home.add_entry(**settings)


async def test_an_amount_is_price_times_quantity_over_100() -> None:
    """2.50 units at 10.00 are 25.00, answered with 200 and the whole invoice."""
    async with clockify() as api:
        reply = await api.on_invoice("POST", "/items", LINE)

    assert reply.status == 200
    line = reply.json()["items"][1]
    assert (line["order"], line["amount"], line["importType"]) == (2, 2_500, "NOT_IMPORTED")
    assert reply.json()["amount"] == 12_000 + 2_500


async def test_an_item_type_must_exist() -> None:
    """The one look-up that answers 404, with code 501."""
    async with clockify() as api:
        reply = await api.on_invoice("POST", "/items", {**LINE, "itemType": "Magic"})

    assert (reply.status, reply.json()["code"]) == (404, 501)


@pytest.mark.parametrize("name", LINE)
async def test_every_member_of_a_line_is_required(name: str) -> None:
    """Nothing is guessed."""
    async with clockify() as api:
        reply = await api.on_invoice("POST", "/items", {**LINE, name: None})

    assert reply.status == 400


async def test_removing_a_line_moves_the_others_up() -> None:
    """The same request twice removes two lines."""
    async with clockify() as api:
        for name in ("a", "b"):
            await api.on_invoice("POST", "/items", {**LINE, "description": name})
        first = await api.on_invoice("DELETE", "/items/1")
        second = await api.on_invoice("DELETE", "/items/1")

    assert [(line["order"], line["description"]) for line in first.json()["items"]] == [(1, "a"), (2, "b")]
    assert [line["description"] for line in second.json()["items"]] == ["b"]


@pytest.mark.parametrize(("order", "code"), [("0", 501), ("9", 501), ("x", 3000), ("-1", 3000)])
async def test_a_wrong_position_removes_nothing(order: str, code: int) -> None:
    """Positions count from 1."""
    async with clockify() as api:
        reply = await api.on_invoice("DELETE", f"/items/{order}")
        invoice = await api.invoice()

    assert (reply.status, reply.json()["code"]) == (400, code)
    assert len(invoice["items"]) == 1


async def test_lines_have_no_list_of_their_own() -> None:
    """GET items is a wrong verb; they are in the invoice."""
    async with clockify() as api:
        reply = await api.on_invoice("GET", "/items")

    assert (reply.status, reply.json()["code"], reply.headers["Allow"]) == (405, 3000, "POST")


async def test_an_import_links_entries_and_marks_them() -> None:
    """The only call that ties entries to an invoice."""
    async with clockify() as api:
        entry = add_entry(api, seconds=5400)
        reply = await api.on_invoice("POST", "/items/import", WINDOW)
        shown = await api.reported()

    line = reply.json()["items"][1]
    assert reply.status == 200
    assert (line["timeEntryIds"], line["importType"]) == ([entry], "TIME_ENTRY_IMPORT")
    assert (line["quantity"], line["unitPrice"], line["amount"]) == (150, 6_000, 9_000)
    assert reply.json()["containsImportedTimes"] is True
    assert shown == {
        entry: {
            "invoiceId": api.invoice_id,
            "invoiceNumber": reply.json()["number"],
            "manuallyInvoiced": False,
        }
    }


async def test_an_import_takes_only_what_may_be_billed() -> None:
    """Billable, not yet invoiced, ended, in the window, and of the invoice's client."""
    async with clockify() as api:
        home = api.simulator.home
        foreign = home.add_project("Project B", home.add_client("Client B").id)
        marked = add_entry(api)
        await api.mark([marked])
        for unwanted in (
            {"billable": False},
            {"is_running": True},
            {"start": JANUARY - 1},
            {"project": foreign},
            {"project": None},
        ):
            add_entry(api, **unwanted)
        wanted = add_entry(api)
        reply = await api.on_invoice("POST", "/items/import", WINDOW)

    assert [line["timeEntryIds"] for line in reply.json()["items"][1:]] == [[wanted]]


async def test_the_same_import_again_finds_nothing() -> None:
    """What is invoiced already is not taken twice."""
    async with clockify() as api:
        add_entry(api)
        first = await api.on_invoice("POST", "/items/import", WINDOW)
        second = await api.on_invoice("POST", "/items/import", WINDOW)

    assert second.status == 200
    assert second.json() == first.json()


@pytest.mark.parametrize(
    ("grouping", "amounts"),
    [
        ({"timeEntryGroupType": "SINGLE_ITEM"}, [10_000]),
        ({"timeEntryGroupType": "GROUPED", "timeEntryPrimaryGroupBy": "PROJECT"}, [10_000]),
        ({"timeEntryGroupType": "GROUPED", "timeEntryPrimaryGroupBy": "DATE"}, [6_700, 3_300]),
        ({"timeEntryGroupType": "DETAILED"}, [3_300, 3_300, 3_300]),
    ],
)
async def test_grouping_changes_the_total(grouping: dict[str, str], amounts: list[int]) -> None:
    """Hours are rounded for each line: three times 20 minutes at 100 are 99.00 or 100.00."""
    async with clockify() as api:
        api.simulator.home.projects[0].rate = 10_000
        for day in (1, 1, 2):
            add_entry(api, seconds=1200, start=JANUARY + day * 86_400)
        reply = await api.on_invoice("POST", "/items/import", {**WINDOW, **grouping})

    assert [line["amount"] for line in reply.json()["items"][1:]] == amounts


async def test_entries_of_different_rates_share_no_line() -> None:
    """A line has one price."""
    async with clockify() as api:
        home = api.simulator.home
        dear = home.add_project("Dear", api.client_id, rate=9_000)
        add_entry(api)
        add_entry(api, project=dear)
        reply = await api.on_invoice("POST", "/items/import", WINDOW)

    assert [line["unitPrice"] for line in reply.json()["items"][1:]] == [6_000, 9_000]


async def test_an_import_may_be_limited_to_projects() -> None:
    """By id; there is no choice of single entries."""
    async with clockify() as api:
        home = api.simulator.home
        other = home.add_project("Other", api.client_id)
        add_entry(api)
        wanted = add_entry(api, project=other)
        filters = {"contains": "CONTAINS", "ids": [other.id], "status": "ACTIVE"}
        reply = await api.on_invoice("POST", "/items/import", {**WINDOW, "projectFilter": filters})

    assert [line["timeEntryIds"] for line in reply.json()["items"][1:]] == [[wanted]]


@pytest.mark.parametrize("removal", ["/items/2", ""])
async def test_removing_the_line_or_the_invoice_frees_its_entries(removal: str) -> None:
    """They are uninvoiced again."""
    async with clockify() as api:
        entry = add_entry(api)
        await api.on_invoice("POST", "/items/import", WINDOW)
        reply = await api.on_invoice("DELETE", removal)
        shown = await api.reported()

    assert reply.status == 200
    assert shown == {entry: None}
    assert api.simulator.ledger.entry(entry).invoiced is False


async def test_a_duplicate_does_not_take_the_entries_over() -> None:
    """Otherwise the copy's deletion would free what the original bills."""
    async with clockify() as api:
        entry = add_entry(api)
        await api.on_invoice("POST", "/items/import", WINDOW)
        copy = (await api.on_invoice("POST", "/duplicate")).json()
        await api.send("DELETE", f"/invoices/{copy['id']}")

    assert copy["items"][1]["timeEntryIds"] == []
    assert api.simulator.ledger.entry(entry).invoice_id == api.invoice_id


@pytest.mark.parametrize(("choice", "count"), [("keep", 1), ("drop", 0)])
async def test_unmarking_may_detach_an_imported_entry(choice: str, count: int) -> None:
    """Unknown; the flag is off either way."""
    async with clockify(behaviour={"unmark_imported": choice}) as api:
        entry = add_entry(api)
        await api.on_invoice("POST", "/items/import", WINDOW)
        await api.mark([entry], invoiced=False)
        shown = await api.reported()
        invoice = await api.invoice()

    assert shown == {entry: None}
    assert sum(len(line["timeEntryIds"]) for line in invoice["items"]) == count


@pytest.mark.parametrize(
    "change",
    [
        {"from": "2026-01-01"},
        {"to": None},
        {"to": "2025-01-01T00:00:00Z"},
        {"importExpenses": "no"},
        {"projectFilter": None},
        {"timeEntryGroupType": "ALL"},
        {"timeEntryPrimaryGroupBy": "CLIENT"},
        {"timeEntryFieldsForDetailedGroup": ["RATE"]},
    ],
)
async def test_a_wrong_import_takes_nothing(change: dict[str, object]) -> None:
    """Required members, enums, formats."""
    async with clockify() as api:
        entry = add_entry(api)
        reply = await api.on_invoice("POST", "/items/import", {**WINDOW, **change})

    assert reply.status == 400
    assert api.simulator.ledger.entry(entry).invoiced is False
