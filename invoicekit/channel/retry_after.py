"""Read Retry-After, which providers write in several ways and proxies break in more."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_BELIEVED_SECONDS = 86_400.0
"""A wait longer than a day is taken for a mistake: nobody's calls are held back for it, but the refused
request is given up rather than sent again before it."""

_SECONDS = re.compile(r"\d{1,12}(\.\d{1,9})?", re.ASCII)


def parse_retry_after(text: str | None, now: datetime) -> float | None:
    """Return the seconds to wait from `now`, or None where the text names no time.

    Takes delay-seconds (with a fraction, which some providers send) and an HTTP date; a date that has passed
    means no wait. Negative numbers, words and other nonsense count as absent.
    Source: RFC 9110, section 10.2.3.
    """
    if text is None:
        return None
    text = text.strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())
