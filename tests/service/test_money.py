"""Payments through the whole path, over a real socket."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from invoicekit import (
    DuplicateDetected,
    InvoiceService,
    InvoiceStatus,
    Money,
    Outcome,
    OutcomeUnknown,
    UsageError,
)
from invoicekit.errors import (
    AuthenticationError,
    CurrencyMismatch,
    DestructiveTransition,
    InvalidAmount,
    InvalidIdentifier,
    NotFound,
    ReferenceReused,
    UnsupportedOperation,
)
from invoicekit.simulate import Fault, FaultKind, FaultPlan
from invoicekit_clockify.simulator import ClockifySimulator

Connect = Callable[..., InvoiceService]
WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
TEN = Money("10.00", "EUR")


def faulty(*faults: Fault) -> ClockifySimulator:
    simulator = ClockifySimulator(seed=7, faults=FaultPlan.scripted(faults))
    simulator.populate({"invoices": 1, "amount_minor": 10_000, "currency": "EUR"})
    return simulator


def writes(simulator: ClockifySimulator) -> int:
    """Count the requests that may change something, searches aside."""
    return sum(request.method != "GET" for request in simulator.requests)


async def test_payment_is_recorded_once_and_found_again(
    service: InvoiceService, simulator: ClockifySimulator, invoice_id: str
) -> None:
    """The ledger holds one payment with our marker, however often it is asked for."""
    first = await service.record_payment(invoice_id, TEN, reference="bank-1", paid_at=WHEN, note="May rent")

    again = await service.record_payment(invoice_id, TEN, reference="bank-1", paid_at=WHEN, note="May rent")

    payments = simulator.ledger.payments(invoice_id)
    assert [payment.amount for payment in payments] == [1000]
    assert payments[0].note.startswith("May rent ik:")
    assert (first.outcome, first.verified) == (Outcome.APPLIED, True)
    assert (again.outcome, again.value.id) == (Outcome.ALREADY_APPLIED, first.value.id)


async def test_restart_with_the_same_journal_sends_nothing(
    connect: Connect, simulator: ClockifySimulator, invoice_id: str, tmp_path: Path
) -> None:
    """A second process on the same file answers from it."""
    path = tmp_path / "journal.sqlite"
    async with connect(journal=path) as service:
        await service.record_payment(invoice_id, TEN, reference="bank-1", paid_at=WHEN)
    before = len(simulator.requests)

    async with connect(journal=path) as service:
        result = await service.record_payment(invoice_id, TEN, reference="bank-1", paid_at=WHEN)

    assert result.outcome is Outcome.ALREADY_APPLIED
    assert len(simulator.requests) == before


async def test_rerun_without_the_journal_finds_the_marker(
    connect: Connect, simulator: ClockifySimulator, invoice_id: str
) -> None:
    """The marker derives from the reference alone, so another machine finds the payment."""
    for _ in range(2):
        async with connect() as service:
            result = await service.record_payment(invoice_id, TEN, reference="bank-1", paid_at=WHEN)

    assert result.outcome is Outcome.ALREADY_APPLIED
    assert len(simulator.ledger.payments(invoice_id)) == 1


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        (Money("0", "EUR"), InvalidAmount),
        (Money("-1", "EUR"), InvalidAmount),
        (Money("1.005", "EUR"), InvalidAmount),
        (None, InvalidAmount),
        (Money("10", "USD"), CurrencyMismatch),
    ],
)
async def test_impossible_amounts_are_refused_before_any_write(
    service: InvoiceService,
    simulator: ClockifySimulator,
    invoice_id: str,
    amount: Money | None,
    error: type[Exception],
) -> None:
    """Zero, negative, too many decimals, none at all, another currency."""
    with pytest.raises(error):
        await service.record_payment(invoice_id, amount, reference="bank-1", paid_at=WHEN)

    assert writes(simulator) == 0
    assert simulator.ledger.payments(invoice_id) == []


async def test_float_is_no_amount() -> None:
    """Money refuses a float at the door."""
    with pytest.raises(InvalidAmount):
        Money(10.0, "EUR")  # type: ignore[arg-type]


async def test_naive_paid_at_is_refused(service: InvoiceService, invoice_id: str) -> None:
    """A wall time without its zone names no instant."""
    with pytest.raises(UsageError, match="time zone"):
        await service.record_payment(invoice_id, TEN, reference="r", paid_at=datetime(2026, 5, 4))  # noqa: DTZ001


async def test_payment_without_reference_is_refused_a_second_time(
    service: InvoiceService, simulator: ClockifySimulator, invoice_id: str
) -> None:
    """Two identical payments without references cannot be told apart, unless the caller numbers them."""
    await service.record_payment(invoice_id, TEN, paid_at=WHEN)

    with pytest.raises(ReferenceReused, match="allow_repeat"):
        await service.record_payment(invoice_id, TEN, paid_at=WHEN)
    await service.record_payment(invoice_id, TEN, paid_at=WHEN, allow_repeat=1)

    assert len(simulator.ledger.payments(invoice_id)) == 2


@pytest.mark.parametrize("bad", ["../x", "a/b", "a b", "a\nb", "", "..", "%2e%2e", "0" * 25])
async def test_hostile_ids_never_become_a_path(
    service: InvoiceService, simulator: ClockifySimulator, bad: str
) -> None:
    """An id that is not one of the provider's is refused before any request."""
    with pytest.raises(InvalidIdentifier):
        await service.get_invoice(bad)
    with pytest.raises(InvalidIdentifier):
        await service.record_payment(bad, TEN, reference="r", paid_at=WHEN)

    assert len(simulator.requests) == 0


async def test_missing_invoice_is_not_found(service: InvoiceService, simulator: ClockifySimulator) -> None:
    """Clockify's 400 with code 501 is NotFound, on reads and before payments."""
    with pytest.raises(NotFound):
        await service.get_invoice("f" * 24)
    with pytest.raises(NotFound):
        await service.record_payment("f" * 24, TEN, reference="r", paid_at=WHEN)

    assert writes(simulator) == 0


async def test_wrong_key_ends_at_once(
    connect: Connect, simulator: ClockifySimulator, invoice_id: str
) -> None:
    """401 is not repeated, and the key shows nowhere in the error."""
    async with connect(api_key="wrong-key-value") as service:
        with pytest.raises(AuthenticationError) as caught:
            await service.get_invoice(invoice_id)

    assert len(simulator.requests) == 1
    assert "wrong-key-value" not in repr(caught.value) + str(caught.value)


async def test_what_a_provider_cannot_do_is_refused_before_any_request(
    service: InvoiceService, simulator: ClockifySimulator, invoice_id: str
) -> None:
    """Clockify has no refunds; the message names what to do instead."""
    with pytest.raises(UnsupportedOperation, match="instead"):
        await service.refund(invoice_id, TEN, reference="r")

    assert len(simulator.requests) == 0


async def test_mark_paid_records_the_balance(
    service: InvoiceService, simulator: ClockifySimulator, invoice_id: str
) -> None:
    """The balance becomes a payment, and the invoice reads as paid; again it is so already."""
    await service.record_payment(invoice_id, Money("40", "EUR"), reference="part", paid_at=WHEN)

    paid = await service.mark_paid(invoice_id, paid_at=WHEN, reference="rest")
    again = await service.mark_paid(invoice_id, paid_at=WHEN, reference="rest")

    assert (paid.outcome, paid.value.status) == (Outcome.APPLIED, InvoiceStatus.PAID)
    assert again.outcome is Outcome.ALREADY_APPLIED
    assert [payment.amount for payment in simulator.ledger.payments(invoice_id)] == [4000, 6000]


async def test_status_that_destroys_payments_needs_consent(
    service: InvoiceService, simulator: ClockifySimulator, invoice_id: str
) -> None:
    """Back to draft would delete the payment: refused without the named consent, done with it."""
    await service.record_payment(invoice_id, TEN, reference="r", paid_at=WHEN)
    before = writes(simulator)

    with pytest.raises(DestructiveTransition, match="allow_payment_loss"):
        await service.set_status(invoice_id, InvoiceStatus.DRAFT)
    assert writes(simulator) == before
    await service.set_status(invoice_id, InvoiceStatus.DRAFT, allow_payment_loss=True)

    assert simulator.ledger.payments(invoice_id) == []


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.ERROR_AFTER,
        FaultKind.DROP_AFTER,
        FaultKind.TRUNCATED,
        FaultKind.GARBAGE,
        FaultKind.WRONG_BODY,
        FaultKind.LATE,
    ],
)
async def test_lost_answers_are_found_by_reading_back(kind: FaultKind, connect_to: Connect) -> None:
    """Applied and lost: one payment in the ledger, reported as applied after one send."""
    simulator = faulty(Fault(kind=kind, at="add_payment", seconds=0.05))
    invoice = simulator.ledger.invoices()[0].id
    async with connect_to(simulator, settle_seconds=0.3) as service:
        result = await service.record_payment(invoice, TEN, reference="r", paid_at=WHEN)

    assert (result.outcome, result.attempts) == (Outcome.APPLIED, 1)
    assert len(simulator.ledger.payments(invoice)) == 1


@pytest.mark.parametrize("kind", [FaultKind.ERROR_BEFORE, FaultKind.DROP_BEFORE, FaultKind.REDIRECT])
async def test_asking_never_sends_twice(kind: FaultKind, connect_to: Connect) -> None:
    """Not applied, but nobody can know: in doubt, one send, and the intent in the error."""
    simulator = faulty(Fault(kind=kind, at="add_payment"))
    invoice = simulator.ledger.invoices()[0].id
    async with connect_to(simulator, settle_seconds=0.2) as service:
        with pytest.raises(OutcomeUnknown) as caught:
            await service.record_payment(invoice, TEN, reference="r", paid_at=WHEN)

    assert caught.value.intent is not None
    assert writes(simulator) == 1
    assert simulator.ledger.payments(invoice) == []


@pytest.mark.parametrize("kind", [FaultKind.ERROR_BEFORE, FaultKind.DROP_BEFORE, FaultKind.REDIRECT])
async def test_resend_after_the_bound_applies_once(kind: FaultKind, connect_to: Connect) -> None:
    """With a declared bound and the opt-in, the payment is sent again once it cannot be there."""
    simulator = faulty(Fault(kind=kind, at="add_payment"))
    invoice = simulator.ledger.invoices()[0].id
    async with connect_to(simulator, settle_seconds=0.2, on_doubt="resend") as service:
        result = await service.record_payment(invoice, TEN, reference="r", paid_at=WHEN)

    assert (result.outcome, result.attempts) == (Outcome.APPLIED, 2)
    assert len(simulator.ledger.payments(invoice)) == 1


@pytest.mark.parametrize(
    "kind", [FaultKind.THROTTLE, FaultKind.THROTTLE_EMPTY, FaultKind.THROTTLE_RETRY_AFTER]
)
async def test_refusals_for_rate_are_waited_out(kind: FaultKind, connect_to: Connect) -> None:
    """429, with and without a hint or a body: repeated, applied once."""
    simulator = faulty(Fault(kind=kind, at="add_payment", retry_after="0"))
    invoice = simulator.ledger.invoices()[0].id
    async with connect_to(simulator) as service:
        result = await service.record_payment(invoice, TEN, reference="r", paid_at=WHEN)

    assert (result.outcome, result.attempts) == (Outcome.APPLIED, 2)
    assert len(simulator.ledger.payments(invoice)) == 1


async def test_cancelled_payment_is_settled_by_the_next_call(connect_to: Connect) -> None:
    """A client that hangs up leaves doubt, which the same reference settles without a second send."""
    simulator = faulty(Fault(kind=FaultKind.STALL_AFTER, at="add_payment", seconds=5))
    invoice = simulator.ledger.invoices()[0].id
    async with connect_to(simulator, settle_seconds=0.2) as service:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await service.record_payment(invoice, TEN, reference="r", paid_at=WHEN)

        result = await service.record_payment(invoice, TEN, reference="r", paid_at=WHEN)

    assert result.outcome is Outcome.ALREADY_APPLIED
    assert len(simulator.ledger.payments(invoice)) == 1


async def test_two_payments_with_one_marker_are_reported(
    service: InvoiceService, simulator: ClockifySimulator, invoice_id: str
) -> None:
    """A middlebox that replays the request is noticed; nothing is deleted."""
    first = await service.record_payment(invoice_id, TEN, reference="r", paid_at=WHEN)
    note = simulator.ledger.payments(invoice_id)[0].note
    async with InvoiceService.connect(
        "clockify",
        api_key=simulator.API_KEY,
        workspace_id=simulator.WORKSPACE_ID,
        base_url=service._connection.site.hosts["api"],
    ) as elsewhere:
        native = elsewhere.native
        assert isinstance(note, str)
        assert native.name == "clockify"
        await elsewhere.record_payment(invoice_id, TEN, reference="other", paid_at=WHEN, note=note)

        with pytest.raises(DuplicateDetected) as caught:
            await elsewhere.record_payment(invoice_id, TEN, reference="r", paid_at=WHEN)

    assert len(caught.value.candidates) == 2
    assert first.value.id is not None
    assert len(simulator.ledger.payments(invoice_id)) == 2


async def test_amounts_stay_exact(
    service: InvoiceService, simulator: ClockifySimulator, invoice_id: str
) -> None:
    """A cent stays a cent on the way there and back."""
    await service.record_payment(invoice_id, Money("0.01", "EUR"), reference="cent", paid_at=WHEN)

    [payment] = await service.list_payments(invoice_id).snapshot()
    invoice = await service.get_invoice(invoice_id)

    assert payment.amount == Money("0.01", "EUR")
    assert isinstance(invoice.amount_due, Money)
    assert invoice.amount_due.amount == Decimal("99.99")
    assert payment.paid_at == WHEN
