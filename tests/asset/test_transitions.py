"""Statuses: set by PATCH where that moves no money, refused before any write where it might."""

import pytest
from asset_desk import PAID_AT, Desk, StubSender, adapter, opened, usd

from invoicekit.errors import DestructiveTransition, InvalidTransition, UnsupportedOperation
from invoicekit.model import InvoiceStatus, Outcome, StatusChange
from invoicekit.simulate import Fault, FaultKind
from invoicekit_asset.simulator import Behaviour
from invoicekit_asset.status import STATUS_RULES


def word(desk: Desk) -> str:
    """Return the ledger's status of the invoice."""
    return desk.simulator.ledger.invoice(desk.invoice_id).status


@pytest.mark.parametrize(
    ("status", "raw"), [(InvoiceStatus.VOID, "voided"), (InvoiceStatus.UNCOLLECTIBLE, "uncollectible")]
)
@pytest.mark.parametrize("kind", [None, FaultKind.DROP_AFTER, FaultKind.DROP_BEFORE, FaultKind.GARBAGE])
async def test_a_status_is_set_once(status: InvoiceStatus, raw: str, kind: FaultKind | None) -> None:
    """Whatever becomes of the answer; again it is so already."""
    faults = [] if kind is None else [Fault(kind=kind, at="update_invoice")]
    async with opened(faults=faults) as desk:
        first = await desk.service.set_status(desk.invoice_id, status)
        again = await desk.service.set_status(desk.invoice_id, status)

        assert word(desk) == raw
        assert first.value.status is status
        assert (first.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)


async def test_an_uncollectible_invoice_can_be_opened_again(desk: Desk) -> None:
    """It held no payments, so nothing can be lost."""
    await desk.service.set_status(desk.invoice_id, InvoiceStatus.UNCOLLECTIBLE)

    result = await desk.service.set_status(desk.invoice_id, InvoiceStatus.OPEN)

    assert (result.outcome, word(desk)) == (Outcome.APPLIED, "open")


async def test_an_open_invoice_is_open(desk: Desk) -> None:
    """Invoices are open from their creation; nothing is sent."""
    result = await desk.service.set_status(desk.invoice_id, InvoiceStatus.OPEN)

    assert result.outcome is Outcome.ALREADY_APPLIED
    assert desk.requests("update_invoice") == []


async def test_paid_is_never_set(desk: Desk) -> None:
    """It follows from payments: a word without money behind it would lie."""
    with pytest.raises(InvalidTransition, match="mark_paid"):
        await desk.service.set_status(desk.invoice_id, InvoiceStatus.PAID)
    await desk.service.mark_paid(desk.invoice_id, paid_at=PAID_AT, reference="b")

    after = await desk.service.set_status(desk.invoice_id, InvoiceStatus.PAID)

    assert after.outcome is Outcome.ALREADY_APPLIED
    assert desk.requests("update_invoice") == []


@pytest.mark.parametrize("status", [InvoiceStatus.DRAFT, InvoiceStatus.UNKNOWN])
async def test_a_status_that_asset_lacks_is_refused_before_any_request(
    desk: Desk, status: InvoiceStatus
) -> None:
    """There are no drafts."""
    with pytest.raises(UnsupportedOperation):
        await desk.service.set_status(desk.invoice_id, status)

    assert len(desk.simulator.requests) == 0


def test_the_refunded_words_can_never_be_asked_for() -> None:
    """Only the refund call leads there; no neutral status names them."""
    sent = {
        write.content
        for status in (InvoiceStatus.OPEN, InvoiceStatus.PAID, InvoiceStatus.VOID)
        for write in [adapter(StubSender()).set_status(StatusChange(invoice_id="inv_1", status=status))]
    }

    assert not any("refunded" in content for content in sent)
    assert [rule.raw for rule in STATUS_RULES if rule.is_settable] == ["open", "uncollectible", "voided"]


@pytest.mark.parametrize("hides_status", [False, True])
async def test_voiding_what_holds_payments_needs_consent(*, hides_status: bool) -> None:
    """What becomes of them is documented nowhere."""
    async with opened(behaviour=Behaviour(hides_status=hides_status)) as desk:
        await desk.service.record_payment(desk.invoice_id, usd("1"), paid_at=PAID_AT, reference="b")

        with pytest.raises(DestructiveTransition, match="allow_payment_loss"):
            await desk.service.set_status(desk.invoice_id, InvoiceStatus.VOID)
        assert desk.requests("update_invoice") == []

        result = await desk.service.set_status(desk.invoice_id, InvoiceStatus.VOID, allow_payment_loss=True)
        assert (result.outcome, word(desk)) == (Outcome.APPLIED, "voided")


@pytest.mark.parametrize("raw", ["paid", "refunded", "partially_refunded"])
async def test_opening_a_settled_invoice_needs_consent(desk: Desk, raw: str) -> None:
    """It may cost the payments."""
    desk.simulator.ledger.invoice(desk.invoice_id).word = raw

    with pytest.raises(DestructiveTransition):
        await desk.service.set_status(desk.invoice_id, InvoiceStatus.OPEN)

    assert word(desk) == raw


@pytest.mark.parametrize("status", [InvoiceStatus.OPEN, InvoiceStatus.UNCOLLECTIBLE])
async def test_a_voided_invoice_stays_voided(desk: Desk, status: InvoiceStatus) -> None:
    """No source says that it can be left."""
    await desk.service.set_status(desk.invoice_id, InvoiceStatus.VOID)

    with pytest.raises(InvalidTransition):
        await desk.service.set_status(desk.invoice_id, status, allow_payment_loss=True)

    assert word(desk) == "voided"


async def test_what_is_paid_is_not_uncollectible(desk: Desk) -> None:
    """Nothing is owed any more."""
    await desk.service.mark_paid(desk.invoice_id, paid_at=PAID_AT, reference="b")

    with pytest.raises(InvalidTransition):
        await desk.service.set_status(desk.invoice_id, InvoiceStatus.UNCOLLECTIBLE)


async def test_where_the_status_is_hidden_setting_it_again_is_harmless() -> None:
    """Uncollectible cannot be read there: it is sent again, and is what it was."""
    async with opened(behaviour=Behaviour(hides_status=True)) as desk:
        for _ in range(2):
            result = await desk.service.set_status(desk.invoice_id, InvoiceStatus.UNCOLLECTIBLE)
            assert result.outcome is Outcome.APPLIED

        assert word(desk) == "uncollectible"
        reopened = await desk.service.set_status(desk.invoice_id, InvoiceStatus.OPEN)
        assert (reopened.outcome, word(desk)) == (Outcome.APPLIED, "open")


async def test_who_acted_is_told_on_writes_alone() -> None:
    """x-user-id, for the provider's audit."""
    async with opened(user_id="anna@example.com") as desk:
        await desk.service.set_status(desk.invoice_id, InvoiceStatus.VOID)

        assert desk.simulator.ledger.invoice(desk.invoice_id).actors == ["anna@example.com"]
    assert adapter(StubSender(), user_id="anna")._requests.invoice("inv_1").headers == ()
