"""Where Acorn is, and who we are there."""

import attrs
from invoicekit.adapter import HeaderKey, RateWindow, Secret, Site

UNTIL_TOLD = (RateWindow(limit=5, seconds=1.0),)


@attrs.frozen(kw_only=True)
class AcornConfig:
    """The settings of one Acorn account.

    Attributes:
        api_key: From Acorn's settings page.
        base_url: The host; a simulator's in tests.
        settle_seconds: The longest time after which a sent write may still turn up; None where nobody knows.
    """

    api_key: Secret
    base_url: str = "https://api.acorn.example"
    settle_seconds: float | None = None

    def site(self) -> Site:
        """Say where the account is, as whom we call, and how often."""
        return Site(
            hosts={"api": self.base_url},
            credentials=HeaderKey("X-Acorn-Key", self.api_key),
            account="acorn",
            windows=UNTIL_TOLD,
        )
