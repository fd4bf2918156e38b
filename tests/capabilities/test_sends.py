"""How a write may be repeated is read off the very operations that are sent."""

import re
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any

import attrs
import pytest
from channel_bench import ScriptedTransport, make_channel
from service_calls import METHODS, Caller

from invoicekit.adapter import (
    Capability,
    Effect,
    HttpRequest,
    HttpResponse,
    Idempotency,
    Operation,
    Support,
    Write,
)
from invoicekit.guard import CallScope, Guard
from invoicekit.model import WriteResult


def declaration(operation: Operation) -> Operation:
    """Return what is declared of an operation: not its number in a chain, not a configured settle bound."""
    return attrs.evolve(operation, name=re.sub(r"_\d+$", "", operation.name), settle_seconds=None)


def declared(operations: Iterable[Operation]) -> set[Operation]:
    return {declaration(operation) for operation in operations}


@attrs.define
class Heard:
    """What went out during one call.

    Attributes:
        sent: Operations handed to a sender of the channel.
        writes: Writes handed to the guard, those of a chain each.
    """

    sent: list[Operation] = attrs.field(factory=list)
    writes: list[Write[Any]] = attrs.field(factory=list)

    @property
    def operations(self) -> set[Operation]:
        """Everything, as declared."""
        return declared([*self.sent, *(write.operation for write in self.writes)])


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """Listen at the two doors that every call goes through: the guard's and the channel's."""
    heard = Heard()
    sender = type(make_channel(ScriptedTransport()).reader())
    send, stream, run = sender.send, sender.stream, Guard.run

    def sent(self: Any, operation: Operation, request: HttpRequest) -> Coroutine[Any, Any, HttpResponse]:
        heard.sent.append(operation)
        return send(self, operation, request)

    def streamed(
        self: Any, operation: Operation, request: HttpRequest
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        heard.sent.append(operation)
        return stream(self, operation, request)

    async def guarded(self: Guard, write: Write[Any], scope: CallScope, **more: Any) -> WriteResult[Any]:
        heard.writes.append(write)
        return await run(self, write, scope, **more)

    monkeypatch.setattr(sender, "send", sent)
    monkeypatch.setattr(sender, "stream", streamed)
    monkeypatch.setattr(Guard, "run", guarded)
    return heard


async def listened(caller: Caller, method: str, heard: Heard) -> Heard:
    """Make one call on its ordinary path, as whole as it can be, and return what went out."""
    call = await caller.ready(method)
    customer = await caller.customer()
    heard.sent.clear()
    heard.writes.clear()
    if method == "create_invoice":
        await caller.draft(customer_id=customer, **caller.texts())
    else:
        await call(caller.service)
    return attrs.evolve(heard, sent=list(heard.sent), writes=list(heard.writes))


async def every(caller: Caller, heard: Heard) -> dict[str, tuple[Capability, Heard]]:
    """Make every offered call."""
    told = caller.service.capabilities()
    offered = [method for method in METHODS if told.of(method).is_offered]
    return {method: (told.of(method), await listened(caller, method, heard)) for method in offered}


async def test_nothing_goes_out_that_is_not_declared(caller: Caller, heard: Heard) -> None:
    """Each request, and each write, is one of those its method declares: name, effect and idempotency."""
    undeclared = {
        method: strangers
        for method, (capability, out) in (await every(caller, heard)).items()
        if (strangers := out.operations - declared(capability.sends))
    }

    assert undeclared == {}


async def test_every_declared_write_goes_out(caller: Caller, heard: Heard) -> None:
    """What is declared as a write is really used: no row of the matrix speaks of something else."""
    writes = {
        method: (
            declared(capability.writes),
            {operation for operation in out.operations if operation.is_write},
        )
        for method, (capability, out) in (await every(caller, heard)).items()
    }

    assert {method: both for method, both in writes.items() if both[0] != both[1]} == {}


async def test_a_read_back_is_declared_where_there_is_one(caller: Caller, heard: Heard) -> None:
    """A method says what settles its doubt exactly where its write can be looked for."""
    found = await every(caller, heard)

    says = {method: bool(capability.read_back) for method, (capability, _) in found.items()}
    looks = {
        method: any(write.look is not None for write in out.writes) for method, (_, out) in found.items()
    }

    assert says == looks


def test_a_read_needs_no_telling_apart() -> None:
    """What writes nothing has no idempotency to speak of."""
    reading = Capability(support=Support.NATIVE, sends=(Operation(name="get_invoice"),))

    assert (reading.effect, reading.idempotency, reading.writes) == (Effect.READ, None, ())


def test_a_chain_is_as_grave_as_its_gravest_write() -> None:
    """A chain that appends anywhere is an append, and one untold write makes it untold."""
    first = Operation(name="create", effect=Effect.SET, idempotency=Idempotency.SET_VALUE)
    second = Operation(name="line", effect=Effect.APPEND, idempotency=Idempotency.MARKER)
    untold = attrs.evolve(second, idempotency=Idempotency.NONE)

    told = Capability(support=Support.EMULATED, sends=(first, second))
    torn = attrs.evolve(told, sends=(first, untold))

    assert (told.effect, told.idempotency) == (Effect.APPEND, Idempotency.SET_VALUE)
    assert (torn.effect, torn.idempotency) == (Effect.APPEND, Idempotency.NONE)
