"""Tokens: one request for all callers, an end read three ways, and nothing of them in an error."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from asset_desk import BUSINESS, answer, config, opened

from invoicekit.adapter import HttpRequest, HttpResponse, Token
from invoicekit.errors import (
    AuthenticationError,
    InvoiceKitError,
    MalformedResponse,
    RateLimited,
    Unavailable,
)
from invoicekit.simulate import Fault, FaultKind
from invoicekit_asset.simulator import Behaviour

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
REPLY = {"access_token": "abc", "token_type": "Bearer"}


async def fetched(reply: HttpResponse, **settings: object) -> tuple[Token, HttpRequest]:
    """Ask for a token and return it with the request that was sent."""
    source = config(**settings).site().token_source
    assert source is not None
    sent: list[HttpRequest] = []

    async def send(request: HttpRequest) -> HttpResponse:
        sent.append(request)
        return reply

    return await source.fetch(send, NOW), sent[0]


@pytest.mark.parametrize(
    ("member", "expires_at"),
    [
        ({"expires_in": 1777657168}, datetime(2026, 5, 1, 17, 39, 28, tzinfo=UTC)),
        ({"expires_in": 10**9}, datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)),
        ({"expires_in": 900}, NOW + timedelta(minutes=15)),
        ({"expires_in": 10**9 - 1}, NOW + timedelta(seconds=10**9 - 1)),
        ({}, NOW + timedelta(hours=1)),
        ({"expires_in": None}, NOW + timedelta(hours=1)),
    ],
)
async def test_the_end_is_an_instant_a_duration_or_what_was_asked_for(
    member: dict[str, object], expires_at: datetime
) -> None:
    """Above ten to the ninth it is a UNIX time, below a number of seconds."""
    token, _ = await fetched(answer({**REPLY, **member}))

    assert token.expires_at == expires_at
    assert token.value.reveal() == "abc"


async def test_the_form_names_client_business_and_scope() -> None:
    """Client credentials, narrowed to the one business; the lifetime is asked for by number."""
    _, request = await fetched(answer({"data": REPLY}), scope="invoice:create", token_seconds=600)

    assert (request.method, request.path) == ("POST", "/v0/auth/token")
    assert request.content_type == "application/x-www-form-urlencoded"
    assert parse_qs((request.body or b"").decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["client"],
        "client_secret": ["secret"],
        "business_id": [BUSINESS],
        "expires_in": ["600"],
        "scope": ["invoice:create"],
    }


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer({"detail": "no"}, status=401), AuthenticationError),
        (answer({"detail": "no"}, status=403), AuthenticationError),
        (answer({"detail": "no"}, status=422), AuthenticationError),
        (answer(status=429), RateLimited),
        (answer(status=503), Unavailable),
        (answer(status=302), Unavailable),
        (answer({}), MalformedResponse),
        (answer({**REPLY, "token_type": "mac"}), MalformedResponse),
        (answer({**REPLY, "access_token": "a\r\nx: y"}), MalformedResponse),
        (answer({**REPLY, "access_token": ""}), MalformedResponse),
        (answer({**REPLY, "expires_in": -1}), MalformedResponse),
        (answer({**REPLY, "expires_in": 10**15}), MalformedResponse),
        (answer({**REPLY, "expires_in": "3600"}), MalformedResponse),
    ],
)
async def test_no_token_is_an_error_without_the_secret(
    reply: HttpResponse, error: type[InvoiceKitError]
) -> None:
    """Refused, busy, broken or no token in it: told apart, and never with what was sent."""
    with pytest.raises(error) as caught:
        await fetched(reply)

    assert "secret" not in str(caught.value).replace("client_secret", "")


async def test_fifty_callers_with_an_expired_token_ask_for_one() -> None:
    """All fifty are refused or wait; one request renews the token, and all of them succeed."""
    async with opened() as desk:
        await desk.service.get_invoice(desk.invoice_id)
        desk.simulator.end_tokens()
        desk.simulator.requests.clear()

        calls = (desk.service.get_invoice(desk.invoice_id) for _ in range(50))
        invoices = await asyncio.gather(*calls)

        assert {invoice.id for invoice in invoices} == {desk.invoice_id}
        assert len(desk.requests("create_token")) == 1


async def test_fifty_first_callers_ask_for_one_token() -> None:
    """Nobody has one yet, and one request serves all."""
    async with opened() as desk:
        calls = (desk.service.get_invoice(desk.invoice_id) for _ in range(50))
        await asyncio.gather(*calls)

        assert len(desk.requests("create_token")) == 1
        assert len(desk.simulator.requests) == 51


@pytest.mark.parametrize("expiry", ["instant", "duration", "absent"])
async def test_a_token_is_kept_whichever_way_its_end_is_told(expiry: str) -> None:
    """Ten reads, one token; an instant taken for a duration or the other way would ask again."""
    async with opened(behaviour=Behaviour(expiry=expiry)) as desk:
        for _ in range(10):
            await desk.service.get_invoice(desk.invoice_id)

        assert len(desk.requests("create_token")) == 1


async def test_a_write_refused_for_its_token_goes_out_once() -> None:
    """The 401 had no effect: with a new token the payment is recorded, and once."""
    async with opened() as desk:
        invoice = await desk.service.get_invoice(desk.invoice_id)
        desk.simulator.end_tokens()

        await desk.service.record_payment(
            desk.invoice_id, invoice.total, paid_at=NOW, reference="after-expiry"
        )

        assert len(desk.rows()) == 1


async def test_wrong_credentials_are_told_before_anything_else_is_sent() -> None:
    """No token, no request with one."""
    async with opened(client_secret="wrong") as desk:
        with pytest.raises(AuthenticationError, match="client_secret"):
            await desk.service.get_invoice(desk.invoice_id)

        assert [record.operation for record in desk.simulator.requests] == ["create_token"]


async def test_a_lost_token_reply_costs_a_try_and_no_more() -> None:
    """The next try asks again, and the read succeeds."""
    async with opened(faults=[Fault(kind=FaultKind.DROP_BEFORE, at="create_token")]) as desk:
        assert (await desk.service.get_invoice(desk.invoice_id)).id == desk.invoice_id
