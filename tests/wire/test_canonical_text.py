"""Canonical contents: the same text for the same content, on every machine and in every year."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, localcontext
from types import MappingProxyType

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit.errors import InvalidAmount, InvalidInstant, UsageError
from invoicekit.model import MISSING, UNSUPPORTED, InvoiceChange, InvoiceStatus, Money
from invoicekit.secret import Secret
from invoicekit.wire import canonical


@attrs.frozen
class Line:
    name: str
    price: Money


WHEN = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_the_text_never_changes() -> None:
    """Its hash stands in journals: another rendering would make old references look reused."""
    text = canonical(
        invoice_id="64ae",
        amount=Money("120.00", "EUR"),
        paid_at=WHEN,
        day=date(2026, 1, 2),
        status=InvoiceStatus.VOID,
        percents=(Decimal("19.0"), 7),
        entries=frozenset({"b", "a"}),
        lines=[Line("wörk", Money("1", "JPY"))],
        note=None,
        left_out=MISSING,
        spent=timedelta(hours=1, milliseconds=1),
        flag=True,
    )

    assert text == (
        '{"amount":{"amount":120,"currency":"EUR"},"day":"2026-01-02","entries":["a","b"],"flag":true,'
        '"invoice_id":"64ae","lines":[{"name":"w\\u00f6rk","price":{"amount":1,"currency":"JPY"}}],'
        '"note":null,"paid_at":"2026-01-01T12:00:00+00:00","percents":[19,7],"spent":3600.001,"status":"VOID"}'
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("1.0"), Decimal("1.00")),
        (Decimal("1"), 1),
        (Decimal("1E+2"), Decimal("100")),
        (Decimal("-0.0"), 0),
        (Money("5.1", "EUR"), Money("5.10", "eur")),
        (WHEN, WHEN.astimezone(timezone(timedelta(hours=2)))),
        (["a"], ("a",)),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": 1, "b": MISSING}, {"a": 1}),
        ({"x", "y"}, frozenset({"y", "x"})),
    ],
)
def test_equal_contents_are_equal_texts(one: object, other: object) -> None:
    """Asking for the same twice is the same promise, however it was spelt."""
    assert canonical(field=one) == canonical(field=other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Decimal("1.0"), Decimal("1.01")),
        (Decimal("10"), Decimal("100")),
        (Money("5", "EUR"), Money("5", "USD")),
        (WHEN, WHEN + timedelta(microseconds=1)),
        (None, MISSING),
        (None, ""),
        ("1", 1),
        (True, 1),
        (["a", "b"], ["b", "a"]),
        (["a,b"], ["a", "b"]),
        ('a","b', "a"),
        (MISSING, UNSUPPORTED),
        (InvoiceStatus.OPEN, InvoiceStatus.PAID),
    ],
)
def test_different_contents_are_different_texts(one: object, other: object) -> None:
    """Another amount, day or order under the same reference is noticed."""
    assert canonical(field=one) != canonical(field=other)


@given(st.dictionaries(st.text(min_size=1), st.text() | st.integers() | st.none()))
def test_the_order_of_fields_does_not_matter(fields: dict[str, object]) -> None:
    """Sorted, so that every caller's order is one."""
    assert canonical(**fields) == canonical(**dict(reversed(fields.items())))


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30),
)
def test_numbers_are_one_text_only_if_equal(one: Decimal, other: Decimal) -> None:
    """No digit is lost, and none is added."""
    assert (canonical(n=one) == canonical(n=other)) == (one == other)


def test_the_callers_context_does_not_round() -> None:
    """A decimal context of three digits leaves the text as it is."""
    with localcontext() as context:
        context.prec = 3
        text = canonical(n=Decimal("12345.6789"), span=timedelta(days=1000, microseconds=1))

    assert text == '{"n":12345.6789,"span":86400000.000001}'


def test_a_change_says_only_what_it_changes() -> None:
    """Fields left as they are do not stand in the text; cleared ones do."""
    assert canonical(change=InvoiceChange(note=None)) == '{"change":{"extra":{},"note":null}}'


@pytest.mark.parametrize("value", [1.5, float("nan"), Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_exact_number_has_no_text(value: object) -> None:
    """A float has many texts."""
    with pytest.raises(InvalidAmount):
        canonical(field=[value])


def test_an_instant_without_a_zone_has_no_text() -> None:
    """It is a different instant on every machine."""
    with pytest.raises(InvalidInstant):
        canonical(field=datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("value", [Secret("k"), b"bytes", object(), {1: 2}, {"nested": Secret("k")}])
def test_anything_else_has_no_text(value: object) -> None:
    """Least of all a secret: the journal must not hold its hash either."""
    with pytest.raises(UsageError):
        canonical(field=value)


def test_any_mapping_is_rendered() -> None:
    """Not dicts alone: a value may guard its settings with a read-only view."""
    assert canonical(field=MappingProxyType({"a": 1})) == '{"field":{"a":1}}'


@pytest.mark.parametrize(
    "instant",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-12))),
    ],
)
def test_an_instant_outside_of_all_years_is_refused(instant: datetime) -> None:
    """In words: UTC has no name for it."""
    with pytest.raises(InvalidInstant, match="years"):
        canonical(at=instant)
