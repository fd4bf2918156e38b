"""Who uses a rate, as rows: the statements of a SQLite journal, each to be run inside a transaction."""

import sqlite3

from invoicekit.journal.rate_use import BUCKET_SECONDS, LIVES_SECONDS, OthersUse, RateUse, Spent

_TELL = "insert or replace into rate_user(provider, account, owner, wanted, seen_at) values(?,?,?,?,?)"
_LEAVE = "delete from rate_user where provider = ? and account = ? and owner = ?"
_OTHERS = (
    "select wanted from rate_user where provider = ? and account = ? and owner <> ?"
    " and seen_at > ? and seen_at <= ?"
)
_SPEND = (
    "insert into rate_spent(provider, account, owner, bucket, requests) values(?,?,?,?,?)"
    " on conflict do update set requests = requests + excluded.requests"
)
_SPENT = (
    "select bucket, sum(requests) from rate_spent where provider = ? and account = ? and owner <> ?"
    " and bucket > ? group by bucket order by bucket"
)
_FORGET = "delete from rate_spent where provider = ? and account = ? and bucket <= ?"


def share(connection: sqlite3.Connection, use: RateUse, *, moment: float, wall: float) -> OthersUse:
    """Write down what an owner tells, and return what the others told.

    Args:
        moment: By the clock that all processes of this machine share.
        wall: Seconds since 1970.
    """
    who = (use.provider, use.account)
    if use.wanted > 0:
        connection.execute(_TELL, (*who, use.owner, min(use.wanted, 1e9), moment))
    else:
        connection.execute(_LEAVE, (*who, use.owner))
    living = connection.execute(_OTHERS, (*who, use.owner, moment - LIVES_SECONDS, moment))
    wanted = tuple(float(row[0]) for row in living)
    if not use.remembers:
        return OthersUse(wanted=wanted)
    for each in use.spent:
        connection.execute(_SPEND, (*who, use.owner, each.bucket, each.requests))
    oldest = int((wall - use.remembers) // BUCKET_SECONDS) - 1
    connection.execute(_FORGET, (*who, oldest))
    rows = connection.execute(_SPENT, (*who, use.owner, oldest))
    return OthersUse(wanted=wanted, spent=tuple(Spent(bucket=row[0], requests=row[1]) for row in rows))
