"""What an adapter without a provider keeps its books in: the truth, what is done to it, and what fails."""

import enum
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar, TypeAlias

import attrs

from invoicekit.simulate.ledger import Ledger
from invoicekit.simulate.record import RequestLog, RequestRecord


class Step(enum.Enum):
    """Where a transaction is."""

    BEGIN = "begin"
    CHANGE = "change"
    """Before a statement that changes rows."""
    COMMIT = "commit"
    COMMITTED = "committed"
    """Before whoever committed is told."""


class StoreFault(enum.Enum):
    """What a database does to those who use it."""

    LOCKED = "locked by another process"
    READ_ONLY = "not to be written"
    FULL = "no room on the disk"
    COMMIT_FAILED = "a commit that fails"
    """Nothing of it stands, and whoever asked for it is told so."""
    COMMIT_DONE = "a commit that is told as failed, and stands"
    """The log was written and its last flush failed: what reads the file next finds it."""

    @property
    def strikes_at(self) -> Step:
        """Return the step of a transaction that fails by it."""
        return _STRIKES_AT[self]


_STRIKES_AT = {
    StoreFault.LOCKED: Step.BEGIN,
    StoreFault.READ_ONLY: Step.CHANGE,
    StoreFault.FULL: Step.CHANGE,
    StoreFault.COMMIT_FAILED: Step.COMMIT,
    StoreFault.COMMIT_DONE: Step.COMMITTED,
}


@attrs.frozen(kw_only=True)
class Moment:
    """One step of somebody's transaction, in the thread that makes it.

    Attributes:
        is_write: Whether it changes something, or says that it will.
    """

    step: Step
    is_write: bool


Tap: TypeAlias = Callable[[Moment], None]
"""Told each moment before it goes on; it may wait, and it may raise what `Store.error` makes."""


@attrs.frozen(kw_only=True)
class Transaction(RequestRecord):
    """One transaction that was committed."""

    def __str__(self) -> str:
        return f"{self.operation}: {self.path or 'nothing was changed'}"


class Store(ABC):
    """Books on a disk, looked at from outside of the adapter that writes them.

    A subclass shares no code with the adapter: it knows the books' format as a simulator knows a provider's
    wire. While it is watched, every transaction on the file tells its moments to the tap.

    Attributes:
        name: The adapter's name.
        transactions: What was committed, oldest first; operations "write" and "read".
        tap: Told every moment.
    """

    name: ClassVar[str]

    def __init__(self, folder: Path, *, seed: int = 0) -> None:
        self.folder = folder
        self.seed = seed
        self.transactions = RequestLog(4096)
        self.tap: Tap = lambda moment: None

    def disturb(self, *faults: StoreFault) -> None:
        """Let each of the next writes fail by one of them, in order."""
        left = deque(faults)

        def strike(moment: Moment) -> None:
            if moment.is_write and left and moment.step is left[0].strikes_at:
                raise self.error(left.popleft())

        self.tap = strike

    def calm(self) -> None:
        """Let all go well again."""
        self.tap = lambda moment: None

    @property
    @abstractmethod
    def ledger(self) -> Ledger:
        """Return what stands in the books; nothing, where the adapter has not made any yet."""

    @abstractmethod
    def settings(self) -> Mapping[str, object]:
        """Return what tells the adapter where its books are."""

    def provided(self) -> Mapping[str, object]:
        """Return what a caller must know to act here; see `Simulator.provided`."""
        return {}

    @abstractmethod
    def populate(self, order: Mapping[str, object]) -> Mapping[str, int]:
        """Write rows into books that the adapter made, as `Simulator.populate` does.

        Raises:
            ValueError: The order names something unknown, or not a whole number of at least 0.
        """

    @abstractmethod
    def reword(self, invoice_id: str, word: str) -> bool:
        """Give an invoice a status word of tomorrow; False where it keeps no such word."""

    @abstractmethod
    def error(self, fault: StoreFault) -> Exception:
        """Return what the database raises."""

    @abstractmethod
    def image(self) -> Mapping[str, bytes]:
        """Return the files as a process that is killed now would leave them, by name."""

    def lay_out(self, image: Mapping[str, bytes]) -> None:
        """Put files into the folder, as they were left."""
        for name, content in image.items():
            (self.folder / name).write_bytes(content)

    @abstractmethod
    def watch(self) -> None:
        """Have every transaction on the books tell its moments, until `close`."""

    @abstractmethod
    def lock(self) -> Callable[[], None]:
        """Begin a transaction as another process would, and return what ends it, from any thread."""

    @abstractmethod
    def close(self) -> None:
        """Watch no more."""
