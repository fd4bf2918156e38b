"""Who uses an account's rate just now, of all that share a journal."""

import attrs

LIVES_SECONDS = 2.0
"""After so long without a word an owner is taken for gone."""
BUCKET_SECONDS = 10
"""Requests that count for long are told by stretches of this length."""


@attrs.frozen(kw_only=True)
class Spent:
    """Requests that went out in one stretch of time.

    Attributes:
        bucket: Which stretch: seconds since 1970 by the wall clock, divided by `BUCKET_SECONDS`.
        requests: How many.
    """

    bucket: int
    requests: int

    @property
    def until(self) -> float:
        """When the stretch has ended, in seconds since 1970."""
        return float((self.bucket + 1) * BUCKET_SECONDS)


@attrs.frozen(kw_only=True)
class RateUse:
    """What one owner of a journal tells of its sending, and what it asks for.

    Attributes:
        owner: One service of one process.
        wanted: Requests per second it would send if it were alone; infinite where its line never empties.
        spent: What went out since it last told.
        remembers: Seconds for which what was spent still counts.
    """

    provider: str
    account: str
    owner: str
    wanted: float
    spent: tuple[Spent, ...] = ()
    remembers: float = 0.0


@attrs.frozen(kw_only=True)
class OthersUse:
    """What all others tell.

    Attributes:
        wanted: Requests per second that each living one would send if it were alone.
        spent: What they have sent of late, those included that are gone.
    """

    wanted: tuple[float, ...] = ()
    spent: tuple[Spent, ...] = ()
