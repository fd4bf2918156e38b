"""Play a script from its first event to the last look of an auditor, and write down all of it."""

import asyncio
import contextlib
import logging
import traceback
from collections.abc import Iterator
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from fault_play import Verdict, verdict_of
from fault_world import secrets_of
from history_aside import Aside
from history_draw import lag_of
from history_record import Call, Effect, History, Loss, Standing
from history_script import LONG, SETTLE, End, Event, Script, Spec, Stop, Strike, WriterPlan
from history_stage import Process, Stage
from history_wire import CURRENT, Death, Journey
from history_world import Deed

from invoicekit.batch import Standing as BatchStanding
from invoicekit.errors import InvoiceKitError, OutcomeUnknown
from invoicekit.guard import OnDoubt
from invoicekit.model import WriteResult
from invoicekit.service import MarkReport
from invoicekit.simulate import serving
from invoicekit.testing import run_virtually

_DELETING = {"delete", "unpay"}
_UNDONE = {BatchStanding.REJECTED, BatchStanding.NOT_ATTEMPTED}
_FRAMES_SHOWN = 3
_SOCKET_GRACE = 0.003


def play(script: Script, *, folder: Path | None = None) -> History:
    """Play a script in virtual time, without sockets."""
    with _logged() as lines:
        history = run_virtually(Player(script, folder=folder).play())
    history.sinks += lines
    return history


def play_on_sockets(script: Script, *, folder: Path | None = None) -> History:
    """Play a script in virtual time, over sockets of this machine."""
    with _logged() as lines:
        history = run_virtually(Player(script, folder=folder).play_served(), grace=_SOCKET_GRACE)
    history.sinks += lines
    return history


class Player:
    """Plays one script."""

    def __init__(self, script: Script, *, folder: Path | None = None) -> None:
        self.script = script
        self.history = History(script=script, settle=SETTLE)
        self._folder = folder
        self._deeds: list[Deed] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._errors_shown = 0

    @cached_property
    def stage(self) -> Stage:
        """Where it happens; made when the loop runs."""
        return Stage(self.script, folder=self._folder)

    async def play_served(self) -> History:
        """Play with the provider behind a socket."""
        async with serving(self.stage.engine) as running:
            self.stage.url = running.url
            return await self.play()

    async def play(self) -> History:
        """Play all of it."""
        await self.begin()
        for event in self.script.events:
            await self.happen(event)
        return await self.end()

    async def begin(self) -> None:
        """Prepare the stage."""
        observer = self.stage.observer
        self._rows = set(self.stage.world.rows())
        observer.changed = self._changed
        observer.standing, observer.effect_of = self._standing, self._effect_of
        self._aside = Aside(await self.stage.store("0"))
        await self._aside.begin()

    async def end(self) -> History:
        """Wait until nothing is late any more, ask for everything again, and write it down."""
        await self._all_ended()
        await asyncio.sleep(LONG)
        await self.stage.settle()
        await self.stage.world.simulator.close()
        await self._settle_all()
        await self._all_ended()
        surprises = [task.exception() for task in self._tasks if not task.cancelled()]
        self.history.surprises = [f"{type(one).__name__}: {one}" for one in surprises if one is not None]
        self.observe()
        await self._write_down()
        await self.stage.close()
        return self.history

    async def _all_ended(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks)

    # --- the story ----------------------------------------------------------------------------

    async def happen(self, event: Event) -> None:
        """Let one event happen; a call goes on by itself."""
        await asyncio.sleep(event.after)
        if len(self.history.calls) % 4 == 1:
            self._tasks.append(asyncio.create_task(self._aside.act()))
        if event.stranger:
            self.stage.stranger(event.stranger)
            self._rows = set(self.stage.world.rows())
            return
        process = await self.stage.alive(event.writer)
        if event.jump:
            process.clock.off += timedelta(hours=event.jump)
        elif event.spec is not None:
            self._begin(process, event.spec, event.strikes, event.stop, resolves=event.resolves)

    def _begin(
        self,
        process: Process,
        spec: Spec,
        strikes: tuple[Strike, ...] = (),
        stop: Stop | None = None,
        *,
        resolves: bool = False,
        phase: str = "story",
    ) -> tuple[Call, "asyncio.Task[None]"]:
        """Start a call in a task of its own."""
        deed = self.stage.world.deed(spec)
        number = len(self.history.calls)
        call = Call(
            number=number,
            writer=process.number,
            group=process.group,
            spec=spec,
            aim=deed.aim,
            target=deed.target,
            is_append=deed.is_append,
            is_keyless=deed.is_keyless,
            is_blind=deed.is_blind,
            parts=deed.parts,
            policy=process.plan.policy,
            phase=phase,
            started=self._now(),
            ended=float("inf"),
            verdict=Verdict.STOPPED,
        )
        self.history.calls.append(call)
        self._deeds.append(deed)
        journey = Journey(number=number, writer=process.number, strikes=strikes)
        self.stage.observer.journeys[number] = journey
        task = asyncio.create_task(self._perform(call, deed, process, journey, resolves=resolves))
        if stop is not None:
            journey.stop_at = stop.step
            journey.stop = lambda: self._stop(stop, process, task)
        process.tasks.add(task)
        task.add_done_callback(process.tasks.discard)
        task.add_done_callback(lambda task: self._close(call, task))
        self._tasks.append(task)
        return call, task

    def _close(self, call: Call, task: "asyncio.Task[None]") -> None:
        """Write down the end of a call that was torn away before its first step."""
        if task.cancelled():
            call.ended, call.crashed = min(call.ended, self._now()), True

    def _stop(self, stop: Stop, process: Process, task: "asyncio.Task[None]") -> None:
        if stop.end is End.CRASH:
            process.die(lets_go=stop.lets_go)
        else:
            process.transport.lets_go = stop.lets_go
            task.cancel()

    async def _perform(
        self, call: Call, deed: Deed, process: Process, journey: Journey, *, resolves: bool
    ) -> None:
        CURRENT.set(journey)
        result: object = None
        error: BaseException | None = None
        try:
            result = await deed.act(process.service)
        except (InvoiceKitError, asyncio.CancelledError, Death) as failure:
            error = failure
        self._write_end(call, deed, result, error, is_dead=process.is_dead)
        if resolves and isinstance(error, OutcomeUnknown) and not process.is_dead:
            await self._resolve(call, error)

    async def _resolve(self, call: Call, doubt: OutcomeUnknown) -> None:
        try:
            await asyncio.sleep(SETTLE)
            result = await doubt.resolve()
            call.resolving = verdict_of(None, result)
        except (InvoiceKitError, asyncio.CancelledError) as failure:
            call.resolving = verdict_of(failure, None)
        except Death:
            call.resolving = Verdict.STOPPED

    def _write_end(
        self, call: Call, deed: Deed, result: object, error: BaseException | None, *, is_dead: bool
    ) -> None:
        call.ended = self._now()
        call.crashed = is_dead
        is_torn = is_dead or isinstance(error, asyncio.CancelledError)
        call.verdict = Verdict.STOPPED if is_torn else verdict_of(error, result)
        call.held = deed.held()
        call.is_there = deed.is_there()
        if error is not None:
            call.error = f"{type(error).__name__}: {error}"
            self._show(error)
        if isinstance(result, WriteResult):
            call.outcome, call.is_verified = result.outcome.value, result.verified
            call.attempts = result.attempts
            call.is_right = deed.is_right(result)
            self.history.sinks.append(repr(result))
        if isinstance(result, MarkReport):
            call.given, call.reported = deed.parts, sum(result.counts.values())
            call.undone = frozenset(one.id for one in result.problems if one.standing in _UNDONE)
            claimed = sum(count for standing, count in result.counts.items() if standing.is_there)
            call.missing = max(0, claimed - len(deed.items() - {one.id for one in result.problems}))

    def _show(self, error: BaseException) -> None:
        """Keep whatever an error might show of a secret; of the first few, their frames too."""
        following: BaseException | None = error
        while following is not None:
            self.history.sinks += [str(following), repr(following), repr(vars(following))]
            if self._errors_shown < _FRAMES_SHOWN:
                self._errors_shown += 1
                made = traceback.TracebackException.from_exception(following, capture_locals=True)
                self.history.sinks += [repr(frame.locals) for frame in made.stack if _is_ours(frame.filename)]
            following = following.__cause__ or following.__context__

    # --- the end ------------------------------------------------------------------------------

    async def _settle_all(self) -> None:
        """Ask for everything again: twice at each journal, then by somebody who has none."""
        story = list(self.history.calls)
        for group in self.stage.kept():
            plan = next(call for call in [*story, None] if call is None or call.group == group)
            if plan is None:
                continue
            wanted = self._wanted(story, group)
            for phase in ("again", "third"):
                rerun = WriterPlan(group=0, policy=plan.policy, deadline=300.0)
                process = await self.stage.process(plan.writer, rerun, group)
                for spec in wanted:
                    await asyncio.wait([self._begin(process, spec, phase=phase)[1]])
                await asyncio.sleep(LONG)
        await self._audit()

    def _wanted(self, story: list[Call], group: str) -> list[Spec]:
        """Return what a group asks for again: of a value that was set, the last one alone."""
        mine = [call for call in story if call.group == group]
        last = {call.target: call.spec for call in mine if not call.is_append}
        wanted = [call.spec for call in mine if call.is_append or last[call.target] == call.spec]
        return list(dict.fromkeys(wanted))

    async def _audit(self) -> None:
        """Look at every append without a journal, as somebody would who has lost it."""
        if not self.history_keeps_markers:
            return
        process = await self.stage.process(
            0, WriterPlan(group=0, policy=OnDoubt.ASK, deadline=300.0), "audit"
        )
        for spec in self._settled():
            await asyncio.wait([self._begin(process, spec, phase="audit")[1]])
        await asyncio.sleep(LONG)

    def _settled(self) -> list[Spec]:
        """Return, for each append that stands in the books and can be told there, what was asked for.

        What stands twice is asked for, too: its process may have died with the only journal that knew. Where
        one reference was used for different things, what stands may be another of them.
        """
        found: dict[str, Spec] = {}
        for call in self.history.calls:
            deed = self._deeds[call.number]
            is_single = len({one.spec for one in self.history.of_aim(call.aim)}) == 1
            is_doubled = deed.held() > 1 and (is_single or call.verdict is Verdict.DONE)
            is_done = deed.is_there() or is_doubled
            if call.is_append and not call.is_keyless and is_done:
                found.setdefault(call.aim, call.spec)
        return list(found.values())

    @property
    def history_keeps_markers(self) -> bool:
        """Whether the provider keeps what tells our payments apart."""
        return dict(self.script.behaviour).get("note_rewrite") != "drop"

    def observe(self) -> History:
        """Write down what can be told at any time."""
        history, stage = self.history, self.stage
        observer = stage.observer
        history.arrivals, history.effects = observer.arrivals, observer.effects
        history.pauses, history.bystanders = observer.pauses, self._aside.seen
        history.moves = [move for store in stage.stores.values() for move in store.moves]
        history.strays = list(stage.world.strays())
        history.waits = sum(store.waits for store in stage.stores.values())
        history.held = {call.aim: self._deeds[call.number].held() for call in history.calls}
        history.markers_survive = self.history_keeps_markers
        history.strangers = frozenset(stage.acted)
        history.lag = lag_of(self.script)
        struck = [(self._deeds[number].aim, strike) for number, strike in observer.struck]
        history.struck = [(number, str(strike)) for number, strike in observer.struck]
        history.doubles = frozenset(aim for aim, strike in struck if strike.is_replay)
        history.beyond = frozenset(aim for aim, strike in struck if strike.is_beyond)
        if history.lag > SETTLE:
            history.beyond = frozenset(history.held)
        history.secrets = secrets_of(stage.world.settings)
        return history

    async def _write_down(self) -> None:
        """Write down how the journals were left."""
        for group in self.stage.kept():
            store = self.stage.stores[group]
            with store.at_work():
                async for intent in store.journal.intents():
                    self.history.left[group, intent.key] = intent.state
                    self.history.sinks.append(repr(intent))

    # --- what the provider sees ---------------------------------------------------------------

    def _standing(self, number: int) -> Standing:
        if not 0 <= number < len(self._deeds):
            return Standing()
        deed = self._deeds[number]
        return Standing(held=deed.held(), items=deed.items())

    def _effect_of(self, number: int, operation: str, before: Standing) -> Effect:
        if not 0 <= number < len(self._deeds):
            return Effect(call=number, operation=operation, target="", at=self._now())
        deed, now = self._deeds[number], self._standing(number)
        # A batch that is accepted may hold a refusal of its only item.
        is_more = not deed.is_append or now.held > before.held or deed.parts > 1
        return Effect(
            call=number,
            operation=operation,
            target=deed.target,
            at=self._now(),
            is_whole=operation == deed.last and deed.is_there() and is_more,
            items=now.items - before.items,
        )

    def _changed(self, number: int, operation: str) -> None:
        before, self._rows = self._rows, set(self.stage.world.rows())
        call = self.history.call(number)
        if call is None or call.spec.kind not in _DELETING:
            now = self._now()
            self.history.losses += [
                Loss(call=number, what=f"{row} with {operation}", at=now) for row in before - self._rows
            ]

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


@contextlib.contextmanager
def _logged() -> Iterator[list[str]]:
    """Keep every line that anybody logs, however unimportant."""
    lines: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    logging.getLogger("asyncio").setLevel(logging.INFO)  # it tells of every loop that is made
    root, keeper = logging.getLogger(), Keeper()
    level = root.level
    root.addHandler(keeper)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.removeHandler(keeper)
        root.setLevel(level)


def _is_ours(filename: str) -> bool:
    parts = Path(filename).parts
    return "invoicekit" in parts and not {"simulate", "testing", "tests"} & set(parts)
