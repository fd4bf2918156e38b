"""Taps on the public seams of a process: its journal and the connection of it, its transport, its sockets."""

import asyncio
import re
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs
from crash_steps import Step, Tap

from invoicekit.journal import Intent, IntentKey, IntentState, SqliteJournal
from invoicekit.transport import HttpResponse, Outgoing, Transport

_READ_BY_POST = re.compile(r"/(invoices/info|reports/detailed|oauth/token|token|search)(\?|$)")
_CHANGE = re.compile(r"(insert into|update) intent\b")
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)


def is_write(method: str, target: str) -> bool:
    """Tell whether a request may change something at a provider."""
    return method != "GET" and _READ_BY_POST.search(target) is None


# --- the journal ----------------------------------------------------------------------------------


@attrs.frozen
class Stage:
    """The steps of one record in the journal; nobody waits for a note."""

    before: Step | None
    amid: Step
    durable: Step
    after: Step | None


_PLAN = Stage(Step.PLAN, Step.PLAN_AMID, Step.PLAN_DURABLE, Step.PLANNED)
_SENDING = Stage(Step.SENDING, Step.SENDING_AMID, Step.SENDING_DURABLE, Step.SENT_FOR)
_DOUBT = Stage(Step.DOUBT, Step.DOUBT_AMID, Step.DOUBT_DURABLE, Step.DOUBTED)
_AGAIN = Stage(Step.AGAIN, Step.AGAIN_AMID, Step.AGAIN_DURABLE, Step.REPLANNED)
_SETTLE = Stage(Step.SETTLE, Step.SETTLE_AMID, Step.SETTLE_DURABLE, Step.SETTLED)
_NOTE = Stage(None, Step.NOTE_AMID, Step.NOTE_DURABLE, None)
_MOVES: Mapping[IntentState, Stage] = MappingProxyType(
    {IntentState.IN_DOUBT: _DOUBT, IntentState.PLANNED: _AGAIN}
)


class TappedJournal(SqliteJournal):
    """A SQLite journal that tells each step of each record it keeps.

    Args:
        together: So many records of sends wait for each other once, so that they share one commit.
    """

    def __init__(self, path: Path, tap: Tap, *, together: int, busy_seconds: float) -> None:
        super().__init__(path, busy_seconds=busy_seconds, connect=self._open_connection)
        self._tap = tap
        self._together = asyncio.Barrier(together) if together else None
        self.stage: Stage | None = None

    def _open_connection(
        self, database: str, /, *, timeout: float, isolation_level: None
    ) -> sqlite3.Connection:
        journal, tap = self, self._tap

        class Connection(sqlite3.Connection):
            records = 0

            def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
                if sql.startswith("begin"):
                    return self._begin(sql)
                if sql == "commit":
                    return self._commit()
                if sql == "rollback":
                    tap.writing.release()
                self.records += _CHANGE.match(sql) is not None
                return super().execute(sql, parameters)

            def _begin(self, sql: str) -> sqlite3.Cursor:
                tap.writing.acquire()
                self.records = 0
                try:
                    return super().execute(sql)
                except BaseException:
                    tap.writing.release()
                    raise

            def _commit(self) -> sqlite3.Cursor:
                stage = journal.stage if self.records else None
                if stage is not None:
                    tap.at(stage.amid)
                    if self.records > 1:
                        tap.at(Step.GROUP_AMID)
                cursor = super().execute("commit")
                tap.writing.release()
                if stage is not None:
                    tap.at(stage.durable)
                    if self.records > 1:
                        tap.at(Step.GROUP_DURABLE)
                return cursor

        return sqlite3.connect(database, timeout=timeout, isolation_level=isolation_level, factory=Connection)

    async def plan(self, intent: Intent, **more: Any) -> Intent:
        with _Staged(self, self._tap, _PLAN):
            return await super().plan(intent, **more)

    async def replan(self, intent: Intent, *, expected: IntentState, **more: Any) -> Intent:
        with _Staged(self, self._tap, _PLAN):
            return await super().replan(intent, expected=expected, **more)

    async def record_sending(self, key: IntentKey, **more: Any) -> Intent:
        if self._together is not None:
            await self._together.wait()
        with _Staged(self, self._tap, _SENDING):
            stored = await super().record_sending(key, **more)
            self._tap.has_begun = True
            return stored

    async def move(
        self,
        key: IntentKey,
        state: IntentState,
        *,
        resource_id: str | None = None,
        evidence: str = "",
        **more: Any,
    ) -> Intent:
        with _Staged(self, self._tap, _MOVES.get(state, _SETTLE)):
            if state is IntentState.IN_DOUBT:
                self._tap.has_begun = True
            return await super().move(key, state, resource_id=resource_id, evidence=evidence, **more)

    def note(self, key: IntentKey, state: IntentState, *, evidence: str = "", **more: Any) -> None:
        self.stage = _NOTE
        super().note(key, state, evidence=evidence, **more)


class _Staged:
    """Passes the steps around one record."""

    def __init__(self, journal: TappedJournal, tap: Tap, stage: Stage) -> None:
        self._journal = journal
        self._tap = tap
        self._stage = stage

    def __enter__(self) -> None:
        if self._stage.before is not None:
            self._tap.at(self._stage.before)
        self._journal.stage = self._stage

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self._stage.after is not None:
            self._tap.at(self._stage.after)


# --- the transport --------------------------------------------------------------------------------


class TappedTransport:
    """A transport that tells when an exchange begins and when its answer was read."""

    def __init__(self, inner: Transport, tap: Tap) -> None:
        self._inner = inner
        self._tap = tap

    async def exchange(self, outgoing: Outgoing) -> HttpResponse:
        if not is_write(outgoing.method, outgoing.url):
            self._tap.read(is_answered=False)
            response = await self._inner.exchange(outgoing)
            self._tap.read(is_answered=True)
            return response
        self._tap.at(Step.WRITE)
        response = await self._inner.exchange(outgoing)
        self._tap.at(Step.WRITTEN)
        return response

    def stream(
        self, outgoing: Outgoing
    ) -> AbstractAsyncContextManager[tuple[HttpResponse, AsyncIterator[bytes]]]:
        return self._inner.stream(outgoing)

    async def aclose(self) -> None:
        await self._inner.aclose()


# --- the sockets ----------------------------------------------------------------------------------


class TappedLoop(asyncio.SelectorEventLoop):
    """An event loop whose connections tell what of a write has left, byte by byte."""

    def __init__(self, tap: Tap) -> None:
        super().__init__()
        self._tap = tap

    async def create_connection(  # type: ignore[override]  # hands on whatever it is given
        self, protocol_factory: Callable[[], asyncio.Protocol], *where: Any, **how: Any
    ) -> tuple[Any, asyncio.Protocol]:
        made: list[_TappedProtocol] = []

        def tapped() -> asyncio.Protocol:
            made.append(_TappedProtocol(protocol_factory(), self._tap))
            return made[-1]

        await super().create_connection(tapped, *where, **how)
        return made[-1].line, made[-1].inner


class _TappedProtocol(asyncio.Protocol):
    def __init__(self, inner: asyncio.Protocol, tap: Tap) -> None:
        self.inner = inner
        self._tap = tap

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.line = _TappedLine(transport, self._tap)
        self.inner.connection_made(self.line)  # type: ignore[arg-type]  # stands in for a transport

    def data_received(self, data: bytes) -> None:
        if self.line.is_answer_due:
            self.line.is_answer_due = False
            self._tap.at(Step.WRITE_ANSWERING)
        self.inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self.inner.eof_received()

    def connection_lost(self, failure: Exception | None) -> None:
        self.inner.connection_lost(failure)

    def pause_writing(self) -> None:
        self.inner.pause_writing()

    def resume_writing(self) -> None:
        self.inner.resume_writing()


class _TappedLine:
    """A transport that follows each write through it.

    Attributes:
        is_answer_due: Whether a write is out, and not a byte of its answer was seen.
    """

    def __init__(self, inner: asyncio.BaseTransport, tap: Tap) -> None:
        self._inner: Any = inner
        self._tap = tap
        self._request = b""
        self._is_write = False
        self.is_answer_due = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def writelines(self, pieces: Iterable[bytes]) -> None:
        self.write(b"".join(pieces))

    def write(self, data: bytes) -> None:
        if not self._request:
            method, target, _ = bytes(data).split(b" ", 2)
            self._is_write = is_write(method.decode(), target.decode())
            if self._is_write:
                self._begin(bytes(data))
        self._request += data
        self._inner.write(data)
        if _is_whole(self._request):
            self._request = b""
            if self._is_write:
                self._has_left()

    def _begin(self, data: bytes) -> None:
        self._tap.at(Step.WRITE_CONNECTED)
        if self._tap.awaits(Step.WRITE_HALF):
            self._inner.write(data[: len(data) // 2])
        self._tap.at(Step.WRITE_HALF)

    def _has_left(self) -> None:
        self.is_answer_due = True
        if self._inner.get_write_buffer_size():
            raise AssertionError("the write is still in this process, so the step would be a lie")
        self._tap.at(Step.WRITE_OUT)


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = _CONTENT_LENGTH.search(head + b"\r\n")
    return bool(end) and len(body) >= (int(length[1]) if length else 0)
