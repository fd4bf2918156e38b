"""One provider and the processes that use it, in virtual time and without sockets."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

import attrs

from invoicekit.clock import LoopClock
from invoicekit.guard import DoubtPolicy
from invoicekit.journal import MemoryJournal
from invoicekit.service import InvoiceService
from invoicekit.simulate import Fault, FaultPlan, Rate, RequestRecord, Simulator
from invoicekit.testing.in_process import InProcessTransport
from invoicekit.testing.line import Line, LineFault
from invoicekit.testing.subject import URL, Subject
from invoicekit.transport import Transport

_ENDLESS = "100000/s"
_UNSTABLE = ("id", "ids", "date", "at", "seen", "created", "updated", "start", "seconds")

State = Counter[tuple[str, str]]
"""What stands at the provider: rows by kind, each as text."""


def _kept(kind: str, row: Mapping[str, object], histories: frozenset[str]) -> list[tuple[str, str]]:
    return [
        (name, str(value))
        for name, value in row.items()
        if name.split("_")[-1] not in _UNSTABLE and f"{kind}.{name}" not in histories
    ]


class Bench:
    """A provider of its own for one trial.

    Attributes:
        clock: The loop's; provider and processes share it.
        simulator: The provider.
        journal: What every process on this bench promises in, until it is replaced: a lost journal.
    """

    def __init__(self, subject: Subject, *, seed: int = 0) -> None:
        if subject.simulator is None:
            raise ValueError(f"{subject.name} has no simulator to be judged by")
        self.subject = subject
        self.clock = LoopClock()
        self.simulator: Simulator = subject.simulator(seed=seed, clock=self.clock, rate=Rate.parse("none"))
        # A simulator may serve adapters that have fewer settings: one that only reads knows no settle bound.
        known = attrs.fields_dict(subject.adapter.config_type)
        told = {name: value for name, value in self.simulator.settings(URL).items() if name in known}
        self.settings: Mapping[str, object] = {**told, **subject.settings}
        self.provided: Mapping[str, object] = {**self.simulator.provided(), **subject.provided}
        self.journal = MemoryJournal(clock=self.clock)
        self._made = 0

    @property
    def currency(self) -> str:
        """What invoices are made in."""
        return str(self.provided.get("currency") or self.settings.get("currency") or "EUR")

    @asynccontextmanager
    async def process(
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

    def lose_journal(self) -> None:
        """Go on as a process on another machine would."""
        self.journal = MemoryJournal(clock=self.clock)

    def disturb(self, *faults: Fault) -> None:
        """Let the provider go wrong from here on, as told."""
        self.simulator.plan = FaultPlan.scripted(faults)

    def calm(self) -> None:
        """Let the provider do well again."""
        self.simulator.plan = FaultPlan.none()

    async def state(self) -> State:
        """Return what stands in the ledger, once every late write has taken effect.

        Ids and instants are left out: two benches on which the same was done have the same state.
        """
        await self.simulator.late.finish()
        ledger = self.simulator.ledger
        return State(
            (kind, repr(sorted(_kept(kind, row, ledger.histories))))
            for kind in ledger.kinds
            if kind not in ledger.histories
            for row in ledger.rows(kind)
        )

    def rows(self, kind: str) -> list[Mapping[str, object]]:
        """Return what the ledger holds of a kind; nothing where it has no such kind."""
        ledger = self.simulator.ledger
        return list(ledger.rows(kind)) if kind in ledger.kinds else []

    def writes(self) -> list[str]:
        """Return the operations of the provider that write, by its routes."""
        return [route.operation for route in self.simulator.routes() if route.is_write]

    def requests(self, since: int = 0) -> list[RequestRecord]:
        """Return what reached the provider, from a number of requests on."""
        return list(self.simulator.requests)[since:]

    def track(self, entries: int) -> None:
        """Have so many time entries more, none of them invoiced."""
        self.simulator.populate({"time_entries": entries})

    def made_up(self, kind: str, *, rows: str) -> str:
        """Have the simulator make one of a kind up, for an adapter that cannot; return its id."""
        before = {str(row["id"]) for row in self.rows(rows)}
        self.simulator.populate({kind: 1})
        (made,) = {str(row["id"]) for row in self.rows(rows)} - before
        return made

    def fresh(self, prefix: str) -> str:
        """Return a name nobody had before on this bench."""
        self._made += 1
        return f"{prefix}-{self._made:03}"
