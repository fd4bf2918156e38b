"""One provider and the processes that use it, in virtual time and without sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import attrs

from invoicekit.guard import DoubtPolicy
from invoicekit.service import InvoiceService
from invoicekit.simulate import Fault, FaultKind, FaultPlan, Ledger, Rate, RequestRecord, Simulator
from invoicekit.testing.any_bench import AnyBench, Loss, Tear
from invoicekit.testing.in_process import InProcessTransport
from invoicekit.testing.line import Line, LineFault
from invoicekit.testing.rewriting import Rewriting, with_word
from invoicekit.testing.subject import URL, Subject
from invoicekit.transport import HttpResponse, Outgoing, Transport

_ENDLESS = "100000/s"
_STATUSES = (500, 502, 503, 504)
_LOSSES = {
    Loss.ANSWER: (
        FaultKind.DROP_AFTER,
        FaultKind.ERROR_AFTER,
        FaultKind.STALL_AFTER,
        FaultKind.TRUNCATED,
        FaultKind.GARBAGE,
        FaultKind.WRONG_BODY,
        FaultKind.LATE,
    ),
    Loss.WRITE: (FaultKind.DROP_BEFORE, FaultKind.ERROR_BEFORE, FaultKind.STALL_BEFORE),
}


class _Torn(InProcessTransport):
    """Cancels the task that exchanges, at one exchange: before it arrives, or before its answer does."""

    def __init__(self, bench: "Bench", nth: int, tear: Tear, *, has_arrived: bool) -> None:
        super().__init__(bench.simulator, clock=bench.clock)
        self._left = nth
        self._has_arrived = has_arrived
        self._tear = tear

    async def exchange(self, outgoing: Outgoing) -> HttpResponse:
        """Exchange, and tear the task away when its turn has come."""
        self._left -= 1
        if self._left != 0:
            return await super().exchange(outgoing)
        if self._has_arrived:
            await super().exchange(outgoing)
        self._tear.tear()
        await asyncio.sleep(3600)
        raise AssertionError("a cancelled task went on")


class Bench(AnyBench):
    """A provider of its own for one trial, over HTTP.

    Attributes:
        simulator: The provider.
    """

    is_served = True

    def __init__(self, subject: Subject, *, seed: int = 0) -> None:
        super().__init__(subject)
        if subject.simulator is None:
            raise ValueError(f"{subject.name} has no simulator to be judged by")
        self.simulator: Simulator = subject.simulator(seed=seed, clock=self.clock, rate=Rate.parse("none"))
        # A simulator may serve adapters that have fewer settings: one that only reads knows no settle bound.
        known = attrs.fields_dict(subject.adapter.config_type)
        told = {name: value for name, value in self.simulator.settings(URL).items() if name in known}
        self.settings: Mapping[str, object] = {**told, **subject.settings}
        self.provided: Mapping[str, object] = {**self.simulator.provided(), **subject.provided}

    @asynccontextmanager
    async def process(  # type: ignore[override]  # no adapter has settings of these names
        self,
        *,
        line: Iterable[LineFault] = (),
        transport: Transport | None = None,
        policy: DoubtPolicy | None = None,
        **settings: object,
    ) -> AsyncIterator[InvoiceService]:
        """Open a service, as one process would, on this bench's journal.

        Args:
            line: What goes wrong on its way to the provider.
            transport: Instead of the ordinary way.
            policy: What follows doubt; asking, where none is given.
            settings: Instead of the right ones.
        """
        way = transport or InProcessTransport(self.simulator, line=Line(line), clock=self.clock)
        has_rate = "rate" in attrs.fields_dict(self.subject.adapter.config_type)
        given = {**({"rate": _ENDLESS} if has_rate else {}), **self.settings, **settings}
        service = InvoiceService.connect(
            self.subject.name,
            journal=self.journal,
            policy=policy or DoubtPolicy(),
            transport=way,
            clock=self.clock,
            registry=self.subject.registry,
            **given,  # type: ignore[arg-type]  # the adapter's own settings
        )
        async with service:
            yield service

    @asynccontextmanager
    async def torn(self, nth: int, *, has_arrived: bool) -> AsyncIterator[tuple[InvoiceService, Tear]]:
        """Open a service whose task is torn away at its nth exchange."""
        tear = Tear()
        async with self.process(transport=_Torn(self, nth, tear, has_arrived=has_arrived)) as service:
            yield service, tear

    @asynccontextmanager
    async def reworded(self, invoice_id: str, known: str, word: str) -> AsyncIterator[InvoiceService]:
        """Open a service whose answers hold the word in the place of the known one."""

        def renamed(document: Any) -> Any:
            return with_word(document, known, word)

        async with self.process(transport=Rewriting(self, renamed)) as service:
            yield service

    def ways(self, loss: Loss) -> Mapping[str, Callable[[], None]]:
        """Return the provider's faults that lose it."""
        if loss is Loss.TRUTH:
            return {f"a {status}": self._failing(status) for status in _STATUSES}
        return {kind.value: self._once(kind) for kind in _LOSSES[loss]}

    def _once(self, kind: FaultKind) -> Callable[[], None]:
        seconds = None if kind is FaultKind.LATE else 40.0
        return lambda: self.disturb(
            *(Fault(kind=kind, at=name, nth=1, seconds=seconds) for name in self.writes())
        )

    def _failing(self, status: int) -> Callable[[], None]:
        return lambda: self.disturb(
            *(Fault(kind=FaultKind.ERROR_AFTER, at=name, times=None, status=status) for name in self.writes())
        )

    def stall(self, *, nth: int) -> None:
        """Let the nth of each write take effect, and its answer never come."""
        self.disturb(
            *(Fault(kind=FaultKind.STALL_AFTER, at=name, nth=nth, seconds=3600.0) for name in self.writes())
        )

    def disturb(self, *faults: Fault) -> None:
        """Let the provider go wrong from here on, as told."""
        self.simulator.plan = FaultPlan.scripted(faults)

    def calm(self) -> None:
        """Let the provider do well again."""
        self.simulator.plan = FaultPlan.none()

    @property
    def ledger(self) -> Ledger:
        """Return the simulator's."""
        return self.simulator.ledger

    async def finish(self) -> None:
        """Let every late write take effect."""
        await self.simulator.late.finish()

    def writes(self) -> list[str]:
        """Return the operations of the provider that write, by its routes."""
        return [route.operation for route in self.simulator.routes() if route.is_write]

    def requests(self, since: int = 0) -> list[RequestRecord]:
        """Return what reached the provider, from a number of requests on."""
        return list(self.simulator.requests)[since:]

    def populate(self, order: Mapping[str, object]) -> None:
        """Have the simulator make them up."""
        self.simulator.populate(order)
