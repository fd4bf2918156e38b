"""What an earlier process left in doubt is settled by looking, whatever it was, or by a person's word."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import attrs
import pytest
from provider_desks import DESKS, ProviderDesk
from service_calls import METHODS, Caller

from invoicekit import InvoiceService, Money, Outcome
from invoicekit.errors import DuplicateDetected, InProgress, OutcomeUnknown, UsageError
from invoicekit.journal import IntentState, Lease, SqliteJournal
from invoicekit.simulate import Fault, FaultKind, FaultPlan, Simulator
from invoicekit_clockify import Clockify
from invoicekit_clockify.simulator import ClockifySimulator

WRITES = tuple(method for method in METHODS if not method.startswith(("get_", "find_", "list_", "export_")))
OFFERED = {
    "asset": {
        "create_invoice",
        "update_invoice",
        "set_status",
        "record_payment",
        "refund",
        "create_credit_note",
        "write_off",
        "create_customer",
    },
    "clockify": {
        "create_invoice",
        "update_invoice",
        "set_status",
        "delete_invoice",
        "duplicate_invoice",
        "record_payment",
        "delete_payment",
        "mark_time_entries",
        "import_time_entries",
        "create_customer",
    },
    "kukkingu": {
        "create_invoice",
        "update_invoice",
        "set_status",
        "record_payment",
        "mark_time_entries",
        "link_time_entries",
        "create_customer",
    },
}
NO_READ_TELLS = {("clockify", "duplicate_invoice"), ("clockify", "mark_time_entries")}
CASES = [(provider, method) for provider, methods in OFFERED.items() for method in sorted(methods)]
WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
Connect = Callable[..., InvoiceService]


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until something is so."""
    while not condition():  # noqa: ASYNC110 -- it waits for sockets, and nobody tells
        await asyncio.sleep(0)


def writes_seen(simulator: Simulator) -> int:
    """Count the writes that reached the provider."""
    names = {route.operation for route in simulator.routes() if route.is_write}
    return sum(request.operation in names for request in simulator.requests)


async def cut_off(
    simulator: Simulator, call: Callable[[], object], *, kind: FaultKind = FaultKind.STALL_AFTER
) -> None:
    """Make a call whose answer never comes, and tear it away."""
    simulator.plan = FaultPlan.scripted(
        Fault(kind=kind, at=route.operation, times=None, seconds=60)
        for route in simulator.routes()
        if route.is_write
    )
    before = len(simulator.faults)
    task = asyncio.ensure_future(call())  # type: ignore[call-overload]  # a coroutine or a future
    await until(lambda: len(simulator.faults) > before or task.done())
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    simulator.plan = FaultPlan.none()


@asynccontextmanager
async def desk_of(provider: str, folder: Path) -> AsyncIterator[tuple[ProviderDesk, Simulator]]:
    async with DESKS[provider](folder) as desk:
        assert desk.simulator is not None
        yield desk, desk.simulator


async def test_the_table_is_whole(tmp_path: Path) -> None:
    """Every write that a provider offers over HTTP is tried below."""
    for provider, methods in OFFERED.items():
        async with DESKS[provider](tmp_path) as desk:
            offered = {name for name in WRITES if desk.service.capabilities().of(name).is_offered}
            assert offered == methods


@pytest.mark.parametrize(("provider", "method"), CASES, ids=lambda name: str(name))
async def test_what_shows_is_settled(provider: str, method: str, tmp_path: Path) -> None:
    """Whatever was sent is found again from the journal alone; nothing is sent to find it."""
    async with desk_of(provider, tmp_path) as (desk, simulator):
        call = await Caller(desk, tmp_path).ready(method)
        await cut_off(simulator, lambda: call(desk.service))
        before = writes_seen(simulator)

        (resolution,) = await desk.service.resolve_unknown()

        assert writes_seen(simulator) == before
        if (provider, method) in NO_READ_TELLS:
            assert (resolution.outcome, resolution.intent.state) == (Outcome.UNKNOWN, IntentState.IN_DOUBT)
            assert isinstance(resolution.error, OutcomeUnknown)
        else:
            assert (resolution.outcome, resolution.error) == (Outcome.APPLIED, None)
            assert resolution.intent.evidence == "found by reading back"
            assert await desk.service.resolve_unknown() == ()


async def test_the_second_step_of_a_chain_is_found(tmp_path: Path) -> None:
    """Asset: the transaction is there, its application was cut off."""
    async with desk_of("asset", tmp_path) as (desk, simulator):
        invoice = await Caller(desk, tmp_path).issued()
        simulator.plan = FaultPlan.scripted(
            [Fault(kind=FaultKind.STALL_AFTER, at="apply_payment", seconds=60)]
        )
        payment = desk.service.record_payment(
            invoice.id, Money("50", "EUR"), paid_at=WHEN, reference="bank-1"
        )
        task = asyncio.ensure_future(payment)
        await until(lambda: bool(desk.payments_held(invoice.id)) or task.done())
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        simulator.plan = FaultPlan.none()

        (resolution,) = await desk.service.resolve_unknown()

        assert (resolution.outcome, resolution.intent.operation) == (Outcome.APPLIED, "record_payment")
        assert desk.payments_held(invoice.id) == [5000]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "billing.sqlite"


Pay = Callable[[FaultKind], AbstractAsyncContextManager[InvoiceService]]


@pytest.fixture
def cut_payment(connect: Connect, simulator: ClockifySimulator, invoice_id: str, path: Path) -> Pay:
    """Cut a payment off in one service; hand out another on the same journal."""

    @asynccontextmanager
    async def cut(kind: FaultKind) -> AsyncIterator[InvoiceService]:
        async with connect(journal=path) as service:

            def pay() -> object:
                return service.record_payment(invoice_id, Money("5", "EUR"), paid_at=WHEN, reference="bank-1")

            await cut_off(simulator, pay, kind=kind)
        async with connect(journal=path) as later:
            yield later

    return cut


async def test_what_does_not_show_stays_in_doubt(cut_payment: Pay, simulator: ClockifySimulator) -> None:
    """It may still arrive: absence settles no append, and nothing is sent."""
    async with cut_payment(FaultKind.STALL_BEFORE) as service:
        before = writes_seen(simulator)

        (resolution,) = await service.resolve_unknown()

    assert resolution.outcome is Outcome.UNKNOWN
    assert isinstance(resolution.error, OutcomeUnknown)
    assert resolution.intent.state is IntentState.IN_DOUBT
    assert writes_seen(simulator) == before


async def test_a_killed_process_left_it_sending(cut_payment: Pay, path: Path) -> None:
    """Nobody marked it in doubt: the record without an owner says so."""
    async with cut_payment(FaultKind.STALL_BEFORE) as service:
        with sqlite3.connect(path) as connection:
            connection.execute("update intent set state = 'sending'")
        connection.close()

        (resolution,) = await service.resolve_unknown()

    assert resolution.intent.state is IntentState.IN_DOUBT
    assert "cut off" in resolution.intent.evidence


async def test_found_twice_is_said_and_nothing_deleted(
    cut_payment: Pay, simulator: ClockifySimulator, invoice_id: str
) -> None:
    """A middlebox repeated it: a person decides which one stays."""
    async with cut_payment(FaultKind.STALL_AFTER) as service:
        held = simulator.ledger.invoice(invoice_id).payments
        held.append(attrs.evolve(held[0], id="f" * 24))

        (resolution,) = await service.resolve_unknown()

    assert resolution.outcome is Outcome.UNKNOWN
    assert isinstance(resolution.error, DuplicateDetected)
    assert resolution.intent.state is IntentState.DUPLICATE


async def test_what_another_process_works_on_is_left_to_it(
    cut_payment: Pay, connect: Connect, path: Path, invoice_id: str
) -> None:
    """A live lease: it is in doubt here, and may be settled there any moment."""
    async with cut_payment(FaultKind.STALL_AFTER), connect(journal=path, deadline_seconds=0.2) as service:
        journal = SqliteJournal(path)
        await journal.open()
        (intent,) = [held async for held in journal.intents()]
        lease = Lease(
            place=(intent.provider, intent.account, invoice_id),
            owner="process 1 (another)",
            seconds=60,
        )
        await journal.plan(  # what is stored stays: only the lease is taken
            type(intent)(key=intent.key, target=invoice_id, fingerprint="", created_at=WHEN, updated_at=WHEN),
            lease=lease,
        )

        (resolution,) = await service.resolve_unknown()
        with pytest.raises(InProgress, match="another"):
            await service.settle("bank-1", is_applied=True, because="seen in the web interface")
        await journal.aclose()

    assert resolution.outcome is Outcome.UNKNOWN
    assert isinstance(resolution.error, InProgress)


async def test_a_write_built_by_hand_cannot_be_looked_for(
    connect: Connect, simulator: ClockifySimulator, invoice_id: str, path: Path
) -> None:
    """The journal has no call to make again: it says so, and what to do."""
    async with connect(journal=path) as service:
        assert isinstance(service.native, Clockify)
        copy = service.native.duplicate_invoice(invoice_id)
        await cut_off(simulator, lambda: service.write(copy, reference="copy-1"))

        (resolution,) = await service.resolve_unknown()

    assert resolution.outcome is Outcome.UNKNOWN
    assert "settle it by hand" in str(resolution.error)


async def test_a_request_that_reads_differently_by_now_is_not_looked_for(
    cut_payment: Pay, path: Path
) -> None:
    """Made again from the journal it must be the very same write, or its look proves nothing."""
    async with cut_payment(FaultKind.STALL_AFTER) as service:
        with sqlite3.connect(path) as connection:
            connection.execute("update intent set asked = replace(asked, '\"5\"', '\"6\"')")
        connection.close()

        (resolution,) = await service.resolve_unknown()

    assert resolution.outcome is Outcome.UNKNOWN
    assert "reads differently" in str(resolution.error)


@pytest.mark.parametrize("text", ["no json", '["connect",{}]', '["record_payment",{"Popen":{}}]', "[]"])
async def test_a_damaged_record_is_looked_at_by_nobody(cut_payment: Pay, path: Path, text: str) -> None:
    """It calls nothing but what the adapter offers, and says what to do instead."""
    async with cut_payment(FaultKind.STALL_AFTER) as service:
        with sqlite3.connect(path) as connection:
            connection.execute("update intent set asked = ?", (text,))
        connection.close()

        (resolution,) = await service.resolve_unknown()

    assert resolution.outcome is Outcome.UNKNOWN
    assert "cannot be looked for" in str(resolution.error)


async def test_what_was_asked_is_dropped_when_it_is_settled(cut_payment: Pay, path: Path) -> None:
    """The journal keeps a payload only as long as somebody may have to look for it."""
    with sqlite3.connect(path) as connection:
        async with cut_payment(FaultKind.STALL_AFTER) as service:
            (before,) = connection.execute("select asked from intent").fetchone()
            await service.resolve_unknown()
        (after,) = connection.execute("select asked from intent").fetchone()
    connection.close()

    assert "NewPayment" in before
    assert after == ""


@pytest.mark.parametrize("is_applied", [True, False])
async def test_a_persons_word_settles_it(
    cut_payment: Pay, simulator: ClockifySimulator, invoice_id: str, *, is_applied: bool
) -> None:
    """It is recorded as such; afterwards the same call is answered, or looks once more and sends."""
    async with cut_payment(FaultKind.STALL_BEFORE) as service:
        intent = await service.settle("bank-1", is_applied=is_applied, because="the bank called")

        result = await service.record_payment(invoice_id, Money("5", "EUR"), paid_at=WHEN, reference="bank-1")

    assert (intent.state.value, intent.evidence) == (
        "resolved applied" if is_applied else "resolved not applied",
        "a person's word: the bank called",
    )
    assert result.outcome is (Outcome.ALREADY_APPLIED if is_applied else Outcome.APPLIED)
    assert len(simulator.ledger.payments(invoice_id)) == (0 if is_applied else 1)


@pytest.mark.parametrize(
    ("reference", "because", "message"),
    [("bank-1", " ", "say what you saw"), ("bank-2", "seen", "holds nothing under the reference")],
)
async def test_a_word_without_a_reason_or_a_doubt_is_refused(
    cut_payment: Pay, reference: str, because: str, message: str
) -> None:
    """Nothing is settled by a slip."""
    async with cut_payment(FaultKind.STALL_BEFORE) as service:
        with pytest.raises(UsageError, match=message):
            await service.settle(reference, is_applied=False, because=because)


async def test_what_is_settled_is_not_settled_again_by_word(cut_payment: Pay) -> None:
    """Looking was faster."""
    async with cut_payment(FaultKind.STALL_AFTER) as service:
        await service.resolve_unknown()

        with pytest.raises(UsageError, match="not in doubt: confirmed"):
            await service.settle("bank-1", is_applied=False, because="seen")
