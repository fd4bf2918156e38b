"""Creating an invoice: a chain that a rerun completes and never doubles."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from clockify_desk import Desk, StubSender, adapter, answer, invoice_document, opened

from invoicekit.errors import (
    Conflict,
    DuplicateDetected,
    FieldLocked,
    InvalidAmount,
    InvalidIdentifier,
    MalformedResponse,
    OutcomeUnknown,
    UsageError,
)
from invoicekit.guard import OnDoubt
from invoicekit.model import Invoice, Money, NewInvoice, NewLineItem, Outcome, WriteResult
from invoicekit.service import InvoiceService
from invoicekit.simulate import Fault, FaultKind
from invoicekit_clockify.simulator.invoice import Invoice as Stored

WORK = NewLineItem(
    description="Work", quantity=Decimal("2.5"), unit_price=Money("40.00", "EUR"), kind="Service"
)
TRIP = NewLineItem(
    description="Trip", quantity=Decimal(1), unit_price=Money("99.00", "EUR"), kind="Product", taxes=()
)


async def create(desk: Desk, service: InvoiceService | None = None, **changes: Any) -> WriteResult[Invoice]:
    wanted: dict[str, Any] = {
        "number": "N-1",
        "customer_id": desk.client_id,
        "currency": "EUR",
        "issue_date": date(2026, 3, 1),
        "due_date": date(2026, 3, 31),
        "subject": "March",
        "note": "By bank",
        "line_items": (WORK, TRIP, WORK),
        **changes,
    }
    return await (service or desk.service).create_invoice(**wanted)


def stored(desk: Desk, number: str = "N-1") -> Stored:
    (found,) = [one for one in desk.simulator.ledger.invoices() if one.number == number]
    return found


def descriptions(invoice: Stored) -> list[str]:
    return [item.description for item in invoice.items]


async def test_a_new_invoice_is_complete(desk: Desk) -> None:
    """Head, note, subject and every line, equal ones included, in order and at the meant amounts."""
    result = await create(desk)

    invoice = stored(desk)
    assert (result.outcome, result.value.id) == (Outcome.APPLIED, invoice.id)
    assert (invoice.subject, invoice.note, invoice.status) == ("March", "By bank", "UNSENT")
    assert [(item.description, item.item_type, item.amount) for item in invoice.items] == [
        ("Work", "Service", 10_000),
        ("Trip", "Product", 9_900),
        ("Work", "Service", 10_000),
    ]
    assert result.value.total == Money("299.00", "EUR")


@pytest.mark.parametrize("changes", [{"note": None, "subject": None}, {"line_items": ()}])
async def test_what_is_not_wanted_is_not_sent(desk: Desk, changes: dict[str, Any]) -> None:
    """No replacement without note and subject, no line without lines."""
    await create(desk, **changes)

    assert len(desk.requests("update_invoice")) == ("note" not in changes)
    assert len(desk.requests("add_item")) == (0 if "line_items" in changes else 3)


@pytest.mark.parametrize("has_journal", [True, False])
async def test_a_rerun_adds_nothing(desk: Desk, *, has_journal: bool) -> None:
    """With the journal or after its loss, the number and the lines tell what is there."""
    first = await create(desk)

    if has_journal:
        again = await create(desk)
    else:
        async with desk.elsewhere() as service:
            again = await create(desk, service)

    assert (again.outcome, again.value.id) == (Outcome.ALREADY_APPLIED, first.value.id)
    assert descriptions(stored(desk)) == ["Work", "Trip", "Work"]
    assert len(desk.requests("create_invoice")) == 1


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.ERROR_AFTER, FaultKind.GARBAGE])
@pytest.mark.parametrize(
    ("at", "nth"), [("create_invoice", 1), ("update_invoice", 1), ("add_item", 1), ("add_item", 3)]
)
async def test_a_lost_answer_anywhere_doubles_nothing(kind: FaultKind, at: str, nth: int) -> None:
    """Each step of the chain is settled by reading before the next one starts."""
    async with opened(faults=[Fault(kind=kind, at=at, nth=nth)]) as desk:
        result = await create(desk)

        assert result.outcome is Outcome.APPLIED
        assert descriptions(stored(desk)) == ["Work", "Trip", "Work"]


async def test_a_cut_chain_is_completed_by_a_rerun() -> None:
    """What is left in doubt is not sent again; once it is settled, the rest follows."""
    fault = Fault(kind=FaultKind.ERROR_BEFORE, at="add_item", nth=2)
    async with opened(faults=[fault], on_doubt=OnDoubt.ASK) as desk:
        with pytest.raises(OutcomeUnknown):
            await create(desk)
        assert descriptions(stored(desk)) == ["Work"]

        async with desk.elsewhere() as service:
            await create(desk, service)

        assert descriptions(stored(desk)) == ["Work", "Trip", "Work"]


@pytest.mark.parametrize("difference", ["customer_id", "currency"])
async def test_a_number_that_is_taken_is_a_conflict(desk: Desk, difference: str) -> None:
    """Another client's invoice, or one in another currency, is never taken for ours."""
    other = desk.simulator.home.add_client("Other")
    taken = {"customer_id": other.id, "currency": "USD"}[difference]
    desk.simulator.home.add_invoice(
        number="N-1",
        client_id=taken if difference == "customer_id" else desk.client_id,
        currency=taken if difference == "currency" else "EUR",
    )

    with pytest.raises(Conflict, match="N-1"):
        await create(desk)

    assert desk.requests("create_invoice") == []


async def test_a_number_that_only_begins_the_same_is_free(desk: Desk) -> None:
    """Numbers are compared as a whole, whatever the search finds."""
    desk.simulator.home.add_invoice(number="N-11", client_id=desk.client_id)

    result = await create(desk)

    assert result.outcome is Outcome.APPLIED


async def test_lines_are_not_added_to_what_is_no_draft_any_more(desk: Desk) -> None:
    """A rerun must not change an invoice that was sent meanwhile."""
    await create(desk, line_items=(WORK,))
    stored(desk).status = "SENT"

    async with desk.elsewhere() as service:
        with pytest.raises(FieldLocked):
            await create(desk, service, line_items=(WORK, TRIP))

    assert descriptions(stored(desk)) == ["Work"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"customer_id": "../x"}, InvalidIdentifier),
        ({"extra": {"status": "PAID"}}, UsageError),
        ({"extra": {"number": "N-2"}}, UsageError),
        ({"extra": {"taxPercent": 19.5}}, InvalidAmount),
        (
            {
                "line_items": (
                    NewLineItem(description="x", quantity=Decimal(1), unit_price=Money("1", "EUR")),
                )
            },
            UsageError,
        ),
        ({"currency": "USD"}, UsageError),
        ({"number": ""}, UsageError),
        ({"number": " N-1"}, UsageError),
    ],
)
def test_what_can_never_be_is_refused_at_once(changes: dict[str, Any], error: type[Exception]) -> None:
    """The whole chain is checked before its first step."""
    wanted: dict[str, Any] = {
        "number": "N-1",
        "customer_id": "65f0c0ffee0000000000c001",
        "currency": "EUR",
        "issue_date": date(2026, 3, 1),
        "due_date": date(2026, 3, 31),
        "line_items": (WORK,),
        **changes,
    }

    with pytest.raises(error):
        adapter(StubSender()).create_invoice(NewInvoice(**wanted))


async def test_an_answer_with_another_number_is_not_believed(desk: Desk) -> None:
    """Then it is looked for, rather than completed on the wrong invoice."""
    stub = StubSender([answer(invoice_document(number="N-2"), status=201)])
    write = adapter(stub).create_invoice(
        NewInvoice(
            number="N-1",
            customer_id=desk.client_id,
            currency="EUR",
            issue_date=date(2026, 3, 1),
            due_date=date(2026, 3, 31),
        )
    )

    with pytest.raises(MalformedResponse):
        await write.perform(stub)


async def test_a_line_that_was_sent_twice_on_its_way_is_told() -> None:
    """Where a proxy repeats the request, the line is billed twice: that is said, and nothing is deleted."""
    replay = Fault(kind=FaultKind.REPLAY, at="add_item", nth=2, seconds=0.0)
    async with opened(faults=[replay]) as desk:
        with pytest.raises(DuplicateDetected, match="nothing was deleted"):
            await create(desk)

        assert descriptions(stored(desk)).count("Trip") == 2
