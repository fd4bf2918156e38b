"""Invoices, from and to Kukkingu's JSON, held against the seed."""

import json
import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kukkingu_desk import (
    CLIENT,
    CONTRACT,
    INVOICE,
    OTHER_INVOICE,
    StubSender,
    adapter,
    answer,
    invoice_document,
    new_payment,
)

import invoicekit_kukkingu
from invoicekit.errors import InvalidAmount, MalformedResponse
from invoicekit.model import MISSING, InvoiceChange, InvoiceStatus, Money, PaymentStatus
from invoicekit.wire import Codec
from invoicekit_kukkingu.changes import wire_change
from invoicekit_kukkingu.wire import MOST_MINOR, minor_of, money_of, write_utc
from invoicekit_kukkingu.wire_invoice import encode_paid_at, read_invoice

CODEC = Codec()
SEED_INSTANT = re.compile(
    r"^(?:(?:\d\d[2468][048]|\d\d[13579][26]|\d\d0[48]|[02468][048]00|[13579][26]00)-02-29|\d{4}-(?:"
    r"(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|(?:02)-(?:0[1-9]|"
    r"1\d|2[0-8])))T(?:(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:Z))$"
)
"""The pattern of every instant, as the seed prints it."""

instants = st.datetimes(
    min_value=datetime(1000, 1, 2),  # noqa: DTZ001 -- hypothesis adds the zone
    max_value=datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


def body(document: object) -> bytes:
    return json.dumps({"data": document}).encode()


def read(**changes: Any) -> Any:
    return read_invoice(body(invoice_document(**changes))).invoice()


def test_the_seed_decodes_exactly() -> None:
    """Every value of the documentation's sample comes out as it was meant."""
    invoice = read(paidAt="2023-10-05T14:48:00.000Z")

    assert (invoice.id, invoice.number) == (INVOICE, "INV-2025-0001")
    assert invoice.status is InvoiceStatus.PAID
    assert invoice.payment_status is PaymentStatus.PAID
    assert invoice.raw_status == "FINALIZED"
    assert invoice.total == Money("120.00", "EUR")
    assert invoice.amount_paid == Money("120.00", "EUR")
    assert invoice.amount_due == Money("0", "EUR")
    assert (invoice.issue_date, invoice.due_date) == (date(2023, 10, 5), date(2023, 11, 5))
    assert (invoice.customer_id, invoice.customer_name) == (CLIENT, "Acme")
    assert invoice.raw["exchangeRate"] == Decimal("1.12")


def test_the_seed_encodes_exactly() -> None:
    """All fields of the partial update, with the sample's values, digit for digit."""
    change = InvoiceChange(
        number="INV-2025-0001",
        currency="EUR",
        issue_date=date(2023, 10, 5),
        due_date=date(2023, 11, 5),
        extra={"exchangeRate": "1.12", "amountMinor": 9007199254740991},
    )

    assert CODEC.encode(wire_change(change)) == (
        b'{"amountMinor":9007199254740991,"currencyCode":"EUR","dueAt":"2023-11-05T00:00:00Z",'
        b'"exchangeRate":1.12,"invoiceNumber":"INV-2025-0001","issuedAt":"2023-10-05T00:00:00Z"}'
    )


def test_paid_at_is_the_whole_body_of_a_payment() -> None:
    """A FINALIZED invoice takes nothing else."""
    paid_at = datetime(2023, 10, 5, 16, 48, tzinfo=timezone(timedelta(hours=2)))

    assert encode_paid_at(paid_at) == b'{"paidAt":"2023-10-05T14:48:00Z"}'


@given(instants)
def test_every_instant_matches_the_seeds_pattern(instant: datetime) -> None:
    """An offset such as +00:00 does not, so Python's own isoformat would be refused."""
    assert SEED_INSTANT.fullmatch(write_utc(instant))
    assert not SEED_INSTANT.fullmatch(instant.astimezone(UTC).isoformat())


@pytest.mark.parametrize(
    ("status", "paid_at", "expected", "due"),
    [
        ("DRAFT", None, InvoiceStatus.DRAFT, "120.00"),
        ("FINALIZED", None, InvoiceStatus.OPEN, "120.00"),
        ("FINALIZED", "2026-01-01T00:00:00Z", InvoiceStatus.PAID, "0"),
        ("VOID", None, InvoiceStatus.VOID, "0"),
        ("VOID", "2026-01-01T00:00:00Z", InvoiceStatus.VOID, "0"),
        ("FROZEN", None, InvoiceStatus.UNKNOWN, "120.00"),
    ],
)
def test_status_is_the_word_and_paid_at(
    status: str, paid_at: str | None, expected: InvoiceStatus, due: str
) -> None:
    """Paid is no word of Kukkingu's; an unknown word is kept and never raises."""
    invoice = read(status=status, paidAt=paid_at)

    assert (invoice.status, invoice.raw_status) == (expected, status)
    assert invoice.payment_status is (PaymentStatus.PAID if paid_at else PaymentStatus.UNPAID)
    assert invoice.amount_due == Money(due, "EUR")


def test_an_unexpanded_contract_leaves_the_customer_open() -> None:
    """A relation may be an id alone; who is billed is then not known from this answer."""
    record = read_invoice(body(invoice_document(contract=CONTRACT)))

    assert record.contract.id == CONTRACT
    assert record.invoice().customer_id is MISSING


@pytest.mark.parametrize(
    ("minor", "currency", "expected"),
    [
        (12000, "EUR", "120.00"),
        (12000, "USD", "120.00"),
        (12000, "JPY", "12000"),
        (12000, "KWD", "12.000"),
        (9007199254740991, "EUR", "90071992547409.91"),
        (9007199254740993, "JPY", "9007199254740993"),
        (2**63 - 1, "KWD", "9223372036854775.807"),
    ],
)
def test_minor_units_are_read_by_the_currencys_exponent(minor: int, currency: str, expected: str) -> None:
    """Exactly, beyond 2^53 too."""
    assert read(amountMinor=minor, currencyCode=currency).total == Money(expected, currency)


def test_a_currency_without_minor_units_keeps_the_rest_readable() -> None:
    """The number stays in raw; a list is not lost for one odd row."""
    invoice = read(currencyCode="ABC")

    assert invoice.total is MISSING
    assert invoice.raw["amountMinor"] == 12000


@given(st.integers(0, MOST_MINOR), st.sampled_from(["USD", "EUR", "JPY", "KWD"]))
def test_money_round_trips(minor: int, currency: str) -> None:
    """From the wire and back it is the same whole number."""
    money = money_of(minor, currency)

    assert isinstance(money, Money)
    assert minor_of(money, what="x") == minor


@pytest.mark.parametrize(
    "money",
    [
        Money(MOST_MINOR + 1, "JPY"),
        Money("90071992547409.92", "EUR"),
        Money("1.001", "EUR"),
        Money("0.5", "JPY"),
        Money("1.0001", "KWD"),
        Money("-1", "EUR"),
    ],
)
def test_what_the_wire_cannot_say_is_refused(money: Money) -> None:
    """Beyond 2^53 - 1, below nothing or finer than the minor unit: nothing was sent."""
    with pytest.raises(InvalidAmount):
        minor_of(money, what="x")


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b'{"data": []}',
        b'{"id": "inv_1"}',
        b'{"data": {"id": 5}}',
        b'{"data": {"id": "x", "status": 1}}',
    ],
)
def test_what_is_no_invoice_is_malformed(document: bytes) -> None:
    """No envelope, no object, no id, or a member of another kind."""
    with pytest.raises(MalformedResponse):
        read_invoice(document)


@pytest.mark.parametrize("amount", ["1200.5", "1e3", '"1200"', "true"])
def test_an_amount_is_a_whole_number(amount: str) -> None:
    """Nothing else is turned into one."""
    document = json.dumps({"data": invoice_document(amountMinor=0)}).replace(
        '"amountMinor": 0', f'"amountMinor": {amount}'
    )

    with pytest.raises(MalformedResponse, match="amountMinor"):
        read_invoice(document.encode())


async def test_another_invoice_is_no_answer() -> None:
    """The id that comes back is the id that was asked for."""
    stub = StubSender([answer(invoice_document(id=OTHER_INVOICE))])

    with pytest.raises(MalformedResponse, match="another invoice"):
        await adapter(stub).record_payment(new_payment()).perform(stub)


def test_no_float_ever_comes_out() -> None:
    """Numbers are whole or decimal, in raw too."""
    raw = read_invoice(body(invoice_document())).raw

    assert not any(isinstance(value, float) for value in raw.values())


def test_no_module_names_a_float() -> None:
    """Settings of time and rate aside, no line of the adapter knows the type."""
    folder = Path(invoicekit_kukkingu.__file__).parent
    named = [path.name for path in folder.glob("*.py") if re.search(r"\bfloat\b", path.read_text())]

    assert sorted(named) == ["config.py", "operations.py"]
