"""Play one trial in virtual time, from the first call to the last rerun."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from enum import Enum
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

import attrs
from fault_kinds import Code, Drive
from fault_rig import RecordingJournal, RigTransport, ShiftingClock, Steps, Watch, WatchedEngine
from fault_trials import Trial
from fault_world import World
from fault_worlds import WORLDS

from invoicekit import InvoiceService
from invoicekit.batch import Standing
from invoicekit.errors import (
    DuplicateDetected,
    InProgress,
    InvoiceKitError,
    JournalUnavailable,
    MalformedResponse,
    NotApplied,
    OutcomeUnknown,
    PaginationIncomplete,
    PaginationLoop,
    RateLimited,
    Rejected,
    Unavailable,
)
from invoicekit.guard import DoubtPolicy
from invoicekit.journal import IntentState, MemoryJournal
from invoicekit.service import MarkReport
from invoicekit.simulate import FaultPlan
from invoicekit.testing import Line, LineFault, Trouble
from invoicekit.transport import Outgoing

DEADLINE = 300.0
LONG = 300.0
"""Seconds after which nothing is late any more."""


class Verdict(Enum):
    """What a caller was told."""

    DONE = "done"
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    AGAIN = "not now"
    CLOSED = "journal unavailable"
    MALFORMED = "malformed"
    LOOP = "pages without end"
    IN_PROGRESS = "somebody else is at it"
    WRONG = "wrong call or state"
    STOPPED = "stopped"


@attrs.define(kw_only=True)
class Told:
    """How one call ended.

    Attributes:
        is_right: Whether what was returned was the truth then.
        effects: How often the effect stood in the ledger when it ended.
        most: As `effects`, parts of it included.
        writes: Requests that may change something during the call.
        acted: Those among them that were not refused.
    """

    verdict: Verdict
    result: object = None
    error: BaseException | None = None
    is_right: bool = True
    effects: int = 0
    most: int = 0
    writes: int = 0
    acted: int = 0


@attrs.define(kw_only=True)
class Report:
    """Everything that judging needs.

    Attributes:
        first: What the first caller was told; of two at once, one of them.
        rival: What the other process was told, where there was one.
        again: What a rerun was told, after everything late had come and every fault had ended.
        struck: How many of the trial's faults struck.
        stopped_at: The step at which the call was stopped; empty where it was not.
        left_sending: Operations that the journal still called under way after a cancellation.
    """

    world: World
    journal: MemoryJournal
    first: Told
    rival: Told | None = None
    again: Told
    watch: Watch
    journals: list[RecordingJournal]
    struck: int
    stopped_at: str
    left_sending: list[str]
    steps: list[str]
    seconds: float


def verdict_of(error: BaseException | None, result: object) -> Verdict:
    """Put what a caller was told into one word."""
    if error is None:
        return _verdict_of_report(result) if isinstance(result, MarkReport) else Verdict.DONE
    for kind, verdict in _VERDICTS:
        if isinstance(error, kind):
            return verdict
    raise error


_VERDICTS: tuple[tuple[type[BaseException], Verdict], ...] = (
    (asyncio.CancelledError, Verdict.STOPPED),
    (OutcomeUnknown, Verdict.UNKNOWN),
    (DuplicateDetected, Verdict.DUPLICATE),
    (JournalUnavailable, Verdict.CLOSED),
    (RateLimited, Verdict.AGAIN),
    (Unavailable, Verdict.AGAIN),
    (Rejected, Verdict.REFUSED),
    (NotApplied, Verdict.REFUSED),
    (MalformedResponse, Verdict.MALFORMED),
    (PaginationLoop, Verdict.LOOP),
    (PaginationIncomplete, Verdict.LOOP),
    (InProgress, Verdict.IN_PROGRESS),
    (InvoiceKitError, Verdict.WRONG),
)


def _verdict_of_report(report: MarkReport) -> Verdict:
    if report.counts[Standing.UNKNOWN]:
        return Verdict.UNKNOWN
    if report.is_done:
        return Verdict.DONE
    if report.stopped_by is not None:
        return verdict_of(report.stopped_by, None)
    return Verdict.REFUSED if report.counts[Standing.REJECTED] else Verdict.AGAIN


@attrs.define(kw_only=True)
class Process:
    """One process: its own journal handle, transport and service."""

    journal: RecordingJournal
    service: InvoiceService
    steps: Steps


class Stage:
    """The world of one trial and everybody who calls it."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.clock = ShiftingClock()
        self.world = WORLDS[trial.op][trial.where](
            clock=self.clock, seed=trial.seed, behaviour=trial.behaviour
        )
        world = self.world
        # A read of Clockify's list is a GET like others; the simulator knows its name.
        script = [attrs.evolve(fault, at=world.write) for fault in trial.script]
        world.simulator.plan = FaultPlan.scripted(script)
        self.memory = MemoryJournal(clock=self.clock)
        self.journals: list[RecordingJournal] = []
        self.line = Line(self._line_faults())
        self.watch: Watch | None = None
        self.engine = self._new_engine()
        self.is_faulty = True
        self.left_sending: list[str] = []

    def _line_faults(self) -> list[LineFault]:
        trial, world = self.trial, self.world
        faults = [attrs.evolve(fault, at=world.line) for fault in trial.line]
        if trial.rival.endswith("meanwhile"):
            rival = world.same if trial.rival.startswith("same") else world.other
            faults.append(
                LineFault(trouble=Trouble.PASSED, at=world.line, meanwhile=lambda: (rival(), None)[1])
            )
        return faults

    def _new_engine(self) -> WatchedEngine:
        engine = WatchedEngine(self.world.simulator)
        if self.watch is None:
            self.watch = Watch(engine, self._sendings, self.world.effects)
        engine.watch = self.watch
        return engine

    def _sendings(self) -> int:
        return sum(journal.sendings for journal in self.journals)

    def end_faults(self) -> None:
        """Let everything go right from now on."""
        self.struck = len(self.line.struck) + len(self.world.simulator.faults)
        self.world.simulator.plan = FaultPlan.none()
        self.line = Line()
        self.engine = self._new_engine()
        self.is_faulty = False

    async def process(self, stack: AsyncExitStack, *, memory: MemoryJournal | None = None) -> Process:
        """Start another process; it lives as long as the stack."""
        trial, world, steps = self.trial, self.world, Steps()
        failing = trial.failing if self.is_faulty else frozenset[str]()
        journal = RecordingJournal(memory or self.memory, steps, failing=failing)
        self.journals.append(journal)
        transport = RigTransport(self.engine, line=self.line, clock=self.clock)
        transport.rig(steps, self._is_write)
        if self.is_faulty:
            transport.lag = trial.lag
            transport.is_circling = trial.circles == "always"
            transport.circles_after_write = trial.circles == "after"
        service = InvoiceService.connect(
            world.provider,
            journal=journal,
            policy=DoubtPolicy(on_doubt=trial.policy),
            deadline_seconds=DEADLINE,
            transport=transport,
            clock=self.clock,
            random=random.Random(trial.seed),
            registry=world.registry,
            **world.settings,  # type: ignore[arg-type]  # which names there are is the adapter's affair
        )
        await stack.enter_async_context(service)
        return Process(journal=journal, service=service, steps=steps)

    def _is_write(self, outgoing: Outgoing) -> bool:
        return self.trial.kind != "read" and fnmatchcase(
            f"{outgoing.method} {urlsplit(outgoing.url).path}", self.world.line
        )

    async def call(self, process: Process) -> Told:
        """Make the call and note how it ended."""
        world, watch = self.world, self._watch()
        writes, acted = watch.writes, watch.acted
        result: object = None
        error: BaseException | None = None
        act = world.poison if self.trial.is_poisoned and world.poison is not None else world.act
        try:
            result = await act(process.service)
        except (InvoiceKitError, asyncio.CancelledError) as failure:
            error = failure
        return Told(
            verdict=verdict_of(error, result),
            result=result,
            error=error,
            is_right=error is not None or world.right(result),
            effects=world.effects(),
            most=world.most(),
            writes=watch.writes - writes,
            acted=watch.acted - acted,
        )

    def _watch(self) -> Watch:
        assert self.watch is not None
        return self.watch


async def play(trial: Trial) -> Report:
    """Play a trial to its end."""
    stage = Stage(trial)
    loop = asyncio.get_running_loop()
    started = loop.time()
    if trial.rival.endswith("before"):
        (stage.world.same if trial.rival.startswith("same") else stage.world.other)()
    async with AsyncExitStack() as stack:
        process = await stage.process(stack)
        stage.clock.off = timedelta(hours=trial.hours_off)
        first, rival = await _DRIVES[trial.drive](stage, stack, process)
        stage.clock.off = timedelta(hours=-trial.hours_off)
        seconds = loop.time() - started
        steps = list(process.steps.names)
        if trial.is_looked_after:
            assert stage.world.look is not None
            with _Looked() as looked:
                await stage.world.look(process.service)
            assert isinstance(looked.error, PaginationLoop)
        await asyncio.sleep(LONG)
        stage.end_faults()
        lost = MemoryJournal(clock=stage.clock) if trial.drive is Drive.LOST else None
        again = await stage.call(await stage.process(stack, memory=lost))
    assert stage.watch is not None
    return Report(
        world=stage.world,
        journal=stage.memory,
        first=first,
        rival=rival,
        again=again,
        watch=stage.watch,
        journals=stage.journals,
        struck=stage.struck,
        stopped_at=steps[trial.step] if 0 <= trial.step < len(steps) else "",
        left_sending=stage.left_sending,
        steps=steps,
        seconds=seconds,
    )


class _Looked:
    """Keeps what a look raised."""

    error: BaseException | None = None

    def __enter__(self) -> "_Looked":
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        self.error = error
        return isinstance(error, PaginationLoop)


async def steps_of(op: str, where: str) -> int:
    """Count the steps of an operation that nothing disturbs."""
    trial = Trial(fault="none", op=op, where=where, seed=0, code=Code.RT)
    return len((await play(trial)).steps)


Driven = tuple[Told, Told | None]


async def _plain(stage: Stage, stack: AsyncExitStack, process: Process) -> Driven:
    return await stage.call(process), None


async def _stopped(stage: Stage, process: Process, step: int, *, is_killed: bool) -> Told:
    task: asyncio.Task[Told]

    async def stop() -> None:
        process.journal.is_dead = is_killed
        task.cancel()
        await asyncio.sleep(0)

    process.steps.stop(step, stop)
    task = asyncio.create_task(stage.call(process))
    return await task


async def _cancelled(stage: Stage, stack: AsyncExitStack, process: Process) -> Driven:
    first = await _stopped(stage, process, stage.trial.step, is_killed=False)
    await asyncio.sleep(0.1)
    sending = stage.memory.intents(states=frozenset({IntentState.SENDING}))
    stage.left_sending = [intent.operation async for intent in sending]
    rival = await stage.call(process) if first.verdict is Verdict.STOPPED else None
    return first, rival


async def _killed(stage: Stage, stack: AsyncExitStack, process: Process) -> Driven:
    first = await _stopped(stage, process, stage.trial.step, is_killed=True)
    second = await stage.process(stack)
    again = await _stopped(stage, second, stage.trial.second_step, is_killed=True)
    if again.verdict is Verdict.STOPPED:
        again = await stage.call(await stage.process(stack))
    return first, again


async def _frozen(stage: Stage, stack: AsyncExitStack, process: Process) -> Driven:
    other: list[Told] = []

    async def freeze() -> None:
        process.journal.is_frozen = True
        other.append(await stage.call(await stage.process(stack)))
        await asyncio.sleep(600)
        process.journal.is_frozen = False

    process.steps.stop(stage.trial.step, freeze)
    # The other process is no part of the frozen task: its own deadlines and locks hold.
    first = await stage.call(process)
    return first, other[0] if other else None


async def _two(stage: Stage, stack: AsyncExitStack, process: Process) -> Driven:
    other = await stage.process(stack)
    first, rival = await asyncio.gather(stage.call(process), stage.call(other))
    return first, rival


_DRIVES: dict[Drive, Callable[[Stage, AsyncExitStack, Process], Awaitable[Driven]]] = {
    Drive.PLAIN: _plain,
    Drive.LOST: _plain,
    Drive.CANCEL: _cancelled,
    Drive.KILL: _killed,
    Drive.FREEZE: _frozen,
    Drive.TWO: _two,
}
