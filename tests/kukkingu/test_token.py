"""Bearer tokens: the fixed one, and those of a callable."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from kukkingu_desk import PAID_AT, opened

from invoicekit.adapter import HttpRequest, HttpResponse, Token
from invoicekit.errors import AuthenticationError
from invoicekit.model import Money
from invoicekit.secret import Secret
from invoicekit_kukkingu.simulator import KukkinguSimulator
from invoicekit_kukkingu.token import ProvidedTokens, TokenProvider

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEY = KukkinguSimulator.TOKEN


async def never(request: HttpRequest) -> HttpResponse:
    raise AssertionError("no token costs a request to the provider")


async def later() -> str:
    return "key"


@pytest.mark.parametrize(
    "provider",
    [lambda: "key", lambda: " key ", lambda: Secret("key"), lambda: Token(value=Secret("key")), later],
)
async def test_a_token_comes_in_many_shapes(provider: TokenProvider) -> None:
    """Text, a secret, a token or an awaitable of one."""
    assert (await ProvidedTokens(provider=provider).fetch(never, NOW)).value == Secret("key")


async def test_a_token_may_say_when_it_ends() -> None:
    """What the provider knows of its life is kept."""
    source = ProvidedTokens(provider=lambda: Token(value=Secret("key"), expires_at=NOW))

    assert (await source.fetch(never, NOW)).expires_at == NOW


@pytest.mark.parametrize("provider", [lambda: "", lambda: "a b", lambda: None, lambda: 5])
async def test_what_is_no_token_is_refused(provider: Callable[[], object]) -> None:
    """Nothing is sent with it."""
    source = ProvidedTokens(provider=provider)  # type: ignore[arg-type]  # callers may not be typed

    with pytest.raises(AuthenticationError, match="token_provider"):
        await source.fetch(never, NOW)


async def test_many_callers_need_one_token() -> None:
    """The callable is asked once for all who wait."""
    asked = 0

    async def provider() -> str:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return KEY

    async with opened(token=None, token_provider=provider) as desk:
        await asyncio.gather(*(desk.service.get_customer(desk.client_id) for _ in range(20)))

        assert asked == 1
        assert all("Authorization" in one.credentials for one in desk.simulator.requests)


async def test_a_refused_token_is_asked_for_again() -> None:
    """A token that the provider no longer takes is replaced once, and the call goes on."""
    tokens = iter(["stale", KEY])

    def provider() -> str:
        return next(tokens)

    async with opened(token=None, token_provider=provider) as desk:
        customer = await desk.service.get_customer(desk.client_id)

        assert customer.id == desk.client_id
        assert [one.status for one in desk.simulator.requests] == [401, 200]


async def test_a_payment_survives_the_end_of_a_token() -> None:
    """401 had no effect, so the write goes again with a new token, once."""
    tokens = iter([KEY, "new"])

    async with opened(token=None, token_provider=lambda: next(tokens)) as desk:
        await desk.service.get_customer(desk.client_id)
        desk.simulator.revoke(KEY)
        desk.simulator.add_token("new")

        result = await desk.service.record_payment(
            desk.invoice_id, Money("120.00", "EUR"), paid_at=PAID_AT, reference="bank-1"
        )

        assert result.verified
        assert len(desk.simulator.ledger.deeds("set_paid_at")) == 1


async def test_a_fixed_token_that_is_refused_is_told() -> None:
    """Without a provider there is nothing to renew."""
    async with opened(token="stale") as desk:
        with pytest.raises(AuthenticationError):
            await desk.service.get_customer(desk.client_id)

        assert len(desk.simulator.requests) == 1


async def test_no_error_shows_the_token() -> None:
    """What is raised may be logged."""
    async with opened(token="stale-and-secret") as desk:
        with pytest.raises(AuthenticationError) as caught:
            await desk.service.get_customer(desk.client_id)

        assert "stale-and-secret" not in repr(caught.value) + str(caught.value)
