"""SQLite connections that tell each step of a transaction before they take it."""

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from invoicekit.simulate import Moment, Step

_CHANGES = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE"})
_ENDS = frozenset({"COMMIT", "END"})
_SILENT = frozenset({"PRAGMA", "ROLLBACK", "SAVEPOINT", "RELEASE"})

T = TypeVar("T")
Note = Callable[[Moment], None]
Committed = Callable[[list[tuple[str, object]]], None]


class Watched(sqlite3.Connection):
    """Tells where its transactions are, whether they were begun in words or by the driver.

    Attributes:
        note: Told each step; what it raises comes out of the statement.
        committed: Given the statements of a transaction that changed rows, once they stand.
    """

    note: Note
    committed: Committed

    def begin_watching(self, note: Note, committed: Committed) -> None:
        """Start telling."""
        self.note, self.committed = note, committed
        self._statements: list[tuple[str, object]] = []
        self._changes_before = 0
        self._says_write = False

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        """Run a statement, its steps told."""
        return self._told(sql, parameters, lambda: super(Watched, self).execute(sql, parameters))

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        """Run a statement for each row, its steps told once."""
        rows = list(parameters)
        return self._told(sql, rows, lambda: super(Watched, self).executemany(sql, rows))

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        """Return a cursor that tells, too."""
        return super().cursor(_cursor_of)

    def commit(self) -> None:
        """End a transaction that the driver began, its steps told."""
        if self.in_transaction:
            self._told("COMMIT", (), super().commit)

    def __exit__(self, kind: Any, value: Any, trace: Any) -> Any:
        if kind is None:
            self.commit()
        else:
            self.rollback()
        return False

    def _told(self, sql: str, parameters: object, run: Callable[[], T]) -> T:
        verb = sql.split(None, 1)[0].upper() if sql.strip() else ""
        was_open = self.in_transaction
        if verb == "BEGIN":
            self._begins(is_write="IMMEDIATE" in sql.upper() or "EXCLUSIVE" in sql.upper())
        elif verb in _ENDS:
            self.note(Moment(step=Step.COMMIT, is_write=self._is_write))
        elif verb not in _SILENT and not was_open:
            self._begins(is_write=verb in _CHANGES)
        if verb in _CHANGES:
            self.note(Moment(step=Step.CHANGE, is_write=True))
        done = run()
        if verb in _CHANGES:
            self._statements.append((" ".join(sql.split()), parameters))
        stands = verb in _ENDS or (verb not in _SILENT and verb != "BEGIN" and not self.in_transaction)
        if stands:
            self._stands()
        return done

    @property
    def _is_write(self) -> bool:
        return self._says_write or self.total_changes > self._changes_before

    def _begins(self, *, is_write: bool) -> None:
        self._statements.clear()
        self._says_write = is_write
        self._changes_before = self.total_changes
        self.note(Moment(step=Step.BEGIN, is_write=is_write))

    def _stands(self) -> None:
        was_write, has_changed = self._is_write, self.total_changes > self._changes_before
        self.committed(list(self._statements) if has_changed else [])
        self.note(Moment(step=Step.COMMITTED, is_write=was_write))


class _WatchedCursor(sqlite3.Cursor):
    def execute(self, sql: str, parameters: Any = (), /) -> "_WatchedCursor":
        connection = self.connection
        assert isinstance(connection, Watched)  # noqa: S101 -- `_cursor_of` makes no other
        connection._told(sql, parameters, lambda: super(_WatchedCursor, self).execute(sql, parameters))
        return self

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> "_WatchedCursor":
        connection, rows = self.connection, list(parameters)
        assert isinstance(connection, Watched)  # noqa: S101 -- `_cursor_of` makes no other
        connection._told(sql, rows, lambda: super(_WatchedCursor, self).executemany(sql, rows))
        return self


def _cursor_of(connection: sqlite3.Connection) -> sqlite3.Cursor:
    return _WatchedCursor(connection)
