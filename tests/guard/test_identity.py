"""Names that anybody can work out again, and nobody else gets."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from invoicekit.adapter import markers_in
from invoicekit.guard import derived_reference, fingerprint_of, marker_of
from invoicekit.journal import IntentKey
from invoicekit.model import Money

KEY = IntentKey("clockify", "acme", "record_payment", "bank-1")
WHEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("part", ["provider", "account", "operation", "reference"])
def test_a_marker_is_of_one_promise_alone(part: str) -> None:
    """Two accounts may use the same bank reference, and copy each other's notes."""
    other = attrs.evolve(KEY, **{part: "other"})

    assert marker_of(other) != marker_of(KEY)


def test_a_marker_never_changes() -> None:
    """It stands in the providers' books for years: another version must find it there."""
    assert marker_of(KEY) == "ik:dd4a58bcc22fb603"


def derived(**changes: Any) -> str:
    given: dict[str, Any] = {
        "invoice_id": "i1",
        "amount": Money("10.00", "EUR"),
        "paid_at": WHEN,
        "note": "rent",
        "repeat": 0,
        **changes,
    }
    return derived_reference(*given.values())


@pytest.mark.parametrize(
    "change",
    [
        {"invoice_id": "i2"},
        {"amount": Money("10.01", "EUR")},
        {"amount": Money("10.00", "USD")},
        {"paid_at": WHEN + timedelta(days=1)},
        {"note": "deposit"},
        {"repeat": 1},
    ],
    ids=str,
)
def test_a_payment_that_differs_in_anything_is_another(change: dict[str, Any]) -> None:
    """Two rents of two months are not one payment."""
    assert derived(**change) != derived()


@pytest.mark.parametrize(
    "change",
    [
        {"amount": Money("10", "EUR")},
        {"paid_at": WHEN.astimezone(timezone(timedelta(hours=2)))},
        {"paid_at": WHEN.replace(microsecond=5)},
    ],
    ids=str,
)
def test_the_same_payment_written_otherwise_is_the_same(change: dict[str, Any]) -> None:
    """A rerun of a file that another program wrote pays nothing twice."""
    assert derived(**change) == derived()


def test_parts_do_not_run_into_each_other() -> None:
    """What ends one text cannot begin the next."""
    assert fingerprint_of("ab", "c") != fingerprint_of("a", "bc")


@pytest.mark.parametrize(
    ("note", "found"),
    [
        ("rent ik:0123456789abcdef", 1),
        ("<b>ik:0123456789abcdef</b>, ik:fedcba9876543210.", 2),
        ("ik:0123456789abcdef0", 0),
        ("xik:0123456789abcdef", 0),
        ("ik:0123456789ABCDEF", 0),
        ("ik:0123", 0),
        ("", 0),
    ],
)
def test_a_marker_is_a_word_of_its_own(note: str, found: int) -> None:
    """Whatever a provider puts around it, and never a part of somebody's longer word."""
    assert len(markers_in(note)) == found
