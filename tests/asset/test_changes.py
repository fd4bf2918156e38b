"""Changes: tags by value, lines by a marker in each new one; all else is refused in words."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from asset_desk import PAID_AT, Desk, StubSender, adapter, answer, invoice_document, opened, usd

from invoicekit.errors import (
    CurrencyMismatch,
    FieldLocked,
    InvalidIdentifier,
    InvalidRequest,
    UnsupportedOperation,
    UsageError,
)
from invoicekit.model import InvoiceChange, InvoiceStatus, Money, NewLineItem, Outcome
from invoicekit.simulate import Fault, FaultKind
from invoicekit_asset import LineChange
from invoicekit_asset.simulator import Behaviour

TAGS = {"asset": {"tags": {"project": "x"}}, "clockify": {"timeViewMode": "A"}}
LOSSES = [None, FaultKind.DROP_AFTER, FaultKind.ERROR_AFTER, FaultKind.GARBAGE, FaultKind.LATE]


def line(amount: str = "30.00", currency: str = "USD") -> NewLineItem:
    return NewLineItem(description="Extra", quantity=Decimal(1), unit_price=Money(amount, currency))


@pytest.mark.parametrize("kind", [*LOSSES, FaultKind.DROP_BEFORE])
@pytest.mark.parametrize("tags_as_rows", [False, True])
async def test_tags_are_replaced_once(kind: FaultKind | None, *, tags_as_rows: bool) -> None:
    """Whatever becomes of the answer, and whichever way they come back."""
    faults = [] if kind is None else [Fault(kind=kind, at="update_invoice", seconds=0.02)]
    async with opened(behaviour=Behaviour(tags_as_rows=tags_as_rows), faults=faults) as desk:
        first = await desk.service.update_invoice(desk.invoice_id, InvoiceChange(extra=TAGS))
        again = await desk.service.update_invoice(desk.invoice_id, InvoiceChange(extra=TAGS))

        assert desk.simulator.ledger.invoice(desk.invoice_id).tags == {"project": "x"}
        assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)


@pytest.mark.parametrize(
    "change",
    [
        {"number": "B"},
        {"customer_id": None},
        {"currency": "USD"},
        {"issue_date": date(2026, 1, 1)},
        {"due_date": date(2026, 1, 1)},
        {"subject": "x"},
        {"note": None},
        {"discount_percent": Decimal(1)},
        {"tax_percents": ()},
    ],
)
async def test_no_other_field_can_change(desk: Desk, change: dict[str, Any]) -> None:
    """Refused before any request, with what to do instead."""
    with pytest.raises(UnsupportedOperation, match=next(iter(change))):
        await desk.service.update_invoice(desk.invoice_id, InvoiceChange(**change))

    assert len(desk.simulator.requests) == 0


@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"status": "paid"},
        {"line_changes": {"delete_lines": ["inl_1"]}},
        {"tags": {"a": 1}},
        {"tags": "a"},
    ],
)
def test_a_change_of_nothing_or_of_something_odd_is_refused(extra: dict[str, object]) -> None:
    """Also a status smuggled in: it has a call of its own."""
    with pytest.raises(UsageError):
        adapter(StubSender()).update_invoice("inv_1", InvoiceChange(extra=extra))


async def test_extra_is_merged_into_the_body() -> None:
    """Any name goes, one that this version has never heard of too; it is there once it reads so."""
    document = invoice_document(memo="x", metadata={"a": "b"})
    stub = StubSender([answer({"data": document})] * 2)
    extra = {"memo": "x", "metadata": {"a": "b"}, "tags": {}}

    write = adapter(stub).update_invoice("inv_WQMDNUHpBThYSNh4AprDBo", InvoiceChange(extra=extra))
    await write.perform(stub)

    assert stub.body(0) == extra
    assert write.look is not None
    assert (await write.look(stub)).matches


@pytest.mark.parametrize("kind", LOSSES)
async def test_lines_are_swapped_once(kind: FaultKind | None) -> None:
    """The old ones are gone, the new ones carry the marker, and a rerun finds both."""
    faults = [] if kind is None else [Fault(kind=kind, at="update_invoice", seconds=0.02)]
    async with opened(faults=faults) as desk:
        old = desk.simulator.ledger.invoice(desk.invoice_id).lines[0].id
        write = desk.native.change_lines(
            desk.invoice_id, LineChange(remove=(old,), add=(line(), line()), marker="c-1")
        )

        result = await desk.service.write(write, reference="c-1")
        async with desk.elsewhere() as service:
            again = await service.write(write, reference="c-1")

        stored = desk.simulator.ledger.invoice(desk.invoice_id)
        assert [one.amount for one in stored.lines] == [Decimal("30.00")] * 2
        assert (result.outcome, result.value.total) == (Outcome.APPLIED, usd("60"))
        assert again.outcome is Outcome.ALREADY_APPLIED


async def test_a_line_is_removed_by_its_id(desk: Desk) -> None:
    """Gone is done: a rerun elsewhere sends nothing."""
    lines = desk.simulator.ledger.invoice(desk.invoice_id).lines
    lines.append(desk.simulator.home.new_line(Decimal(5), ledger_id="ldg_1"))
    write = desk.native.change_lines(desk.invoice_id, LineChange(remove=(lines[0].id,)))

    first = await desk.service.write(write, reference="c-1")
    async with desk.elsewhere() as service:
        again = await service.write(write, reference="c-1")

    assert (first.outcome, first.value.total) == (Outcome.APPLIED, usd("5"))
    assert again.outcome is Outcome.ALREADY_APPLIED
    assert len(desk.requests("update_invoice")) == 1


async def test_equal_lines_of_another_change_are_not_taken_for_these(desk: Desk) -> None:
    """The marker tells them apart."""
    for marker in ("c-1", "c-2"):
        change = LineChange(add=(line(),), marker=marker)
        await desk.service.write(desk.native.change_lines(desk.invoice_id, change), reference=marker)

    assert len(desk.simulator.ledger.invoice(desk.invoice_id).lines) == 3


async def test_a_change_that_somebody_half_undid_is_told(desk: Desk) -> None:
    """Neither as before nor as after: sending it again would guess."""
    change = LineChange(add=(line(), line()), marker="c-1")
    await desk.service.write(desk.native.change_lines(desk.invoice_id, change), reference="c-1")
    desk.simulator.ledger.invoice(desk.invoice_id).lines.pop()

    async with desk.elsewhere() as service:
        with pytest.raises(InvalidRequest, match="1 of 2"):
            await service.write(desk.native.change_lines(desk.invoice_id, change), reference="c-1")

    assert len(desk.requests("update_invoice")) == 1


@pytest.mark.parametrize("is_paid", [True, False])
async def test_settled_and_voided_invoices_keep_their_lines(desk: Desk, *, is_paid: bool) -> None:
    """It would change what has been paid for."""
    if is_paid:
        await desk.service.mark_paid(desk.invoice_id, paid_at=PAID_AT, reference="b")
    else:
        await desk.service.set_status(desk.invoice_id, InvoiceStatus.VOID)
    write = desk.native.change_lines(desk.invoice_id, LineChange(add=(line(),), marker="c-1"))

    with pytest.raises(FieldLocked):
        await desk.service.write(write, reference="c-1")

    assert len(desk.simulator.ledger.invoice(desk.invoice_id).lines) == 1


def test_what_can_never_be_changed_is_refused_at_once() -> None:
    """Before anything is planned or sent."""
    native = adapter(StubSender())
    with pytest.raises(UsageError):
        LineChange()
    with pytest.raises(UsageError):
        LineChange(add=(line(),))
    with pytest.raises(UsageError):
        LineChange(remove=("inl_1",) * 101)
    with pytest.raises(CurrencyMismatch):
        native.change_lines("inv_1", LineChange(add=(line(currency="EUR"),), marker="m"))
    with pytest.raises(InvalidIdentifier):
        native.change_lines("inv_1", LineChange(remove=("a/b",)))
    with pytest.raises(UnsupportedOperation):
        adapter(StubSender(), lines_by="unit_price").change_lines(
            "inv_1", LineChange(add=(line(),), marker="m")
        )
