"""Instants, dates and durations: one meaning or an error."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit.errors import InvalidInstant, MalformedResponse
from invoicekit.wire import read_date, read_duration, read_instant, write_instant, write_midnight


class Reader(Protocol):
    def __call__(self, text: str, *, where: str = ...) -> object: ...


class Zoneless(tzinfo):
    """A time zone that does not know its offset."""

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        return None

    def dst(self, dt: datetime | None) -> timedelta | None:
        return None

    def tzname(self, dt: datetime | None) -> str | None:
        return None


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2020-01-01T08:00:00Z", datetime(2020, 1, 1, 8, tzinfo=UTC)),
        ("2020-01-01T08:00:00+00:00", datetime(2020, 1, 1, 8, tzinfo=UTC)),
        ("2020-01-01T08:00:00+02:00", datetime(2020, 1, 1, 6, tzinfo=UTC)),
        ("2020-01-01T08:00:00+0530", datetime(2020, 1, 1, 2, 30, tzinfo=UTC)),
        ("2020-01-01T00:30:00-01:00", datetime(2020, 1, 1, 1, 30, tzinfo=UTC)),
        ("2020-01-01T08:00:00.5Z", datetime(2020, 1, 1, 8, 0, 0, 500_000, tzinfo=UTC)),
        ("2020-01-01T08:00:00.123Z", datetime(2020, 1, 1, 8, 0, 0, 123_000, tzinfo=UTC)),
        ("2020-01-01T08:00:00.123456789Z", datetime(2020, 1, 1, 8, 0, 0, 123_456, tzinfo=UTC)),
        ("2020-02-29T23:59:59.000001+00:00", datetime(2020, 2, 29, 23, 59, 59, 1, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_as_utc(text: str, instant: datetime) -> None:
    """Whatever the offset, the value is aware and in UTC."""
    found = read_instant(text)

    assert found == instant
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2020-01-01",
        "2020-01-01T08:00:00",
        "2020-01-01 08:00:00Z",
        "2020-01-01T08:00Z",
        "2020-01-01T08:00:00z",
        "2020-1-1T08:00:00Z",
        "2020-W01-1T08:00:00Z",
        "20200101T080000Z",
        "2020-02-30T08:00:00Z",
        "2021-02-29T08:00:00Z",
        "2020-01-01T24:00:00Z",
        "2020-01-01T08:00:60Z",
        "2020-01-01T08:00:00+25:00",
        "2020-01-01T08:00:00.Z",
        "2020-01-01T08:00:00,5Z",
        "2020-01-01T08:00:00Z\n",
        " 2020-01-01T08:00:00Z",
        "٢020-01-01T08:00:00Z",
        "0000-01-01T08:00:00Z",
        "0001-01-01T00:00:00+02:00",
        "9999-12-31T23:59:59-02:00",
        "1577865600",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    """No zone, no such day, another shape: an error that names the field, never a guess."""
    with pytest.raises(MalformedResponse, match=r"^paid_at: not an instant"):
        read_instant(text, where="paid_at")


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (datetime(2020, 1, 1, 8, tzinfo=UTC), "2020-01-01T08:00:00Z"),
        (datetime(2020, 1, 1, 8, tzinfo=timezone(timedelta(hours=2))), "2020-01-01T06:00:00Z"),
        (datetime(2020, 1, 1, 0, 30, tzinfo=timezone(timedelta(hours=1))), "2019-12-31T23:30:00Z"),
        (datetime(987, 1, 1, tzinfo=UTC), "0987-01-01T00:00:00Z"),
    ],
)
def test_an_instant_is_written_in_utc(instant: datetime, text: str) -> None:
    """Whole seconds and a Z, whatever the zone of the value."""
    assert write_instant(instant) == text


@pytest.mark.parametrize("instant", [datetime(2020, 1, 1), datetime(2020, 1, 1, tzinfo=Zoneless())])  # noqa: DTZ001
def test_an_instant_without_a_zone_is_not_sent(instant: datetime) -> None:
    """A naive datetime means a different instant on every machine."""
    with pytest.raises(InvalidInstant, match="time zone"):
        write_instant(instant)


def test_a_fraction_is_not_lost_unasked() -> None:
    """A provider that keeps whole seconds would make the read-back differ."""
    with pytest.raises(InvalidInstant, match="whole seconds"):
        write_instant(datetime(2020, 1, 1, 8, 0, 0, 1, tzinfo=UTC))


def test_a_fraction_is_cut_off_where_asked() -> None:
    """Cut, not rounded: the instant never moves into the future."""
    instant = datetime(2020, 1, 1, 8, 0, 0, 999_999, tzinfo=UTC)

    assert write_instant(instant, truncate=True) == "2020-01-01T08:00:00Z"


def test_an_instant_beyond_the_calendar_is_not_sent() -> None:
    """The first hours of year 1 east of Greenwich lie before it in UTC."""
    with pytest.raises(InvalidInstant, match="years"):
        write_instant(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=2))))


@given(
    st.datetimes(
        min_value=datetime(2, 1, 1),  # noqa: DTZ001
        max_value=datetime(9998, 1, 1),  # noqa: DTZ001
        timezones=st.timezones(),
        allow_imaginary=False,
    )
)
def test_what_is_written_reads_the_same(instant: datetime) -> None:
    """Any instant of whole seconds survives, whatever its zone."""
    whole = instant.astimezone(UTC).replace(microsecond=0)

    assert read_instant(write_instant(instant, truncate=True)) == whole


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-01-01", date(2020, 1, 1)),
        ("2020-01-01T08:00:00Z", date(2020, 1, 1)),
        ("2020-01-01T00:00:00Z", date(2020, 1, 1)),
        ("2020-01-01T23:00:00-02:00", date(2020, 1, 2)),
    ],
)
def test_a_date_is_the_day_in_utc(text: str, day: date) -> None:
    """A day, or the day an instant falls on in UTC."""
    found = read_date(text)

    assert found == day
    assert type(found) is date


@pytest.mark.parametrize("text", ["", "2020-02-30", "2020-1-1", "20200101", "2020-01-01\n", "01.02.2020"])
def test_what_is_no_date_is_refused(text: str) -> None:
    """Never guess which number is the month."""
    with pytest.raises(MalformedResponse, match=r"^due_date: not"):
        read_date(text, where="due_date")


@given(st.dates())
def test_a_day_survives_as_its_midnight(day: date) -> None:
    """Written as the instant it begins in UTC, read back as the same day."""
    assert read_date(write_midnight(day)) == day


def test_a_time_of_day_is_not_lost_unasked() -> None:
    """A datetime is a date to Python; here it is refused."""
    with pytest.raises(InvalidInstant, match="time of day"):
        write_midnight(datetime(2020, 1, 1, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT1H30M5S", timedelta(hours=1, minutes=30, seconds=5)),
        ("PT0S", timedelta(0)),
        ("PT90M", timedelta(minutes=90)),
        ("PT1.5S", timedelta(seconds=1, milliseconds=500)),
        ("PT0.000001S", timedelta(microseconds=1)),
        ("P1D", timedelta(days=1)),
        ("P1DT12H", timedelta(days=1, hours=12)),
        ("-PT5M", timedelta(minutes=-5)),
        ("PT100H", timedelta(hours=100)),
    ],
)
def test_a_duration_is_read(text: str, duration: timedelta) -> None:
    """ISO 8601, of units that always mean the same."""
    assert read_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    ["", "P", "PT", "P1Y", "P1M", "P1W", "PT5", "5M", "PT1M1H", "PT-5M", "PT1,5S", "pt5m", "PT5M\n", "P1DT"],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    """A month has no length; neither has half a text."""
    with pytest.raises(MalformedResponse, match=r"^duration: not a duration"):
        read_duration(text)


def test_a_duration_beyond_all_calendars_is_refused() -> None:
    """A hostile number is a typed error, never an OverflowError."""
    with pytest.raises(MalformedResponse):
        read_duration("P9999999999D")


@pytest.mark.parametrize("read", [read_instant, read_date, read_duration])
def test_an_error_does_not_repeat_the_text(read: Reader) -> None:
    """What came instead of an instant may be anything."""
    with pytest.raises(MalformedResponse) as caught:
        read("s3cret")

    assert "s3cret" not in str(caught.value)
