"""Setting a status: what is for good, what is final, what is refused."""

import pytest
from kukkingu_desk import INVOICE, PAID_AT, Desk, StubSender, adapter, answer, invoice_document, opened

from invoicekit.errors import (
    Conflict,
    DestructiveTransition,
    InvalidTransition,
    MalformedResponse,
    UnsupportedOperation,
)
from invoicekit.model import InvoiceStatus, Money, Outcome, StatusChange
from invoicekit.simulate import Fault, FaultKind
from invoicekit_kukkingu.simulator import Behaviour

DRAFT, OPEN, PAID, VOID = InvoiceStatus.DRAFT, InvoiceStatus.OPEN, InvoiceStatus.PAID, InvoiceStatus.VOID
SET = "2026-01-01T00:00:00.000Z"


async def refusal_of(
    raw: str, paid_at: str | None, wanted: InvoiceStatus, *, may_lose: bool, is_final: bool
) -> object:
    stub = StubSender([answer(invoice_document(status=raw, paidAt=paid_at))])
    change = StatusChange(
        invoice_id=INVOICE, status=wanted, allow_payment_loss=may_lose, allow_irreversible=is_final
    )
    look = adapter(stub).set_status(change).look
    assert look is not None
    sighting = await look(stub)
    return "there" if sighting.matches else type(sighting.refusal)


@pytest.mark.parametrize(
    ("raw", "paid_at", "wanted", "expected"),
    [
        ("DRAFT", None, OPEN, type(None)),
        ("DRAFT", SET, OPEN, InvalidTransition),
        ("DRAFT", None, PAID, InvalidTransition),
        ("DRAFT", None, VOID, type(None)),
        ("FINALIZED", None, OPEN, "there"),
        ("FINALIZED", SET, OPEN, InvalidTransition),
        ("FINALIZED", None, PAID, InvalidTransition),
        ("FINALIZED", SET, PAID, "there"),
        ("FINALIZED", None, VOID, type(None)),
        ("FINALIZED", SET, VOID, type(None)),
        ("VOID", None, VOID, "there"),
        ("VOID", SET, VOID, "there"),
        ("VOID", None, OPEN, InvalidTransition),
        ("VOID", SET, PAID, InvalidTransition),
        ("FROZEN", None, OPEN, InvalidTransition),
        ("FROZEN", None, VOID, type(None)),
    ],
)
async def test_the_state_decides(
    raw: str, paid_at: str | None, wanted: InvoiceStatus, expected: object
) -> None:
    """By a fresh read, with every consent given: already there, allowed or impossible."""
    assert await refusal_of(raw, paid_at, wanted, may_lose=True, is_final=True) == expected


async def test_finalizing_asks_for_consent_by_name(desk: Desk) -> None:
    """It can never be taken back, so a plain set_status does not do it in passing."""
    with pytest.raises(DestructiveTransition, match="allow_irreversible"):
        await desk.service.set_status(desk.draft_id, OPEN)

    assert desk.writes() == []
    assert desk.simulator.ledger.invoice(desk.draft_id).status == "DRAFT"


async def test_consent_to_lose_payments_is_no_consent_to_finalize(desk: Desk) -> None:
    """Each consent names what it is for."""
    with pytest.raises(DestructiveTransition, match="allow_irreversible"):
        await desk.service.set_status(desk.draft_id, OPEN, allow_payment_loss=True)


async def test_a_draft_is_finalized(desk: Desk) -> None:
    """With consent: one action, read back."""
    result = await desk.service.set_status(desk.draft_id, OPEN, allow_irreversible=True)

    assert (result.outcome, result.verified, result.value.status) == (Outcome.APPLIED, True, OPEN)
    assert desk.writes() == ["finalize_invoice"]
    assert desk.simulator.ledger.invoice(desk.draft_id).status == "FINALIZED"


async def test_what_is_finalized_is_not_finalized_again(desk: Desk) -> None:
    """Neither consent nor a request is needed for what is so already."""
    result = await desk.service.set_status(desk.invoice_id, OPEN)

    assert result.outcome is Outcome.ALREADY_APPLIED
    assert desk.writes() == []


async def test_there_is_no_way_back_to_a_draft(desk: Desk) -> None:
    """Refused before any request, with the alternative."""
    with pytest.raises(UnsupportedOperation, match="instead"):
        await desk.service.set_status(desk.invoice_id, DRAFT, allow_irreversible=True)

    assert len(desk.simulator.requests) == 0


@pytest.mark.parametrize("status", [InvoiceStatus.UNCOLLECTIBLE, InvoiceStatus.UNKNOWN])
async def test_a_status_without_a_word_is_refused(desk: Desk, status: InvoiceStatus) -> None:
    """Before any request."""
    with pytest.raises(UnsupportedOperation):
        await desk.service.set_status(desk.invoice_id, status)

    assert len(desk.simulator.requests) == 0


async def test_paid_needs_to_know_when(desk: Desk) -> None:
    """set_status(PAID) names the calls that take the instant, and sends nothing."""
    with pytest.raises(InvalidTransition, match="mark_paid"):
        await desk.service.set_status(desk.invoice_id, PAID)

    assert desk.writes() == []


async def test_voiding_what_is_paid_asks_for_consent(desk: Desk) -> None:
    """Nobody says whether paidAt survives."""
    await desk.service.mark_paid(desk.invoice_id, paid_at=PAID_AT, reference="bank-1")

    with pytest.raises(DestructiveTransition, match="allow_payment_loss"):
        await desk.service.set_status(desk.invoice_id, VOID)
    await desk.service.set_status(desk.invoice_id, VOID, allow_payment_loss=True)

    assert len(desk.requests("void_invoice")) == 1


async def test_void_is_final(desk: Desk) -> None:
    """Nothing leads out of it; the refusal comes from a fresh read."""
    await desk.service.set_status(desk.draft_id, VOID)

    with pytest.raises(InvalidTransition, match="final"):
        await desk.service.set_status(desk.draft_id, OPEN, allow_irreversible=True)

    assert desk.requests("finalize_invoice") == []


async def test_the_servers_own_refusal_is_told() -> None:
    """Whether a draft may be voided is not known; where it may not, that is a conflict without effect."""
    async with opened(behaviour=Behaviour(void_draft="refuse")) as desk:
        with pytest.raises(Conflict):
            await desk.service.set_status(desk.draft_id, VOID)

        assert desk.simulator.ledger.invoice(desk.draft_id).status == "DRAFT"


@pytest.mark.parametrize("locked_status", [400, 409, 422, 423])
async def test_somebody_faster_is_no_failure(locked_status: int) -> None:
    """Our repeat is refused because the first, late one worked: the status tells, and no error is raised."""
    faults = [
        Fault(kind=FaultKind.DROP_AFTER, at="finalize_invoice"),
        Fault(kind=FaultKind.ERROR_BEFORE, at="get_invoice", nth=2, times=4),
    ]
    async with opened(behaviour=Behaviour(locked_status=locked_status), faults=faults) as desk:
        result = await desk.service.set_status(desk.draft_id, OPEN, allow_irreversible=True)

        assert result.outcome is Outcome.APPLIED
        assert [one.status for one in desk.requests("finalize_invoice")] == [None, locked_status]


async def test_an_answer_with_another_word_is_doubt() -> None:
    """A 200 that does not show the status proves nothing."""
    stub = StubSender([answer(invoice_document(status="DRAFT"))])
    change = StatusChange(invoice_id=INVOICE, status=OPEN, allow_irreversible=True)

    with pytest.raises(MalformedResponse, match="DRAFT"):
        await adapter(stub).set_status(change).perform(stub)


async def test_a_finalize_in_doubt_is_settled_though_paid_meanwhile() -> None:
    """Once sent, the word alone decides: that somebody paid at once does not keep it in doubt."""
    draft, paid = invoice_document(status="DRAFT"), invoice_document(paidAt=SET)
    stub = StubSender([answer(draft), answer(draft), answer(paid)])
    write = adapter(stub).set_status(StatusChange(invoice_id=INVOICE, status=OPEN, allow_irreversible=True))
    assert write.look is not None
    await write.look(stub)
    with pytest.raises(MalformedResponse):
        await write.perform(stub)

    sighting = await write.look(stub)

    assert [match.value.status for match in sighting.matches] == [PAID]


async def test_a_void_waits_for_a_finalize_in_doubt(desk: Desk) -> None:
    """Both are one operation, so that they share the record of doubt."""
    finalize = desk.native.set_status(StatusChange(invoice_id=INVOICE, status=OPEN))
    void = desk.native.set_status(StatusChange(invoice_id=INVOICE, status=VOID))

    assert finalize.operation == void.operation
    assert finalize.target == void.target
    assert finalize.content != void.content


async def test_a_zero_invoice_is_not_paid_by_set_status(desk: Desk) -> None:
    """Nothing is owed, and still nobody says when it was paid."""
    invoice = desk.simulator.home.add_invoice(desk.simulator.contract.id, status="FINALIZED")

    with pytest.raises(InvalidTransition):
        await desk.service.mark_paid(invoice.id, paid_at=PAID_AT)

    assert (await desk.service.get_invoice(invoice.id)).amount_due == Money("0", "EUR")
