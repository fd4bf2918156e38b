"""Asset matches transactions by itself, at any moment: found, never paid twice, never left as credit."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from asset_desk import (
    MARKER,
    PAID_AT,
    TRANSACTION,
    Desk,
    StubSender,
    adapter,
    answer,
    invoice_document,
    new_payment,
    opened,
    page,
    payment_row,
    transaction_document,
    usd,
)

from invoicekit.adapter import Done, Sighting, Write
from invoicekit.errors import (
    Conflict,
    DuplicateDetected,
    InvalidAmount,
    MalformedResponse,
    OutcomeUnknown,
    Unavailable,
)
from invoicekit.model import Outcome, Payment, WriteResult
from invoicekit.simulate import Fault, FaultKind
from invoicekit_asset.simulator import Behaviour

BY_DESCRIPTION = Behaviour(matching="by_description")


async def pay(desk: Desk, amount: str = "120.00") -> WriteResult[Payment]:
    return await desk.service.record_payment(
        desk.invoice_id, usd(amount), paid_at=PAID_AT, reference="bank-1"
    )


def second_step(stub: StubSender) -> Write[Payment]:
    """Return the application of a transaction that stands in the books."""
    first = adapter(stub).record_payment(new_payment())
    assert first.then is not None
    assert first.recall is not None
    second = first.then(Done(value=first.recall(None), resource_id=TRANSACTION))
    assert second is not None
    return second


async def sight(stub: StubSender) -> Sighting[Payment]:
    """Look as the second step does."""
    look = second_step(stub).look
    assert look is not None
    return await look(stub)


@pytest.mark.parametrize("seconds", [0.0, 0.03])
async def test_a_transaction_that_was_matched_is_not_applied_again(seconds: float) -> None:
    """The invoice shows our transaction: that is the payment, and bringing the money in was our doing."""
    behaviour = Behaviour(matching="by_description", match_after_seconds=seconds)
    faults = [Fault(kind=FaultKind.DROP_BEFORE, at="apply_payment")] if seconds else []
    async with opened(behaviour=behaviour, faults=faults, settle_seconds=0.2) as desk:
        result = await pay(desk)
        again = await pay(desk)

        (row,) = desk.rows()
        assert (row.by, row.asked) == ("matching", Decimal("120.00"))
        assert (result.outcome, again.outcome) == (Outcome.APPLIED, Outcome.ALREADY_APPLIED)
        assert result.value.id == row.id
        assert desk.credit() == 0


async def test_what_was_matched_reads_as_already_applied() -> None:
    """A rerun that finds the provider's own match did nothing, and says so."""
    fault = Fault(kind=FaultKind.ERROR_BEFORE, at="apply_payment", times=None)
    async with opened(faults=[fault]) as desk:
        with pytest.raises(OutcomeUnknown):
            await pay(desk)
        desk.simulator.match(desk.transactions()[0], desk.invoice_id)

        result = await pay(desk)

        assert result.outcome is Outcome.ALREADY_APPLIED
        assert [row.by for row in desk.rows()] == ["matching"]


async def test_a_match_on_another_invoice_is_told_and_nothing_is_applied() -> None:
    """The money went elsewhere: applying it here too would spend it twice."""
    async with opened(behaviour=Behaviour(matching="by_amount")) as desk:
        other = desk.simulator.home.add_invoice("75.00", customer_id=desk.customer_id)

        with pytest.raises(Conflict, match=other.id):
            await pay(desk, "75.00")

        assert desk.rows() == []
        assert [row.by for row in desk.simulator.ledger.payments(other.id)] == ["matching"]
        assert desk.requests("apply_payment") == []


async def test_a_deposit_that_the_feed_brought_in_is_a_conflict(desk: Desk) -> None:
    """The invoice is paid by a transaction of the same amount: probably this very money."""
    desk.simulator.match(desk.simulator.feed("120.00"), desk.invoice_id)

    with pytest.raises(Conflict, match="matched"):
        await pay(desk)

    assert len(desk.transactions()) == 1
    assert desk.credit() == 0


async def test_a_match_between_look_and_send_leaves_no_credit_where_the_provider_refuses() -> None:
    """The application is refused, our transaction stands on the invoice: that is the payment."""
    refused = answer({"detail": "applied already"}, status=409)
    matched = answer({"data": invoice_document(total_paid=120, payments=[payment_row()])})
    stub = StubSender([Conflict("applied already", status=refused.status), matched])

    done = await second_step(stub).perform(stub)

    assert (done.resource_id, done.value.reference) == ("inp_1", "bank-1")


@pytest.mark.parametrize(
    "rows", [[], [payment_row(100)], [payment_row(), payment_row(id="inp_2")], [payment_row(120, "txn_2")]]
)
async def test_an_answer_that_does_not_show_the_payment_once_is_no_confirmation(rows: list[Any]) -> None:
    """Missing, in another amount, doubled or somebody else's: it is read back instead."""
    stub = StubSender([answer({"data": invoice_document(payments=rows)}, status=201)])

    with pytest.raises(MalformedResponse):
        await second_step(stub).perform(stub)


async def test_a_refusal_stays_one_where_nothing_was_matched() -> None:
    """The error is the provider's, and is passed on."""
    stub = StubSender([Conflict("no", status=409), answer({"data": invoice_document()})])

    with pytest.raises(Conflict):
        await second_step(stub).perform(stub)


async def test_a_match_of_a_part_is_nobodys_success() -> None:
    """The provider applied another amount of our transaction: neither there nor absent."""
    invoice = invoice_document(total_paid=100, payments=[payment_row(100)])

    sighting = await sight(StubSender([answer({"data": invoice})]))

    assert isinstance(sighting.refusal, Conflict)
    assert (sighting.matches, sighting.is_complete) == ((), False)


async def test_two_rows_of_one_transaction_are_a_duplicate() -> None:
    """Both are shown; the guard reports them and nothing is taken back."""
    rows = [payment_row(), payment_row(id="inp_2")]

    sighting = await sight(StubSender([answer({"data": invoice_document(payments=rows)})]))

    assert [match.resource_id for match in sighting.matches] == ["inp_1", "inp_2"]


async def test_an_application_never_exceeds_what_is_open_by_now() -> None:
    """Somebody paid between the two steps: the money stays in the books, unapplied, and that is said."""
    invoice = invoice_document(total_paid=50, payments=[payment_row(50, "txn_other")])
    stub = StubSender([answer({"data": invoice}), page(transaction_document())])

    sighting = await sight(stub)

    assert isinstance(sighting.refusal, InvalidAmount)
    assert TRANSACTION in str(sighting.refusal)


async def test_an_invisible_transaction_is_worth_another_try() -> None:
    """A read that lost it again proves nothing; the same reference goes on later."""
    sighting = await sight(StubSender([answer({"data": invoice_document()}), page()]))

    assert isinstance(sighting.refusal, Unavailable)


async def test_two_transactions_of_one_id_are_applied_by_nobody() -> None:
    """A proxy repeated the creation: which of the two is meant is not ours to decide."""
    both = page(transaction_document(), transaction_document(id="txn_2"))

    sighting = await sight(StubSender([answer({"data": invoice_document()}), both]))

    assert isinstance(sighting.refusal, DuplicateDetected)


async def test_a_repeated_creation_is_detected() -> None:
    """Two transactions under one id, from a middlebox: reported, none applied."""
    fault = Fault(kind=FaultKind.REPLAY, at="create_transactions", seconds=0.0)
    async with opened(faults=[fault]) as desk:
        async with desk.elsewhere() as service:
            with suppress(DuplicateDetected):
                await pay(desk)
            await desk.simulator.late.finish()
            with pytest.raises(DuplicateDetected) as double:
                await service.record_payment(
                    desk.invoice_id, usd("120.00"), paid_at=PAID_AT, reference="bank-1"
                )

        assert len(double.value.candidates) == 2
        assert len(desk.rows()) <= 1


async def test_the_application_without_a_journalled_id_finds_its_transaction() -> None:
    """A person settled the first step by hand, so the journal has no id: it is read."""
    first = adapter(StubSender()).record_payment(new_payment())
    assert first.then is not None
    assert first.recall is not None
    write = first.then(Done(value=first.recall(None)))
    stub = StubSender(
        [
            page(transaction_document()),
            answer({"data": invoice_document(total_paid=120, payments=[payment_row()])}),
        ]
    )
    assert write is not None
    assert write.look is not None

    sighting = await write.look(stub)

    assert [match.resource_id for match in sighting.matches] == ["inp_1"]


async def test_twins_are_shown_as_strangers() -> None:
    """A payment of the same amount that is not ours: shown, never taken for ours."""
    invoice = invoice_document(total_amount=500, total_paid=120, payments=[payment_row()])
    stub = StubSender([page(), answer({"data": invoice})])
    look = adapter(stub).record_payment(new_payment()).look
    assert look is not None

    sighting = await look(stub)

    assert (sighting.matches, sighting.refusal) == ((), None)
    assert [stranger.id for stranger in sighting.strangers] == ["inp_1"]


async def test_the_description_helps_the_matching_to_the_right_invoice(desk: Desk) -> None:
    """It names the invoice and carries our id, whatever the caller's note says."""
    await pay(desk, "20.00")

    (transaction,) = desk.transactions()
    assert desk.invoice_id in transaction.description
    assert transaction.external_id in transaction.description
    assert transaction.external_id != MARKER
