"""A process is killed amid a money call; whoever reruns it on the same journal settles it, once."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import money_calls
import pytest

from invoicekit import Outcome, OutcomeUnknown
from invoicekit.simulate import Fault, FaultKind, FaultPlan, serving
from invoicekit_clockify.simulator import ClockifySimulator

NOT_YET, DONE = FaultKind.STALL_BEFORE, FaultKind.STALL_AFTER
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a money call in a process of its own."""
    children: list[subprocess.Popen[bytes]] = []

    def begin(*arguments: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(
            [sys.executable, money_calls.__file__, *arguments],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stderr=subprocess.PIPE,
        )
        children.append(process)
        return process

    yield begin
    for process in children:
        process.kill()
        process.communicate()


@attrs.frozen(kw_only=True)
class Killing:
    """Where a call is killed: while the simulator holds back one answer.

    Attributes:
        call: Its name in `money_calls`.
        at, nth: Which request's answer is held back.
        kind: Whether that request had taken effect.
    """

    call: str
    at: str
    kind: FaultKind
    nth: int = 1


async def settled_after(
    killing: Killing, start: Start, path: Path, *, on_doubt: str
) -> tuple[ClockifySimulator, Outcome | None]:
    """Kill the call there, run it again, and return what is in the books and what the rerun said."""
    fault = Fault(kind=killing.kind, at=killing.at, nth=killing.nth, seconds=60)
    simulator = ClockifySimulator(seed=7, faults=FaultPlan.scripted([fault]))
    simulator.populate({"clients": 1, "invoices": 1, "amount_minor": 10_000, "currency": "EUR"})
    invoice = simulator.ledger.invoices()[0]
    async with serving(simulator) as running:
        settings = {**simulator.settings(running.url), "rate": "1000/s", "settle_seconds": 0.2}
        settings["journal"] = str(path)
        process = start(killing.call, json.dumps(settings), invoice.id, invoice.client_id)
        while not simulator.faults:
            assert process.poll() is None, process.communicate()[1].decode()
            await asyncio.sleep(0.02)
        process.kill()
        process.wait()

        async with money_calls.connected(settings, on_doubt=on_doubt) as service:
            try:
                result = await money_calls.CALLS[killing.call](service, invoice.id, invoice.client_id)
            except OutcomeUnknown:
                return simulator, None
            return simulator, result.outcome


@pytest.mark.parametrize(
    ("killing", "on_doubt", "said", "payments"),
    [
        (Killing(call="pay", at="list_payments", kind=NOT_YET), "ask", Outcome.APPLIED, 1),
        (Killing(call="pay", at="add_payment", kind=NOT_YET), "ask", None, 0),
        (Killing(call="pay", at="add_payment", kind=NOT_YET), "resend", Outcome.APPLIED, 1),
        (Killing(call="pay", at="add_payment", kind=DONE), "ask", Outcome.ALREADY_APPLIED, 1),
        (Killing(call="pay", at="list_payments", kind=NOT_YET, nth=2), "resend", Outcome.ALREADY_APPLIED, 1),
    ],
)
async def test_a_killed_payment_is_made_once(
    killing: Killing, on_doubt: str, said: Outcome | None, payments: int, start: Start, tmp_path: Path
) -> None:
    """Before, amid and after its one send: the rerun finds it, asks, or sends where that was chosen."""
    simulator, outcome = await settled_after(killing, start, tmp_path / "j.sqlite", on_doubt=on_doubt)

    assert outcome is said
    assert len(simulator.ledger.payments()) == payments


@pytest.mark.parametrize(
    "killing",
    [
        Killing(call="create", at="create_invoice", kind=DONE),
        Killing(call="create", at="update_invoice", kind=NOT_YET),
        Killing(call="create", at="add_item", kind=DONE, nth=2),
    ],
)
async def test_a_killed_invoice_is_completed(killing: Killing, start: Start, tmp_path: Path) -> None:
    """Wherever the chain broke off: one invoice, its note, and each line as often as asked for."""
    simulator, outcome = await settled_after(killing, start, tmp_path / "j.sqlite", on_doubt="resend")

    (created,) = [each for each in simulator.ledger.invoices() if each.number == money_calls.NUMBER]
    assert outcome is not None
    assert created.note == "Thank you"
    assert sorted(item.description for item in created.items) == ["a", "a", "b"]


async def test_a_killed_status_is_set(start: Start, tmp_path: Path) -> None:
    """The same value is asked for again where it is not there."""
    killing = Killing(call="void", at="set_status", kind=NOT_YET)

    simulator, outcome = await settled_after(killing, start, tmp_path / "j.sqlite", on_doubt="ask")

    assert outcome is Outcome.APPLIED
    assert simulator.ledger.invoices()[0].status == "VOID"
