"""Turn wall clock readings into instants and back."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from invoicekit_clockify.simulator import refusal


def zone_of(name: str) -> tzinfo:
    """Return a zone by its name; UTC needs no zone database.

    Raises:
        Refusal: There is no such zone.
    """
    if name in ("UTC", "Etc/UTC", "GMT", "Z"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise refusal.broken_rule(f"no such time zone: {name}") from None


def seconds_of(wall_clock: datetime, zone: tzinfo) -> int:
    """Return the instant at which a clock in this zone shows the reading, as seconds since 1970."""
    return int(wall_clock.replace(tzinfo=zone).timestamp())


def instant_text(seconds: int) -> str:
    """Write an instant as the core host does."""
    return zoned_text(seconds, UTC)


def zoned_text(seconds: int, zone: tzinfo) -> str:
    """Write an instant as the report does: in the zone asked for, with its offset."""
    return datetime.fromtimestamp(seconds, zone).isoformat(timespec="seconds").replace("+00:00", "Z")
