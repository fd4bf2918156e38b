"""Tracked time, and terms to bill it by."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from invoicekit import Money, TimeEntry
from invoicekit.billing import TimeTerms

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def entry(number: int, **given: object) -> TimeEntry:
    """Return an hour of work at 60 EUR, each one a day after the last."""
    values: dict[str, object] = {
        "id": f"e{number}",
        "invoiced": False,
        "is_billable": True,
        "customer_id": "c1",
        "project_id": "p1",
        "user_id": "u1",
        "description": f"work {number}",
        "start": START + timedelta(days=number),
        "duration": timedelta(hours=1),
        "hourly_rate": Money("60", "EUR"),
        **given,
    }
    return TimeEntry(**values)  # type: ignore[arg-type]  # tests choose freely


def terms(**given: object) -> TimeTerms:
    """Return November, by project."""
    values: dict[str, object] = {
        "number": "T-1",
        "customer_id": "c1",
        "start": datetime(2026, 11, 1, tzinfo=UTC),
        "end": datetime(2026, 12, 1, tzinfo=UTC),
        "currency": "EUR",
        "issue_date": date(2026, 12, 1),
        "due_date": date(2026, 12, 31),
        **given,
    }
    return TimeTerms(**values)  # type: ignore[arg-type]  # tests choose freely


@pytest.fixture(name="entry")
def entry_maker() -> Callable[..., TimeEntry]:
    return entry


@pytest.fixture(name="terms")
def terms_maker() -> Callable[..., TimeTerms]:
    return terms
