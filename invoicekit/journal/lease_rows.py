"""Leases as rows: the statements of a SQLite journal, each to be run inside a transaction."""

import sqlite3
from collections.abc import Callable

import attrs

from invoicekit.journal.lease import Holding, Lease, check_free, taken

_BY_PLACE = "provider = ? and account = ? and target = ?"
_SELECT = f"select owner, taken_at, expires_at, life_sign from lease where {_BY_PLACE}"  # noqa: S608 -- constants
_TAKE = (
    "insert or replace into lease(provider, account, target, owner, taken_at, expires_at, life_sign)"
    " values(?,?,?,?,?,?,?)"
)
_RENEW = f"update lease set taken_at = ?, expires_at = ? where {_BY_PLACE} and owner = ?"  # noqa: S608
_RELEASE = f"delete from lease where {_BY_PLACE} and owner = ?"  # noqa: S608 -- constants


def take(
    connection: sqlite3.Connection,
    lease: Lease,
    *,
    now: float,
    life_sign: str,
    is_dead: Callable[[str], bool],
) -> None:
    """Write the lease down.

    Args:
        life_sign: Of this process.
        is_dead: Tells of another's sign whether its process has certainly ended, lapsed lease or not.

    Raises:
        Leased: Another owner holds the target.
    """
    row = connection.execute(_SELECT, lease.place).fetchone()
    held = None if row is None else Holding(*row)
    if held is None or not is_dead(held.life_sign):
        check_free(lease, held, now)
    connection.execute(_TAKE, (*lease.place, *attrs.astuple(taken(lease, now, life_sign=life_sign))))


def is_held(connection: sqlite3.Connection, lease: Lease | None) -> bool:
    """Tell whether nobody took the target over; without a lease there is nothing to lose."""
    if lease is None:
        return True
    row = connection.execute(_SELECT, lease.place).fetchone()
    return row is not None and row[0] == lease.owner


def renew(connection: sqlite3.Connection, lease: Lease, *, now: float) -> bool:
    """Let it hold for its whole time again; tell whether it was still held."""
    holding = taken(lease, now)
    parameters = (holding.taken_at, holding.expires_at, *lease.place, lease.owner)
    return connection.execute(_RENEW, parameters).rowcount == 1


def release(connection: sqlite3.Connection, lease: Lease) -> None:
    """Forget it, if it is still this owner's."""
    connection.execute(_RELEASE, (*lease.place, lease.owner))


def forget_dead(connection: sqlite3.Connection, life_sign: str) -> None:
    """Drop what a process left behind that was killed."""
    connection.execute("delete from lease where life_sign = ?", (life_sign,))


def forget_lapsed(connection: sqlite3.Connection, *, now: float) -> None:
    """Drop what owners left behind that gave no sign of life."""
    connection.execute("delete from lease where expires_at <= ? or taken_at > ?", (now, now))
