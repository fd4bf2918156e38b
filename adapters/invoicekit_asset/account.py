"""What is known about the account: its limits as its answers show them, its customers' credit."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

import attrs

from invoicekit.adapter import Capabilities, Probe, Sender
from invoicekit.model import Money
from invoicekit_asset.config import AssetConfig
from invoicekit_asset.operations import CUSTOMER_CREDITS, LIST_CUSTOMERS
from invoicekit_asset.requests import Requests
from invoicekit_asset.wire import CODEC, AnyNumber, data_of, page_of, rows_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_TEXT = 30


async def probe(sender: Sender, requests: Requests, config: AssetConfig, capabilities: Capabilities) -> Probe:
    """Read one customer to prove the credentials, and tell the limit that the answer's headers describe.

    The headers describe one of the two allowances, and nobody says which: they are facts for people, and
    the configured windows stay.
    Source: vendor docs, apioverview/rate_limits; the fractional reset: providers sheet, 2.9.
    """
    response = await sender.send(LIST_CUSTOMERS, requests.customers(None, size=1))
    page_of(response.body, where="customers")
    facts = [("currency", f"{config.currency}, as configured: Asset names none")]
    for name in ("limit", "remaining"):
        value = response.headers.get(f"x-ratelimit-{name}", "")
        if value.isdecimal() and len(value) < _LONGEST_TEXT:
            facts.append((f"rate limit: {name}", value))
    reset = read_reset(response.headers)
    if reset is not None:
        facts.append(("rate limit: window ends", reset.isoformat()))
    return Probe(capabilities=capabilities, account_name=config.business_id, facts=tuple(facts))


def read_reset(headers: Mapping[str, str]) -> datetime | None:
    """Return when the rate-limit window ends: a UNIX time, with or without a fraction."""
    text = headers.get("x-ratelimit-reset", "")
    try:
        seconds = Decimal(text) if len(text) < _LONGEST_TEXT else Decimal("NaN")
        return _EPOCH + timedelta(microseconds=int(seconds.scaleb(6)))
    except (InvalidOperation, ValueError, OverflowError):
        return None


@attrs.frozen(kw_only=True)
class _WireCredit:
    customer_id: str
    total_available_credits: AnyNumber


async def customer_credits(sender: Sender, requests: Requests, currency: str) -> Mapping[str, Money]:
    """Read what credit each customer has, by customer id.

    Unverified: the report's field names; only total_available_credits is named on a page.
    """
    response = await sender.send(CUSTOMER_CREDITS, requests.credits())
    where = "customer credits"
    rows = CODEC.structure(
        rows_of(data_of(response.body, where=where), where=where), tuple[_WireCredit, ...], where=where
    )
    return {row.customer_id: Money(row.total_available_credits, currency) for row in rows}
