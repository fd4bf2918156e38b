"""The books: one SQLite file, one transaction for each call."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from invoicekit.errors import ConfigurationError, OutcomeUnknown, Unavailable, UsageError

T = TypeVar("T")

APPLICATION_ID = 0x494B4C31
VERSION = 2
_BUSY_SECONDS = 10.0

_SCHEMA = """
create table counter (name text primary key, value integer not null) strict;
create table customer (
  id text primary key, name text not null unique, email text, address text, note text,
  is_archived integer not null default 0
) strict;
create table invoice (
  id text primary key, number text not null unique, customer_id text not null references customer (id),
  currency text not null, issue_date text not null, due_date text not null, status text not null,
  subject text, note text, discount_percent text not null default '0',
  tax_percents text not null default '[]', credits text
) strict;
create table line (
  invoice_id text not null references invoice (id) on delete cascade, position integer not null,
  description text not null, quantity text not null, unit_price text not null, amount_minor integer not null,
  kind text, primary key (invoice_id, position)
) strict;
create table payment (
  id text primary key, invoice_id text not null references invoice (id), kind text not null,
  amount_minor integer not null, paid_at text not null, note text not null, reference text not null,
  unique (kind, reference)
) strict;
create index payment_of on payment (invoice_id);
create table time_entry (
  id text primary key, customer_id text references customer (id), project_id text, user_id text,
  description text, start text not null, seconds integer not null, is_billable integer not null,
  rate_minor integer, currency text, is_invoiced integer not null default 0, invoice_id text
) strict;
create index time_entry_start on time_entry (start);
create index credit_note_of on invoice (credits) where credits is not null;
"""
_UPGRADES = {1: ("create index credit_note_of on invoice (credits) where credits is not null",)}
"""What turns books of an older version into the next one's."""


class Books:
    """Run work on the books, each piece as one transaction in a thread of its own.

    Any number of processes may work on one file: a transaction waits for the others, and what it read
    cannot change before it commits.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def read(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what the work read, all of it as of one moment; never waits for a writer."""
        return await asyncio.to_thread(self._run, work, "begin")

    async def write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return the work's result once it is committed.

        Raises:
            Unavailable: The file was locked or could not be used; nothing was applied.
            UsageError: The work refused, or a text that cannot be kept; nothing was applied.
            OutcomeUnknown: The commit itself failed.
            ConfigurationError: The file is not such books, or of a newer invoicekit.
        """
        is_given_up = threading.Event()
        try:
            return await asyncio.to_thread(self._run, work, "begin immediate", is_given_up)
        except asyncio.CancelledError:
            # The thread goes on. What it has not written by now it must not write later, over newer work.
            is_given_up.set()
            raise

    def _run(
        self, work: Callable[[sqlite3.Connection], T], begin: str, is_given_up: threading.Event | None = None
    ) -> T:
        with (
            self._failing_in_words(),
            closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as connection,
        ):
            connection.isolation_level = None
            connection.row_factory = sqlite3.Row
            self._prepare(connection)
            connection.execute(begin)
            try:
                result = work(connection)
                if is_given_up is not None and is_given_up.is_set():
                    raise Unavailable("the caller gave up; nothing was applied")
            except BaseException:
                connection.execute("rollback")
                raise
            try:
                connection.execute("commit")
            except sqlite3.Error as error:
                raise OutcomeUnknown(f"the books' commit failed: {error}", evidence="commit") from None
            return result

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma synchronous = full")
        found = connection.execute("pragma application_id").fetchone()[0]
        version = connection.execute("pragma user_version").fetchone()[0]
        if found == APPLICATION_ID and version == VERSION:
            return
        if found == APPLICATION_ID and version > VERSION:
            raise ConfigurationError(
                f"{self._path} holds books of version {version}; this one knows {VERSION}"
            )
        if found == APPLICATION_ID:
            self._upgrade(connection)
            return
        connection.execute("begin immediate")
        if connection.execute("pragma application_id").fetchone()[0] != APPLICATION_ID:
            if connection.execute("select count(*) from sqlite_master").fetchone()[0]:
                connection.execute("rollback")
                raise ConfigurationError(f"{self._path} is a database, but not books of invoicekit")
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute(f"pragma application_id = {APPLICATION_ID}")
            connection.execute(f"pragma user_version = {VERSION}")
        connection.execute("commit")
        connection.execute("pragma journal_mode = wal")

    @staticmethod
    def _upgrade(connection: sqlite3.Connection) -> None:
        connection.execute("begin immediate")
        # Looked at again under the lock: another process may have been faster.
        for version in range(connection.execute("pragma user_version").fetchone()[0], VERSION):
            for statement in _UPGRADES[version]:
                connection.execute(statement)
            connection.execute(f"pragma user_version = {version + 1}")
        connection.execute("commit")

    @contextmanager
    def _failing_in_words(self) -> Iterator[None]:
        try:
            yield
        except UnicodeEncodeError:
            raise UsageError("a text holds half a surrogate pair; nothing was applied") from None
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise Unavailable(f"the books {self._path}: {error}; nothing was applied") from None
            if isinstance(error, sqlite3.IntegrityError):
                raise
            raise ConfigurationError(f"{self._path} cannot be used as books: {error}") from None
