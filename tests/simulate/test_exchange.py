"""What a simulator reads and answers is exact where amounts are numbers."""

from decimal import Decimal

import pytest

from invoicekit.simulate import Answer, Call


def call(body: bytes) -> Call:
    return Call(operation="pay", method="POST", path="/", params={}, query={}, headers={}, body=body)


def test_a_decimal_is_a_number_with_exactly_its_digits() -> None:
    """12.50 stays 12.50, and what a float cannot hold is held."""
    document = {
        "value": Decimal("12.50"),
        "rows": [{"ä": Decimal("1E+2")}, Decimal("90071992547409.93"), None],
    }

    body = Answer.json(document).body

    assert body.decode() == '{"value":12.50,"rows":[{"ä":100},90071992547409.93,null]}'


@pytest.mark.parametrize("value", [Decimal("NaN"), float("nan"), [Decimal("Infinity"), Decimal(1)]])
def test_what_is_no_number_is_refused(value: object) -> None:
    """JSON has no word for it."""
    with pytest.raises(ValueError, match="JSON"):
        Answer.json({"value": value})


def test_fractions_are_read_as_they_were_written() -> None:
    """So that an amount that came through a float shows; unless asked, as plain JSON."""
    body = b'{"value":0.1000000000000000055511151231257827}'

    assert call(body).json(exact=True) == {"value": Decimal("0.1000000000000000055511151231257827")}
    assert call(body).json() == {"value": 0.1}
