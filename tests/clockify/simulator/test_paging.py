"""Pages, and the signals of the last one."""

import pytest
from clockify_wire import Clockify, clockify


def add_clients(api: Clockify, count: int) -> None:
    for number in range(count - 1):
        api.simulator.home.add_client(f"Client B{number}")


async def test_an_exact_multiple_ends_without_an_empty_page() -> None:
    """Last-Page tells; a client that counts rows would ask once more."""
    async with clockify() as api:
        add_clients(api, 4)
        second = await api.send("GET", "/clients", query={"page": "2", "page-size": "2"})
        third = await api.send("GET", "/clients", query={"page": "3", "page-size": "2"})

    assert (len(second.json()), second.headers["Last-Page"]) == (2, "true")
    assert (third.json(), third.headers["Last-Page"]) == ([], "true")


async def test_other_spellings_are_not_read() -> None:
    """`pageSize` on a GET changes nothing."""
    async with clockify() as api:
        add_clients(api, 60)
        reply = await api.send("GET", "/clients", query={"pageSize": "2"})

    assert len(reply.json()) == 50


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"page": "0"}, 501),
        ({"page-size": "0"}, 501),
        ({"page-size": "5001"}, 501),
        ({"page": "x"}, 3000),
        ({"page-size": "1.5"}, 3000),
    ],
)
async def test_a_wrong_page_is_refused(query: dict[str, str], code: int) -> None:
    """Below 1, above the maximum, no number."""
    async with clockify() as api:
        reply = await api.send("GET", "/clients", query=query)

    assert (reply.status, reply.json()["code"]) == (400, code)


async def test_last_page_may_be_missing() -> None:
    """Then a client has to stop on a short page."""
    async with clockify(behaviour={"sends_last_page": False}) as api:
        reply = await api.send("GET", "/clients")

    assert "Last-Page" not in reply.headers


async def test_search_and_report_may_carry_it_too() -> None:
    """Whether they do is unknown."""
    async with clockify(behaviour={"sends_last_page_on_search": True}) as api:
        search = await api.send("POST", "/invoices/info", {})
        report = await api.report()

    assert (search.headers["Last-Page"], report.headers["Last-Page"]) == ("true", "true")


async def test_a_short_page_need_not_be_the_last() -> None:
    """`Last-Page: false` counts, however few rows there are."""
    async with clockify(behaviour={"short_pages": True}) as api:
        add_clients(api, 5)
        replies = [
            await api.send("GET", "/clients", query={"page": str(number), "page-size": "3"})
            for number in (1, 2, 3)
        ]

    assert [len(reply.json()) for reply in replies] == [2, 2, 1]
    assert [reply.headers["Last-Page"] for reply in replies] == ["false", "false", "true"]
    assert len({client["id"] for reply in replies for client in reply.json()}) == 5
