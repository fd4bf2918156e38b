"""The bearer token: one that is given, or a callable of the user's that gets one."""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import attrs

from invoicekit.errors import AuthenticationError
from invoicekit.secret import Secret
from invoicekit.transport import HttpRequest, HttpResponse, Token

TENANT_HEADER = "tenant-id"
_HEADER_TEXT = re.compile(r"[!-~]+")

ProvidedToken = str | Secret | Token
"""What a token provider may return; only a `Token` says when it ends."""

TokenProvider = Callable[[], ProvidedToken | Awaitable[ProvidedToken]]


def is_sendable(secret: Secret) -> bool:
    """Tell whether a token can stand in a header."""
    return _HEADER_TEXT.fullmatch(secret.reveal()) is not None


@attrs.frozen(kw_only=True)
class TenantKey:
    """The headers that sign a request: the tenant always, the token where it is fixed.

    Source: seed, "Specifies the tenant context for the request. All endpoints operate within this tenant
        scope"; some pages leave the header out, others of the same kind list it, so it is always sent.
    """

    tenant_id: str
    token: Secret | None = None

    def headers(self) -> Mapping[str, str]:
        """Return the headers of one attempt."""
        signed = {TENANT_HEADER: self.tenant_id}
        if self.token is not None:
            signed["Authorization"] = f"Bearer {self.token.reveal()}"
        return signed


@attrs.frozen(kw_only=True)
class ProvidedTokens:
    """Tokens from the user's own callable; the channel keeps and renews them.

    Unverified: where Kukkingu's tokens come from, how long they live, what they may do. No page tells, so
        nothing is sent to the provider here.
    """

    provider: TokenProvider = attrs.field(repr=False)

    async def fetch(self, send: Callable[[HttpRequest], Awaitable[HttpResponse]], now: datetime) -> Token:
        """Ask the callable for a token.

        Raises:
            AuthenticationError: It returned none that can be sent; what it raises itself passes unchanged.
        """
        found = self.provider()
        given = await found if inspect.isawaitable(found) else found
        token = given if isinstance(given, Token) else _token(given)
        if token is None or not is_sendable(token.value):
            raise AuthenticationError("kukkingu: token_provider returned no token; nothing was sent")
        return token


def _token(given: object) -> Token | None:
    if isinstance(given, str):
        return Token(value=Secret(given.strip()))
    return Token(value=given) if isinstance(given, Secret) else None
