"""Bearer tokens for client credentials."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import attrs

from invoicekit.errors import AuthenticationError, MalformedResponse, RateLimited, Unavailable
from invoicekit.model import MISSING, Absent
from invoicekit.secret import Secret
from invoicekit.transport import HttpRequest, HttpResponse, Token
from invoicekit_asset.wire import CODEC

PATH = "/v0/auth/token"
_FIRST_INSTANT = 10**9
_LAST_INSTANT = 32_503_680_000
"""The year 3000: a larger number is neither an instant nor a duration of any token."""


@attrs.frozen(kw_only=True)
class _WireToken:
    access_token: str
    token_type: str | Absent | None = MISSING
    expires_in: int | Absent | None = MISSING


@attrs.frozen(kw_only=True)
class ClientCredentials:
    """Asks Asset for tokens that reach one business.

    Source: vendor docs, api-reference/authentication/get-an-access-token.
    """

    client_id: str
    client_secret: Secret
    business_id: str
    scope: str | None
    seconds: int

    async def fetch(self, send: Callable[[HttpRequest], Awaitable[HttpResponse]], now: datetime) -> Token:
        """Get a new token; see `TokenSource.fetch`."""
        response = await send(self._request())
        status = response.status
        if status == 429:
            raise RateLimited("Asset refused a token by its rate limit; nothing else was sent", status=status)
        if status in {400, 401, 403, 422}:
            raise AuthenticationError(
                f"Asset gives no token for these credentials and this business (HTTP {status}); check "
                "client_id, client_secret, business_id and environment",
                status=status,
            )
        if not 200 <= status < 300:
            raise Unavailable(f"Asset gave no token (HTTP {status}); nothing else was sent", status=status)
        return read_token(response.body, now, asked_seconds=self.seconds)

    def _request(self) -> HttpRequest:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret.reveal(),
            "business_id": self.business_id,
            "expires_in": str(self.seconds),
        }
        if self.scope is not None:
            form["scope"] = self.scope
        return HttpRequest(
            method="POST",
            path=PATH,
            body=urlencode(form).encode(),
            content_type="application/x-www-form-urlencoded",
        )


def read_token(body: bytes, now: datetime, *, asked_seconds: int) -> Token:
    """Read the reply; its `expires_in` is a UNIX time in the newest version, else a duration, or missing.

    Above 10^9 it is an instant, below a duration; where it is missing, what was asked for is assumed.
    Source: vendor docs, api-reference/authentication/get-an-access-token, newest (1777657168) and older.

    Raises:
        MalformedResponse: No token in it.
    """
    wire = _token_wire(body)
    kind = wire.token_type
    if isinstance(kind, str) and kind.lower() != "bearer":
        raise MalformedResponse("token reply: not a bearer token", paths=("$.token_type",))
    if not wire.access_token.isprintable() or not wire.access_token.isascii() or not wire.access_token:
        raise MalformedResponse("token reply: the token cannot stand in a header", paths=("$.access_token",))
    ends = wire.expires_in if isinstance(wire.expires_in, int) else asked_seconds
    if not 0 <= ends < _LAST_INSTANT:
        raise MalformedResponse("token reply: expires_in is no time", paths=("$.expires_in",))
    if ends >= _FIRST_INSTANT:
        expires_at = datetime.fromtimestamp(ends, tz=UTC)
    else:
        expires_at = now + timedelta(seconds=ends)
    return Token(value=Secret(wire.access_token), expires_at=expires_at)


def _token_wire(body: bytes) -> _WireToken:
    where = "token reply"
    document = CODEC.parse(body, where=where)
    # Siblings wrap everything in `data`; the token page shows none, and either is read.
    if isinstance(document, dict) and isinstance(document.get("data"), dict):
        document = document["data"]
    return CODEC.structure(document, _WireToken, where=where)
