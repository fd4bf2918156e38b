"""What an account was found to allow, kept for the next run."""

from datetime import datetime, timedelta

import attrs

FORGOTTEN_AFTER = timedelta(days=30)
"""Plans change and nobody tells; a month's old finding is worth less than a new search."""


@attrs.frozen(kw_only=True)
class KnownRate:
    """A rate found by sending.

    It holds for the whole account whatever the credentials, so that none of them needs to be kept here.

    Attributes:
        windows: The limits that were believed when it was found, as text; under others it means nothing.
        per_second: Requests a second that got through.
        is_met: Whether the provider's limit was met there, or it is only as far as anybody got.
        learned_at: Aware UTC instant.
    """

    provider: str
    account: str
    windows: str
    per_second: float = attrs.field(validator=attrs.validators.gt(0))
    is_met: bool
    learned_at: datetime

    def is_current(self, now: datetime) -> bool:
        """Return whether it is young enough; one from the future was written by a clock gone wrong."""
        return abs(now - self.learned_at) < FORGOTTEN_AFTER
