"""Known rates as rows: the statements of a SQLite journal, each to be run inside a transaction."""

import sqlite3
from datetime import datetime

from invoicekit.journal.rate import KnownRate

_SELECT = "select windows, per_second, is_met, learned_at from rate where provider = ? and account = ?"
_KEEP = (
    "insert or replace into rate(provider, account, windows, per_second, is_met, learned_at)"
    " values(?,?,?,?,?,?)"
)


def find(connection: sqlite3.Connection, provider: str, account: str) -> KnownRate | None:
    """Return what is kept for an account."""
    row = connection.execute(_SELECT, (provider, account)).fetchone()
    if row is None:
        return None
    return KnownRate(
        provider=provider,
        account=account,
        windows=row[0],
        per_second=row[1],
        is_met=bool(row[2]),
        learned_at=datetime.fromisoformat(row[3]),
    )


def keep(connection: sqlite3.Connection, rate: KnownRate) -> None:
    """Keep it instead of what was found before."""
    learned_at = rate.learned_at.isoformat()
    parameters = (rate.provider, rate.account, rate.windows, rate.per_second, rate.is_met, learned_at)
    connection.execute(_KEEP, parameters)
