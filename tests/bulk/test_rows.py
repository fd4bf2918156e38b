"""What the columns of a row may hold."""

from datetime import UTC, datetime

import pytest

from invoicekit.batch import Item
from invoicekit.bulk import PaymentRow, Record, Source
from invoicekit.bulk.rows import entry_item, payment_item
from invoicekit.model import Money

from .conftest import Write

GOOD = {
    "reference": "bank-4711",
    "invoice_id": "5f0000000000000000000001",
    "amount": "120.50",
    "currency": "EUR",
    "paid_at": "2026-01-31T09:30:00+02:00",
    "note": "",
}


def payment(**changes: str) -> Item[PaymentRow | None]:
    return payment_item("pay.csv")(Record(line=17, values=GOOD | changes))


def test_a_payment_is_read() -> None:
    """Exact money, an instant in UTC, its invoice as the lane."""
    item = payment()

    assert item.payload == PaymentRow(
        reference="bank-4711",
        invoice_id="5f0000000000000000000001",
        amount=Money("120.50", "EUR"),
        paid_at=datetime(2026, 1, 31, 7, 30, tzinfo=UTC),
    )
    assert (item.id, item.lane, item.position, item.problem) == ("bank-4711", GOOD["invoice_id"], 17, None)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("amount", "0", "'0' is not above zero"),
        ("amount", "0.00", "is not above zero"),
        ("amount", "-5", "'-5' is not above zero"),
        ("amount", "1.234", "'1.234' has more decimals than EUR has; round it first"),
        ("amount", "1,20", "'1,20' is not an amount; write major units with a point"),
        ("amount", "1e3", "is not an amount"),
        ("amount", "NaN", "is not an amount"),
        ("amount", "١٢", "is not an amount"),
        ("amount", "", "'' is not an amount"),
        ("amount", " 1", "is not an amount"),
        ("amount", "9" * 24, "is larger than any provider can take"),
        ("amount", "9" * 400, "is not an amount"),
        ("currency", "XQX", "'XQX' is not a currency ISO 4217 knows"),
        ("currency", "XAU", "is not a currency ISO 4217 knows"),
        ("currency", "eur", "'eur' is not a currency; write the ISO 4217 code in capitals"),
        ("currency", "", "is not a currency"),
        ("paid_at", "2026-01-31T09:30:00", "has no time zone; add Z"),
        ("paid_at", "2026-01-31", "has no time zone; add Z"),
        ("paid_at", "31.01.2026", "is not an instant; write it like 2026-01-31T09:30:00Z"),
        ("paid_at", "2026-02-30T00:00:00Z", "is not an instant"),
        ("paid_at", "2026-01-31T09:30:00.5Z", "has parts of a second"),
        ("paid_at", "0001-01-01T00:00:00+05:00", "lies outside the calendar"),
        ("invoice_id", "", "'' is empty; put the id there"),
        ("invoice_id", "../x", "'../x' cannot be an id"),
        ("invoice_id", "a/b", "cannot be an id"),
        ("invoice_id", "a b", "cannot be an id"),
        ("invoice_id", "a\nb", "'a\\nb' cannot be an id"),
        ("invoice_id", "..", "cannot be an id"),
        ("invoice_id", "a%2fb", "cannot be an id"),
        ("invoice_id", "a?b#c", "cannot be an id"),
        ("reference", "", "'' cannot be used: a reference has 1 to 200 characters"),
        ("reference", " x", "no blanks at its ends"),
        ("reference", "x\x1b[31m", "'x\\x1b[31m' cannot be used"),
        ("reference", "x" * 201, "a reference has 1 to 200 characters"),
        ("reference", "auto:1", "are made here"),
        ("note", "x" * 4001, "is longer than 4000 characters"),
        ("note", "x\x00", "holds control characters"),
    ],
)
def test_a_wrong_value_is_named(column: str, value: str, message: str) -> None:
    """File, line, column, the value and what to do; nothing is sent for it."""
    item = payment(**{column: value})

    assert item.problem is not None
    assert item.problem.startswith(f"pay.csv:17, column {column}: '")
    assert message in item.problem
    assert item.payload is None
    assert item.problem.isprintable()


@pytest.mark.parametrize(
    ("currency", "amount", "is_fine"),
    [("JPY", "100", True), ("JPY", "1.5", False), ("KWD", "1.234", True), ("EUR", "1.230", True)],
)
def test_decimals_are_the_currency_s(currency: str, amount: str, is_fine: bool) -> None:
    """Yen have none, Kuwaiti dinars three; zeros at the end do not count."""
    assert (payment(currency=currency, amount=amount).problem is None) is is_fine


@pytest.mark.parametrize(
    ("changes", "is_same"),
    [
        ({"amount": "120.5"}, True),
        ({"paid_at": "2026-01-31T07:30:00Z"}, True),
        ({"amount": "120.51"}, False),
        ({"currency": "USD"}, False),
        ({"invoice_id": "5f0000000000000000000002"}, False),
        ({"paid_at": "2026-01-31T07:30:01Z"}, False),
        ({"note": "other"}, False),
    ],
)
def test_the_same_payment_is_known_by_what_it_does(changes: dict[str, str], is_same: bool) -> None:
    """Another spelling of the same payment is a duplicate, another payment is not."""
    assert (payment(**changes).content == payment().content) is is_same


def test_another_reference_is_another_payment() -> None:
    """References tell payments apart; the content digest need not."""
    assert payment(reference="bank-4712").id != payment().id


@pytest.mark.parametrize(
    "entry_id", ["", " ", "../a", "a/b", "a b", "a\\b", "..", ".", "a\tb", "ä", "x" * 129]
)
def test_what_cannot_be_an_id_never_becomes_one(entry_id: str) -> None:
    """Blanks, slashes and dots never reach a path."""
    item = entry_item("entries.csv")(Record(line=3, values={"time_entry_id": entry_id}))

    assert item.problem is not None
    assert item.problem.startswith("entries.csv:3, column time_entry_id: ")


def test_a_row_that_cannot_be_read_keeps_its_problem(payments: Write) -> None:
    """The reader's message is the item's."""
    source: Source = payments("reference,invoice_id,amount,currency,paid_at\nonly-one\n")
    (record,) = source.records()

    assert payment_item(source.name)(record).problem == record.problem
