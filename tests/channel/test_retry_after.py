"""Retry-After as it comes: seconds, dates, nonsense."""

from datetime import UTC, datetime

import pytest

from invoicekit.channel.retry_after import parse_retry_after

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 0 ", 0.0),
        ("1.5", 1.5),
        ("1000000000", 1e9),
        ("Sun, 01 Mar 2026 12:02:00 GMT", 120.0),
        ("Sun, 01 Mar 2026 12:02:00 -0000", 120.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
    ],
)
def test_reads_seconds_and_dates(text: str, seconds: float) -> None:
    """Whole and broken seconds, and a date against our own clock; a date that has passed is no wait."""
    assert parse_retry_after(text, NOW) == seconds


@pytest.mark.parametrize(
    "text",
    [None, "", "-1", "soon", "nan", "inf", "1e3", "1_000", "٣", "9" * 5000, "Sun, 99 Foo 2026 12:00:00 GMT"],
)
def test_nonsense_counts_as_absent(text: str | None) -> None:
    """What names no time asks for no wait, and breaks nothing."""
    assert parse_retry_after(text, NOW) is None
