"""The books as JSONL: one row a line, for backups and for moving house."""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from invoicekit.errors import Conflict, UsageError
from invoicekit_local.books import Books
from invoicekit_local.soundness import check_books, check_row

# In the order in which rows refer to each other.
_TABLES = ("counter", "customer", "invoice", "line", "payment", "time_entry")
_COUNTED = (
    ("cus", "customer"),
    ("inv", "invoice"),
    ("crn", "invoice"),
    ("pay", "payment"),
    ("ref", "payment"),
)
_COUNT_ON = (
    "insert into counter values (?, ?) on conflict (name) do update set value = max(value, excluded.value)"
)


async def export_books(books: Books, path: Path) -> int:
    """Write every row to a file, as of one moment; the file appears only when it is whole.

    Returns:
        Rows written.

    Raises:
        UsageError: The file cannot be written.
    """

    def write(connection: sqlite3.Connection) -> int:
        partial = path.with_name(path.name + ".part")
        count = 0
        try:
            with partial.open("w", encoding="utf-8") as file:
                for line in _rows(connection):
                    file.write(line + "\n")
                    count += 1
            partial.replace(path)
        except OSError as error:
            raise UsageError(f"{path}: {_told(error)}; nothing was exported") from None
        finally:
            with suppress(OSError):
                partial.unlink()
        return count

    return await books.read(write)


async def import_books(books: Books, path: Path) -> int:
    """Read rows from a file into the books: all of them, or none.

    A row that is there already, equal in every column, is passed over; so a second import adds nothing.

    Returns:
        Rows added.

    Raises:
        UsageError: A file that cannot be read, a line that is no row of the books, or rows that make no
            ledger together; the message names the file, and the line where there is one.
        Conflict: A row whose key is taken by another one.
    """

    def read(connection: sqlite3.Connection) -> int:
        try:
            with path.open("rb") as file:
                added = sum(_insert(connection, line, f"{path}:{number}") for number, line in _numbered(file))
        except OSError as error:
            raise UsageError(f"{path}: {_told(error)}; nothing was imported") from None
        try:
            check_books(connection)
        except UsageError as error:
            raise UsageError(f"{path}: {error}; nothing was imported") from None
        _catch_up(connection)
        return added

    return await books.write(read)


def _told(error: OSError) -> str:
    return (error.strerror or "it cannot be reached").lower()


def _rows(connection: sqlite3.Connection) -> Iterator[str]:
    for table in _TABLES:
        for row in connection.execute(f"select * from {table} order by rowid"):  # noqa: S608
            yield json.dumps({"table": table, **dict(row)}, ensure_ascii=False)


def _numbered(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    return ((number, line) for number, line in enumerate(lines, start=1) if line.strip())


def _insert(connection: sqlite3.Connection, line: bytes, where: str) -> int:
    try:
        row = json.loads(line.decode())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where}: not JSON ({type(error).__name__}); nothing was imported") from None
    table = row.pop("table", None) if isinstance(row, dict) else None
    if table not in _TABLES:
        raise UsageError(f'{where}: no row of the books; "table" is one of {", ".join(_TABLES)}')
    columns = [column["name"] for column in connection.execute(f"pragma table_info({table})")]
    if set(row) != set(columns):
        raise UsageError(f"{where}: a {table} has the columns {', '.join(columns)}; nothing was imported")
    try:
        check_row(table, row)
    except UsageError as error:
        raise UsageError(f"{where}: {error}; nothing was imported") from None
    values = [row[column] for column in columns]
    equal = " and ".join(f"{column} is ?" for column in columns)
    if connection.execute(f"select 1 from {table} where {equal}", values).fetchone() is not None:  # noqa: S608
        return 0
    if table == "counter":
        connection.execute(_COUNT_ON, (row["name"], row["value"]))
        return 0
    try:
        marks = ", ".join("?" * len(columns))
        connection.execute(f"insert into {table} values ({marks})", values)  # noqa: S608
    except sqlite3.IntegrityError as error:
        raise Conflict(f"{where}: {error}; nothing was imported") from None
    return 1


def _catch_up(connection: sqlite3.Connection) -> None:
    """Let the counters go on behind every id that came in, whether or not the file had their rows."""
    for prefix, table in _COUNTED:
        ids = (row[0] for row in connection.execute(f"select id from {table}"))  # noqa: S608
        numbers = [
            int(found[1]) for found in map(re.compile(rf"{prefix}_([0-9]{{6,15}})").fullmatch, ids) if found
        ]
        if numbers:
            connection.execute(_COUNT_ON, (prefix, max(numbers)))
