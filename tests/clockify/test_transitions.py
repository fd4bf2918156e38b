"""Setting a status: what it costs, what it needs, what is refused."""

from datetime import UTC, datetime

import pytest
from clockify_desk import INVOICE, PAID_AT, Desk, StubSender, adapter, answer, invoice_document, opened

from invoicekit.errors import (
    DestructiveTransition,
    InvalidTransition,
    UnsupportedOperation,
    UsageError,
)
from invoicekit.model import InvoiceStatus, Money, Outcome, StatusChange
from invoicekit.simulate import Fault, FaultKind

DRAFT, OPEN, PAID, VOID = (
    InvoiceStatus.DRAFT,
    InvoiceStatus.OPEN,
    InvoiceStatus.PAID,
    InvoiceStatus.VOID,
)


async def refusal_of(document: dict[str, object], status: InvoiceStatus, *, may_lose: bool = False) -> object:
    stub = StubSender([answer(document)])
    change = StatusChange(invoice_id=INVOICE, status=status, allow_payment_loss=may_lose)
    write = adapter(stub).set_status(change)
    assert write.look is not None
    sighting = await write.look(stub)
    return "there" if sighting.matches else type(sighting.refusal)


UNPAID = {"paid": 0, "balance": 11340}
PARTLY = {"paid": 340, "balance": 11000}
SETTLED = {"paid": 11340, "balance": 0}
UNTOLD = {"paid": None, "balance": None}


@pytest.mark.parametrize(
    ("status", "amounts", "wanted", "expected"),
    [
        ("UNSENT", UNPAID, DRAFT, "there"),
        ("SENT", UNPAID, OPEN, "there"),
        ("OVERDUE", UNPAID, OPEN, "there"),
        ("OVERDUE", PARTLY, OPEN, "there"),
        ("PAID", SETTLED, PAID, "there"),
        ("VOID", SETTLED, VOID, "there"),
        ("UNSENT", UNPAID, OPEN, type(None)),
        ("SENT", UNPAID, DRAFT, type(None)),
        ("SENT", UNPAID, VOID, type(None)),
        ("OVERDUE", UNPAID, VOID, type(None)),
        ("FROZEN", UNPAID, OPEN, type(None)),
        ("SENT", {"paid": 0, "balance": 0}, PAID, type(None)),
        ("SENT", {"paid": 0, "balance": -5}, PAID, type(None)),
        ("SENT", UNPAID, PAID, InvalidTransition),
        ("PARTIALLY_PAID", PARTLY, PAID, InvalidTransition),
        ("SENT", UNTOLD, PAID, InvalidTransition),
        ("VOID", UNPAID, OPEN, InvalidTransition),
        ("VOID", UNPAID, DRAFT, InvalidTransition),
        ("PAID", SETTLED, DRAFT, DestructiveTransition),
        ("PAID", SETTLED, OPEN, DestructiveTransition),
        ("PAID", SETTLED, VOID, DestructiveTransition),
        ("PARTIALLY_PAID", PARTLY, DRAFT, DestructiveTransition),
        ("PARTIALLY_PAID", PARTLY, OPEN, DestructiveTransition),
        ("SENT", PARTLY, DRAFT, DestructiveTransition),
        ("OVERDUE", PARTLY, DRAFT, DestructiveTransition),
        ("FROZEN", PARTLY, OPEN, DestructiveTransition),
        ("PAID", {"paid": 0, "balance": 0}, DRAFT, type(None)),
        ("PAID", UNTOLD, DRAFT, DestructiveTransition),
        ("SENT", UNTOLD, DRAFT, DestructiveTransition),
    ],
)
async def test_the_state_decides(
    status: str, amounts: dict[str, object], wanted: InvoiceStatus, expected: object
) -> None:
    """By a fresh read: already there, allowed, impossible, or at the cost of payments."""
    assert await refusal_of(invoice_document(status=status, **amounts), wanted) == expected


async def test_consent_lifts_only_the_loss() -> None:
    """It allows what costs payments, not what no source knows the effect of."""
    paid, void = invoice_document(status="PAID", **SETTLED), invoice_document(status="VOID", **SETTLED)

    assert await refusal_of(paid, DRAFT, may_lose=True) is type(None)
    assert await refusal_of(void, DRAFT, may_lose=True) is InvalidTransition
    assert await refusal_of(invoice_document(**UNPAID), PAID, may_lose=True) is InvalidTransition


async def test_with_consent_the_payments_are_gone(desk: Desk) -> None:
    """The one way to lose payments is to say so by name."""
    await desk.service.record_payment(
        desk.invoice_id, Money("10.00", "EUR"), paid_at=PAID_AT, reference="bank-1"
    )

    result = await desk.service.set_status(desk.invoice_id, DRAFT, allow_payment_loss=True)

    assert (result.outcome, result.value.raw_status) == (Outcome.APPLIED, "UNSENT")
    assert desk.simulator.ledger.payments(desk.invoice_id) == []


async def test_the_same_status_again_sends_nothing(desk: Desk) -> None:
    """What is so already is not asked for."""
    result = await desk.service.set_status(desk.invoice_id, OPEN)

    assert (result.outcome, desk.requests("set_status")) == (Outcome.ALREADY_APPLIED, [])


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.DROP_BEFORE, FaultKind.ERROR_AFTER])
async def test_a_lost_answer_is_settled_by_the_state(kind: FaultKind) -> None:
    """The body of a success is empty anyway; the invoice tells, and the same value may go again."""
    async with opened(faults=[Fault(kind=kind, at="set_status")]) as desk:
        result = await desk.service.set_status(desk.invoice_id, VOID)

        assert (result.outcome, result.verified) == (Outcome.APPLIED, True)
        assert desk.simulator.ledger.invoice(desk.invoice_id).status == "VOID"


async def test_sending_an_invoice_that_is_overdue_at_once_is_verified(desk: Desk) -> None:
    """The provider turns SENT into OVERDUE as soon as the due date has passed."""
    past = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp())
    invoice = desk.simulator.home.add_invoice(amount_minor=100, due=past)

    result = await desk.service.set_status(invoice.id, OPEN)

    assert (result.verified, result.value.raw_status) == (True, "OVERDUE")


@pytest.mark.parametrize("status", [InvoiceStatus.UNCOLLECTIBLE, InvoiceStatus.UNKNOWN])
async def test_a_status_clockify_lacks_is_refused_before_any_request(
    desk: Desk, status: InvoiceStatus
) -> None:
    """Nothing is read for a question that has no answer."""
    with pytest.raises(UnsupportedOperation):
        await desk.service.set_status(desk.invoice_id, status)

    assert len(desk.simulator.requests) == 0


async def test_a_refusal_names_the_way_out(desk: Desk) -> None:
    """Which call does what was meant."""
    with pytest.raises(UsageError, match=r"mark_paid\(\) or record_payment\(\)"):
        await desk.service.set_status(desk.invoice_id, PAID)
