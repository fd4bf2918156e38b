"""Money through every provider's wire: exactly what went in, or refused; and no float on the way."""

import ast
import json
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_args, get_type_hints

import asset_desk
import attrs
import clockify_desk
import kukkingu_desk
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import invoicekit.model
from invoicekit import InvoiceService, InvoiceStatus, Money, NewLineItem
from invoicekit.errors import InvalidAmount
from invoicekit.model import NewPayment, currency_exponent
from invoicekit_asset.wire_invoice import read_invoice as read_asset_invoice
from invoicekit_asset.wire_transaction import amount_of, encode_application, encode_transaction
from invoicekit_clockify.wire_invoice import read_invoice as read_clockify_invoice
from invoicekit_clockify.wire_payment import encode_payment, note_of, read_payments, units_of
from invoicekit_kukkingu.wire import minor_of
from invoicekit_kukkingu.wire_invoice import read_invoice as read_kukkingu_invoice

MOST = 2**63 - 1
ROOT = Path(__file__).resolve().parents[2]
CURRENCIES = ["USD", "JPY", "KWD"]
EDGES = [1, 2**53 - 1, 2**53, 2**53 + 1, 10**17 + 1, MOST - 1, MOST]
UNITS = st.one_of(st.sampled_from(EDGES), st.integers(1, MOST))


def asset(money: Money) -> Iterator[Money]:
    """A transaction, its application, and an invoice that shows the amount as a number and as text."""
    payment: NewPayment = asset_desk.new_payment(amount=money)
    sent = encode_transaction(payment, amount=amount_of(payment), account_id="eac_1")
    applied = encode_application(asset_desk.INVOICE, money, transaction_id="txn_1")
    for body, member in ((sent[1:-1], b'"amount":'), (applied, b'"payment_amount":')):
        digits = body.split(member)[1].split(b",")[0].rstrip(b"}")
        for shown in (digits, b'"' + digits + b'"'):
            text = b'{"data":{"id":"inv_1","total_amount":' + shown + b',"total_paid":0}}'
            total = read_asset_invoice(text, money.currency).invoice().total
            assert isinstance(total, Money)
            yield total


def kukkingu(money: Money) -> Iterator[Money]:
    """An invoice of the minor units that would be sent."""
    document = kukkingu_desk.invoice_document(
        currencyCode=money.currency, amountMinor=minor_of(money, what="a payment")
    )
    invoice = read_kukkingu_invoice(json.dumps({"data": document}).encode()).invoice()
    assert isinstance(invoice.total, Money)
    yield invoice.total


def clockify(money: Money) -> Iterator[Money]:
    """A payment as it is sent and listed, and an invoice of that amount."""
    payment: NewPayment = clockify_desk.new_payment(amount=money)
    sent = json.loads(encode_payment(payment, units=units_of(payment), note=note_of(payment)))["amount"]
    (record,) = read_payments(json.dumps([{"id": "65f0c0ffee0000000000b001", "amount": sent}]).encode())
    yield record.payment(clockify_desk.INVOICE, money.currency).amount
    document = clockify_desk.invoice_document(currency=money.currency, amount=sent)
    total = read_clockify_invoice(json.dumps(document).encode()).invoice().total
    assert isinstance(total, Money)
    yield total


MOST_UNITS: dict[Callable[[Money], Iterator[Money]], Callable[[Money], bool]] = {
    asset: lambda money: True,
    kukkingu: lambda money: money.minor <= 2**53 - 1,
    clockify: lambda money: (money.amount * 100) % 1 == 0 and money.amount * 100 <= MOST,
}
"""Each wire, and whether it can carry an amount."""


@pytest.mark.parametrize("wire", MOST_UNITS)
@given(units=UNITS, currency=st.sampled_from(CURRENCIES))
@example(units=2**53 + 1, currency="USD")
@example(units=MOST, currency="USD")
@example(units=MOST, currency="JPY")
@example(units=MOST, currency="KWD")
def test_an_amount_survives_the_wire_or_is_refused(
    wire: Callable[[Money], Iterator[Money]], units: int, currency: str
) -> None:
    """From one minor unit to 63 bits: the same money comes back, and only what does not fit is refused."""
    money = Money.from_minor(units, currency)

    if MOST_UNITS[wire](money):
        assert [back.minor for back in wire(money)] == [units] * len(list(wire(money)))
        assert {back.currency for back in wire(money)} == {currency}
    else:
        with pytest.raises(InvalidAmount):
            list(wire(money))


@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("units", EDGES)
async def test_the_books_keep_every_amount(tmp_path: Path, units: int, currency: str) -> None:
    """A line, a payment of all but one minor unit, the rest, and a refund: exact to the last unit."""
    money, one = Money.from_minor(units, currency), Money.from_minor(1, currency)
    async with InvoiceService.connect("local", path=str(tmp_path / "books.sqlite")) as service:
        customer = (await service.create_customer("Acme")).value
        created = await service.create_invoice(
            number="1",
            customer_id=customer.id,
            currency=currency,
            issue_date=date(2026, 5, 1),
            due_date=date(2026, 5, 1),
            line_items=[NewLineItem(description="x", quantity=Decimal(1), unit_price=money)],
        )
        invoice_id = created.value.id
        await service.set_status(invoice_id, InvoiceStatus.OPEN)
        if units > 1:
            await service.record_payment(
                invoice_id, money - one, reference="most", paid_at=asset_desk.PAID_AT
            )
        owed = (await service.get_invoice(invoice_id)).amount_due
        await service.record_payment(invoice_id, one, reference="rest", paid_at=asset_desk.PAID_AT)
        await service.refund(invoice_id, money, reference="back")
        listed = await service.list_payments(invoice_id).snapshot()

    assert created.value.total == money
    assert owed == one
    assert listed[-1].amount == -money
    assert Money.sum((payment.amount for payment in listed), currency) == Money.zero(currency)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(units=st.integers(-MOST, MOST), currency=st.sampled_from(CURRENCIES))
def test_minor_units_and_money_are_two_words_for_one_thing(units: int, currency: str) -> None:
    """Both ways, and with exactly the currency's decimals."""
    money = Money.from_minor(units, currency)

    assert money.minor == units
    assert -money.amount.as_tuple().exponent == currency_exponent(currency)  # type: ignore[operator]


# --- no float ---------------------------------------------------------------------------------

RATE_SHARING = ROOT / "invoicekit" / "service" / "rate_sharing.py"
MONEY_CODE = sorted(
    [
        *(ROOT / "invoicekit" / "model").rglob("*.py"),
        *(ROOT / "invoicekit" / "wire").rglob("*.py"),
        *(ROOT / "invoicekit" / "adapter").rglob("*.py"),
        # Who may send how often: requests a second, and no money.
        *({*(ROOT / "invoicekit" / "service").rglob("*.py")} - {RATE_SHARING}),
        *(
            ROOT / "invoicekit" / "bulk" / f"{name}.py"
            for name in ("audit", "items", "rows", "rows_file", "source")
        ),
        *(ROOT / "invoicekit" / "journal" / f"{name}.py" for name in ("intent", "rows")),
        *(file for file in (ROOT / "adapters").rglob("*.py") if "simulator" not in file.parts),
    ]
)
ABOUT_TIME = ("seconds", "_SECONDS")
REFUSALS = ("isinstance(value, float)",)


def test_the_files_looked_at_are_there() -> None:
    """A search that looks at nothing finds nothing."""
    names = {file.parts[-2] for file in MONEY_CODE}

    assert {"model", "wire", "service", "bulk", "invoicekit_asset", "invoicekit_clockify"} <= names
    assert {"invoicekit_kukkingu", "invoicekit_local"} <= names


@pytest.mark.parametrize("file", MONEY_CODE, ids=lambda file: "/".join(file.parts[-2:]))
def test_no_float_is_named_or_written(file: Path) -> None:
    """Not in an annotation, a call or a literal, save for seconds and for refusing one."""
    source = file.read_text()
    lines = source.splitlines()

    found = [
        f"{node.lineno}: {lines[node.lineno - 1].strip()}"
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Attribute) and node.attr in {"fsum", "parse_float"})
    ]

    assert [
        line
        for line in found
        if not any(word in line for word in ABOUT_TIME) and not any(word in line for word in REFUSALS)
    ] == []


def named_types(hint: object) -> Iterator[object]:
    """Every type in an annotation, however deep."""
    yield hint
    for part in get_args(hint):
        yield from named_types(part)


@pytest.mark.parametrize(
    "kind",
    [kind for name in invoicekit.model.__all__ if attrs.has(kind := getattr(invoicekit.model, name))],
    ids=lambda kind: kind.__name__,
)
def test_no_field_of_the_model_is_a_float(kind: type) -> None:
    """As its resolved annotations say."""
    hints = get_type_hints(kind)

    assert not [name for name, hint in hints.items() if float in named_types(hint)]
