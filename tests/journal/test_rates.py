"""What an account was found to allow is kept for the next run, in both journals."""

from datetime import timedelta
from pathlib import Path

import attrs
import pytest

from invoicekit.journal import Journal, KnownRate, SqliteJournal
from invoicekit.journal.rate import FORGOTTEN_AFTER

from .conftest import START

FOUND = KnownRate(
    provider="clockify", account="w", windows="~10/1s", per_second=48.25, is_met=True, learned_at=START
)


async def test_what_was_kept_is_found_again(journal: Journal) -> None:
    """Every field of it, by provider and account."""
    journal.keep_rate(FOUND)

    assert await journal.known_rate("clockify", "w") == FOUND
    assert await journal.known_rate("clockify", "other") is None
    assert await journal.known_rate("asset", "w") is None


async def test_the_newest_finding_replaces_the_one_before(journal: Journal) -> None:
    """There is one for an account, and the last one counts."""
    newer = attrs.evolve(FOUND, per_second=20.0, is_met=False, windows="100/1s")
    journal.keep_rate(FOUND)

    journal.keep_rate(newer)

    assert await journal.known_rate("clockify", "w") == newer


async def test_a_file_keeps_it_for_the_next_process(path: Path) -> None:
    """What was queued is written before the file is closed."""
    first = SqliteJournal(path)
    await first.open()
    first.keep_rate(FOUND)
    await first.aclose()
    second = SqliteJournal(path)
    await second.open()

    found = await second.known_rate("clockify", "w")
    await second.aclose()

    assert found == FOUND


@pytest.mark.parametrize(
    ("age", "is_current"),
    [
        (timedelta(0), True),
        (FORGOTTEN_AFTER - timedelta(seconds=1), True),
        (FORGOTTEN_AFTER, False),
        (-FORGOTTEN_AFTER, False),
    ],
)
def test_a_month_old_finding_is_no_longer_believed(age: timedelta, *, is_current: bool) -> None:
    """Plans change; and a finding from the far future was written by a clock gone wrong."""
    assert FOUND.is_current(START + age) is is_current
