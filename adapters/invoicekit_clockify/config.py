"""The settings of one Clockify workspace, checked when they are given."""

import re
from functools import partial

import attrs

from invoicekit.errors import ConfigurationError
from invoicekit.secret import Secret
from invoicekit.transport import HeaderKey, RateWindow, Site, parse_rate
from invoicekit_clockify.addon import AddonClaims, UnreadableToken
from invoicekit_clockify.place import Place, UnusablePlace, check_vendor, core_of, reports_of

PAID_PLAN = (RateWindow(limit=50, seconds=1.0),)
"""Source: vendor help, "Webhook and API limitations" of 2026-05-12, for paid workspaces; the vendor's
OpenAPI document says the same for an add-on in a workspace."""

FREE_PLAN = (RateWindow(limit=30, seconds=3600.0),)
"""For the whole workspace, all keys together. Source: vendor help, same page, for newly created Free ones."""

UNKNOWN_PLAN = (RateWindow(limit=10, seconds=1.0, is_documented=False),)
"""Unverified: where older clients began."""

PAGE_SIZE = 200
MOST_PAGE_SIZE = 5000

_ID = re.compile(r"[0-9a-f]{24}")


def _refused(setting: str, reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"clockify: {setting} {reason} (argument {setting}, INVOICEKIT_CLOCKIFY_{setting.upper()}, "
        f"or {setting} in the profile)"
    )


def _secret(value: Secret | str) -> Secret:
    return value if isinstance(value, Secret) else Secret(value.strip())


@attrs.frozen(kw_only=True)
class ClockifyConfig:
    """Where a workspace is, as whom to call it, and what is known about it.

    Exactly one of `api_key` and `addon_token` is needed: Clockify refuses a request with both.

    Attributes:
        api_key: A user's key, sent as X-Api-Key; a workspace with a subdomain needs a key made there.
        addon_token: An installation's token, sent as X-Addon-Token; its claims say where the workspace
            is, so only the token itself is needed. They are believed for hosts of clockify.me alone.
        workspace_id: 24 hex digits; needed with `api_key`.
        base_url: The core API, e.g. ``https://api.clockify.me/api`` (the default) or a simulator's URL.
        reports_url: The reports API; derived from the core's where it is not given.
        region: ``euc1`` (EU), ``use2`` (US), ``euw2`` (UK), ``apse2`` (AU) or ``developer``.
        subdomain: The workspace's own subdomain, where it has one.
        settle_seconds: How long a write may stay invisible to reads. Clockify declares no bound, so
            this is None and an append in doubt is never resent; give it only where you know it.
        page_size: Rows asked for in one page, 1 to 5000; the detailed report gets at most 1000.
        rate: The limit of this workspace, e.g. ``50/s`` on a paid plan or ``30/h`` on a new Free one;
            without it a key starts at 10 a second and climbs, and an add-on keeps its documented 50.
        item_type: The workspace's item type for lines that name none (`NewLineItem.kind`).

    Raises:
        ConfigurationError: A setting is missing or unusable; the message names it.
    """

    api_key: Secret | None = attrs.field(default=None, converter=attrs.converters.optional(_secret))
    addon_token: Secret | None = attrs.field(default=None, converter=attrs.converters.optional(_secret))
    workspace_id: str | None = None
    base_url: str | None = None
    reports_url: str | None = None
    region: str | None = None
    subdomain: str | None = None
    settle_seconds: float | None = None
    page_size: int = PAGE_SIZE
    rate: str | None = None
    item_type: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot work before anything is sent."""
        if bool(self.api_key) == bool(self.addon_token):
            raise _refused("api_key", "or addon_token must be given, and not both")
        secret = self.api_key or self.addon_token
        if secret and not re.fullmatch(r"[!-~]+", secret.reveal()):
            raise _refused(self._credential, "holds blanks or characters that cannot stand in a header")
        if self.settle_seconds is not None and not 0 <= self.settle_seconds < float("inf"):
            raise _refused("settle_seconds", "must be a number of seconds, 0 or more")
        if not 1 <= self.page_size <= MOST_PAGE_SIZE:
            raise _refused("page_size", f"must be 1 to {MOST_PAGE_SIZE}")
        if self.rate is not None:
            parse_rate(self.rate, partial(_refused, "rate"))
        if _ID.fullmatch(self.workspace) is None:
            raise _refused("workspace_id", "must be 24 hexadecimal digits, in lower case")
        self.place()

    @property
    def _credential(self) -> str:
        return "api_key" if self.api_key else "addon_token"

    @property
    def workspace(self) -> str:
        """The workspace's id; where none is given, the one that the add-on token names.

        Raises:
            ConfigurationError: None is known, or the token is another workspace's.
        """
        claimed = self._claims().workspace_id
        if self.workspace_id and claimed and self.workspace_id != claimed:
            raise _refused("workspace_id", "is not the workspace that the add-on token is for")
        found = self.workspace_id or claimed
        if not found:
            raise _refused("workspace_id", "is needed")
        return found

    def place(self) -> Place:
        """Work out the hosts: what is given, else what the token claims, else the global ones."""
        claims = self._claims()
        try:
            if self.base_url is None and self.region is None and claims.backend_url is not None:
                core = check_vendor(claims.backend_url, "addon_token")
                if self.reports_url is None and claims.reports_url is not None:
                    return Place(core=core, reports=check_vendor(claims.reports_url, "addon_token"))
            else:
                core = core_of(base_url=self.base_url, region=self.region)
            reports = reports_of(core, reports_url=self.reports_url, subdomain=self.subdomain)
        except UnusablePlace as error:
            raise _refused(error.setting, error.reason) from None
        return Place(core=core, reports=reports)

    def site(self) -> Site:
        """Say where the workspace is, as whom we call, and how often."""
        place = self.place()
        # Source: vendor OpenAPI document; both headers, none, or Authorization get 401 with code 1000 (peer's
        # live probe of 2026-08-08).
        if self.api_key:
            credentials = HeaderKey("X-Api-Key", self.api_key)
        elif self.addon_token:
            credentials = HeaderKey("X-Addon-Token", self.addon_token)
        else:
            raise AssertionError("unreachable")
        if self.rate is not None:
            windows = parse_rate(self.rate, partial(_refused, "rate"))
        else:
            windows = PAID_PLAN if self.addon_token else UNKNOWN_PLAN
        return Site(
            hosts={"api": place.core, "reports": place.reports},
            credentials=credentials,
            account=self.workspace,
            windows=windows,
        )

    def _claims(self) -> AddonClaims:
        if not self.addon_token:
            return AddonClaims()
        try:
            return AddonClaims.read(self.addon_token)
        except UnreadableToken as error:
            raise _refused("addon_token", f"cannot be read: {error}") from None
