"""What the list of payments proves: pages that shift, notes that come back changed, other payments."""

import pytest
from clockify_desk import (
    MARKER,
    PAID_AT,
    Desk,
    StubSender,
    adapter,
    answer,
    invoice_document,
    new_payment,
    opened,
)

from invoicekit.errors import OutcomeUnknown
from invoicekit.guard import OnDoubt
from invoicekit.model import Money, Outcome
from invoicekit.simulate import Fault, FaultKind
from invoicekit_clockify.simulator import Behaviour

PAYMENT = "65f0c0ffee0000000000b001"
OTHER = "65f0c0ffee0000000000b002"
ROW = {"id": PAYMENT, "amount": 12000, "date": "2026-03-01T00:00:00Z", "note": MARKER}
TEN = Money("10.00", "EUR")


async def test_a_row_that_slides_onto_the_next_page_is_one_payment() -> None:
    """A payment made while we read pushes ours onto the second page as well: no duplicate."""
    other = {**ROW, "id": OTHER, "note": "cash"}
    sender = StubSender([answer([other, ROW]), answer([ROW, {**other, "id": OTHER[:-1] + "3"}]), answer([])])
    write = adapter(sender, page_size=2).record_payment(new_payment())
    assert write.look is not None

    sighting = await write.look(sender)

    assert [match.resource_id for match in sighting.matches] == [PAYMENT]


async def test_a_payment_under_another_marker_is_no_stranger() -> None:
    """It is known to be another one of ours, so it says nothing about the one looked for."""
    rows = [{**ROW, "note": f"rent ik:{'0' * 16}"}, {**ROW, "id": OTHER, "note": "rent ik:0000"}]
    sender = StubSender([answer(rows, last_page="true"), answer(invoice_document())])
    write = adapter(sender).record_payment(new_payment(paid_at=PAID_AT.replace(month=3, day=1)))
    assert write.look is not None

    sighting = await write.look(sender)

    assert [stranger.id for stranger in sighting.strangers] == [OTHER]


async def pay(desk: Desk, reference: str) -> Outcome:
    result = await desk.service.record_payment(
        desk.invoice_id, TEN, paid_at=PAID_AT, reference=reference, note="<b>May</b> rent "
    )
    return result.outcome


@pytest.mark.parametrize("rewrite", ["trim", "strip_html"])
async def test_a_rewritten_note_still_settles_doubt(rewrite: str) -> None:
    """The marker outlives trimmed blanks and stripped tags; equal payments beside it do no harm."""
    fault = Fault(kind=FaultKind.DROP_AFTER, at="add_payment", nth=2)
    async with opened(
        behaviour=Behaviour(note_rewrite=rewrite),
        faults=[fault],
        on_doubt=OnDoubt.RESEND,
    ) as desk:
        assert [await pay(desk, "one"), await pay(desk, "two")] == [Outcome.APPLIED] * 2

        assert len(desk.simulator.ledger.payments(desk.invoice_id)) == 2


async def test_a_dropped_note_is_never_taken_for_absence() -> None:
    """Applied, its answer lost and its marker gone: even with "resend" nothing goes a second time."""
    fault = Fault(kind=FaultKind.DROP_AFTER, at="add_payment")
    async with opened(
        behaviour=Behaviour(note_rewrite="drop"),
        faults=[fault],
        on_doubt=OnDoubt.RESEND,
    ) as desk:
        with pytest.raises(OutcomeUnknown, match="look the same"):
            await pay(desk, "one")

        assert len(desk.simulator.ledger.payments(desk.invoice_id)) == 1
