"""Somebody with an account of his own at another provider, who happens to share a journal."""

import asyncio
from itertools import count
from typing import cast

from history_journal import Store, WriterJournal
from history_record import Bystander
from keyed_provider import KeyedAdapter, KeyedRegistry, KeyedSimulator

from invoicekit import InvoiceService
from invoicekit.clock import LoopClock
from invoicekit.journal import Journal
from invoicekit.testing import InProcessTransport

_URL = "http://127.0.0.1:9"


class Aside:
    """Charges now and then, and measures how long it takes.

    Attributes:
        seen: Every charge so far.
    """

    def __init__(self, store: Store) -> None:
        clock = LoopClock()
        simulator = KeyedSimulator(clock=clock)
        self.seen: list[Bystander] = []
        self._numbers = count()
        self._service = InvoiceService.connect(
            "keyed",
            journal=cast(Journal, WriterJournal(store)),
            transport=InProcessTransport(simulator, clock=clock),
            clock=clock,
            registry=KeyedRegistry(),
            **simulator.settings(_URL),  # type: ignore[arg-type]  # its own names
        )
        self._alone = 0.0
        self._is_busy = False

    async def begin(self) -> None:
        """Measure a charge that nothing disturbs."""
        await self._service.__aenter__()
        self._alone = await self._charge()

    async def act(self) -> None:
        """Charge once more, unless a charge is under way: one's own calls do wait for one another."""
        if self._is_busy:
            return
        self.seen.append(Bystander(seconds=await self._charge(), alone=self._alone))

    async def _charge(self) -> float:
        self._is_busy = True
        loop = asyncio.get_running_loop()
        started = loop.time()
        name = f"aside-{next(self._numbers)}"
        native = cast(KeyedAdapter, self._service.native)
        await self._service.write(native.charge(name, 100), reference=name)
        self._is_busy = False
        return loop.time() - started
