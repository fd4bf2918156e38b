"""What all records share: frozen, comparable, complete in `raw`, quiet in `repr`."""

import copy
import pickle
from datetime import UTC, date, datetime
from decimal import Decimal

import attrs
import pytest

import invoicekit.model
from invoicekit.model import (
    Customer,
    EntryMarks,
    Invoice,
    InvoiceChange,
    InvoiceQuery,
    InvoiceStatus,
    LineItem,
    Money,
    NewCreditNote,
    NewCustomer,
    NewInvoice,
    NewLineItem,
    NewPayment,
    NewRefund,
    Outcome,
    Page,
    Payment,
    StatusChange,
    StatusRule,
    TimeEntry,
    TimeEntryQuery,
    TimeGrouping,
    TimeLink,
    TimeWindow,
    WriteResult,
)

EUR = Money("1.00", "EUR")
WHEN = datetime(2026, 1, 1, tzinfo=UTC)
RAW = {"id": "x", "brandNew": {"deep": [1, None, Decimal("1.10")]}}

RECORDS: list[attrs.AttrsInstance] = [
    Customer(id="c", raw=RAW),
    Invoice(id="i", line_items=(LineItem(amount=EUR, raw=RAW),), raw=RAW),
    LineItem(id="1", raw=RAW),
    Payment(id="p", invoice_id="i", amount=EUR, raw=RAW),
    TimeEntry(id="t", raw=RAW),
    WriteResult(outcome=Outcome.APPLIED, value=Payment(id="p", invoice_id="i", amount=EUR), raw=RAW),
]
COMMANDS: list[attrs.AttrsInstance] = [
    EntryMarks(entry_ids=("a",), invoiced=True),
    InvoiceChange(note=None, extra={"a": [1]}),
    InvoiceQuery(statuses=frozenset({InvoiceStatus.OPEN})),
    NewCreditNote(invoice_id="i", number="C1", amount=EUR, issue_date=date(2026, 1, 1)),
    NewCustomer(name="n"),
    NewInvoice(
        number="1",
        customer_id="c",
        currency="EUR",
        issue_date=date(2026, 1, 1),
        due_date=date(2026, 2, 1),
        line_items=(NewLineItem(description="d", quantity=Decimal(1), unit_price=EUR),),
        extra={"a": [1]},
    ),
    NewLineItem(description="d", quantity=Decimal(1), unit_price=EUR),
    NewPayment(invoice_id="i", amount=EUR, paid_at=WHEN, reference="r", marker="ik:1"),
    NewRefund(invoice_id="i", amount=EUR, reference="r", marker="ik:1"),
    StatusChange(invoice_id="i", status=InvoiceStatus.VOID),
    StatusRule(raw="VOID", status=InvoiceStatus.VOID),
    TimeEntryQuery(invoiced=False),
    TimeLink(invoice_id="i", entry_ids=("a",)),
    TimeWindow(start=WHEN, end=WHEN, grouping=TimeGrouping.SINGLE, entry_ids=("a",)),
    Page(items=(1,)),
    EUR,
]
ALL = pytest.mark.parametrize("value", [*RECORDS, *COMMANDS], ids=lambda value: type(value).__name__)


def test_every_public_value_is_tested_here() -> None:
    """A new record joins the list."""
    public = [getattr(invoicekit.model, name) for name in invoicekit.model.__all__]
    values = {kind for kind in public if isinstance(kind, type) and attrs.has(kind)}

    assert {type(value) for value in [*RECORDS, *COMMANDS]} == values


@ALL
def test_a_value_does_not_change(value: attrs.AttrsInstance) -> None:
    """What was read stays what was read."""
    name = attrs.fields(type(value))[0].name

    with pytest.raises(AttributeError):
        setattr(value, name, "other")


@ALL
def test_a_value_can_be_a_key(value: attrs.AttrsInstance) -> None:
    """Sets find what came twice, whatever dicts a value carries."""
    assert {value: 1}[copy.copy(value)] == 1


@ALL
def test_a_value_travels(value: attrs.AttrsInstance) -> None:
    """To another process and back it is equal, and so is its raw document."""
    twin = pickle.loads(pickle.dumps(value))  # noqa: S301 -- our own bytes

    assert twin == value
    assert getattr(twin, "raw", None) == getattr(value, "raw", None)


@ALL
def test_fields_are_named(value: attrs.AttrsInstance) -> None:
    """No record is built by position, so that fields may come and move. Money alone reads better plain."""
    if isinstance(value, Money):
        assert Money(1, "EUR") == Money(1, currency="EUR")
        return
    with pytest.raises(TypeError, match="positional"):
        type(value)("x")  # type: ignore[call-arg]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_raw_keeps_everything(record: Invoice) -> None:
    """Fields this version does not know are there, exactly as decoded."""
    assert record.raw is RAW


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_raw_is_not_shown(record: Invoice) -> None:
    """A log line with a record in it does not carry the whole document."""
    assert "brandNew" not in repr(record)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_raw_does_not_make_a_difference(record: Invoice) -> None:
    """Two reads are the same where the meaning is; a new field of the provider's changes nothing."""
    assert attrs.evolve(record, raw={}) == record


def test_a_result_is_unverified_until_read_back() -> None:
    """Nothing is claimed that no read has shown."""
    result = WriteResult(outcome=Outcome.APPLIED, value=None)

    assert not result.verified
    assert result.attempts == 0


def test_consent_to_lose_payments_is_never_a_default() -> None:
    """It is given by name or not at all."""
    assert not StatusChange(invoice_id="i", status=InvoiceStatus.DRAFT).allow_payment_loss
