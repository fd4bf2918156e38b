"""What a provider would drop is refused before anything is sent."""

from decimal import Decimal
from typing import Any

import pytest
from invoicekit_acorn import Acorn
from invoicekit_acorn.simulator import AcornSimulator

from invoicekit import InvoiceChange, Money, NewLineItem
from invoicekit.adapter import Adapter, Capabilities, Fields
from invoicekit.errors import UnsupportedOperation
from invoicekit.model import Customer, Invoice, LineItem, NewCustomer
from invoicekit.service.given import refuse_dropped
from invoicekit.testing import Bench, Hand, Subject

ACORN: type[Adapter[Any]] = Acorn
KEEPS_SOME = Capabilities(
    operations={},
    fields=(
        Fields.only(Customer, "id", "name", "email", writable={"name", "email"}),
        Fields.only(Invoice, "id", "number", "note", writable={"number", "note"}),
        Fields.only(LineItem),
    ),
)
LINE = NewLineItem(description="work", quantity=Decimal(1), unit_price=Money("60", "EUR"))


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (NewCustomer(name="Acme", address="1 Way"), "address"),
        (NewCustomer(name="Acme", note="pays late"), "note"),
        (InvoiceChange(subject="May"), "subject"),
        (InvoiceChange(subject=None), "subject"),
        (InvoiceChange(tax_percents=(Decimal(19),)), "tax_percents"),
    ],
)
@pytest.mark.parametrize(
    "capabilities", [KEEPS_SOME, Capabilities(operations={})], ids=["some", "nothing declared"]
)
def test_what_is_not_declared_as_writable_is_refused(
    given: object, name: str, capabilities: Capabilities
) -> None:
    """It says which field, and what to do."""
    with pytest.raises(UnsupportedOperation, match=rf"acorn keeps no {name} .*leave {name} out"):
        refuse_dropped(capabilities, "acorn", ("inv-1", given))


@pytest.mark.parametrize(
    "given",
    [
        NewCustomer(name="Acme", email="a@example.com", address=None, note=""),
        InvoiceChange(number="2026-1", note=None),
        InvoiceChange(),
        "inv-1",
    ],
)
def test_the_rest_passes(given: object) -> None:
    """What is declared, what is empty, and what is no such thing."""
    refuse_dropped(KEEPS_SOME, "acorn", (given,))


@pytest.mark.looptime
@pytest.mark.parametrize(
    "given",
    [
        {"subject": "May"},
        {"note": "thanks"},
        {
            "line_items": (
                LINE,
                NewLineItem(description="tax", quantity=Decimal(1), unit_price=Money("1", "EUR"), kind="TAX"),
            )
        },
    ],
)
async def test_nothing_is_sent_for_it(given: dict[str, Any]) -> None:
    """Neither the invoice without it, nor a part of the invoice."""
    bench = Bench(Subject(adapter=ACORN, simulator=AcornSimulator))
    async with bench.process() as service:
        hand = Hand(bench, service)
        customer = await hand.customer()
        before, seen = await bench.state(), len(bench.requests())

        with pytest.raises(UnsupportedOperation, match="nothing was sent"):
            await hand.draft(customer_id=customer, **given)

        assert (await bench.state(), bench.requests(seen)) == (before, [])
