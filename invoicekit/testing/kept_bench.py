"""Books on this machine and the processes that use them, in virtual time; no network, and nothing left."""

import asyncio
import os
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import Self

import attrs

from invoicekit.guard import DoubtPolicy
from invoicekit.service import InvoiceService
from invoicekit.simulate import Ledger, Moment, RequestRecord, Step, Store, StoreFault, Tap
from invoicekit.testing.any_bench import AnyBench, Loss, Tear
from invoicekit.testing.subject import Subject
from invoicekit.testing.virtual_time import VirtualLoop

_TURNS = 20
_LOSSES = {
    Loss.ANSWER: (StoreFault.COMMIT_DONE,),
    Loss.WRITE: (StoreFault.COMMIT_FAILED, StoreFault.LOCKED, StoreFault.READ_ONLY, StoreFault.FULL),
    Loss.TRUTH: (StoreFault.COMMIT_DONE,),
}
Image = Mapping[str, bytes]
"""The files as a killed process leaves them, by name."""


@attrs.define
class Hold:
    """A thread that waits at one step of a transaction until it is released.

    Attributes:
        reached: Set once a thread waits there.
    """

    loop: VirtualLoop
    reached: asyncio.Event = attrs.field(factory=asyncio.Event)
    _go_on: threading.Event = attrs.field(factory=threading.Event)

    def wait(self) -> None:
        """Wait, in the thread that is held."""
        self.loop.call_soon_threadsafe(self._rests)
        self._go_on.wait()

    def _rests(self) -> None:
        if not self._go_on.is_set():
            self.loop.thread_rests()
            self.reached.set()

    def release(self) -> None:
        """Let it go on; called in the loop's own thread."""
        if self.reached.is_set() and not self._go_on.is_set():
            self.loop.thread_works()
        self._go_on.set()


class KeptBench(AnyBench):
    """Books of its own for one trial, in a folder of their own.

    What the adapter does with them is done in threads of the loop; each step of a transaction passes by what
    is set here. To be closed.

    Args:
        image: What stands there already: the files that a killed process left.

    Attributes:
        store: The books, from outside.
    """

    is_served = False

    def __init__(self, subject: Subject, *, seed: int = 0, image: Image | None = None) -> None:
        super().__init__(subject)
        if subject.store is None:
            raise ValueError(f"{subject.name} has no store to be judged by")
        loop = asyncio.get_running_loop()
        if not isinstance(loop, VirtualLoop):
            raise TypeError("books are judged in virtual time: see run_virtually")
        self._loop = loop
        self._closing = ExitStack()
        folder = Path(
            self._closing.enter_context(
                tempfile.TemporaryDirectory(prefix="invoicekit-books-", dir=_in_memory())
            )
        )
        self.store: Store = subject.store(folder, seed=seed)
        self.settings = {**self.store.settings(), **subject.settings}
        self.provided = {**self.store.provided(), **subject.provided}
        self._is_laid_out = image is not None
        self._ordered: list[Mapping[str, object]] = []
        self._holds: list[Hold] = []
        if image is not None:
            self.store.lay_out(image)
        self.store.watch()
        self._closing.callback(self.store.close)

    def close(self) -> None:
        """Let go of whoever is held, and delete the files."""
        self._release()
        self.calm()
        self._closing.close()

    def left_at(self, image: Image) -> Self:
        """Return a bench on what a killed process left; close it, too."""
        return type(self)(self.subject, image=image)

    # --- processes ----------------------------------------------------------------------------------

    @asynccontextmanager
    async def process(
        self, *, policy: DoubtPolicy | None = None, **settings: object
    ) -> AsyncIterator[InvoiceService]:
        """Open a service, as one process would; the first one lays the books out, undisturbed."""
        service = InvoiceService.connect(
            self.subject.name,
            journal=self.journal,
            policy=policy or DoubtPolicy(),
            clock=self.clock,
            registry=self.subject.registry,
            **{**self.settings, **settings},  # type: ignore[arg-type]  # the adapter's own settings
        )
        async with service:
            if not self._is_laid_out:
                await _look(service)
                self._is_laid_out = True
            while self._ordered:
                self.store.populate(self._ordered.pop(0))
            yield service

    @asynccontextmanager
    async def torn(self, nth: int, *, has_arrived: bool) -> AsyncIterator[tuple[InvoiceService, Tear]]:
        """Open a service whose task is torn away at its nth transaction.

        What had not begun is held until `finish`: it goes on when newer work has been done.
        """
        tear, hold = Tear(), Hold(self._loop)
        step = Step.COMMITTED if has_arrived else Step.BEGIN

        def cut() -> None:
            turned = threading.Event()
            self._loop.call_soon_threadsafe(tear.tear)
            self._loop.call_soon_threadsafe(self._turn, _TURNS, turned)
            turned.wait()
            if not has_arrived:
                hold.wait()

        self._holds.append(hold)
        async with self.process() as service:
            self.store.tap = _at(step, cut, nth=nth, writes_only=False)
            yield service, tear
            self.calm()

    @asynccontextmanager
    async def reworded(self, invoice_id: str, known: str, word: str) -> AsyncIterator[InvoiceService]:
        """Write the word into the books, and open a service."""
        self.store.reword(invoice_id, word)
        async with self.process() as service:
            yield service

    def _turn(self, times: int, turned: threading.Event) -> None:
        """Set the event once the loop has gone round so often: whoever was cancelled has seen it."""
        if times:
            self._loop.call_soon(self._turn, times - 1, turned)
        else:
            turned.set()

    # --- what goes wrong ----------------------------------------------------------------------------

    def ways(self, loss: Loss) -> Mapping[str, Callable[[], None]]:
        """Return the database's faults that lose it."""
        return {f"{fault.value!r}": self._once(fault) for fault in _LOSSES[loss]}

    def _once(self, fault: StoreFault) -> Callable[[], None]:
        return lambda: self.store.disturb(fault)

    def fail(self, fault: StoreFault, *, writes_only: bool = True) -> None:
        """Let the database go wrong from here on."""

        def strike() -> None:
            raise self.store.error(fault)

        self.store.tap = _at(fault.strikes_at, strike, times=None, writes_only=writes_only)

    def stall(self, *, nth: int) -> None:
        """Hold the thread of the nth write once it is committed."""
        self.hold(Step.COMMITTED, nth=nth)

    def hold(self, step: Step, *, nth: int = 1) -> Hold:
        """Hold the thread of the nth write from here on at a step, until `finish` or its release."""
        hold = Hold(self._loop)
        self._holds.append(hold)
        self.store.tap = _at(step, hold.wait, nth=nth)
        return hold

    def calm(self) -> None:
        """Let all go well again; whoever is held stays held."""
        self.store.calm()

    def keep_images(self) -> list[Image]:
        """Return a list that grows by what a kill at each further step would leave, each but once."""
        images: list[Image] = []

        def keep(moment: Moment) -> None:
            image = self.store.image()
            if image not in images:
                images.append(image)

        self.store.tap = keep
        return images

    # --- what stands --------------------------------------------------------------------------------

    @property
    def ledger(self) -> Ledger:
        """Return what stands in the files."""
        return self.store.ledger

    async def finish(self) -> None:
        """Let whoever is held go on, and wait until nobody works on the books."""
        self._release()
        await self._loop.quiet()

    def _release(self) -> None:
        holds, self._holds = self._holds, []
        for hold in holds:
            hold.release()

    def writes(self) -> Sequence[str]:
        """Name the transactions that changed something."""
        return ("write",)

    def requests(self, since: int = 0) -> list[RequestRecord]:
        """Return the transactions that were committed, from a number on."""
        return list(self.store.transactions)[since:]

    def populate(self, order: Mapping[str, object]) -> None:
        """Write them into the books; as soon as there are any."""
        if self._is_laid_out:
            self.store.populate(order)
        else:
            self._ordered.append(order)


def _in_memory() -> Path | None:
    """Return where files cost no disk; None where the system has no such folder."""
    folder = Path("/dev/shm")  # noqa: S108 -- a folder of its own is made there
    return folder if os.access(folder, os.W_OK) else None


async def _look(service: InvoiceService) -> None:
    """Read something, so that the adapter lays its books out."""
    offered = service.capabilities().of
    if offered("list_invoices").is_offered:
        await service.list_invoices().snapshot()
    elif offered("list_customers").is_offered:
        await service.list_customers().snapshot()


def _at(
    step: Step, act: Callable[[], None], *, nth: int = 1, times: int | None = 1, writes_only: bool = True
) -> Tap:
    """Return a tap that acts at the nth such step of a transaction, so many times."""
    seen = 0
    counting = threading.Lock()

    def tap(moment: Moment) -> None:
        nonlocal seen
        if moment.step is not step or (writes_only and not moment.is_write):
            return
        with counting:
            seen += 1
            ordinal = seen
        if ordinal >= nth and (times is None or ordinal < nth + times):
            act()

    return tap
