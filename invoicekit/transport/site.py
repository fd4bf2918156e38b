"""Where an adapter's provider is, as whom we call, and how often we may."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Protocol

import attrs

from invoicekit.secret import Secret
from invoicekit.transport.message import HttpRequest, HttpResponse


class Credentials(Protocol):
    """How requests are signed; attached only after the host was checked."""

    def headers(self) -> Mapping[str, str]:
        """Return the headers that sign one attempt; called anew for each."""
        ...


@attrs.frozen
class HeaderKey:
    """Signs with one secret in one header.

    Attributes:
        header: Its name, e.g. ``X-Api-Key``.
        secret: What it holds.
        prefix: What stands before the secret, e.g. ``"Bearer "``.
    """

    header: str
    secret: Secret
    prefix: str = ""

    def headers(self) -> Mapping[str, str]:
        """Return the header that signs a request."""
        return {self.header: f"{self.prefix}{self.secret.reveal()}"}


class NoKey:
    """Signs nothing: a bearer token says it all, or there is nobody to sign for."""

    def headers(self) -> Mapping[str, str]:
        """Return no headers."""
        return {}


@attrs.frozen(kw_only=True)
class Token:
    """A bearer token that lives for a while.

    Attributes:
        value: What is sent.
        expires_at: Aware UTC instant; None where nobody says: it is then kept until it is refused.
    """

    value: Secret
    expires_at: datetime | None = None


class TokenSource(Protocol):
    """Where bearer tokens come from; the channel asks, keeps and renews them, one request for all callers."""

    async def fetch(self, send: Callable[[HttpRequest], Awaitable[HttpResponse]], now: datetime) -> Token:
        """Get a new token.

        Args:
            send: Sends one request to a declared host, without any credentials, and returns its answer
                whatever its status.
            now: The wall clock, for lifetimes given as durations.

        Raises:
            AuthenticationError: The credentials were refused.
            MalformedResponse: The answer holds no token.
        """
        ...


@attrs.frozen(kw_only=True)
class RateWindow:
    """At most `limit` requests in any `seconds`.

    Attributes:
        is_documented: Whether the provider (or the configuration) states it; an undocumented one is
            a starting guess the limiter may climb above.
    """

    limit: int = attrs.field(validator=attrs.validators.ge(1))
    seconds: float = attrs.field(validator=attrs.validators.gt(0))
    is_documented: bool = True

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.limit / self.seconds


@attrs.frozen(kw_only=True)
class Site:
    """One account at one provider.

    Attributes:
        hosts: Base URLs by the names that requests use, each without a trailing slash.
        credentials: How requests are signed.
        account: The workspace, tenant or business: part of every journal key.
        windows: The limits that hold for this account, all at once.
        token_source: Where ``Authorization: Bearer`` comes from; None where credentials say it all.
    """

    hosts: Mapping[str, str]
    credentials: Credentials
    account: str
    windows: tuple[RateWindow, ...]
    token_source: TokenSource | None = None
