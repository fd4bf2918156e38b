"""The tables of a SQLite journal, and how an older file becomes today's."""

import errno
import sqlite3
import threading
from collections.abc import Sequence

from invoicekit.errors import ConfigurationError
from invoicekit.journal.intent import IntentState
from invoicekit.journal.sqlite_failure import primary_code

APPLICATION_ID = 0x494E564B
"""Marks the file as ours in its header: the letters INVK."""

_PAUSE_SECONDS = 0.02


def in_states(states: frozenset[IntentState]) -> str:
    """Return the SQL condition that a row is in one of these states."""
    names = ", ".join(f"'{state.value}'" for state in IntentState if state in states)
    return f"state in ({names})"


UNSETTLED = frozenset(state for state in IntentState if not state.is_settled)
SETTLED = frozenset(IntentState) - UNSETTLED

MIGRATIONS: Sequence[Sequence[str]] = (
    (
        """create table intent(
            seq integer primary key,
            provider text not null,
            account text not null,
            operation text not null,
            reference text not null,
            target text not null,
            fingerprint text not null,
            marker text not null,
            state text not null check(state in ('planned', 'sending', 'in doubt', 'confirmed', 'rejected',
                'duplicate', 'resolved applied', 'resolved not applied', 'cancelled')),
            sends integer not null check(sends >= 0),
            resource_id text,
            evidence text not null,
            created_at text not null,
            updated_at text not null,
            unique(provider, account, operation, reference))""",
        """create index intent_unsettled on intent(seq)
            where state in ('planned', 'sending', 'in doubt', 'duplicate')""",
    ),
    (
        """create table lease(
            provider text not null,
            account text not null,
            target text not null,
            owner text not null,
            taken_at real not null,
            expires_at real not null,
            primary key(provider, account, target)) without rowid""",
    ),
    ("alter table intent add column asked text not null default ''",),
    (
        """create table rate(
            provider text not null,
            account text not null,
            windows text not null,
            per_second real not null check(per_second > 0),
            is_met integer not null,
            learned_at text not null,
            primary key(provider, account)) without rowid""",
    ),
    (
        """create table rate_user(
            provider text not null,
            account text not null,
            owner text not null,
            wanted real not null,
            seen_at real not null,
            primary key(provider, account, owner)) without rowid""",
        """create table rate_spent(
            provider text not null,
            account text not null,
            owner text not null,
            bucket integer not null,
            requests integer not null,
            primary key(provider, account, owner, bucket)) without rowid""",
    ),
    ("alter table intent add column amount text not null default ''",),
    ("alter table lease add column life_sign text not null default ''",),
)
"""Statement by statement, from each version to the next, from the empty file on; never edit an old one."""


def migrate(
    connection: sqlite3.Connection, name: str, migrations: Sequence[Sequence[str]] = MIGRATIONS
) -> None:
    """Bring the file to the newest version in one transaction, so that it is never in between.

    Args:
        name: The file, for the message.

    Raises:
        ConfigurationError: It is not a journal, or one of a newer invoicekit; it was left as it is.
        sqlite3.Error: It could not be read or written.
    """
    connection.execute("begin immediate")
    try:
        version = _version(connection, name)
        if version > len(migrations):
            raise ConfigurationError(
                f"{name} was written by a newer invoicekit (journal version {version}, this one knows up to "
                f"{len(migrations)}): upgrade invoicekit; the file was left as it is"
            )
        if version == 0:
            connection.execute(f"pragma application_id = {APPLICATION_ID}")
            connection.execute("create table meta(key text primary key, value text not null)")
            connection.execute("insert into meta values('schema_version', '0')")
        for statements in migrations[version:]:
            for statement in statements:
                connection.execute(statement)
        if version < len(migrations):
            connection.execute(
                "update meta set value = ? where key = 'schema_version'", (str(len(migrations)),)
            )
        connection.execute("commit")
    except BaseException:
        if connection.in_transaction:
            connection.execute("rollback")
        raise


def log_ahead(connection: sqlite3.Connection, *, busy_seconds: float) -> None:
    """Make every commit durable before it returns, by a synced write-ahead log.

    Raises:
        OSError: The file system cannot share such a log.
        sqlite3.Error: Others kept the file busy for too long.
    """
    # SQLite asks no busy handler before this one change; two processes that make the file meet here.
    pauses = int(busy_seconds / _PAUSE_SECONDS)
    while True:
        try:
            (mode,) = connection.execute("pragma journal_mode = wal").fetchone()
            break
        except sqlite3.OperationalError as failure:
            if primary_code(failure) != sqlite3.SQLITE_BUSY or pauses == 0:
                raise
        pauses -= 1
        threading.Event().wait(_PAUSE_SECONDS)
    if mode != "wal":
        raise OSError(errno.EOPNOTSUPP, "no write-ahead log")
    connection.execute("pragma synchronous = full")


def _version(connection: sqlite3.Connection, name: str) -> int:
    (application,) = connection.execute("pragma application_id").fetchone()
    (tables,) = connection.execute("select count(*) from sqlite_master").fetchone()
    if application == 0 and tables == 0:
        return 0
    if application == APPLICATION_ID:
        row = connection.execute("select value from meta where key = 'schema_version'").fetchone()
        if row is not None and str(row[0]).isdecimal():
            return int(row[0])
    raise ConfigurationError(
        f"{name} is a SQLite file, but not a journal of invoicekit: name another file; it was left as it is"
    )
