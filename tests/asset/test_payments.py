"""Payments in two steps: recorded and applied once, whatever is lost in either, judged by the ledger."""

import asyncio
from decimal import Decimal

import pytest
from asset_desk import (
    INVOICE,
    PAID_AT,
    TRANSACTION,
    Desk,
    StubSender,
    adapter,
    answer,
    config,
    invoice_document,
    new_payment,
    opened,
    page,
    transaction_document,
    usd,
)

from invoicekit.errors import (
    ConfigurationError,
    Conflict,
    CurrencyMismatch,
    InvalidAmount,
    InvalidIdentifier,
    InvalidTransition,
    MalformedResponse,
    NotFound,
    OutcomeUnknown,
    ReferenceReused,
    UsageError,
)
from invoicekit.guard import OnDoubt
from invoicekit.model import InvoiceStatus, Money, Outcome, Payment, WriteResult
from invoicekit.simulate import Fault, FaultKind
from invoicekit_asset import Asset
from invoicekit_asset.simulator import Behaviour

STEPS = ("create_transactions", "apply_payment")
HAPPENED = (
    FaultKind.ERROR_AFTER,
    FaultKind.DROP_AFTER,
    FaultKind.TRUNCATED,
    FaultKind.GARBAGE,
    FaultKind.SLOW_BODY,
    FaultKind.LATE,
    FaultKind.WRONG_BODY,
)
UNPROCESSED = (FaultKind.THROTTLE, FaultKind.THROTTLE_RETRY_AFTER, FaultKind.THROTTLE_EMPTY)
LOST = (FaultKind.ERROR_BEFORE, FaultKind.DROP_BEFORE, FaultKind.REDIRECT)


async def pay(desk: Desk, amount: str = "120.00", reference: str = "bank-1") -> WriteResult[Payment]:
    return await desk.service.record_payment(
        desk.invoice_id, usd(amount), paid_at=PAID_AT, reference=reference, note="by bank"
    )


async def test_a_payment_is_a_transaction_and_its_application(desk: Desk) -> None:
    """One of each, in the whole amount, under an id that the reference alone decides."""
    result = await pay(desk, "50.00")

    (row,) = desk.rows()
    (transaction,) = desk.transactions()
    assert (row.amount, row.transaction_id, row.by) == (Decimal("50.00"), transaction.id, "api")
    assert transaction.external_id.startswith("ik:")
    assert (result.outcome, result.verified, result.value.id) == (Outcome.APPLIED, True, row.id)
    assert (result.value.amount, result.value.paid_at) == (usd("50"), PAID_AT)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", [*HAPPENED, *UNPROCESSED])
async def test_a_payment_stands_once_whatever_becomes_of_an_answer(kind: FaultKind, step: str) -> None:
    """Lost, late, cut, foreign or throttled, in either step: one transaction, applied once."""
    fault = Fault(kind=kind, at=step, seconds=0.02, retry_after="0.05")
    async with opened(faults=[fault]) as desk:
        desk.simulator.home.add_invoice("1.00")

        result = await pay(desk)

        assert result.outcome is Outcome.APPLIED
        assert result.verified
        assert [row.asked for row in desk.rows()] == [Decimal("120.00")]
        assert len(desk.transactions()) == 1
        assert desk.credit() == 0


@pytest.mark.parametrize("on_doubt", OnDoubt)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("kind", LOST)
async def test_a_step_that_did_not_arrive_is_resent_only_where_that_was_chosen(
    kind: FaultKind, step: str, on_doubt: OnDoubt
) -> None:
    """By default doubt stays doubt; with "resend" the step goes again after the settle bound, and once."""
    async with opened(faults=[Fault(kind=kind, at=step)], on_doubt=on_doubt) as desk:
        if on_doubt is OnDoubt.ASK:
            with pytest.raises(OutcomeUnknown):
                await pay(desk)
        else:
            await pay(desk)

        resent = on_doubt is OnDoubt.RESEND
        assert len(desk.rows()) == resent
        assert len(desk.transactions()) == (resent or step == "apply_payment")


@pytest.mark.parametrize("step", STEPS)
async def test_after_a_loss_the_same_reference_goes_on_elsewhere(step: str) -> None:
    """Another process without the journal finds what is there and does only what is left."""
    async with opened(faults=[Fault(kind=FaultKind.DROP_BEFORE, at=step)]) as desk:
        with pytest.raises(OutcomeUnknown):
            await pay(desk)

        async with desk.elsewhere() as service:
            result = await service.record_payment(
                desk.invoice_id, usd("120.00"), paid_at=PAID_AT, reference="bank-1", note="by bank"
            )

        assert result.outcome is Outcome.APPLIED
        assert [row.amount for row in desk.rows()] == [Decimal("120.00")]
        assert len(desk.transactions()) == 1


async def test_a_derived_reference_goes_on_after_half_a_payment() -> None:
    """Without a reference of the caller's the first step alone does not stand in the way of the second."""
    async with opened(faults=[Fault(kind=FaultKind.DROP_BEFORE, at="apply_payment")]) as desk:

        async def once() -> WriteResult[Payment]:
            return await desk.service.record_payment(desk.invoice_id, usd("120.00"), paid_at=PAID_AT)

        with pytest.raises(OutcomeUnknown):
            await once()
        desk.simulator.match(desk.transactions()[0], desk.invoice_id)

        result = await once()
        with pytest.raises(ReferenceReused):
            await once()

        assert result.outcome is Outcome.ALREADY_APPLIED
        assert len(desk.rows()) == 1


async def test_a_rerun_sends_nothing(desk: Desk) -> None:
    """Neither from the journal nor, elsewhere, from what the provider shows."""
    await pay(desk)
    desk.simulator.requests.clear()

    again = await pay(desk)
    async with desk.elsewhere() as service:
        afresh = await service.record_payment(
            desk.invoice_id, usd("120.00"), paid_at=PAID_AT, reference="bank-1", note="by bank"
        )

    assert (again.outcome, afresh.outcome) == (Outcome.ALREADY_APPLIED, Outcome.ALREADY_APPLIED)
    assert again.value.id == afresh.value.id == desk.rows()[0].id
    assert [record.operation for record in desk.simulator.requests if record.method == "POST"] == [
        "create_token"
    ]


async def test_202_is_waited_for_until_it_shows() -> None:
    """An accepted transaction is doubt until it can be read; only then is it applied."""
    behaviour = Behaviour(transaction_lag_seconds=0.15)
    async with opened(behaviour=behaviour, settle_seconds=0.5) as desk:
        result = await pay(desk)

        assert result.outcome is Outcome.APPLIED
        assert len(desk.requests("create_transactions")) == len(desk.requests("apply_payment")) == 1
        assert len(desk.rows()) == 1


async def test_a_transaction_that_never_shows_stays_in_doubt() -> None:
    """Nothing is applied and nothing sent again."""
    async with opened(behaviour=Behaviour(transaction_lag_seconds=3600)) as desk:
        with pytest.raises(OutcomeUnknown):
            await pay(desk)

        assert len(desk.transactions()) == 1
        assert desk.requests("apply_payment") == []


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(generation="oldest"),
        Behaviour(generation="middle", hides_status=True),
        Behaviour(hides_status=True),
        Behaviour(envelope="guide"),
        Behaviour(amounts_as_text=True),
        Behaviour(filters_by_external_id=False),
        Behaviour(repeated_transaction="refuse", reapplying="refuse", overpaying="refuse"),
        Behaviour(repeated_transaction="return_first"),
        Behaviour(created_status=200),
        Behaviour(error_shape="error"),
        Behaviour(error_shape="message"),
    ],
)
async def test_a_payment_stands_once_under_everything_unproved(behaviour: Behaviour) -> None:
    """Every generation, envelope and unknown of the sheet: lost answers of both steps settle."""
    faults = [Fault(kind=FaultKind.DROP_AFTER, at=step, nth=2) for step in STEPS]
    async with opened(behaviour=behaviour, faults=faults, page_size=2) as desk:
        for number in range(3):
            desk.simulator.feed(f"{number}.50")

        first, second = await pay(desk, "20.00", "a"), await pay(desk, "100.00", "b")
        invoice = await desk.service.get_invoice(desk.invoice_id)

        assert (first.outcome, second.outcome) == (Outcome.APPLIED, Outcome.APPLIED)
        assert [row.asked for row in desk.rows()] == [Decimal("20.00"), Decimal("100.00")]
        assert invoice.status is InvoiceStatus.PAID
        assert invoice.is_status_derived is behaviour.hides_status


async def test_a_surplus_is_refused_before_anything_is_sent(desk: Desk) -> None:
    """Asset would turn it into customer credit without a word."""
    with pytest.raises(InvalidAmount, match=r"120\.00"):
        await pay(desk, "120.01")

    assert desk.transactions() == []
    assert desk.credit() == 0


async def test_what_one_payment_took_is_not_open_to_the_next(desk: Desk) -> None:
    """Refused after a fresh read, and before a transaction is created for it."""
    await pay(desk, "100.00", "a")

    with pytest.raises(InvalidAmount):
        await pay(desk, "30.00", "b")

    assert len(desk.transactions()) == 1
    assert desk.credit() == 0


async def test_two_payments_that_race_never_make_a_surplus(desk: Desk) -> None:
    """Both transactions may be created before either is applied: the second stays unapplied, and is told."""
    results = await asyncio.gather(pay(desk, "100.00", "a"), pay(desk, "100.00", "b"), return_exceptions=True)

    assert [type(one) for one in results if isinstance(one, Exception)] in ([InvalidAmount], [Conflict])
    assert [row.asked for row in desk.rows()] == [Decimal("100.00")]
    assert desk.credit() == 0


async def test_one_reference_at_ten_places_is_one_payment(desk: Desk) -> None:
    """Ten tasks of one process: one sends, the others find it."""
    results = await asyncio.gather(*(pay(desk, "10.00") for _ in range(10)))

    assert [result.outcome for result in results].count(Outcome.APPLIED) >= 1
    assert (len(desk.rows()), len(desk.transactions())) == (1, 1)


@pytest.mark.parametrize("status", ["voided", "uncollectible", "refunded"])
async def test_a_closed_invoice_takes_no_payment(desk: Desk, status: str) -> None:
    """Nobody knows what Asset would do with it, so nothing is sent."""
    desk.simulator.ledger.invoice(desk.invoice_id).word = status

    with pytest.raises(InvalidTransition):
        await pay(desk)

    assert desk.transactions() == []


async def test_mark_paid_records_the_balance(desk: Desk) -> None:
    """Paid means paid for: what is owed is recorded, and no status is set."""
    await pay(desk, "20.00", "a")

    result = await desk.service.mark_paid(desk.invoice_id, paid_at=PAID_AT, reference="b")

    assert result.value.status is InvoiceStatus.PAID
    assert [row.amount for row in desk.rows()] == [Decimal("20.00"), Decimal("100.00")]
    assert desk.requests("update_invoice") == []


async def test_a_payment_in_another_currency_is_refused(desk: Desk) -> None:
    """No document names a currency: ten euros would be recorded as ten dollars."""
    with pytest.raises(CurrencyMismatch):
        await desk.service.record_payment(
            desk.invoice_id, Money("10", "EUR"), paid_at=PAID_AT, reference="bank-1"
        )

    assert len(desk.simulator.requests) == 0


async def test_without_an_account_no_payment_is_recorded() -> None:
    """Whether the bank feed brings the money in too is a choice to be made for each account."""
    with pytest.raises(ConfigurationError, match="external_account_id"):
        adapter(StubSender(), external_account_id=None).record_payment(new_payment())


async def test_one_reference_stands_for_one_amount(desk: Desk) -> None:
    """Our own id with another amount is neither there nor absent: refused, and never sent."""
    await pay(desk, "20.00")

    async with desk.elsewhere() as service:
        with pytest.raises(ReferenceReused):
            await service.record_payment(
                desk.invoice_id, usd("30.00"), paid_at=PAID_AT, reference="bank-1", note="by bank"
            )

    assert (len(desk.transactions()), len(desk.rows())) == (1, 1)


async def test_an_amount_is_sent_with_its_exact_digits(desk: Desk) -> None:
    """A number of JSON, never a float and never rounded."""
    huge = "92233720368547758.07"
    invoice = desk.simulator.home.add_invoice(huge, customer_id=desk.customer_id)

    await desk.service.record_payment(invoice.id, usd(huge), paid_at=PAID_AT, reference="huge")

    (row,) = desk.simulator.ledger.payments(invoice.id)
    assert row.amount == Decimal(huge)
    assert b'"payment_amount":92233720368547758.07' in desk.requests("apply_payment")[0].body


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"amount": usd("0")}, InvalidAmount),
        ({"amount": usd("-1")}, InvalidAmount),
        ({"amount": usd("0.001")}, InvalidAmount),
        ({"note": "x" * 500}, UsageError),
        ({"invoice_id": "inv_../x"}, InvalidIdentifier),
        ({"invoice_id": "biz_1"}, InvalidIdentifier),
    ],
)
def test_what_can_never_be_recorded_is_refused_at_once(
    change: dict[str, object], error: type[Exception]
) -> None:
    """Before anything is planned or sent."""
    with pytest.raises(error):
        adapter(StubSender()).record_payment(new_payment(**change))


async def test_a_missing_invoice_is_told_before_the_transaction_is_sent(desk: Desk) -> None:
    """Looking first finds out, so no money stands in the books without an invoice."""
    with pytest.raises(NotFound):
        await desk.service.record_payment(INVOICE, usd("1"), paid_at=PAID_AT, reference="bank-1")

    assert desk.transactions() == []


async def test_an_invoice_that_does_not_say_what_is_open_takes_no_payment() -> None:
    """An unknown open amount is no reason to believe that there is room."""
    stub = StubSender([page(), answer({"data": invoice_document(total_amount=None)})])
    write = adapter(stub).record_payment(new_payment())
    assert write.look is not None

    sighting = await write.look(stub)

    assert isinstance(sighting.refusal, MalformedResponse)


@pytest.mark.parametrize("ids", [[], ["txn_1", "txn_2"]])
async def test_an_acceptance_is_confirmed_by_one_visible_transaction(ids: list[str]) -> None:
    """202 with the document, and none or two in the list: in doubt."""
    accepted = answer({"data": [transaction_document()]}, status=202)
    stub = StubSender([accepted, page(*(transaction_document(id=one) for one in ids))])

    with pytest.raises(MalformedResponse):
        await adapter(stub).record_payment(new_payment()).perform(stub)


async def test_an_id_that_is_taken_by_our_own_transaction_is_done() -> None:
    """A late send of ours was faster, and the provider refuses the second: there is one."""
    stub = StubSender([Conflict("exists", status=409), page(transaction_document())])

    done = await adapter(stub).record_payment(new_payment()).perform(stub)

    assert done.resource_id == TRANSACTION


async def test_an_id_that_is_taken_by_another_amount_is_not_done() -> None:
    """Another process with a journal of its own used the reference for other money in this moment."""
    stub = StubSender([Conflict("exists", status=409), page(transaction_document(amount=30))])

    with pytest.raises(Conflict):
        await adapter(stub).record_payment(new_payment()).perform(stub)


async def test_an_accepted_transaction_of_another_amount_is_doubt() -> None:
    """What is shown is somebody else's: ours may still come."""
    accepted = answer({"data": [transaction_document()]}, status=202)
    stub = StubSender([accepted, page(transaction_document(amount=30))])

    with pytest.raises(MalformedResponse):
        await adapter(stub).record_payment(new_payment()).perform(stub)


async def test_ours_is_known_beside_another_amount_of_its_reference() -> None:
    """Two journals, one reference, two amounts, both sent at once: each finds its own."""
    stub = StubSender([page(transaction_document(amount=30), transaction_document())])

    write = adapter(stub).record_payment(new_payment())
    assert write.look is not None
    sighting = await write.look(stub)

    assert [match.resource_id for match in sighting.matches] == [TRANSACTION]


async def test_a_refused_transaction_is_refused() -> None:
    """Nothing of ours is there, so the provider's word stands."""
    stub = StubSender([Conflict("no", status=409), page()])

    with pytest.raises(Conflict):
        await adapter(stub).record_payment(new_payment()).perform(stub)


@pytest.mark.parametrize(("settings", "declared"), [({}, None), ({"settle_seconds": 120.0}, 120.0)])
def test_without_a_declared_settle_bound_nothing_may_be_resent(
    settings: dict[str, object], declared: float | None
) -> None:
    """Asset declares none; only the configuration can."""
    write = Asset(config(**settings), StubSender()).record_payment(new_payment())

    assert write.operation.settle_seconds == declared
