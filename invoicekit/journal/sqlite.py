"""A journal in one SQLite file, which outlives crashes and power cuts."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from invoicekit.clock import Clock, SystemClock
from invoicekit.errors import ConfigurationError, InvoiceKitError, ServiceClosed
from invoicekit.journal import lease_rows, life_sign, rate_rows, rows, use_rows
from invoicekit.journal.group_commit import Failure, GroupCommit
from invoicekit.journal.intent import Intent, IntentKey, IntentState
from invoicekit.journal.lease import Lease, Leased, is_about
from invoicekit.journal.moves import (
    IllegalMove,
    LeaseLost,
    check_instant,
    check_new,
    is_legal,
    may_be_replaced,
    may_be_sent,
    moved,
)
from invoicekit.journal.private_file import FileIdentity, check_is_still, close_to_others, make_private
from invoicekit.journal.rate import KnownRate
from invoicekit.journal.rate_use import OthersUse, RateUse
from invoicekit.journal.schema import log_ahead, migrate
from invoicekit.journal.sqlite_failure import translate

_PAGE = 500


class Connect(Protocol):
    """Open a SQLite file, as `sqlite3.connect` does."""

    def __call__(self, database: str, /, *, timeout: float, isolation_level: None) -> sqlite3.Connection:
        """Return a connection that begins no transaction of its own accord."""
        ...


class SqliteJournal:
    """Keep promises in a file that only its owner can read.

    `plan`, `replan`, `record_sending` and `move` return after a synced commit; what several tasks ask for
    at once shares one. Several processes may use one file, on a local file system.

    Args:
        path: The file; made on opening where it does not exist, its directory is not.
        clock: Stamps the steps; the machine's own where none is given.
        busy_seconds: How long to wait for another process that is writing.
        connect: Stands in for `sqlite3.connect`.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        clock: Clock | None = None,
        busy_seconds: float = 5.0,
        connect: Connect = sqlite3.connect,
    ) -> None:
        if not os.fspath(path) or os.fspath(path) == ":memory:":
            raise ConfigurationError("name a file for the journal, or use MemoryJournal")
        self._path = Path(path).absolute()
        self._clock = clock or SystemClock()
        self._busy_seconds = busy_seconds
        self._connect = connect
        self._identity: FileIdentity | None = None
        self._sign = life_sign.LifeSign(self._path)
        self._commits: GroupCommit | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        """Make ready; creates the file, or brings an older one up to date.

        Raises:
            ConfigurationError: The file is a link, not a journal, or a newer invoicekit's; it was left as
                it is.
            JournalUnavailable: It cannot be created, opened or written; nothing may be sent.
        """
        async with self._opening:
            if self._commits is None:
                self._identity = None
                commits = GroupCommit(connect=self._prepare, check=self._check, translate=self._translate)
                await commits.start()
                self._commits = commits

    async def plan(self, intent: Intent, *, lease: Lease | None = None) -> Intent:
        """Take the lease; store a new intent, or return the one already stored under its key, unchanged."""
        check_new(intent)
        moment = self._clock.monotonic()

        def work(connection: sqlite3.Connection) -> Intent | Leased:
            if lease is not None:
                try:
                    lease_rows.take(
                        connection, lease, now=moment, life_sign=self._sign.name, is_dead=self._is_dead
                    )
                except Leased as refusal:
                    return refusal
            stored = rows.find(connection, intent.key)
            if stored is not None:
                return stored
            rows.insert(connection, intent)
            return intent

        return await self._write(work)

    async def replan(self, intent: Intent, *, expected: IntentState, lease: Lease | None = None) -> Intent:
        """Replace the stored intent if it is still in the state `expected`."""
        check_new(intent)

        def work(connection: sqlite3.Connection) -> Intent | IllegalMove:
            stored = rows.find(connection, intent.key)
            if not lease_rows.is_held(connection, lease):
                return LeaseLost(intent.key, stored, IntentState.PLANNED)
            if stored is None:
                rows.insert(connection, intent)
                return intent
            if stored.state is not expected:
                return stored
            if not may_be_replaced(expected):
                return IllegalMove(intent.key, stored, IntentState.PLANNED)
            rows.replace(connection, intent, expected=expected)
            return intent

        return await self._write(work)

    async def record_sending(
        self, key: IntentKey, *, lease: Lease | None = None, is_repeat: bool = False
    ) -> Intent:
        """Commit durably that a send is about to leave, and renew the lease."""
        now, moment = self._clock.now(), self._clock.monotonic()

        def work(connection: sqlite3.Connection) -> Intent | IllegalMove:
            stored = rows.find(connection, key)
            if not is_about(lease, stored):
                return LeaseLost(key, stored, IntentState.SENDING)
            if lease is not None and not lease_rows.renew(connection, lease, now=moment):
                return LeaseLost(key, stored, IntentState.SENDING)
            if stored is None or not may_be_sent(stored.state, is_repeat=is_repeat):
                return IllegalMove(key, stored, IntentState.SENDING)
            after = moved(stored, IntentState.SENDING, now=now)
            rows.replace(connection, after, expected=stored.state)
            return after

        return await self._write(work)

    async def move(
        self,
        key: IntentKey,
        state: IntentState,
        *,
        resource_id: str | None = None,
        evidence: str = "",
        lease: Lease | None = None,
        is_last: bool = False,
    ) -> Intent:
        """Move an intent to another state, and give the lease back where nothing follows."""
        step = self._step(
            key, state, resource_id=resource_id, evidence=evidence, lease=lease, is_last=is_last
        )
        return await self._write(step)

    def note(
        self, key: IntentKey, state: IntentState, *, evidence: str = "", lease: Lease | None = None
    ) -> None:
        """Queue a move without waiting; where the step turns out illegal, nothing is done."""
        step = self._step(key, state, resource_id=None, evidence=evidence, lease=lease, is_last=False)
        self._post(step, loss="a note was lost, which only means a read-back more")

    def renew(self, leases: Iterable[Lease]) -> None:
        """Queue that these hold for their whole time again, those left out that another took over."""
        held, moment = tuple(leases), self._clock.monotonic()
        self._post(
            lambda connection: [lease_rows.renew(connection, lease, now=moment) for lease in held],
            loss="leases were not renewed, and others may take over what this process works on",
        )

    def release(self, lease: Lease) -> None:
        """Queue that a lease is given back."""
        self._post(
            lambda connection: lease_rows.release(connection, lease),
            loss="a lease was not given back, and others wait until it lapses",
        )

    def keep_rate(self, rate: KnownRate) -> None:
        """Queue that an account was found to allow this."""
        self._post(
            lambda connection: rate_rows.keep(connection, rate),
            loss="a learned rate was not kept, and the next run searches again",
        )

    async def known_rate(self, provider: str, account: str) -> KnownRate | None:
        """Return what was last found for an account."""
        return await self._running().run(
            lambda connection: rate_rows.find(connection, provider, account), is_write=False
        )

    async def share_rate(self, use: RateUse) -> OthersUse:
        """Tell how an account's rate is used here, and return how the other owners of this file use it.

        Raises:
            JournalUnavailable: The file cannot be used.
        """
        moment, wall = self._clock.monotonic(), self._clock.now().timestamp()
        return await self._running().run(
            lambda connection: use_rows.share(connection, use, moment=moment, wall=wall), is_write=True
        )

    async def get(self, key: IntentKey) -> Intent | None:
        """Return the stored intent."""
        return await self._running().run(lambda connection: rows.find(connection, key), is_write=False)

    async def intents(
        self,
        *,
        provider: str | None = None,
        account: str | None = None,
        states: frozenset[IntentState] | None = None,
    ) -> AsyncIterator[Intent]:
        """Walk what was stored when the walk began, a page at a time."""
        until = await self._running().run(rows.last, is_write=False)
        after = 0
        while after < until:
            found, after = await self._running().run(
                partial(
                    rows.page,
                    after=after,
                    until=until,
                    limit=_PAGE,
                    provider=provider,
                    account=account,
                    states=states,
                ),
                is_write=False,
            )
            for intent in found:
                yield intent

    async def prune(self, *, settled_before: datetime) -> int:
        """Forget intents settled before an instant, a stretch of the file at a time, and lapsed leases."""
        check_instant(settled_before)
        moment = self._clock.monotonic()
        await self._running().run(partial(lease_rows.forget_lapsed, now=moment), is_write=True)
        forgotten = 0
        after: int | None = 0
        while after is not None:
            deleted, after = await self._running().run(
                partial(rows.forget_settled, before=settled_before, after=after, limit=_PAGE),
                is_write=True,
            )
            forgotten += deleted
        return forgotten

    async def aclose(self) -> None:
        """Write what is queued, then close; it can be opened again."""
        async with self._opening:
            commits, self._commits = self._commits, None
            if commits is not None:
                try:
                    await commits.stop()
                finally:
                    self._sign.end()

    def _step(
        self,
        key: IntentKey,
        state: IntentState,
        *,
        resource_id: str | None,
        evidence: str,
        lease: Lease | None,
        is_last: bool,
    ) -> Callable[[sqlite3.Connection], Intent | IllegalMove]:
        now = self._clock.now()  # here, not in the thread: a clock may ask the running loop

        def work(connection: sqlite3.Connection) -> Intent | IllegalMove:
            stored = rows.find(connection, key)
            if not lease_rows.is_held(connection, lease) or not is_about(lease, stored):
                return LeaseLost(key, stored, state)
            if stored is None or not is_legal(stored.state, state):
                return IllegalMove(key, stored, state)
            after = moved(stored, state, now=now, resource_id=resource_id, evidence=evidence)
            rows.replace(connection, after, expected=stored.state)
            if lease is not None and is_last:
                lease_rows.release(connection, lease)
            return after

        return work

    async def _write(self, work: Callable[[sqlite3.Connection], Intent | IllegalMove | Leased]) -> Intent:
        result = await self._running().run(work, is_write=True)
        if isinstance(result, Intent):
            return result
        raise result

    def _post(self, work: Callable[[sqlite3.Connection], object], *, loss: str) -> None:
        if self._commits is not None:
            self._commits.post(work, loss=loss)

    def _running(self) -> GroupCommit:
        if self._commits is None:
            raise ServiceClosed(f"the journal {self._path} is not open")
        return self._commits

    # --- in the journal's thread --------------------------------------------------------------

    def _prepare(self) -> sqlite3.Connection:
        identity = make_private(self._path)
        connection = self._connect(str(self._path), timeout=self._busy_seconds, isolation_level=None)
        try:
            migrate(connection, str(self._path))
            close_to_others(self._path)
            log_ahead(connection, busy_seconds=self._busy_seconds)
            # Not every build does so by itself: what was asked would stay readable in space given up.
            connection.execute("pragma secure_delete = on")
            for name in life_sign.of_the_dead(self._path):
                lease_rows.forget_dead(connection, name)
                life_sign.clear(self._path, name)
            self._sign.give()
        except BaseException:
            connection.close()
            raise
        self._identity = identity
        return connection

    def _is_dead(self, name: str) -> bool:
        return life_sign.is_dead(self._path, name)

    def _check(self) -> None:
        if self._identity is not None:
            check_is_still(self._path, self._identity)

    def _translate(self, failure: Failure) -> InvoiceKitError:
        return translate(failure, str(self._path))
