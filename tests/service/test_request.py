"""Any call, under the same guard: what a repeat of it answers."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from invoicekit import InvoiceService, OutcomeUnknown, UsageError
from invoicekit.errors import ReferenceReused
from invoicekit.operation import Effect, Operation
from invoicekit.simulate import Fault, FaultKind, FaultPlan
from invoicekit.transport import HttpRequest
from invoicekit_clockify.simulator import ClockifySimulator

ConnectTo = Callable[..., AbstractAsyncContextManager[InvoiceService]]
ADD_CLIENT = Operation(name="add_client_by_hand", effect=Effect.APPEND)
WORKSPACE = f"/v1/workspaces/{ClockifySimulator.WORKSPACE_ID}"


def new_client() -> HttpRequest:
    return HttpRequest(method="POST", path=f"{WORKSPACE}/clients", body=b'{"name":"Globex"}')


def writes(simulator: ClockifySimulator) -> int:
    return sum(request.method != "GET" for request in simulator.requests)


async def test_a_read_runs_as_it_is(service: InvoiceService) -> None:
    """No journal, no reference."""
    answer = await service.request(
        Operation(name="read_workspace"), HttpRequest(method="GET", path=WORKSPACE)
    )

    assert answer.status == 200


async def test_a_repeat_is_refused_for_its_answer_was_not_kept(
    service: InvoiceService, simulator: ClockifySimulator
) -> None:
    """It was done, so nothing is sent; the answer is gone, so none is made up."""
    first = await service.request(ADD_CLIENT, new_client(), reference="globex")

    with pytest.raises(ReferenceReused, match="answer"):
        await service.request(ADD_CLIENT, new_client(), reference="globex")

    assert first.status == 201
    assert writes(simulator) == 1


async def test_an_append_needs_a_reference(service: InvoiceService, simulator: ClockifySimulator) -> None:
    """Without one a repeat could not be told from a second effect."""
    with pytest.raises(UsageError, match="reference"):
        await service.request(ADD_CLIENT, new_client())

    assert len(simulator.requests) == 0


async def test_doubt_about_an_append_stays_doubt(connect_to: ConnectTo) -> None:
    """Nothing can be looked for, so it is sent once, whatever was chosen for doubt."""
    fault = Fault(kind=FaultKind.DROP_AFTER, at="*", containing="Globex")
    simulator = ClockifySimulator(seed=7, faults=FaultPlan.scripted([fault]))
    async with connect_to(simulator, settle_seconds=0.1, on_doubt="resend") as service:
        for _ in range(2):
            with pytest.raises(OutcomeUnknown):
                await service.request(ADD_CLIENT, new_client(), reference="globex")

    assert writes(simulator) == 1
