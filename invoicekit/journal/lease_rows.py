"""Leases as rows: the statements of a SQLite journal, each to be run inside a transaction."""

import sqlite3

from invoicekit.journal.lease import Holding, Lease, check_free, taken

_BY_PLACE = "provider = ? and account = ? and target = ?"
_SELECT = f"select owner, taken_at, expires_at from lease where {_BY_PLACE}"  # noqa: S608 -- constants
_TAKE = (
    "insert or replace into lease(provider, account, target, owner, taken_at, expires_at) values(?,?,?,?,?,?)"
)
_RENEW = f"update lease set taken_at = ?, expires_at = ? where {_BY_PLACE} and owner = ?"  # noqa: S608
_RELEASE = f"delete from lease where {_BY_PLACE} and owner = ?"  # noqa: S608 -- constants


def take(connection: sqlite3.Connection, lease: Lease, *, now: float) -> None:
    """Write the lease down.

    Raises:
        Leased: Another owner holds the target.
    """
    row = connection.execute(_SELECT, lease.place).fetchone()
    held = None if row is None else Holding(owner=row[0], taken_at=row[1], expires_at=row[2])
    check_free(lease, held, now)
    holding = taken(lease, now)
    connection.execute(_TAKE, (*lease.place, lease.owner, holding.taken_at, holding.expires_at))


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


def forget_lapsed(connection: sqlite3.Connection, *, now: float) -> None:
    """Drop what owners left behind that were killed."""
    connection.execute("delete from lease where expires_at <= ? or taken_at > ?", (now, now))
