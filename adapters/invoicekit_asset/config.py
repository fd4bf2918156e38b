"""The settings of one Asset business, checked when they are given."""

import re
from functools import partial

import attrs

from invoicekit.errors import ConfigurationError, InvalidAmount
from invoicekit.model import currency_exponent
from invoicekit.secret import Secret
from invoicekit.transport import NoKey, RateWindow, Site, parse_rate
from invoicekit_asset.place import UnusablePlace, base_of
from invoicekit_asset.token import ClientCredentials

BOTH_ALLOWANCES = (RateWindow(limit=300, seconds=60.0), RateWindow(limit=300, seconds=60.0))
"""The tenant's and the business's, which are counted apart and hold at once.

Source: vendor docs, apioverview/rate_limits. Other programs of the same tenant use up the first one too:
give `rate` where they are many.
"""

PAGE_SIZE = 100
MOST_PAGE_SIZE = 100
"""Source: vendor docs, apioverview/pagination."""

BY_AMOUNT = "amount"
BY_UNIT_PRICE = "unit_price"

BUSINESS_ID = re.compile(r"biz_[A-Za-z0-9]{1,64}")
LEDGER_ID = re.compile(r"ldg_[A-Za-z0-9_-]{1,64}")
_ACCOUNT_ID = re.compile(r"eac_[A-Za-z0-9_-]{1,64}")
_HEADER_TEXT = re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?")


def refused(setting: str, reason: str) -> ConfigurationError:
    """Make the error for a setting that is missing or unusable; it says where the setting may stand."""
    return ConfigurationError(
        f"asset: {setting} {reason} (argument {setting}, INVOICEKIT_ASSET_{setting.upper()}, "
        f"or {setting} in the profile)"
    )


def _secret(value: Secret | str) -> Secret:
    return value if isinstance(value, Secret) else Secret(value.strip())


def _code(text: str) -> str:
    return text.strip().upper()


@attrs.frozen(kw_only=True)
class AssetConfig:
    """Where a business is, as whom to call it, and what no call at Asset can say.

    Attributes:
        client_id, client_secret: Of one environment; sandbox and production have their own.
        business_id: ``biz_…``; the token is narrowed to it.
        currency: ISO 4217; Asset sends none anywhere, so it must be said here.
        environment: ``sandbox`` or ``production``; needed unless `base_url` is given.
        base_url: A simulator's or proxy's URL, without ``/v0``.
        ledger_id: ``ldg_…``; the account that new lines go to, unless a line's `kind` names another.
        external_account_id: ``eac_…``; the account that recorded payments arrive on. Needed to record
            payments: where the bank feed brings the same deposits in, recording them would count them
            twice, so this is a choice to be made for each account.
        user_id: Sent as x-user-id on writes: who acted, for the provider's audit.
        scope: Narrows the token, e.g. ``invoice:create ledger:read``.
        token_seconds: Lifetime asked for.
        settle_seconds: How long a write may stay invisible to reads. Asset declares no bound, so this is
            None and an append in doubt is never resent; give it only where you know it.
        page_size: Rows asked for in one page, 1 to 100.
        lines_by: How new lines are priced: ``amount`` (newest pages) or ``unit_price`` (older ones).
        rate: The limits, e.g. ``150/min`` where other programs share the tenant; 300/min twice without it.

    Raises:
        ConfigurationError: A setting is missing or unusable; the message names it.
    """

    client_id: str
    client_secret: Secret = attrs.field(converter=_secret)
    business_id: str
    currency: str = attrs.field(converter=_code)
    environment: str | None = None
    base_url: str | None = None
    ledger_id: str | None = None
    external_account_id: str | None = None
    user_id: str | None = None
    scope: str | None = None
    token_seconds: int = 3600
    settle_seconds: float | None = None
    page_size: int = PAGE_SIZE
    lines_by: str = BY_AMOUNT
    rate: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot work before anything is sent."""
        if not self.client_id.strip() or not self.client_secret:
            raise refused("client_secret", "and client_id must not be empty")
        if BUSINESS_ID.fullmatch(self.business_id) is None:
            raise refused("business_id", "must look like biz_GA6EG2qFxA97NZHtxeLPUy")
        try:
            currency_exponent(self.currency)
        except InvalidAmount:
            raise refused("currency", "must be an ISO 4217 code such as USD") from None
        if self.ledger_id is not None and LEDGER_ID.fullmatch(self.ledger_id) is None:
            raise refused("ledger_id", "must look like ldg_WQMDNUHpBThYSNh4AprDBo")
        if self.external_account_id is not None and _ACCOUNT_ID.fullmatch(self.external_account_id) is None:
            raise refused("external_account_id", "must look like eac_…")
        if self.user_id is not None and _HEADER_TEXT.fullmatch(self.user_id) is None:
            raise refused("user_id", "holds characters that cannot stand in a header")
        if self.settle_seconds is not None and not 0 <= self.settle_seconds < float("inf"):
            raise refused("settle_seconds", "must be a number of seconds, 0 or more")
        if not 60 <= self.token_seconds <= 86_400:
            raise refused("token_seconds", "must be 60 to 86400")
        if not 1 <= self.page_size <= MOST_PAGE_SIZE:
            raise refused("page_size", f"must be 1 to {MOST_PAGE_SIZE}")
        if self.lines_by not in {BY_AMOUNT, BY_UNIT_PRICE}:
            raise refused("lines_by", f"must be {BY_AMOUNT} or {BY_UNIT_PRICE}")
        if self.rate is not None:
            parse_rate(self.rate, partial(refused, "rate"))
        self._base()

    def _base(self) -> str:
        try:
            return base_of(environment=self.environment, base_url=self.base_url)
        except UnusablePlace as error:
            raise refused(error.setting, error.reason) from None

    def site(self) -> Site:
        """Say where the business is, as whom we call, and how often."""
        return Site(
            hosts={"api": self._base()},
            credentials=NoKey(),
            account=self.business_id,
            windows=BOTH_ALLOWANCES if self.rate is None else parse_rate(self.rate, partial(refused, "rate")),
            token_source=ClientCredentials(
                client_id=self.client_id,
                client_secret=self.client_secret,
                business_id=self.business_id,
                scope=self.scope,
                seconds=self.token_seconds,
            ),
        )

    def account_for_payments(self) -> str:
        """Return the account that recorded payments arrive on.

        Raises:
            ConfigurationError: None is configured; nothing was sent.
        """
        if self.external_account_id is None:
            raise refused("external_account_id", "is needed to record payments")
        return self.external_account_id

    def ledger_for(self, kind: str | None) -> str:
        """Return the ledger account of a new line: the one its kind names, else the configured one.

        Raises:
            ConfigurationError: There is none; nothing was sent.
        """
        if kind is not None and LEDGER_ID.fullmatch(kind):
            return kind
        if self.ledger_id is None:
            raise refused("ledger_id", "is needed for lines, unless each line's kind is a ledger id")
        return self.ledger_id
