"""Credit memos: issued once under their number, voided once, spent on invoices."""

from datetime import date
from decimal import Decimal
from typing import Any

import attrs
import pytest
from asset_desk import Desk, StubSender, adapter, opened, usd

from invoicekit.errors import (
    Conflict,
    CurrencyMismatch,
    InvalidAmount,
    InvalidTransition,
    ReferenceReused,
    UsageError,
)
from invoicekit.model import Invoice, InvoiceStatus, Money, NewCreditNote, Outcome, WriteResult
from invoicekit.service import InvoiceService
from invoicekit.simulate import Fault, FaultKind

DAY = date(2026, 4, 1)


async def issue(
    desk: Desk, service: InvoiceService | None = None, *, number: str = "CM-1", amount: str = "30"
) -> WriteResult[Invoice]:
    return await (service or desk.service).create_credit_note(
        desk.invoice_id, number=number, amount=usd(amount), issue_date=DAY, reason="damaged"
    )


@pytest.mark.parametrize(
    "kind", [None, FaultKind.ERROR_AFTER, FaultKind.DROP_AFTER, FaultKind.GARBAGE, FaultKind.LATE]
)
async def test_a_credit_note_exists_once(kind: FaultKind | None) -> None:
    """Found again by its number, here and elsewhere; it is credit of the invoice's customer."""
    faults = [] if kind is None else [Fault(kind=kind, at="create_credit_memos", seconds=0.02)]
    async with opened(faults=faults) as desk:
        first = await issue(desk)
        async with desk.elsewhere() as service:
            again = await issue(desk, service)

        (memo,) = desk.simulator.home.memos.values()
        assert (memo.customer_id, memo.memo, memo.issued_at[:10]) == (
            desk.customer_id,
            "damaged",
            "2026-04-01",
        )
        assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
        assert first.value.id == again.value.id == memo.id
        assert (first.value.number, first.value.total) == ("CM-1", usd("30"))
        assert desk.credit() == 30


async def test_a_number_stands_for_one_amount(desk: Desk) -> None:
    """Another amount under it is a mistake; nothing is sent."""
    await issue(desk)

    async with desk.elsewhere() as service:
        with pytest.raises(ReferenceReused):
            await issue(desk, service, amount="31")

    assert len(desk.requests("create_credit_memos")) == 1


async def test_ours_is_known_beside_another_amount_of_its_number(desk: Desk) -> None:
    """Two journals, one number, two amounts, both issued at once: each finds its own."""
    first = await issue(desk)
    memos = desk.simulator.home.memos
    memos["cm_other"] = attrs.evolve(memos[first.value.id], id="cm_other", amount=Decimal(31))

    async with desk.elsewhere() as service:
        again = await issue(desk, service)

    assert (again.outcome, again.value.id) == (Outcome.ALREADY_APPLIED, first.value.id)


async def test_a_number_of_another_customer_is_a_conflict(desk: Desk) -> None:
    """Numbers are unique in a business by the provider's own word."""
    await issue(desk)
    other = desk.simulator.home.add_customer("Other")
    invoice = desk.simulator.home.add_invoice("50", customer_id=other.id)

    async with desk.elsewhere() as service:
        with pytest.raises(Conflict):
            await service.create_credit_note(
                invoice.id, number="CM-1", amount=usd("30"), issue_date=DAY, reason="damaged"
            )

    assert len(desk.simulator.home.memos) == 1


async def test_nobodys_invoice_has_nobody_to_credit(desk: Desk) -> None:
    """Told before anything is sent."""
    invoice = desk.simulator.home.add_invoice("50")

    with pytest.raises(InvalidTransition):
        await desk.service.create_credit_note(invoice.id, number="X", amount=usd("1"), issue_date=DAY)

    assert desk.requests("create_credit_memos") == []


async def test_the_credit_pays_an_invoice_when_it_is_applied(desk: Desk) -> None:
    """The memo alone pays nothing."""
    await issue(desk)
    before = await desk.service.get_invoice(desk.invoice_id)
    credits = await desk.native.customer_credits()

    await desk.service.write(desk.native.apply_credit(desk.invoice_id, usd("30")), reference="a")

    after = await desk.service.get_invoice(desk.invoice_id)
    assert credits == {desk.customer_id: usd("30")}
    assert (before.amount_due, after.amount_due) == (usd("120"), usd("90"))


@pytest.mark.parametrize("kind", [None, FaultKind.DROP_AFTER, FaultKind.DROP_BEFORE])
async def test_a_credit_note_is_voided_once(kind: FaultKind | None) -> None:
    """Setting a value: asked for again where the answer was lost."""
    faults = [] if kind is None else [Fault(kind=kind, at="void_credit_memo")]
    async with opened(faults=faults) as desk:
        memo_id = (await issue(desk)).value.id

        first = await desk.service.write(desk.native.void_credit_memo(memo_id))
        again = await desk.service.write(desk.native.void_credit_memo(memo_id))

        assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
        assert desk.credit() == 0
        read = await desk.native.get_credit_memo(memo_id)
        assert read.invoice().status is InvoiceStatus.VOID


async def test_credit_notes_are_listed_by_customer(desk: Desk) -> None:
    """As the provider filters them."""
    await issue(desk)

    mine = await desk.native.list_credit_memos(customer_id=desk.customer_id)
    others = await desk.native.list_credit_memos(customer_id="cus_other")

    assert ([memo.number for memo in mine.items], others.items) == (["CM-1"], ())
    assert [memo.id for memo in mine.items] == list(desk.simulator.home.memos)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"amount": Money("1", "EUR")}, CurrencyMismatch),
        ({"amount": usd("0")}, InvalidAmount),
        ({"amount": usd("0.001")}, InvalidAmount),
        ({"number": ""}, UsageError),
        ({"number": "x" * 256}, UsageError),
        ({"reason": "x" * 256}, UsageError),
    ],
)
def test_what_can_never_be_issued_is_refused_at_once(change: dict[str, Any], error: type[Exception]) -> None:
    """Before anything is planned or sent."""
    values: dict[str, Any] = {
        "invoice_id": "inv_1",
        "number": "CM-1",
        "amount": usd("1"),
        "issue_date": DAY,
        **change,
    }
    with pytest.raises(error):
        adapter(StubSender()).create_credit_note(NewCreditNote(**values))
