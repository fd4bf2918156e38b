"""What all of Clockify's documents share: the codec, the scale of amounts, clocks."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

from invoicekit.errors import InvalidInstant, MalformedResponse
from invoicekit.model import MISSING, Absent, Money
from invoicekit.wire import HUNDREDTHS, Codec, write_instant

CODEC = Codec()

AMOUNT = HUNDREDTHS
"""Amounts of invoices, payments, lines and rates are whole hundredths of the major unit.

Source: peer's live probes of 2026, in currencies of two decimals, where this equals minor units.
Unverified: currencies of another exponent. We assume hundredths for all of them, so that 1200 JPY is
    120000 on the wire, and an amount of three decimals is refused before anything is sent.
"""

Text = str | Absent | None
Units = int | Absent | None
Number = Decimal | Absent | None
Flag = bool | Absent | None


def document_of(value: object) -> Mapping[str, object]:
    """Return a decoded JSON object as it came; empty for anything else."""
    return value if isinstance(value, dict) else {}


def rows_of(value: object, *, where: str) -> list[object]:
    """Return a bare JSON array.

    Raises:
        MalformedResponse: It is an envelope or something else.
    """
    if not isinstance(value, list):
        raise MalformedResponse(f"{where}: expected a bare array", paths=("$: expected array",))
    return value


def text_or_none(value: Text) -> str | None:
    """Return a text that says something, else None."""
    return value if isinstance(value, str) and value.strip() else None


def money_of(units: Units, currency: str | None) -> Money | Absent | None:
    """Turn wire units into money; without a currency there is none to be had."""
    if not isinstance(units, int):
        return units
    return MISSING if currency is None else AMOUNT.read(units, currency)


def wall_clock(instant: datetime, zone: tzinfo) -> str:
    """Write what a clock in `zone` shows at an instant, with the Z that Clockify wants to see and ignores.

    Source: peer's live probes of 2026: the window of user time entries is read as wall clock in the
        account's zone, whatever its Z says.

    Raises:
        InvalidInstant: The instant has no zone of its own.
    """
    if instant.tzinfo is None or instant.utcoffset() is None:
        raise InvalidInstant("an instant needs a time zone; use datetime(..., tzinfo=UTC)")
    return write_instant(instant.astimezone(zone).replace(tzinfo=UTC), truncate=True)


def clock_window(start: datetime, end: datetime, zone: tzinfo) -> tuple[str, str]:
    """Write a window of instants as wall clock, wide enough where the zone's clocks change within reach.

    In such a night the same reading comes twice or not at all, so readings alone cannot bound the
    window: it is widened by the change, and the reader drops by instant what lies outside.
    """
    reach = timedelta(hours=3)
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    offsets = [
        (instant + shift).astimezone(zone).utcoffset() or timedelta()
        for instant in (start, end)
        for shift in (-reach, timedelta(), reach)
    ]
    slack = max(offsets) - min(offsets)
    return wall_clock(start - slack, zone), wall_clock(end + slack, zone)


def report_instant(instant: datetime) -> str:
    """Write an instant for a report whose timeZone is UTC: milliseconds, no Z.

    Source: vendor OpenAPI document, detailed report: ``yyyy-MM-ddTHH:mm:ss.SSS``, read in `timeZone`.
    """
    plain = instant.astimezone(UTC).replace(tzinfo=None)
    return plain.isoformat(timespec="milliseconds")
