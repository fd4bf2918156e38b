"""The one SQLite file, read and disturbed by connections of its own."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from invoicekit.simulate import Ledger, Moment, Store, StoreFault, Transaction
from invoicekit_local.store import made_up
from invoicekit_local.store.watched import Watched

_FILE = "books.sqlite"
_KINDS = {
    "invoices": "invoice",
    "customers": "customer",
    "payments": "payment",
    "lines": "line",
    "time-entries": "time_entry",
}
_ERRORS = {
    StoreFault.LOCKED: "database is locked",
    StoreFault.READ_ONLY: "attempt to write a readonly database",
    StoreFault.FULL: "database or disk is full",
    StoreFault.COMMIT_FAILED: "disk I/O error",
    StoreFault.COMMIT_DONE: "disk I/O error",
}


class LocalStore(Store):
    """The books of the local adapter: what stands in the file, by plain SQL."""

    name: ClassVar[str] = "local"

    def __init__(self, folder: Path, *, seed: int = 0) -> None:
        super().__init__(folder, seed=seed)
        self.path = folder / _FILE
        self._connect: Callable[..., sqlite3.Connection] = sqlite3.connect

    @property
    def ledger(self) -> Ledger:
        """Return what stands in the file, by table."""
        return _Tables(self)

    def settings(self) -> Mapping[str, object]:
        """Name the file."""
        return {"path": str(self.path)}

    def populate(self, order: Mapping[str, object]) -> Mapping[str, int]:
        """Write customers ("clients"), "invoices" and "time_entries", as many as ordered."""
        with closing(self.connection()) as books, books:
            return made_up.populate(books, order, seed=self.seed)

    def reword(self, invoice_id: str, word: str) -> bool:
        """Write the word where the status stands."""
        with closing(self.connection()) as books, books:
            books.execute("update invoice set status = ? where id = ?", (word, invoice_id))
        return True

    def error(self, fault: StoreFault) -> Exception:
        """Return SQLite's own words."""
        return sqlite3.OperationalError(_ERRORS[fault])

    def image(self) -> Mapping[str, bytes]:
        """Return the file and its write-ahead log; the log's index is made anew by whoever opens them."""
        files = (self.path, self.path.with_name(f"{_FILE}-wal"), self.path.with_name(f"{_FILE}-journal"))
        return {file.name: file.read_bytes() for file in files if file.exists()}

    def watch(self) -> None:
        """Put watched connections in the place of those that are opened on the file."""
        switch = sqlite3.connect if isinstance(sqlite3.connect, _Switch) else _Switch(sqlite3.connect)
        self._connect = switch.plain
        switch.watch(self.path, self._watched)

    def lock(self) -> Callable[[], None]:
        """Hold the file's write lock."""
        held = self._connect(self.path, isolation_level=None, check_same_thread=False)
        held.execute("begin immediate")

        def end() -> None:
            held.execute("rollback")
            held.close()

        return end

    def close(self) -> None:
        """Watch no more; whoever watched last leaves `sqlite3.connect` as it was."""
        if isinstance(sqlite3.connect, _Switch):
            sqlite3.connect.leave(self.path)

    def connection(self) -> sqlite3.Connection:
        """Return a connection that nobody watches."""
        books = self._connect(self.path)
        books.row_factory = sqlite3.Row
        return books

    def _watched(self, database: Any, *args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection = self._connect(database, *args, **{**kwargs, "factory": Watched})
        assert isinstance(connection, Watched)  # noqa: S101 -- its factory was given
        connection.begin_watching(self._note, self._committed)
        return connection

    def _note(self, moment: Moment) -> None:
        self.tap(moment)

    def _committed(self, statements: list[tuple[str, object]]) -> None:
        self.transactions.append(
            Transaction(
                operation="write" if statements else "read",
                method="commit",
                path="; ".join(sql[:60] for sql, _ in statements),
                query={},
                headers={},
                credentials=(),
                body=repr(statements).encode(),
                status=200,
                at_seconds=0.0,
            )
        )


class _Switch:
    """Stands in the place of `sqlite3.connect` while anybody's books are watched."""

    def __init__(self, plain: Callable[..., sqlite3.Connection]) -> None:
        self.plain = plain
        self._watched: dict[str, Callable[..., sqlite3.Connection]] = {}
        self._patch = patch.object(sqlite3, "connect", self)

    def __call__(self, database: Any, *args: Any, **kwargs: Any) -> sqlite3.Connection:
        """Connect, watched where somebody watches."""
        return self._watched.get(os.fspath(database), self.plain)(database, *args, **kwargs)

    def watch(self, path: Path, connect: Callable[..., sqlite3.Connection]) -> None:
        """Have a file watched from here on."""
        if not self._watched:
            self._patch.start()
        self._watched[str(path)] = connect

    def leave(self, path: Path) -> None:
        """Watch a file no more."""
        if self._watched.pop(str(path), None) and not self._watched:
            self._patch.stop()


class _Tables(Ledger):
    """Every table of the books, and every column."""

    def __init__(self, store: LocalStore) -> None:
        self._store = store

    @property
    def kinds(self) -> tuple[str, ...]:
        """Name the tables that have been made; what counts ids is none of the truth."""
        if not self._store.path.exists():
            return ()
        with closing(self._store.connection()) as books:
            found = {row[0] for row in books.execute("select name from sqlite_master where type = 'table'")}
        return tuple(kind for kind, table in _KINDS.items() if table in found)

    def rows(self, kind: str) -> Iterator[Mapping[str, object]]:
        """Read a table, as it stands."""
        with closing(self._store.connection()) as books:
            rows = books.execute(f"select * from {_KINDS[kind]} order by rowid").fetchall()  # noqa: S608 -- a literal above
        yield from (dict(row) for row in rows)
