"""The settings of one Kukkingu tenant, checked when they are given."""

import re
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import partial

import attrs

from invoicekit.errors import ConfigurationError
from invoicekit.secret import Secret
from invoicekit.transport import RateWindow, Site, parse_rate
from invoicekit_kukkingu.ids import BILLABLE_ID, CONTRACT_ID
from invoicekit_kukkingu.token import ProvidedTokens, TenantKey, TokenProvider, is_sendable

VENDOR = "https://api.contracting.kukkingu.software"
"""Source: the vendor's document names this one server, and no sandbox."""

UNKNOWN_LIMIT = (RateWindow(limit=5, seconds=1.0, is_documented=False),)
"""Unverified: no page mentions a rate limit; a careful start that the limiter may climb above."""

_TENANT = re.compile(r"[!-~]{1,200}")


class BillableAmount(StrEnum):
    """What the amount of a line is taken to say."""

    UNIT_PRICE = "unit_price"
    LINE_TOTAL = "line_total"


def refused(setting: str, reason: str) -> ConfigurationError:
    """Build the error that names a setting and where it may stand."""
    return ConfigurationError(
        f"kukkingu: {setting} {reason} (argument {setting}, INVOICEKIT_KUKKINGU_{setting.upper()}, "
        f"or {setting} in the profile)"
    )


def _secret(value: Secret | str) -> Secret:
    return value if isinstance(value, Secret) else Secret(value.strip())


def _exchange_rate(value: object) -> Decimal:
    """Keep a rate exactly; a float is refused, for it is not the number that was written."""
    number: Decimal | None = None
    if isinstance(value, str | Decimal | int) and not isinstance(value, bool):
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = None
    if number is None or not number.is_finite() or number < 0 or len(number.as_tuple().digits) > 40:
        raise refused("exchange_rate", "must be a number of 0 or more, written as text such as '1.12'")
    return number


def _billable_amount(value: object) -> BillableAmount:
    try:
        return BillableAmount(str(value))
    except ValueError:
        raise refused("billable_amount", "must be unit_price or line_total") from None


@attrs.frozen(kw_only=True)
class KukkinguConfig:
    """Where a tenant is, as whom to call it, and what new invoices and marks need.

    Exactly one of `token` and `token_provider` is needed.

    Attributes:
        token: A bearer token (a JWT) that lives as long as the service.
        token_provider: A callable that returns a token, or an awaitable of one: text, `Secret`, or a
            `Token` that says when it ends. It is asked again when a token ends or is refused.
        tenant_id: As in ``tnt_pfh0haxfpzowht3oi213cqos``.
        contract_id: The contract that new invoices hang on, where a call names none.
        exchange_rate: Sent with new invoices, where a call names none; text, so that it stays exact.
            Unverified: which way it converts.
        billable_id: The line that time entries are hung on by `mark_time_entries`.
        billable_amount: ``unit_price`` or ``line_total``. Unverified: which of the two Kukkingu means by
            a line's amount; the sum is right either way only for a quantity of 1.
        base_url: The API's server, without ``/api/v1``.
        settle_seconds: How long a write may stay invisible to reads. Kukkingu declares no bound, so this
            is None and an append in doubt is never resent; give it only where you know it.
        rate: A limit you know, e.g. ``10/s``; no page names one, so calls start at 5 a second and climb.

    Raises:
        ConfigurationError: A setting is missing or unusable; the message names it.
    """

    tenant_id: str
    token: Secret | None = attrs.field(default=None, converter=attrs.converters.optional(_secret))
    token_provider: TokenProvider | None = attrs.field(default=None, repr=False)
    contract_id: str | None = None
    exchange_rate: Decimal | None = attrs.field(
        default=None, converter=attrs.converters.optional(_exchange_rate)
    )
    billable_id: str | None = None
    billable_amount: BillableAmount = attrs.field(
        default=BillableAmount.UNIT_PRICE, converter=_billable_amount
    )
    base_url: str = VENDOR
    settle_seconds: float | None = None
    rate: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot work before anything is sent."""
        if bool(self.token) == (self.token_provider is not None):
            raise refused("token", "or token_provider must be given, and not both")
        if self.token_provider is not None and not callable(self.token_provider):
            raise refused("token_provider", "must be a callable that returns a token")
        if self.token and not is_sendable(self.token):
            raise refused("token", "holds blanks or characters that cannot stand in a header")
        if _TENANT.fullmatch(self.tenant_id) is None:
            raise refused("tenant_id", "must be an id such as tnt_pfh0haxfpzowht3oi213cqos")
        if self.contract_id is not None and CONTRACT_ID.fullmatch(self.contract_id) is None:
            raise refused("contract_id", "must be an id that begins with ctr_")
        if self.billable_id is not None and BILLABLE_ID.fullmatch(self.billable_id) is None:
            raise refused("billable_id", "must be an id that begins with bil_")
        if self.settle_seconds is not None and not 0 <= self.settle_seconds < float("inf"):
            raise refused("settle_seconds", "must be a number of seconds, 0 or more")
        if self.rate is not None:
            parse_rate(self.rate, partial(refused, "rate"))

    def site(self) -> Site:
        """Say where the tenant is, as whom we call, and how often."""
        provider = self.token_provider
        return Site(
            hosts={"api": f"{self.base_url.rstrip('/')}/api/v1"},
            credentials=TenantKey(tenant_id=self.tenant_id, token=self.token),
            account=self.tenant_id,
            windows=UNKNOWN_LIMIT if self.rate is None else parse_rate(self.rate, partial(refused, "rate")),
            token_source=None if provider is None else ProvidedTokens(provider=provider),
        )
