"""Instants, dates and durations as providers write them, read strictly."""

import re
from datetime import UTC, date, datetime, timedelta

from invoicekit.errors import InvalidInstant, MalformedResponse

_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:?[0-9]{2})"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DURATION = re.compile(
    r"(-)?P(?:([0-9]{1,6})D)?(?:T(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?"
    r"(?:([0-9]{1,9})(?:\.([0-9]{1,6}))?S)?)?"
)


def read_instant(text: str, *, where: str = "instant") -> datetime:
    """Read ``2020-01-01T08:00:00Z``, with or without a fraction, with Z or an offset, as UTC.

    A fraction finer than a microsecond is cut off.

    Raises:
        MalformedResponse: Another shape, no such instant, or no zone.
    """
    match = _INSTANT.fullmatch(text)
    if match is not None:
        whole, fraction, zone = match.groups()
        try:
            if fraction is None and zone == "Z":
                return datetime.fromisoformat(text)
            micros = f".{fraction:0<6.6}" if fraction else ""
            return datetime.fromisoformat(f"{whole}{micros}{zone}").astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise MalformedResponse(f"{where}: not an instant such as 2020-01-01T08:00:00Z")


def write_instant(instant: datetime, *, truncate: bool = False) -> str:
    """Write an instant in UTC, in whole seconds: ``2020-01-01T08:00:00Z``.

    Args:
        instant: Any aware instant.
        truncate: Cut a fraction of a second off instead of refusing it.

    Raises:
        InvalidInstant: No time zone, or a fraction that would be lost; nothing was sent.
    """
    if instant.tzinfo is not UTC and (instant.tzinfo is None or instant.utcoffset() is None):
        raise InvalidInstant("an instant needs a time zone; use datetime(..., tzinfo=UTC)")
    if instant.microsecond and not truncate:
        raise InvalidInstant("this provider keeps whole seconds; round the instant first")
    try:
        return f"{instant.astimezone(UTC).isoformat(timespec='seconds')[:19]}Z"
    except OverflowError:
        pass
    raise InvalidInstant("the instant lies outside the years 1 to 9999 in UTC")


def read_date(text: str, *, where: str = "date") -> date:
    """Read ``2020-01-01``, or the UTC day of an instant such as ``2020-01-01T08:00:00Z``.

    Raises:
        MalformedResponse: Neither.
    """
    if _DATE.fullmatch(text) is None:
        return read_instant(text, where=where).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    raise MalformedResponse(f"{where}: not a day of the calendar")


def write_midnight(day: date) -> str:
    """Write a day as the instant it begins in UTC: ``2020-01-01T00:00:00Z``.

    Raises:
        InvalidInstant: A datetime was given: its time of day would be lost.
    """
    if isinstance(day, datetime):
        raise InvalidInstant("expected a date, got a datetime, whose time of day would be lost")
    return f"{day.isoformat()}T00:00:00Z"


def read_duration(text: str, *, where: str = "duration") -> timedelta:
    """Read an ISO 8601 duration of days, hours, minutes and seconds: ``PT1H30M5S``.

    Raises:
        MalformedResponse: Another shape; years, months and weeks are none.
    """
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()[1:]):
        raise MalformedResponse(f"{where}: not a duration such as PT1H30M")
    sign, days, hours, minutes, seconds, fraction = match.groups()
    span = timedelta(
        days=int(days or 0),
        hours=int(hours or 0),
        minutes=int(minutes or 0),
        seconds=int(seconds or 0),
        microseconds=int(f"{fraction or 0:0<6}"),
    )
    return -span if sign else span
