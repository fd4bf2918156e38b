"""The decoders that are compared read the same document, and ours reads no amount that is none."""

import pytest
from decode import HOSTILE, INVOICE_ID, became, decoders
from fake_clockify import an_invoice

from invoicekit import Invoice, Money


@pytest.mark.parametrize("side", ["wire", "cattrs"])
def test_every_side_reads_the_amount(side: str) -> None:
    """A side that read something else would be measured for nothing."""
    assert decoders()[side](an_invoice(INVOICE_ID)) == 20000


def test_the_neutral_side_makes_money_of_it() -> None:
    """The whole way, to the neutral model."""
    invoice = decoders()["neutral"](an_invoice(INVOICE_ID))

    assert isinstance(invoice, Invoice)
    assert invoice.total == Money("200.00", "EUR")


@pytest.mark.parametrize("kind", ["fraction", "text", "true"])
def test_what_is_no_amount_is_refused(kind: str) -> None:
    """10.7, "100" and true are no amounts in minor units."""
    assert became(decoders()["wire"], HOSTILE[kind]) == "refused"
