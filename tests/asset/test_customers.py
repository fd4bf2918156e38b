"""Changing a customer, which Asset alone lets one do: by value, found again in the list."""

from typing import Any

import pytest
from asset_desk import CUSTOMER, Desk, StubSender, adapter, answer, opened

from invoicekit.errors import InvalidIdentifier, MalformedResponse, NotFound, UsageError
from invoicekit.model import Outcome
from invoicekit.simulate import Fault, FaultKind
from invoicekit_asset import CustomerChange

ADDRESS = {"street_1": "1 Way", "city": "Town", "state": "NY", "postal_code": "10001", "country": "US"}
CHANGE = CustomerChange(name="Acme Inc", email="a@example.com", phone_number="1", billing_address=ADDRESS)


@pytest.mark.parametrize("kind", [None, FaultKind.DROP_AFTER, FaultKind.ERROR_AFTER, FaultKind.DROP_BEFORE])
async def test_a_customer_is_changed_once(kind: FaultKind | None) -> None:
    """To the values asked for, whatever is lost; a repeat sends nothing."""
    faults = [] if kind is None else [Fault(kind=kind, at="update_customer")]
    async with opened(faults=faults) as desk:
        first = await desk.service.write(desk.native.update_customer(desk.customer_id, CHANGE))
        sent = len(desk.requests("update_customer"))
        again = await desk.service.write(desk.native.update_customer(desk.customer_id, CHANGE))

        assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
        held = desk.simulator.home.customers[desk.customer_id]
        assert (held.name, held.email, held.phone_number) == ("Acme Inc", "a@example.com", "1")
        assert held.billing_address == ADDRESS
        assert again.value.address == "1 Way\nTown\nNY\n10001\nUS"
        assert len(desk.requests("update_customer")) == sent


async def test_what_is_not_named_stays(desk: Desk) -> None:
    """Only what the change names is sent."""
    desk.simulator.home.customers[desk.customer_id].email = "old@example.com"

    await desk.service.write(desk.native.update_customer(desk.customer_id, CustomerChange(phone_number="2")))

    assert desk.simulator.home.customers[desk.customer_id].email == "old@example.com"


async def test_nobody_is_changed_who_is_not_there(desk: Desk) -> None:
    """Told before any write."""
    with pytest.raises(NotFound):
        await desk.service.write(desk.native.update_customer("cus_nobody", CHANGE))

    assert desk.requests("update_customer") == []


async def test_an_answer_about_somebody_else_is_doubt() -> None:
    """What came back must be the customer that was changed."""
    stub = StubSender([answer({"data": {"id": "cus_other", "name": "Acme Inc"}})])

    with pytest.raises(MalformedResponse):
        await adapter(stub).update_customer(CUSTOMER, CHANGE).perform(stub)


@pytest.mark.parametrize(
    "given", [{}, {"name": " "}, {"email": "x" * 256}, {"billing_address": {"street_1": "1 Way"}}]
)
def test_a_change_that_can_never_be_is_refused(given: dict[str, Any]) -> None:
    """Before anything is planned."""
    with pytest.raises(UsageError):
        CustomerChange(**given)


def test_an_id_that_leads_elsewhere_is_refused() -> None:
    """Before anything is planned."""
    with pytest.raises(InvalidIdentifier):
        adapter(StubSender()).update_customer("cus_/../x", CHANGE)
