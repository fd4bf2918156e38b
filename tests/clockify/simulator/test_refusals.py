"""Requests that no handler should see."""

import pytest
from clockify_wire import clockify
from yarl import URL


async def test_an_unknown_path_is_404_with_3000() -> None:
    """404 speaks of routes, never of things."""
    async with clockify() as api:
        reply = await api.send("POST", f"/invoices/{api.invoice_id}/send", {})

    assert (reply.status, reply.json()["code"]) == (404, 3000)
    assert reply.headers["Content-Type"].startswith("application/json")


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'"text"', b"null", b'{"amount": NaN}', b"[" * 100_000])
async def test_a_body_that_is_no_object_is_400_with_3002(body: bytes) -> None:
    """However broken it is."""
    async with clockify() as api:
        reply = await api.on_invoice("POST", "/payments", body, headers={"Content-Type": "application/json"})

    assert (reply.status, reply.json()["code"]) == (400, 3002)


async def test_a_body_must_say_that_it_is_json() -> None:
    """Anything else is 415."""
    async with clockify() as api:
        reply = await api.on_invoice("POST", "/payments", b"{}", headers={"Content-Type": "text/plain"})

    assert reply.status == 415


@pytest.mark.parametrize("segment", ["%2e%2e", "a%2Fb", "a%20b", "x" * 500])
async def test_an_odd_id_is_part_of_no_other_path(segment: str) -> None:
    """It is an id that does not exist."""
    async with clockify() as api:
        path = f"/api/v1/workspaces/{api.simulator.home.id}/invoices/{segment}"
        url = URL(api.wire.running.url + path, encoded=True)
        async with api.wire.session.get(url) as answer:
            body = await answer.json()

    assert (answer.status, body["code"]) == (400, 501)


async def test_messages_echo_what_was_sent() -> None:
    """Which is why a client must not log them."""
    async with clockify() as api:
        reply = await api.pay(100, paymentDate="secret-value")

    assert "secret-value" in reply.json()["message"]


async def test_business_rules_never_use_the_phrase() -> None:
    """So code 501 together with the phrase, and nothing else, means missing."""
    async with clockify(behaviour={"overpayment": "refuse"}) as api:
        reply = await api.pay(999_999)

    assert (reply.status, reply.json()["code"]) == (400, 501)
    assert "belong" not in reply.json()["message"]
