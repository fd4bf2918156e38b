"""Bearer tokens by OAuth 2.0 client credentials, as RFC 6749 has them."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode

import attrs

from invoicekit.errors import AuthenticationError, MalformedResponse, RateLimited, Unavailable
from invoicekit.secret import Secret
from invoicekit.transport import HttpRequest, HttpResponse, Token
from invoicekit.wire import Codec

_CODEC = Codec()
_LONGEST_SECONDS = 366 * 86_400


@attrs.frozen(kw_only=True)
class _WireToken:
    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - what kind it is
    expires_in: int | None = None


@attrs.frozen(kw_only=True)
class ClientCredentials:
    """Asks the provider's own host for tokens; the channel keeps and renews them.

    A provider that answers in another way needs a `TokenSource` of its own.

    Attributes:
        path: Where tokens are given out, e.g. ``/oauth/token``.
        scope: What the token may do; None leaves it to the provider.
        host: Which of the site's hosts is asked.
    """

    path: str
    client_id: str
    client_secret: Secret
    scope: str | None = None
    host: str = "api"

    async def fetch(self, send: Callable[[HttpRequest], Awaitable[HttpResponse]], now: datetime) -> Token:
        """Get a new token; see `TokenSource.fetch`."""
        response = await send(self._request())
        status = response.status
        if status == 429:
            raise RateLimited("no token, by the rate limit; nothing else was sent", status=status)
        if status in {400, 401, 403}:
            raise AuthenticationError(
                f"no token for these credentials (HTTP {status}); check client_id and client_secret",
                status=status,
            )
        if not 200 <= status < 300:
            raise Unavailable(f"no token (HTTP {status}); nothing else was sent", status=status)
        wire = _CODEC.decode(response.body, _WireToken, where="token reply")
        if wire.token_type.lower() != "bearer":
            raise MalformedResponse("token reply: not a bearer token", paths=("$.token_type",))
        if not (wire.access_token and wire.access_token.isprintable() and wire.access_token.isascii()):
            raise MalformedResponse("token reply: it cannot stand in a header", paths=("$.access_token",))
        if wire.expires_in is None:
            return Token(value=Secret(wire.access_token))
        if not 0 <= wire.expires_in <= _LONGEST_SECONDS:
            raise MalformedResponse("token reply: expires_in is no duration", paths=("$.expires_in",))
        return Token(value=Secret(wire.access_token), expires_at=now + timedelta(seconds=wire.expires_in))

    def _request(self) -> HttpRequest:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret.reveal(),
        }
        if self.scope is not None:
            form["scope"] = self.scope
        return HttpRequest(
            method="POST",
            path=self.path,
            host=self.host,
            body=urlencode(form).encode(),
            content_type="application/x-www-form-urlencoded",
        )
