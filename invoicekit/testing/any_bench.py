"""Where a trial takes place, whatever the adapter works on: a provider over HTTP, or books of its own."""

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from enum import Enum
from typing import ClassVar

import attrs

from invoicekit.clock import LoopClock
from invoicekit.guard import DoubtPolicy
from invoicekit.journal import MemoryJournal
from invoicekit.service import InvoiceService
from invoicekit.simulate import Ledger, RequestRecord
from invoicekit.testing.subject import Subject

_UNSTABLE = ("id", "ids", "date", "at", "seen", "created", "updated", "start", "seconds")

State = Counter[tuple[str, str]]
"""What stands at the provider: rows by kind, each as text."""


class Loss(Enum):
    """What is lost of a write."""

    ANSWER = "answer"
    """It took effect, and nobody was told."""
    WRITE = "write"
    """It had no effect, and whoever sent it cannot know."""
    TRUTH = "truth"
    """It took effect, and is told as failed."""


@attrs.define
class Tear:
    """The task that is torn away when its turn has come."""

    task: asyncio.Task[object] | None = None

    def tear(self) -> None:
        """Cancel it."""
        if self.task is not None:
            self.task.cancel()


def _kept(kind: str, row: Mapping[str, object], histories: frozenset[str]) -> list[tuple[str, str]]:
    return [
        (name, str(value))
        for name, value in row.items()
        if name.split("_")[-1] not in _UNSTABLE and f"{kind}.{name}" not in histories
    ]


class AnyBench(ABC):
    """Books of its own for one trial, and the processes that use them.

    Attributes:
        clock: The loop's; all share it.
        settings: What the adapter is told.
        provided: What a caller must know to act there; see `Subject`.
        journal: What every process on this bench promises in, until it is replaced: a lost journal.
    """

    settings: Mapping[str, object]
    provided: Mapping[str, object]
    is_served: ClassVar[bool]
    """Whether requests leave the process."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.clock = LoopClock()
        self.journal = MemoryJournal(clock=self.clock)
        self._made = 0

    # --- processes ----------------------------------------------------------------------------------

    @abstractmethod
    def process(
        self, *, policy: DoubtPolicy | None = None, **settings: object
    ) -> AbstractAsyncContextManager[InvoiceService]:
        """Open a service, as one process would, on this bench's journal.

        Args:
            policy: What follows doubt; asking, where none is given.
            settings: Instead of the right ones.
        """

    @abstractmethod
    def torn(
        self, nth: int, *, has_arrived: bool
    ) -> AbstractAsyncContextManager[tuple[InvoiceService, Tear]]:
        """Open a service whose task is torn away at its nth exchange: before it arrives, or after."""

    @abstractmethod
    def reworded(self, invoice_id: str, known: str, word: str) -> AbstractAsyncContextManager[InvoiceService]:
        """Open a service to which the invoice shows a status word of tomorrow instead of the known one."""

    def lose_journal(self) -> None:
        """Go on as a process on another machine would."""
        self.journal = MemoryJournal(clock=self.clock)

    # --- what goes wrong ----------------------------------------------------------------------------

    @abstractmethod
    def ways(self, loss: Loss) -> Mapping[str, Callable[[], None]]:
        """Return what brings a loss about from here on, by its name: to one write each."""

    @abstractmethod
    def stall(self, *, nth: int) -> None:
        """Let the nth write from here on take effect, and its answer never come."""

    @abstractmethod
    def calm(self) -> None:
        """Let all go well again."""

    # --- what stands --------------------------------------------------------------------------------

    @property
    @abstractmethod
    def ledger(self) -> Ledger:
        """Return the truth."""

    @abstractmethod
    async def finish(self) -> None:
        """Let every late write take effect."""

    async def state(self) -> State:
        """Return what stands in the ledger, once every late write has taken effect.

        Ids and instants are left out: two benches on which the same was done have the same state.
        """
        await self.finish()
        return state_of(self.ledger)

    def rows(self, kind: str) -> list[Mapping[str, object]]:
        """Return what the ledger holds of a kind; nothing where it has no such kind."""
        return list(self.ledger.rows(kind)) if kind in self.ledger.kinds else []

    @abstractmethod
    def writes(self) -> Sequence[str]:
        """Return the operations that write."""

    @abstractmethod
    def requests(self, since: int = 0) -> list[RequestRecord]:
        """Return what was done there, from a number of requests on."""

    # --- what is there before -----------------------------------------------------------------------

    @property
    def currency(self) -> str:
        """What invoices are made in."""
        return str(self.provided.get("currency") or self.settings.get("currency") or "EUR")

    @abstractmethod
    def populate(self, order: Mapping[str, object]) -> None:
        """Have so many more of each kind that is ordered."""

    def track(self, entries: int) -> None:
        """Have so many time entries more, none of them invoiced."""
        self.populate({"time_entries": entries})

    def made_up(self, kind: str, *, rows: str) -> str:
        """Have one of a kind made up, for an adapter that cannot; return its id."""
        before = {str(row["id"]) for row in self.rows(rows)}
        self.populate({kind: 1})
        (made,) = {str(row["id"]) for row in self.rows(rows)} - before
        return made

    def fresh(self, prefix: str) -> str:
        """Return a name nobody had before on this bench."""
        self._made += 1
        return f"{prefix}-{self._made:03}"


def state_of(ledger: Ledger) -> State:
    """Return what stands in a ledger, without ids and instants."""
    return State(
        (kind, repr(sorted(_kept(kind, row, ledger.histories))))
        for kind in ledger.kinds
        if kind not in ledger.histories
        for row in ledger.rows(kind)
    )
