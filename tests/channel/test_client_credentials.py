"""Bearer tokens by client credentials, for every adapter that needs nothing of its own."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from invoicekit.adapter import ClientCredentials, HttpRequest, HttpResponse, Secret, Token
from invoicekit.errors import (
    AuthenticationError,
    InvoiceKitError,
    MalformedResponse,
    RateLimited,
    Unavailable,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SECRET = "s3cret&x=1"


async def fetched(
    document: object, *, status: int = 200, scope: str | None = None
) -> tuple[Token, HttpRequest]:
    asked: list[HttpRequest] = []

    async def send(request: HttpRequest) -> HttpResponse:
        asked.append(request)
        return HttpResponse(status=status, headers={}, body=json.dumps(document).encode())

    source = ClientCredentials(path="/oauth/token", client_id="me", client_secret=Secret(SECRET), scope=scope)
    return await source.fetch(send, NOW), asked[0]


async def test_it_asks_as_the_standard_says() -> None:
    """A form, its parts encoded; the secret shows in no repr."""
    token, request = await fetched({"access_token": "t", "expires_in": 60, "more": 1}, scope="invoices pay")

    assert request.body == (
        b"grant_type=client_credentials&client_id=me&client_secret=s3cret%26x%3D1&scope=invoices+pay"
    )
    assert (request.method, request.path, request.content_type) == (
        "POST",
        "/oauth/token",
        "application/x-www-form-urlencoded",
    )
    assert (token.value.reveal(), token.expires_at) == ("t", NOW + timedelta(seconds=60))
    assert SECRET not in repr(request)


async def test_a_token_without_an_end_is_kept_until_it_is_refused() -> None:
    """The channel asks anew then."""
    token, _ = await fetched({"access_token": "t", "token_type": "bearer"})

    assert token.expires_at is None


@pytest.mark.parametrize(
    ("document", "status", "error"),
    [
        ({}, 401, AuthenticationError),
        ({"error": "invalid_client"}, 400, AuthenticationError),
        ({}, 429, RateLimited),
        ({}, 503, Unavailable),
        ({"access_token": "t", "token_type": "mac"}, 200, MalformedResponse),
        ({"access_token": "a\nb"}, 200, MalformedResponse),
        ({"access_token": ""}, 200, MalformedResponse),
        ({"access_token": "t", "expires_in": -1}, 200, MalformedResponse),
        ({"token": "t"}, 200, MalformedResponse),
    ],
)
async def test_everything_else_is_an_error(
    document: object, status: int, error: type[InvoiceKitError]
) -> None:
    """Wrong credentials, a limit, an outage, or no token at all."""
    with pytest.raises(error):
        await fetched(document, status=status)
