"""Intents as rows: the statements of a SQLite journal, each to be run inside a transaction."""

# ruff: noqa: S608
# Every statement is put together from constants; values are bound.
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from invoicekit.journal.asked import Asked
from invoicekit.journal.intent import Intent, IntentKey, IntentState
from invoicekit.journal.schema import SETTLED, UNSETTLED, in_states
from invoicekit.model import Money

_COLUMNS = (
    "provider, account, operation, reference, target, fingerprint, marker, state, sends, resource_id, "
    "evidence, created_at, updated_at, asked, amount"
)
_BY_KEY = "provider = ? and account = ? and operation = ? and reference = ?"
_INSERT = f"insert into intent({_COLUMNS}) values(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_SELECT = f"select {_COLUMNS} from intent where {_BY_KEY}"
_UPDATE = (
    "update intent set target = ?, fingerprint = ?, marker = ?, state = ?, sends = ?, resource_id = ?, "
    f"evidence = ?, created_at = ?, updated_at = ?, asked = ?, amount = ? where {_BY_KEY} and state = ?"
)

Text: TypeAlias = str | int | None


def insert(connection: sqlite3.Connection, intent: Intent) -> None:
    """Add a row; the key must be free."""
    connection.execute(_INSERT, (*_key(intent.key), *_content(intent)))


def find(connection: sqlite3.Connection, key: IntentKey) -> Intent | None:
    """Return the row with this key."""
    try:
        row = connection.execute(_SELECT, _key(key)).fetchone()
    except UnicodeEncodeError:
        return None  # such a key cannot have been stored
    return None if row is None else _decode(row)


def replace(connection: sqlite3.Connection, intent: Intent, *, expected: IntentState) -> bool:
    """Overwrite the row with this key if it is in the state `expected`; tell whether it was."""
    parameters = (*_content(intent), *_key(intent.key), expected.value)
    return connection.execute(_UPDATE, parameters).rowcount == 1


def last(connection: sqlite3.Connection) -> int:
    """Return the place of the newest row."""
    (place,) = connection.execute("select coalesce(max(seq), 0) from intent").fetchone()
    return int(place)


def page(
    connection: sqlite3.Connection,
    *,
    after: int,
    until: int,
    limit: int,
    provider: str | None,
    account: str | None,
    states: frozenset[IntentState] | None,
) -> tuple[Sequence[Intent], int]:
    """Return some rows in the order they were first planned, and the place to go on after.

    The place equals `until` when there are no more.
    """
    source, conditions = "intent", ["seq > ?", "seq <= ?"]
    parameters: list[Text] = [after, until]
    if states is not None:
        conditions.append(in_states(states))
        if states and states <= UNSETTLED:
            source = "intent indexed by intent_unsettled"
            conditions.append(in_states(UNSETTLED))  # SQLite uses a partial index only for its very words
    for column, value in (("provider", provider), ("account", account)):
        if value is not None:
            conditions.append(f"{column} = ?")
            parameters.append(value)
    query = f"select {_COLUMNS}, seq from {source} where {' and '.join(conditions)} order by seq limit ?"
    try:
        rows = connection.execute(query, (*parameters, limit)).fetchall()
    except UnicodeEncodeError:
        return (), until  # such a name cannot have been stored
    return [_decode(row) for row in rows], rows[-1][-1] if len(rows) == limit else until


def forget_settled(
    connection: sqlite3.Connection, *, before: datetime, after: int, limit: int
) -> tuple[int, int | None]:
    """Delete settled rows of a stretch of the table.

    Returns:
        How many were deleted, and the place to go on after; None at the end.
    """
    stretch = connection.execute(
        "select max(seq) from (select seq from intent where seq > ? order by seq limit ?)", (after, limit)
    ).fetchone()
    if stretch[0] is None:
        return 0, None
    deleted = connection.execute(
        f"delete from intent where seq > ? and seq <= ? and updated_at < ? and {in_states(SETTLED)}",
        (after, stretch[0], _instant(before)),
    )
    return deleted.rowcount, stretch[0]


def _key(key: IntentKey) -> tuple[str, str, str, str]:
    return key.provider, key.account, key.operation, key.reference


def _content(intent: Intent) -> tuple[Text, ...]:
    return (
        intent.target,
        intent.fingerprint,
        intent.marker,
        intent.state.value,
        intent.sends,
        intent.resource_id,
        intent.evidence,
        _instant(intent.created_at),
        _instant(intent.updated_at),
        "" if intent.asked is None else intent.asked.text,
        "" if intent.amount is None else str(intent.amount),
    )


def _decode(row: Sequence[str]) -> Intent:
    return Intent(
        key=IntentKey(row[0], row[1], row[2], row[3]),
        target=row[4],
        fingerprint=row[5],
        marker=row[6],
        state=IntentState(row[7]),
        sends=int(row[8]),
        resource_id=row[9],
        evidence=row[10],
        created_at=datetime.fromisoformat(row[11]),
        updated_at=datetime.fromisoformat(row[12]),
        asked=Asked.stored(row[13]),
        amount=Money(*row[14].split(" ", 1)) if row[14] else None,
    )


def _instant(value: datetime) -> str:
    # Always of one length and in UTC: compared as text in `forget_settled`.
    return value.astimezone(UTC).isoformat(timespec="microseconds")
