"""One process's way to a journal that may outlive it: it records every step, and dies with its process."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from typing import Any

import attrs
from history_record import NOBODY, Move
from history_wire import CURRENT, Death

from invoicekit.journal import Intent, IntentKey, IntentState, Journal, Leased

TURN = 0.001
"""Seconds before and after each step, so that others get their turn between them."""


@attrs.define(kw_only=True)
class Store:
    """A journal, and who may be at it.

    Attributes:
        waits: How often somebody found another at it.
        turn: Lets one step at a time through where looking and stepping are not one; else None.
        at_work: Held while a thread works.
    """

    group: str
    journal: Journal
    now: Callable[[], float]
    at_work: Callable[[], AbstractContextManager[None]]
    turn: asyncio.Lock | None = None
    moves: list[Move] = attrs.field(factory=list)
    waits: int = 0


class WriterJournal:
    """Pass everything on to the store, whatever a journal can do, while its process lives.

    What it does not know by name it passes on as it is, so that a journal may learn more.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.is_dead = False

    async def open(self) -> None:
        """Do nothing: the store is open."""

    async def aclose(self) -> None:
        """Do nothing: the store outlives the process."""

    def note(self, key: IntentKey, state: IntentState, *args: Any, **more: Any) -> None:
        if not self.is_dead:
            self._store.journal.note(key, state, *args, **more)

    def intents(self, **chosen: Any) -> AsyncIterator[Intent]:
        return self._store.journal.intents(**chosen)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store.journal, name)
        if not callable(method):
            return method
        if not asyncio.iscoroutinefunction(method):
            return method if not self.is_dead else _nothing

        async def step(*args: Any, **more: Any) -> Any:
            return await self._step(name, method, *args, **more)

        return step

    async def _step(self, name: str, method: Any, *args: Any, **more: Any) -> Any:
        journey = CURRENT.get()
        await self._pass(name)
        if self._store.turn is not None:
            async with self._store.turn:
                given = await self._recorded(name, method, *args, **more)
        else:
            given = await self._recorded(name, method, *args, **more)
        if journey is not None and name == "record_sending":
            journey.records += 1
        await self._pass(f"{name} done")
        return given

    async def _pass(self, name: str) -> None:
        journey = CURRENT.get()
        await asyncio.sleep(TURN)
        if journey is not None:
            await journey.at(name)
        if self.is_dead:
            raise Death

    async def _recorded(self, name: str, method: Any, *args: Any, **more: Any) -> Any:
        store = self._store
        named = args[0] if args else None
        key = named.key if isinstance(named, Intent) else named
        if not isinstance(key, IntentKey):
            with store.at_work():
                return await method(*args, **more)
        journey = CURRENT.get()
        with store.at_work():
            before = await store.journal.get(key)
            try:
                given = await method(*args, **more)
            except Leased:
                store.waits += 1
                raise
            after = await store.journal.get(key)
        if after is not None and (before is None or _shown(before) != _shown(after)):
            store.moves.append(
                Move(
                    call=NOBODY if journey is None else journey.number,
                    group=store.group,
                    key=key,
                    before=None if before is None else before.state,
                    after=after.state,
                    at=store.now(),
                    is_new=name == "replan" and before is not None,
                )
            )
        return given


def _nothing(*_: Any, **__: Any) -> None:
    """A dead process does nothing."""


def _shown(intent: Intent) -> tuple[object, ...]:
    return (intent.state, intent.sends, intent.fingerprint)
