"""Rate limits as people write them in settings."""

import re
from collections.abc import Callable

from invoicekit.transport.site import RateWindow

_SECONDS = {"s": 1.0, "sec": 1.0, "second": 1.0, "min": 60.0, "minute": 60.0, "h": 3600.0, "hour": 3600.0}
_RATE = re.compile(r"\s*(~?)\s*([1-9][0-9]{0,8})\s*/\s*([a-z]+)\s*")
_FORM = "must read like 50/s, 600/min or 30/h, joined by commas; ~50/s is a guess that more is tried from"


def parse_rate(text: str, refuse: Callable[[str], Exception] = ValueError) -> tuple[RateWindow, ...]:
    """Read limits such as ``50/s`` or ``30/h``; several are separated by commas and all hold at once.

    A limit is never exceeded. With ``~`` in front it is where to start from: more is tried, and what is
    found is kept in the journal. That is for a provider which allows more than it documents; it costs a
    few answers 429, up to 1 % of ten thousand requests.

    Args:
        refuse: Makes the error of what is wrong, such as one that names the setting.

    Raises:
        ValueError: It is not of that form, and `refuse` makes no other error.
    """
    windows = []
    for part in text.split(","):
        found = _RATE.fullmatch(part)
        if found is None or found[3] not in _SECONDS:
            raise refuse(_FORM)
        guess, limit, seconds = found[1], int(found[2]), _SECONDS[found[3]]
        if guess and seconds != 1.0:
            raise refuse("must give a guess by the second, such as ~5/s: longer limits are counted alone")
        windows.append(RateWindow(limit=limit, seconds=seconds, is_documented=not guess))
    return tuple(windows)
