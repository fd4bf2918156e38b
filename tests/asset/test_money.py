"""Amounts cross the wire exactly, in every currency and far beyond what a float holds."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from asset_desk import INVOICE
from hypothesis import given
from hypothesis import strategies as st

import invoicekit_asset
from invoicekit.errors import InvalidAmount
from invoicekit.model import Money
from invoicekit_asset.wire_invoice import read_invoice
from invoicekit_asset.wire_transaction import encode_application

MOST = 2**63 - 1
CURRENCIES = ("USD", "JPY", "KWD")

amounts = st.builds(
    Money.from_minor, st.integers(min_value=-MOST, max_value=MOST), st.sampled_from(CURRENCIES)
)


@given(amounts)
def test_what_is_sent_reads_back_as_it_was(amount: Money) -> None:
    """Written as a plain number with exactly its digits."""
    body = encode_application(INVOICE, amount, transaction_id=None)

    sent = json.loads(body, parse_float=Decimal)["payment_amount"]
    assert Money(Decimal(sent), amount.currency) == amount
    assert b"e" not in body.partition(b'"payment_amount":')[2].lower()


@given(amounts, st.booleans())
def test_what_is_read_is_what_was_sent(amount: Money, is_text: bool) -> None:
    """As a number or as decimal text, with all digits."""
    digits = f"{amount.amount:f}"
    told = json.dumps(digits) if is_text else digits
    body = f'{{"data":{{"id":"inv_1","total_amount":{told},"total_paid":0}}}}'.encode()

    invoice = read_invoice(body, amount.currency).invoice()

    assert invoice.total == invoice.amount_due == amount


@pytest.mark.parametrize(("currency", "amount"), [("USD", "0.001"), ("JPY", "0.1"), ("KWD", "0.0001")])
def test_a_fraction_of_the_smallest_unit_is_never_sent(currency: str, amount: str) -> None:
    """Refused, not rounded."""
    with pytest.raises(InvalidAmount):
        encode_application(INVOICE, Money(amount, currency), transaction_id=None)


def test_no_float_stands_where_money_is() -> None:
    """Not in the wire modules, nor in what the simulator keeps and computes."""
    folder = Path(invoicekit_asset.__file__).parent
    money = [
        *folder.glob("wire*.py"),
        *(folder / f"{name}.py" for name in ("payments", "credit", "refunds", "credit_notes", "drafts")),
        *(folder / "simulator" / f"{name}.py" for name in ("fields", "exact_json", "payment_routes")),
    ]

    assert len(money) > 10
    assert [
        path.name for path in money if "float(" in path.read_text() or ": float" in path.read_text()
    ] == []
