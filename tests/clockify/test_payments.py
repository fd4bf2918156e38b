"""Payments: recorded once whatever is lost, found again by marker, deleted by id."""

import attrs
import pytest
from clockify_desk import (
    CLIENT,
    INVOICE,
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

from invoicekit.errors import (
    CurrencyMismatch,
    DuplicateDetected,
    InvalidAmount,
    InvalidIdentifier,
    InvalidTransition,
    MalformedResponse,
    NotFound,
    OutcomeUnknown,
    PaginationLoop,
    ReferenceReused,
)
from invoicekit.guard import OnDoubt
from invoicekit.model import Money, Outcome, Payment, WriteResult
from invoicekit.simulate import Fault, FaultKind
from invoicekit_clockify.simulator import Behaviour

TEN = Money("10.00", "EUR")
PAYMENT = "65f0c0ffee0000000000b001"
ROW = {"id": PAYMENT, "amount": 12000, "date": "2026-03-01T00:00:00Z", "note": MARKER}


async def pay(desk: Desk, amount: Money = TEN, reference: str = "bank-1") -> WriteResult[Payment]:
    return await desk.service.record_payment(
        desk.invoice_id, amount, paid_at=PAID_AT, reference=reference, note="by bank"
    )


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.ERROR_AFTER,
        FaultKind.DROP_AFTER,
        FaultKind.TRUNCATED,
        FaultKind.GARBAGE,
        FaultKind.WRONG_BODY,
        FaultKind.THROTTLE_RETRY_AFTER,
    ],
)
async def test_a_payment_exists_once_whatever_becomes_of_its_answer(kind: FaultKind) -> None:
    """Lost, cut, foreign or another invoice's answer: the marker tells that it was recorded."""
    async with opened(faults=[Fault(kind=kind, at="add_payment", retry_after="0.05")]) as desk:
        desk.simulator.home.add_invoice(amount_minor=100)

        result = await pay(desk)

        (stored,) = desk.simulator.ledger.payments(desk.invoice_id)
        assert (result.outcome, result.verified, result.value.id) == (Outcome.APPLIED, True, stored.id)


@pytest.mark.parametrize("on_doubt", OnDoubt)
async def test_a_payment_that_did_not_arrive_is_resent_only_where_that_was_chosen(on_doubt: OnDoubt) -> None:
    """By default doubt stays doubt; with "resend" it goes again after the settle bound, and once."""
    fault = Fault(kind=FaultKind.DROP_BEFORE, at="add_payment")
    async with opened(faults=[fault], on_doubt=on_doubt) as desk:
        if on_doubt is OnDoubt.ASK:
            with pytest.raises(OutcomeUnknown):
                await pay(desk)
        else:
            await pay(desk)

        assert len(desk.simulator.ledger.payments(desk.invoice_id)) == (on_doubt is OnDoubt.RESEND)


def test_without_a_declared_settle_bound_nothing_may_be_resent() -> None:
    """Clockify declares none; only the configuration can."""
    plain, declared = adapter(StubSender()), adapter(StubSender(), settle_seconds=120.0)

    assert plain.record_payment(new_payment()).operation.settle_seconds is None
    assert declared.record_payment(new_payment()).operation.settle_seconds == 120.0


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(note_rewrite="trim"),
        Behaviour(note_rewrite="strip_html"),
        Behaviour(keeps_time_of_day=False),
        Behaviour(short_pages=True),
        Behaviour(sends_last_page=False),
    ],
)
async def test_the_marker_survives_what_nobody_has_proved(behaviour: Behaviour) -> None:
    """Trimmed notes, dates cut to midnight, short pages, no Last-Page: still found, still once."""
    fault = Fault(kind=FaultKind.DROP_AFTER, at="add_payment", nth=4)
    async with opened(behaviour=behaviour, faults=[fault], page_size=2) as desk:
        for number in range(3):
            await pay(desk, reference=f"before-{number}")

        result = await pay(desk, reference="lost")

        assert result.outcome is Outcome.APPLIED
        assert len(desk.simulator.ledger.payments(desk.invoice_id)) == 4


async def test_a_dropped_note_leaves_doubt_and_no_second_payment() -> None:
    """Where the provider keeps no note, nothing can be told apart, and nothing is sent again."""
    fault = Fault(kind=FaultKind.DROP_AFTER, at="add_payment")
    async with opened(behaviour=Behaviour(note_rewrite="drop"), faults=[fault], on_doubt=OnDoubt.ASK) as desk:
        with pytest.raises(OutcomeUnknown):
            await pay(desk)

        assert len(desk.simulator.ledger.payments(desk.invoice_id)) == 1


async def test_two_payments_with_one_marker_are_told_and_kept(desk: Desk) -> None:
    """A replaying proxy is detected; which of the two to delete is not ours to decide."""
    first = await pay(desk)
    note = desk.simulator.ledger.payments(desk.invoice_id)[0].note
    stored = desk.simulator.ledger.invoice(desk.invoice_id)
    stored.payments.append(attrs.evolve(stored.payments[0], id=PAYMENT))

    async with desk.elsewhere() as service:
        with pytest.raises(DuplicateDetected) as double:
            await service.record_payment(desk.invoice_id, TEN, paid_at=PAID_AT, reference="bank-1")

    assert len(double.value.candidates) == 2
    assert first.value.note == note


async def test_a_twin_without_our_marker_is_a_stranger() -> None:
    """Same amount, same day, typed in by somebody: shown, never taken for ours."""
    twin = {**ROW, "note": "typed by hand", "date": "2026-03-01T23:00:00Z"}
    other_day = {**twin, "id": CLIENT, "date": "2026-03-02T00:00:00Z"}
    stub = StubSender([answer([twin, other_day], last_page="true"), answer(invoice_document())])
    write = adapter(stub).record_payment(new_payment())
    assert write.look is not None

    sighting = await write.look(stub)

    assert (sighting.matches, sighting.is_complete, sighting.refusal) == ((), True, None)
    assert [stranger.id for stranger in sighting.strangers] == [PAYMENT]


async def test_our_marker_at_another_amount_is_neither_there_nor_absent() -> None:
    """The reference stands for something else already: refused, and never a reason to send."""
    stub = StubSender([answer([{**ROW, "amount": 12001}], last_page="true")])
    write = adapter(stub).record_payment(new_payment())
    assert write.look is not None

    sighting = await write.look(stub)

    assert isinstance(sighting.refusal, ReferenceReused)
    assert not sighting.is_complete


async def test_a_list_that_never_ends_is_no_proof_of_absence() -> None:
    """A provider that ignores the page number is told, and nothing is sent after it."""
    page = answer([{**ROW, "note": "typed by hand"}], last_page="false")
    stub = StubSender([page] * 3)
    write = adapter(stub).record_payment(new_payment())
    assert write.look is not None

    with pytest.raises(PaginationLoop):
        await write.look(stub)


async def test_an_answer_about_another_invoice_is_no_confirmation() -> None:
    """Neither of a payment nor of a deletion: both are read back instead."""
    mixed_up = answer(invoice_document(id=CLIENT))
    stub = StubSender([mixed_up, mixed_up])

    with pytest.raises(MalformedResponse):
        await adapter(stub).record_payment(new_payment()).perform(stub)
    with pytest.raises(MalformedResponse):
        await adapter(stub).delete_payment(INVOICE, PAYMENT).perform(stub)


async def test_a_payment_in_another_currency_is_refused_before_it_is_sent(desk: Desk) -> None:
    """The request names no currency: ten dollars would be recorded as ten euros."""
    with pytest.raises(CurrencyMismatch):
        await pay(desk, Money("10.00", "USD"))

    assert desk.requests("add_payment") == []


async def test_a_void_invoice_takes_no_payment(desk: Desk) -> None:
    """Nobody knows what Clockify would do with it, so it is not sent."""
    invoice = desk.simulator.home.add_invoice(status="VOID", amount_minor=1000)

    with pytest.raises(InvalidTransition):
        await desk.service.record_payment(invoice.id, TEN, paid_at=PAID_AT, reference="bank-1")

    assert desk.requests("add_payment") == []


async def test_a_missing_invoice_is_told_before_the_payment_is_sent(desk: Desk) -> None:
    """Looking first finds out."""
    with pytest.raises(NotFound):
        await desk.service.record_payment(INVOICE, TEN, paid_at=PAID_AT, reference="bank-1")

    assert desk.requests("add_payment") == []


@pytest.mark.parametrize("bad", ["", "x", f"{INVOICE}/..", "../../admin", f"{INVOICE}\n", f"{INVOICE}?x"])
async def test_an_id_that_is_none_never_reaches_a_path(desk: Desk, bad: str) -> None:
    """Refused before any request, for reads and writes."""
    with pytest.raises(InvalidIdentifier):
        await desk.service.record_payment(bad, TEN, paid_at=PAID_AT, reference="bank-1")
    with pytest.raises(InvalidIdentifier):
        await desk.service.delete_payment(desk.invoice_id, bad)
    with pytest.raises(InvalidIdentifier):
        await desk.service.get_invoice(bad)

    assert len(desk.simulator.requests) == 0


async def test_an_amount_with_too_many_decimals_is_refused(desk: Desk) -> None:
    """Never rounded, never sent."""
    with pytest.raises(InvalidAmount):
        await pay(desk, Money("10.005", "EUR"))

    assert len(desk.simulator.requests) == 0


async def test_mark_paid_records_the_balance(desk: Desk) -> None:
    """Paid means paid for: a payment of what is owed, not a flag."""
    result = await desk.service.mark_paid(desk.invoice_id, paid_at=PAID_AT, reference="bank-1")

    (stored,) = desk.simulator.ledger.payments(desk.invoice_id)
    assert (stored.amount, result.value.raw_status, desk.requests("set_status")) == (12_000, "PAID", [])


async def test_the_list_takes_its_currency_from_the_invoice() -> None:
    """The rows have none; the invoice is read once, however many pages follow."""
    async with opened(page_size=2) as desk:
        for number in range(5):
            await pay(desk, reference=f"bank-{number}")
        desk.simulator.requests.clear()

        payments = await desk.service.list_payments(desk.invoice_id).snapshot()

        assert [payment.amount for payment in payments] == [TEN] * 5
        assert len(desk.requests("get_invoice")) == 1


async def test_an_invoice_without_a_currency_has_no_readable_payments() -> None:
    """An amount without its currency would be a guess."""
    stub = StubSender([answer(invoice_document(currency=None))])

    with pytest.raises(MalformedResponse):
        await adapter(stub).list_payments(INVOICE, None)


@pytest.mark.parametrize("kind", [None, FaultKind.DROP_AFTER, FaultKind.ERROR_BEFORE, FaultKind.GARBAGE])
async def test_a_payment_is_deleted_by_its_own_id(kind: FaultKind | None) -> None:
    """The one named and no other, whatever becomes of the answer."""
    faults = [] if kind is None else [Fault(kind=kind, at="delete_payment")]
    async with opened(faults=faults) as desk:
        first, second = await pay(desk, reference="a"), await pay(desk, reference="b")
        assert first.value.id is not None

        result = await desk.service.delete_payment(desk.invoice_id, first.value.id)

        assert result.outcome is Outcome.APPLIED
        assert [one.id for one in desk.simulator.ledger.payments(desk.invoice_id)] == [second.value.id]


async def test_a_deleted_payment_is_deleted(desk: Desk) -> None:
    """Gone is done: asking again sends no deletion, whatever else is there."""
    paid, _ = await pay(desk, reference="a"), await pay(desk, reference="b")
    assert paid.value.id is not None
    await desk.service.delete_payment(desk.invoice_id, paid.value.id)

    again = await desk.service.delete_payment(desk.invoice_id, paid.value.id)

    assert again.outcome is Outcome.ALREADY_APPLIED
    assert len(desk.requests("delete_payment")) == 1


@pytest.mark.parametrize(("code", "is_believed"), [("501", True), ("3000", False), (None, False)])
async def test_a_proxys_404_does_not_prove_a_deletion(*, code: str | None, is_believed: bool) -> None:
    """Only Clockify's own words say that the invoice is gone; that there is no such route says nothing."""
    stub = StubSender([NotFound("not found", status=404, code=code)])
    write = adapter(stub).delete_payment(INVOICE, PAYMENT)
    assert write.look is not None

    if is_believed:
        assert len((await write.look(stub)).matches) == 1
    else:
        with pytest.raises(NotFound):
            await write.look(stub)


async def test_a_deletion_that_was_refused_as_unknown_is_looked_at() -> None:
    """A request that was garbled on its way is refused as unknown too, and the payment is still there."""
    refused = NotFound("not found", status=400, code="501")
    stub = StubSender([refused, answer([ROW], last_page="true")])

    with pytest.raises(NotFound):
        await adapter(stub).delete_payment(INVOICE, PAYMENT).perform(stub)
