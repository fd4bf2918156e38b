"""Where an adapter's provider is, as whom we call, and how often we may."""

from collections.abc import Mapping
from typing import Protocol

import attrs


class Credentials(Protocol):
    """How requests are signed; attached only after the host was checked."""

    def headers(self) -> Mapping[str, str]:
        """Return the headers that sign one attempt; called anew for each."""
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
    """

    hosts: Mapping[str, str]
    credentials: Credentials
    account: str
    windows: tuple[RateWindow, ...]
