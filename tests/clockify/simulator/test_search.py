"""POST invoices/info."""

from typing import Any

import pytest
from clockify_wire import Clockify, clockify


async def found(api: Clockify, body: dict[str, Any]) -> list[str]:
    reply = await api.send("POST", "/invoices/info", body)
    assert reply.status == 200, reply.body
    return [row["number"] for row in reply.json()["invoices"]]


def fill(api: Clockify) -> None:
    home = api.simulator.home
    other = home.add_client("Client B")
    home.invoices.clear()
    home.add_invoice(number="A-1", amount_minor=100, client_id=api.client_id, issued=1_767_225_600)
    home.add_invoice(number="A-10", amount_minor=200, client_id=other.id, issued=1_769_904_000)
    home.add_invoice(number="B-1", amount_minor=300, client_id=other.id, status="VOID", issued=1_772_323_200)


async def test_an_exact_number_finds_one() -> None:
    """The dedup look-up before and after a create."""
    async with clockify() as api:
        fill(api)
        strict = await found(api, {"invoiceNumber": "A-1", "strictSearch": True})
        loose = await found(api, {"invoiceNumber": "A-1"})

    assert strict == ["A-1"]
    assert loose == ["A-1", "A-10"]


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        ({}, ["A-1", "A-10", "B-1"]),
        ({"statuses": ["VOID"]}, ["B-1"]),
        ({"exactAmount": 200}, ["A-10"]),
        ({"greaterThanAmount": 100, "lessThanAmount": 300}, ["A-10"]),
        ({"exactBalance": 300}, ["B-1"]),
        ({"issueDate": {"issue-date-start": "2026-02-01", "issue-date-end": "2026-02-28"}}, ["A-10"]),
        ({"sortColumn": "AMOUNT", "sortOrder": "DESCENDING"}, ["B-1", "A-10", "A-1"]),
        ({"page": 2, "pageSize": 2}, ["B-1"]),
    ],
)
async def test_each_filter_narrows(body: dict[str, Any], numbers: list[str]) -> None:
    """One by one."""
    async with clockify() as api:
        fill(api)

        assert await found(api, body) == numbers


@pytest.mark.parametrize(
    ("contains", "numbers"), [("CONTAINS", ["A-1"]), ("DOES_NOT_CONTAIN", ["A-10", "B-1"])]
)
async def test_clients_are_included_or_excluded(contains: str, numbers: list[str]) -> None:
    """By id."""
    async with clockify() as api:
        fill(api)

        assert await found(api, {"clients": {"contains": contains, "ids": [api.client_id]}}) == numbers


async def test_rows_say_more_than_those_of_the_list() -> None:
    """And Last-Page is not promised here."""
    async with clockify() as api:
        api.simulator.ledger.invoice(api.invoice_id).due = int(api.clock.now().timestamp()) - 3 * 86_400
        reply = await api.send("POST", "/invoices/info", {})

    (row,) = reply.json()["invoices"]
    assert (row["status"], row["daysOverdue"], row["visibleZeroFields"]) == ("OVERDUE", 3, [])
    assert "billFrom" in row
    assert "Last-Page" not in reply.headers


@pytest.mark.parametrize(
    "body",
    [
        {"statuses": ["DRAFT"]},
        {"pageSize": 0},
        {"page": "1"},
        {"sortColumn": "PAID"},
        {"issueDate": {"issue-date-start": "2026-02-01T00:00:00Z"}},
        {"strictSearch": "true"},
        {"exactAmount": 1.5},
    ],
)
async def test_a_wrong_filter_is_refused(body: dict[str, Any]) -> None:
    """Types, enums, formats."""
    async with clockify() as api:
        reply = await api.send("POST", "/invoices/info", body)

    assert reply.status == 400
