"""A provider of one list and one value, whose sends go wrong as the test says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import attrs

from invoicekit.adapter import (
    Done,
    Effect,
    HttpRequest,
    HttpResponse,
    Idempotency,
    Operation,
    Sighting,
    Write,
)
from invoicekit.clock import LoopClock
from invoicekit.errors import NotApplied, OutcomeUnknown, Rejected, Unavailable
from invoicekit.guard import CallScope, DoubtPolicy, Guard, JournalGate, OnDoubt
from invoicekit.journal import Intent, IntentKey, IntentState, Journal, Lease, MemoryJournal

OK = "ok"
LOST_BEFORE = "lost before it was applied"
LOST_AFTER = "applied, answer lost"
LATE = "answer lost, applied later"
REJECT = "rejected"
THROTTLE = "refused unprocessed"
HANG = "hangs after it was applied"


@attrs.define
class Row:
    """One payment at the provider."""

    id: str
    marker: str
    visible_at: float


class Provider:
    """Hold rows and a value; play one scripted behaviour for each send, then `OK`."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.value = "old"
        self.sent: list[float] = []
        self.looks: list[float] = []
        self.script: list[str] = []
        self.lag = 0.0
        self.late_by = 0.5
        self.look_failures: list[Exception] = []
        self.is_complete = True
        self.refusal: Exception | None = None

    def now(self) -> float:
        return asyncio.get_running_loop().time()

    async def receive(self, change: Callable[[float], None]) -> None:
        """Take one send and behave as scripted."""
        self.sent.append(self.now())
        behaviour = self.script.pop(0) if self.script else OK
        if behaviour == REJECT:
            raise Rejected("no", status=400)
        if behaviour == LOST_BEFORE:
            raise OutcomeUnknown("lost", evidence="reset")
        if behaviour == LATE:
            asyncio.get_running_loop().call_later(self.late_by, change, self.now() + self.late_by)
            raise OutcomeUnknown("lost", evidence="reset")
        change(self.now())
        if behaviour == LOST_AFTER:
            raise OutcomeUnknown("lost", evidence="reset")
        if behaviour == HANG:
            await asyncio.sleep(3600)

    def seen(self) -> list[Row]:
        self.looks.append(self.now())
        if self.look_failures:
            raise self.look_failures.pop(0)
        return [row for row in self.rows if row.visible_at + self.lag <= self.now()]


class Writer:
    """Pass writes through the gate, as the channel does."""

    def __init__(self, provider: Provider, gate: JournalGate) -> None:
        self.provider = provider
        self.gate = gate

    async def write(self, change: Callable[[float], None]) -> None:
        while True:
            await self.gate.before_send()
            if self.provider.script[:1] == [THROTTLE]:
                self.provider.script.pop(0)
                self.provider.sent.append(self.provider.now())
                self.gate.not_sent(Unavailable("busy"))
                await asyncio.sleep(1)
                continue
            try:
                await self.provider.receive(change)
            except NotApplied as failure:
                self.gate.not_sent(failure)
                raise
            return

    async def send(self, operation: Operation, request: HttpRequest) -> HttpResponse:
        raise AssertionError("these tests speak in changes, not in HTTP")

    def stream(
        self, operation: Operation, request: HttpRequest
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        raise AssertionError("these tests do not stream")


class Bench:
    """A guard over a journal and a provider, with the writes the tests ask for."""

    def __init__(self, journal: Journal | None = None, policy: DoubtPolicy | None = None) -> None:
        self.clock = LoopClock()
        self.provider = Provider()
        self.journal: Journal = journal or MemoryJournal(clock=self.clock)
        self.rebuild(policy or DoubtPolicy())

    def rebuild(self, policy: DoubtPolicy) -> None:
        """Start again as another process would, on the same journal and provider."""
        self.guard = Guard(
            provider="fake", account="acme", journal=self.journal, clock=self.clock, policy=policy
        )

    def scope(self, deadline_seconds: float | None = None) -> CallScope:
        deadline = None if deadline_seconds is None else self.clock.monotonic() + deadline_seconds
        lease = Lease(place=("", "", ""), owner="nobody", seconds=1)
        gate = JournalGate(self.journal, IntentKey("", "", "", ""), lease=lease, clock=self.clock)
        reader = Writer(self.provider, gate)
        return CallScope(
            deadline_at=deadline,
            reader=reader,
            later=lambda: reader,
            writer=lambda gate: Writer(self.provider, gate),
        )

    def append(
        self, marker: str = "m1", *, settle: float | None = None, content: str = "10 EUR", **more: Any
    ) -> Write[str | None]:
        """A keyless append that is found again by its marker."""
        provider = self.provider

        async def perform(sender: object) -> Done[str | None]:
            assert isinstance(sender, Writer)
            await sender.write(lambda at: provider.rows.append(Row(f"p{len(provider.rows) + 1}", marker, at)))
            return Done(value=None)

        async def look(sender: object) -> Sighting[str | None]:
            found = [row.id for row in provider.seen() if row.marker == marker]
            return Sighting(
                matches=tuple(Done(value=row, resource_id=row) for row in found),
                is_complete=provider.is_complete,
                refusal=provider.refusal,
            )

        operation = Operation(
            name="record_payment",
            effect=Effect.APPEND,
            idempotency=Idempotency.MARKER,
            settle_seconds=settle,
        )
        return attrs.evolve(
            Write(
                operation=operation,
                target="inv1",
                content=content,
                perform=perform,
                look=look,
                recall=lambda resource_id: resource_id,
            ),
            **more,
        )

    def setting(self, value: str, *, has_look: bool = True, settle: float | None = None) -> Write[str]:
        """A SET of the provider's one value."""
        provider = self.provider

        async def perform(sender: object) -> Done[str]:
            assert isinstance(sender, Writer)
            await sender.write(lambda at: setattr(provider, "value", value))
            return Done(value=value)

        async def look(sender: object) -> Sighting[str]:
            provider.seen()
            matches = (Done(value=value),) if provider.value == value else ()
            return Sighting(matches=matches, refusal=provider.refusal)

        return Write(
            operation=Operation(
                name="set_status",
                effect=Effect.SET,
                idempotency=Idempotency.SET_VALUE,
                settle_seconds=settle,
            ),
            target="inv1",
            content=value,
            perform=perform,
            look=look if has_look else None,
            recall=lambda _: value,
        )

    async def intent(self, operation: str = "record_payment", reference: str = "r1") -> Intent:
        found = await self.journal.get(IntentKey("fake", "acme", operation, reference))
        assert found is not None
        return found

    async def state(self, operation: str = "record_payment", reference: str = "r1") -> IntentState:
        return (await self.intent(operation, reference)).state


RESEND = DoubtPolicy(on_doubt=OnDoubt.RESEND)
