"""Who uses a rate is told and asked through the journal's file."""

import math
from pathlib import Path

import attrs

from invoicekit.journal import OthersUse, RateUse, Spent, SqliteJournal

from .conftest import TickingClock

MINE = RateUse(provider="clockify", account="w", owner="me", wanted=3.5)


async def test_owners_of_one_file_hear_of_each_other(path: Path, clock: TickingClock) -> None:
    """Of this account alone, and only while they live: two seconds without a word end that."""
    first, second = SqliteJournal(path, clock=clock), SqliteJournal(path, clock=clock)
    await first.open()
    await second.open()
    theirs = attrs.evolve(MINE, owner="they", wanted=math.inf)

    alone = await first.share_rate(MINE)
    both = await second.share_rate(theirs)
    elsewhere = await second.share_rate(attrs.evolve(theirs, account="other"))
    await clock.sleep(10)
    later = await second.share_rate(theirs)
    await second.share_rate(attrs.evolve(theirs, wanted=0.0))
    gone = await first.share_rate(MINE)
    await first.aclose()
    await second.aclose()

    assert (alone, elsewhere, later, gone) == (OthersUse(), OthersUse(), OthersUse(), OthersUse())
    assert both == OthersUse(wanted=(3.5,))


async def test_what_was_spent_counts_for_as_long_as_asked(path: Path, clock: TickingClock) -> None:
    """The others' requests, by ten seconds, theirs who are gone included; older ones are dropped."""
    journal = SqliteJournal(path, clock=clock)
    await journal.open()
    bucket = int(clock.now().timestamp() // 10)
    told = attrs.evolve(
        MINE, remembers=60.0, spent=(Spent(bucket=bucket - 60, requests=9), Spent(bucket=bucket, requests=2))
    )
    other = attrs.evolve(MINE, owner="they", remembers=60.0)

    await journal.share_rate(told)
    await journal.share_rate(attrs.evolve(told, wanted=0.0, spent=told.spent[1:]))
    shown = await journal.share_rate(other)
    own = await journal.share_rate(attrs.evolve(told, spent=()))
    await journal.aclose()

    assert shown.spent == (Spent(bucket=bucket, requests=4),)
    assert own.spent == ()
