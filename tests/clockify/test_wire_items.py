"""Lines and imports on their way to Clockify."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from clockify_desk import answer, invoice_document

from invoicekit.errors import (
    CurrencyMismatch,
    InvalidAmount,
    InvalidIdentifier,
    MalformedResponse,
    UnsupportedOperation,
    UsageError,
)
from invoicekit.model import Money, NewLineItem
from invoicekit_clockify import Grouping, TimeImport
from invoicekit_clockify.wire_invoice import InvoiceRecord, read_invoice
from invoicekit_clockify.wire_items import Line, encode_import, encode_item

ITEM = NewLineItem(description="Work", quantity=Decimal("2.5"), unit_price=Money("40", "EUR"), kind="Service")
PROJECT = "65f0c0ffee0000000000f001"
START = datetime(2026, 3, 1, tzinfo=UTC)


def billing(**item: object) -> InvoiceRecord:
    line = {"description": "Work", "itemType": "Service", "quantity": 250, "unitPrice": 4000, "amount": 10000}
    return read_invoice(answer(invoice_document(items=[{**line, **item}])).body)


def wanted(**changes: object) -> TimeImport:
    given: dict[str, Any] = {"start": START, "end": START + timedelta(days=1), "zone": UTC, **changes}
    return TimeImport(**given)


def test_a_line_goes_out_in_hundredths_and_minor_units() -> None:
    """2.5 at 40.00 are 250 and 4000, so that unitPrice * quantity / 100 is what is meant."""
    assert json.loads(encode_item(Line.of(ITEM))) == {
        "applyTaxes": "TAX1TAX2",
        "description": "Work",
        "itemType": "Service",
        "quantity": 250,
        "unitPrice": 4000,
    }


@pytest.mark.parametrize(
    ("taxes", "word"),
    [(None, "TAX1TAX2"), ((), "NONE"), ((1,), "TAX1"), ((2,), "TAX2"), ((2, 1), "TAX1TAX2")],
)
def test_taxes_are_named_by_position(taxes: tuple[int, ...] | None, word: str) -> None:
    """From 1, in any order; without a wish all of the invoice's apply."""
    assert Line.of(attrs.evolve(ITEM, taxes=taxes)).apply_taxes == word


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"kind": None}, UsageError),
        ({"kind": ""}, UsageError),
        ({"taxes": (0,)}, UnsupportedOperation),
        ({"taxes": (3,)}, UnsupportedOperation),
        ({"quantity": Decimal("0.125")}, InvalidAmount),
        ({"unit_price": Money("0.001", "EUR")}, InvalidAmount),
    ],
)
def test_a_line_that_cannot_be_is_refused(changes: dict[str, Any], error: type[Exception]) -> None:
    """Before anything is sent, and without rounding."""
    with pytest.raises(error):
        Line.of(attrs.evolve(ITEM, **changes))


@pytest.mark.parametrize(
    ("item", "is_believed"),
    [
        ({}, True),
        ({"amount": 100}, False),
        ({"amount": 1_000_000}, False),
        ({"amount": 9999}, False),
        ({"amount": None}, False),
        ({"description": "Other"}, False),
        ({"quantity": 25000, "unitPrice": 40}, False),
    ],
)
def test_the_billed_amount_is_compared(*, item: dict[str, object], is_believed: bool) -> None:
    """A line at a hundredth or a hundredfold, or none at all, is no confirmation."""
    if is_believed:
        Line.of(ITEM).check_amounts(billing(**item))
    else:
        with pytest.raises(MalformedResponse):
            Line.of(ITEM).check_amounts(billing(**item))


def test_rounding_by_less_than_a_unit_is_fine() -> None:
    """0.33 at 0.50 is 0.165: the provider may round it either way."""
    line = Line.of(attrs.evolve(ITEM, quantity=Decimal("0.33"), unit_price=Money("0.50", "EUR")))

    for amount in (16, 17):
        line.check_amounts(billing(quantity=33, unitPrice=50, amount=amount))


def test_a_price_in_another_currency_is_refused() -> None:
    """The body cannot name a currency: 40 dollars would be billed as 40 euros."""
    with pytest.raises(CurrencyMismatch):
        Line.of(attrs.evolve(ITEM, unit_price=Money("40", "USD"))).check_currency(billing())


def test_an_import_goes_out_as_a_window_in_wall_clock() -> None:
    """Instants become readings of the account's clock, rendered with the Z that Clockify ignores."""
    body = encode_import(
        wanted(
            zone=ZoneInfo("Europe/Belgrade"),
            project_ids=(PROJECT, PROJECT),
            grouping=Grouping.DETAILED,
            group_by="PROJECT",
            then_by="USER",
            fields=("DATE", "USER"),
        )
    )

    assert json.loads(body) == {
        "from": "2026-03-01T01:00:00Z",
        "to": "2026-03-02T01:00:00Z",
        "importExpenses": False,
        "projectFilter": {"contains": "CONTAINS", "ids": [PROJECT], "status": "ALL"},
        "timeEntryGroupType": "DETAILED",
        "timeEntryPrimaryGroupBy": "PROJECT",
        "timeEntrySecondaryGroupBy": "USER",
        "timeEntryFieldsForDetailedGroup": ["DATE", "USER"],
        "roundTimeEntryDuration": False,
    }


def test_all_projects_are_asked_for_as_none_excluded() -> None:
    """ "Contains none" might mean nothing at all."""
    body = json.loads(encode_import(wanted()))

    assert body["projectFilter"] == {"contains": "DOES_NOT_CONTAIN", "ids": [], "status": "ALL"}


def test_an_import_that_cannot_be_is_refused() -> None:
    """An empty window or a project id that is none."""
    with pytest.raises(UsageError):
        encode_import(wanted(end=START))
    with pytest.raises(InvalidIdentifier):
        encode_import(wanted(project_ids=("../x",)))
