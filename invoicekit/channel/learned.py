"""What a limiter found out, in a form that outlives it."""

from collections.abc import Iterable

import attrs

from invoicekit.transport import RateWindow


@attrs.frozen(kw_only=True)
class LearnedRate:
    """A rate that was found by sending, not one that somebody stated.

    Attributes:
        windows: The windows it was found under, as `describe_windows` writes them. Under others, say because
            the configuration names a rate now, it is not used.
        per_second: Requests a second believed to be allowed.
        is_met: Whether the provider's limit was met there; else it is only as far as the climb came.
    """

    windows: str
    per_second: float = attrs.field(validator=attrs.validators.gt(0))
    is_met: bool


def describe_windows(windows: Iterable[RateWindow]) -> str:
    """Return windows as text to compare by, such as ``50/1s 30/3600s``; a guess begins with ``~``."""
    return " ".join(
        f"{'' if window.is_documented else '~'}{window.limit}/{window.seconds:g}s" for window in windows
    )
