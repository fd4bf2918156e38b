"""The stage of one history: a provider, the journals, and processes that come and go."""

import asyncio
import random
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import cast

import attrs
from fault_rig import EPOCH, ShiftingClock
from fault_world import URL
from history_draw import BUILDS
from history_journal import Store, WriterJournal
from history_script import Script, WriterPlan
from history_wire import HistoryEngine, HistoryTransport, Observer

from invoicekit import InvoiceService
from invoicekit.clock import LoopClock
from invoicekit.guard import DoubtPolicy
from invoicekit.journal import Journal, MemoryJournal, SqliteJournal
from invoicekit.registry import Registry
from invoicekit.testing import VirtualLoop
from invoicekit.transport import AiohttpTransport


@attrs.define(kw_only=True)
class Process:
    """One incarnation of a writer.

    Attributes:
        tasks: The calls it has under way.
    """

    number: int
    plan: WriterPlan
    group: str
    store: Store
    journal: WriterJournal
    transport: HistoryTransport
    service: InvoiceService
    clock: ShiftingClock
    tasks: set["asyncio.Task[None]"] = attrs.field(factory=set)
    is_dead: bool = False

    def die(self, *, lets_go: bool) -> None:
        """End it at once: nothing that it still does has an effect."""
        self.is_dead = self.journal.is_dead = self.transport.is_dead = True
        self.transport.lets_go = lets_go
        for task in self.tasks:
            task.cancel()


class Stage:
    """A world, the journals beside it, and whoever is alive.

    Args:
        folder: Where SQLite journals go; needed only where the script has them.
        url: Where the provider listens; None to reach it without sockets.
    """

    def __init__(self, script: Script, *, folder: Path | None = None) -> None:
        self.script = script
        self.clock = LoopClock(EPOCH)
        self.world = BUILDS[script.provider](
            clock=self.clock,
            seed=script.seed,
            behaviour=dict(script.behaviour),
            page_size=script.page_size,
        )
        self.observer = Observer()
        self.engine = HistoryEngine(self.world.simulator, self.observer)
        self.stores: dict[str, Store] = {}
        self.acted: list[str] = []
        self._folder = folder
        self._alive: dict[int, Process] = {}
        self._lost: set[str] = set()
        self._lives = [0] * len(script.writers)
        self._transports: list[HistoryTransport] = []
        self._carriers: list[AiohttpTransport] = []
        self.url: str | None = None

    def group_of(self, number: int) -> str:
        """Name the group whose journal a writer uses now."""
        plan = self.script.writers[number]
        return f"{plan.group}.{self._lives[number]}" if plan.is_volatile else str(plan.group)

    async def store(self, group: str) -> Store:
        """Return a group's journal; made where it is not there yet."""
        if group not in self.stores:
            loop = asyncio.get_running_loop()
            at_work: Callable[[], AbstractContextManager[None]] = nullcontext
            journal: Journal = MemoryJournal(clock=self.clock)
            if self.script.is_durable and self._folder is not None:
                journal = SqliteJournal(self._folder / f"{group}.sqlite", clock=self.clock)
                if isinstance(loop, VirtualLoop):
                    at_work = loop.thread_at_work
            store = Store(group=group, journal=journal, now=loop.time, at_work=at_work)
            if isinstance(journal, SqliteJournal):
                store.turn = asyncio.Lock()
            with at_work():
                await journal.open()
            self.stores[group] = store
        return self.stores[group]

    async def alive(self, number: int) -> Process:
        """Return a writer's living process; started anew where the last one died."""
        process = self._alive.get(number)
        if process is None or process.is_dead:
            if process is not None:
                self._lives[number] += 1
                self._lost |= {process.group} if process.plan.is_volatile else set()
            plan = self.script.writers[number]
            process = self._alive[number] = await self.process(number, plan, self.group_of(number))
        return process

    def kept(self) -> list[str]:
        """Name the groups whose journal nobody has lost."""
        lost = {one.group for one in self._alive.values() if one.is_dead and one.plan.is_volatile}
        return [group for group in self.stores if group not in self._lost | lost]

    async def process(self, number: int, plan: WriterPlan, group: str) -> Process:
        """Start a process at a group's journal."""
        store = await self.store(group)
        journal, clock = WriterJournal(store), ShiftingClock()
        carrier = None
        settings = dict(self.world.settings)
        if self.url is not None:
            carrier = AiohttpTransport()
            self._carriers.append(carrier)
            settings = {name: _at(value, self.url) for name, value in settings.items()}
        transport = HistoryTransport(self.engine, self.observer, stranger=self.stranger, carrier=carrier)
        self._transports.append(transport)
        service = InvoiceService.connect(
            self.world.provider,
            journal=cast(Journal, journal),  # what it has not by name it passes on
            policy=DoubtPolicy(on_doubt=plan.policy),
            deadline_seconds=plan.deadline,
            transport=transport,
            clock=clock,
            random=random.Random(f"{self.script.seed}:{number}"),
            registry=_registry(),
            **settings,  # type: ignore[arg-type]  # which names there are is the adapter's affair
        )
        await service.__aenter__()  # never left: a process that ends closes nothing
        return Process(
            number=number,
            plan=plan,
            group=group,
            store=store,
            journal=journal,
            transport=transport,
            service=service,
            clock=clock,
        )

    def stranger(self, name: str) -> None:
        """Let somebody else act."""
        found = self.world.strangers.get(name)
        if found is not None:
            target, act = found
            self.acted.append(target)
            act()

    async def settle(self) -> None:
        """Wait until no request of anybody is on its way."""
        for transport in self._transports:
            await transport.settle()

    async def close(self) -> None:
        """Close what lives outside of virtual time."""
        for carrier in self._carriers:
            await carrier.aclose()
        for store in self.stores.values():
            with store.at_work():
                await store.journal.aclose()


@cache
def _registry() -> Registry:
    # Finding out what is installed takes longer than most histories.
    return Registry()


def _at(value: object, url: str) -> object:
    return value.replace(URL, url) if isinstance(value, str) else value
