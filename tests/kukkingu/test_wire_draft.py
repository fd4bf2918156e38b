"""A new invoice in the wire's own units: exact, or refused before anything is sent."""

from decimal import Decimal
from typing import Any

import pytest
from kukkingu_desk import (
    BILLABLE,
    CONTRACT,
    INVOICE,
    config,
    new_invoice,
    new_line,
)

from invoicekit.errors import (
    InvalidAmount,
    InvalidIdentifier,
    UnsupportedOperation,
    UsageError,
)
from invoicekit.model import NewLineItem
from invoicekit.wire import Codec
from invoicekit_kukkingu.drafts import Draft
from invoicekit_kukkingu.lines import Line, encode_lines, markers_of

CODEC = Codec()


def test_a_draft_is_encoded_exactly() -> None:
    """All five required members and two instants; the amount is the sum of the lines."""
    draft = Draft.of(new_invoice(line_items=(new_line("40.00", "2.5"), new_line("0.01", "3"))), config())

    assert CODEC.encode(draft.fields) == (
        b'{"amountMinor":10003,"contractId":"ctr_cccccccccccccccccccccccc","currencyCode":"EUR",'
        b'"dueAt":"2026-03-31T00:00:00Z","exchangeRate":1.12,"invoiceNumber":"A-1",'
        b'"issuedAt":"2026-03-01T00:00:00Z"}'
    )


def test_a_line_is_encoded_exactly() -> None:
    """Price in minor units, quantity as it was written, a marker, and the kind as metadata."""
    line = Draft.of(new_invoice(line_items=(new_line("40.00", "2.50", kind="Service"),)), config()).lines[0]

    assert encode_lines(INVOICE, [line.document("ik:1", 0)]) == (
        b'{"billables":[{"amountMinor":4000,"currencyCode":"EUR","description":"Work","metadata":'
        b'{"kind":"Service"},"order":0,"quantity":2.50,"referenceId":"ik:1","referenceType":"invoicekit"}],'
        b'"invoiceId":"inv_mqxd1kc6bgtcc676xoqzax47"}'
    )


def test_a_lines_amount_may_be_its_total() -> None:
    """Where the configuration says that Kukkingu means so; the invoice's amount is the same."""
    new = new_invoice(line_items=(new_line("40.00", "2.5"),))

    price, total = Draft.of(new, config()), Draft.of(new, config(billable_amount="line_total"))

    assert (price.lines[0].amount, total.lines[0].amount) == (4000, 10000)
    assert price.amount == total.amount == 10000


@pytest.mark.parametrize(
    ("currency", "price", "quantity", "expected"),
    [("JPY", "1200", "3", 3600), ("KWD", "1.234", "2", 2468), ("USD", "0.10", "0.5", 5)],
)
def test_sums_are_exact_in_the_currencys_minor_units(
    currency: str, price: str, quantity: str, expected: int
) -> None:
    """No rounding anywhere."""
    new = new_invoice(currency=currency, line_items=(new_line(price, quantity, currency),))

    assert Draft.of(new, config()).amount == expected


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (new_line("33.33", "1.5"), InvalidAmount),
        (new_line("-1.00"), InvalidAmount),
        (new_line("1.00", "-1"), InvalidAmount),
        (new_line("1.001"), InvalidAmount),
        (new_line("1.00", "NaN"), InvalidAmount),
        (new_line("1.00", "1.000000000000001"), InvalidAmount),
        (new_line("1.00", "1.000000000000000"), InvalidAmount),
        (new_line(quantity="1", price="90071992547409.92"), InvalidAmount),
        (new_line("90071992547409.91", "2"), InvalidAmount),
        (new_line(currency="USD"), UsageError),
        (new_line(taxes=(1,)), UnsupportedOperation),
    ],
)
def test_a_line_that_can_never_be_is_refused(line: NewLineItem, error: type[Exception]) -> None:
    """A product that is no whole number of minor units is the caller's to round, not ours."""
    with pytest.raises(error):
        Draft.of(new_invoice(line_items=(line,)), config())


def test_the_sum_of_all_lines_has_a_bound_too() -> None:
    """Two lines that each fit may not fit together."""
    most = new_line("90071992547409.91")

    assert Draft.of(new_invoice(line_items=(most,)), config()).amount == 9007199254740991
    with pytest.raises(InvalidAmount):
        Draft.of(new_invoice(line_items=(most, new_line("0.01"))), config())


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"number": ""}, UsageError),
        ({"number": "x" * 256}, UsageError),
        ({"currency": "eur"}, UsageError),
        ({"currency": "XXX"}, InvalidAmount),
        ({"customer_id": CONTRACT}, InvalidIdentifier),
        ({"subject": "x"}, UnsupportedOperation),
        ({"note": "x"}, UnsupportedOperation),
        ({"extra": {"paidAt": "2026-01-01T00:00:00Z"}}, UsageError),
        ({"extra": {"amountMinor": 1}}, UsageError),
        ({"extra": {"contractId": "../x"}}, InvalidIdentifier),
        ({"extra": {"contractId": BILLABLE}}, InvalidIdentifier),
        ({"line_items": (), "extra": {"amountMinor": 1.5}}, InvalidAmount),
        ({"line_items": (), "extra": {"amountMinor": 2**53}}, InvalidAmount),
    ],
)
def test_a_draft_that_can_never_be_is_refused(changes: dict[str, Any], error: type[Exception]) -> None:
    """Nothing was sent; a paid draft is among what is never produced."""
    with pytest.raises(error):
        Draft.of(new_invoice(**changes), config())


def test_a_call_may_name_its_own_contract_and_rate() -> None:
    """Said to Kukkingu alone, merged last."""
    extra = {"exchangeRate": "2", "contractId": "ctr_hhhhhhhhhhhhhhhhhhhhhhhh"}

    draft = Draft.of(new_invoice(extra=extra), config())

    assert draft.contract_id == "ctr_hhhhhhhhhhhhhhhhhhhhhhhh"
    assert draft.fields["exchangeRate"] == Decimal(2)


def test_markers_depend_on_the_content_alone() -> None:
    """The same lines get the same names in every process; others get others."""

    def line(amount: int) -> Line:
        return Line(
            description="Work", quantity=Decimal(1), amount=amount, total=amount, currency="EUR", kind=None
        )

    markers = markers_of(INVOICE, [line(1), line(1)])

    assert markers == markers_of(INVOICE, [line(1), line(1)])
    assert len({*markers, *markers_of(INVOICE, [line(1), line(2)]), *markers_of("inv_b", [line(1)])}) == 5
    assert all(len(marker) == 27 for marker in markers)
