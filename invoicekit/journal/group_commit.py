"""One thread that owns the connection, and one durable commit for everything that waits."""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeAlias, TypeVar

import attrs

from invoicekit.errors import ConfigurationError, InvoiceKitError, JournalUnavailable, ServiceClosed

T = TypeVar("T")
Failure: TypeAlias = sqlite3.Error | OSError | ConfigurationError

_FAILURES = (sqlite3.Error, OSError, ConfigurationError)
_BATCH_LIMIT = 1000
_log = logging.getLogger("invoicekit.journal")


@attrs.define(eq=False)
class _Task:
    """One piece of work and whoever waits for it.

    Attributes:
        future: None where nobody waits.
        loss: What it means, then, if the work is not done.
    """

    work: Callable[[sqlite3.Connection], object]
    is_write: bool
    future: asyncio.Future[None] | None
    loss: str = ""
    failure: InvoiceKitError | None = None

    @property
    def is_withdrawn(self) -> bool:
        """Whether nobody wants it any more."""
        return self.future is not None and self.future.cancelled()

    def tell(self) -> None:
        """Wake whoever waits; called on the event loop."""
        if self.future is not None and not self.future.done():
            if self.failure is None:
                self.future.set_result(None)
            else:
                self.future.set_exception(self.failure)


class GroupCommit:
    """Run work on a database in a thread of its own, many pieces to a transaction.

    Work that is asked for in one turn of the event loop, or while a commit is under way, shares the next
    commit. A piece sees what the pieces before it did. Where one piece of a batch fails, all of the batch
    fails and nothing of it is stored.

    Args:
        connect: Opens and prepares the connection.
        check: Called before each transaction; raises where the database is not what was opened.
        translate: Turns what these or SQLite raised into the error to raise, a new one each time.
    """

    def __init__(
        self,
        *,
        connect: Callable[[], sqlite3.Connection],
        check: Callable[[], None],
        translate: Callable[[Failure], InvoiceKitError],
    ) -> None:
        self._connect = connect
        self._check = check
        self._translate = translate
        self._queue: SimpleQueue[list[_Task] | None] = SimpleQueue()
        self._waiting: list[_Task] = []
        self._is_closed = False
        self._is_ailing = False

    async def start(self) -> None:
        """Start the thread and wait until it has the connection."""
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        # A daemon, so that a program that forgot to close can end: what was promised is durable already.
        self._thread = threading.Thread(target=self._serve, name="invoicekit-journal", daemon=True)
        self._thread.start()
        try:
            await self.run(lambda connection: None, is_write=False)
        except BaseException:
            self._close()
            raise

    async def run(self, work: Callable[[sqlite3.Connection], T], *, is_write: bool) -> T:
        """Return the work's result once it is durable; work cancelled before its turn is not done.

        Raises:
            JournalUnavailable: It could not be made durable; nothing of it is stored.
            ServiceClosed: The thread was stopped.
        """
        if self._is_closed:
            raise ServiceClosed("the journal was closed")
        results: list[T] = []
        future: asyncio.Future[None] = self._loop.create_future()
        if not self._waiting:
            self._loop.call_soon(self._hand_over)
        self._waiting.append(_Task(lambda connection: results.append(work(connection)), is_write, future))
        await future
        return results[0]

    def post(self, work: Callable[[sqlite3.Connection], object], *, loss: str) -> None:
        """Queue a write for which nobody waits; after the end it does nothing.

        Args:
            loss: What it means if it fails, for the log, which is told once an outage.
        """
        self._waiting.append(_Task(work, True, None, loss))
        self._hand_over()

    async def stop(self) -> None:
        """Carry out what is queued, then close the connection and end the thread."""
        self._close()
        await asyncio.shield(self._ended)
        self._thread.join()

    def _close(self) -> None:
        if not self._is_closed:
            self._hand_over()
            self._is_closed = True
            self._queue.put(None)

    def _hand_over(self) -> None:
        if self._waiting:
            self._queue.put(self._waiting)
            self._waiting = []

    def _end(self) -> None:
        if not self._ended.done():
            self._ended.set_result(None)

    # --- in the thread ------------------------------------------------------------------------

    def _serve(self) -> None:
        connection: sqlite3.Connection | None = None
        batch: list[_Task] = []
        is_open = True
        try:
            while is_open:
                batch, is_open = self._next_batch()
                connection = self._carry_out(connection, batch)
                self._warn(batch)
                self._on_loop(*(task.tell for task in batch))
                batch = []
        finally:
            # Left early only by a mistake of ours, which must leave nobody waiting for ever.
            self._is_closed = True
            for task in (*batch, *self._rest()):
                task.failure = JournalUnavailable("the journal's thread ended unexpectedly", attempts=0)
                self._on_loop(task.tell)
            if connection is not None:
                connection.close()
            self._on_loop(self._end)

    def _warn(self, batch: list[_Task]) -> None:
        lost = next((task for task in batch if task.failure is not None and task.loss), None)
        if lost is not None and not self._is_ailing:
            _log.warning("%s: %s", lost.loss, lost.failure)
        self._is_ailing = any(task.failure is not None for task in batch) or (self._is_ailing and not batch)

    def _next_batch(self) -> tuple[list[_Task], bool]:
        """Wait for work; return it, and whether more may come."""
        batch: list[_Task] = []
        handed = self._queue.get()
        while handed is not None:
            batch += handed
            if len(batch) >= _BATCH_LIMIT:
                break
            try:
                handed = self._queue.get_nowait()
            except Empty:
                break
        return [task for task in batch if not task.is_withdrawn], handed is not None

    def _rest(self) -> list[_Task]:
        rest: list[_Task] = []
        while not self._queue.empty():
            rest += self._queue.get() or ()
        return rest

    def _carry_out(
        self, connection: sqlite3.Connection | None, batch: list[_Task]
    ) -> sqlite3.Connection | None:
        """Run a batch in one transaction; return the connection, or None where it is of no use any more."""
        is_write = any(task.is_write for task in batch)
        try:
            if batch:
                connection = connection or self._connect()
                self._check()
                connection.execute("begin immediate" if is_write else "begin")
                for task in batch:
                    task.work(connection)
                connection.execute("commit")
        except _FAILURES as failure:
            # A commit that failed may still surface after a power cut: a `sending` record without a send,
            # which costs a read-back and no money.
            for task in batch:
                task.failure = self._translate(failure)
            return _rolled_back(connection)
        return connection

    def _on_loop(self, *calls: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(lambda: [call() for call in calls])
        except RuntimeError:
            return  # the loop is closed: nobody waits any more


def _rolled_back(connection: sqlite3.Connection | None) -> sqlite3.Connection | None:
    if connection is None or not connection.in_transaction:
        return connection
    try:
        connection.execute("rollback")
    except sqlite3.Error:
        connection.close()
        return None
    return connection
