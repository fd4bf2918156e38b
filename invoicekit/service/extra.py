"""What a call says to one provider alone: each part goes to its own provider, and nowhere else."""

import difflib
from collections.abc import Iterable, Mapping

from invoicekit.errors import UsageError


def own_part(extra: Mapping[str, object], *, provider: str, installed: Iterable[str]) -> Mapping[str, object]:
    """Return what `extra` holds for this provider; the parts of other installed ones are left out.

    Shape: ``{"asset": {"tags": {"team": "blue"}}, "clockify": {...}}``, in each provider's own words.

    Raises:
        UsageError: A part that is no mapping, or under a name that no installed adapter has: it would be
            ignored for ever. Nothing was sent.
    """
    names = {provider, *installed}
    for name, part in extra.items():
        if name not in names:
            close = difflib.get_close_matches(str(name), sorted(names), n=1)
            hint = f" (did you mean {close[0]!r}?)" if close else ""
            raise UsageError(
                f"extra has a part for {name!r}, and no installed adapter is called so{hint}: it holds one "
                f"mapping for each provider, such as extra={{{provider!r}: {{...}}}}; nothing was sent"
            )
        if not isinstance(part, Mapping) or not all(isinstance(key, str) for key in part):
            raise UsageError(
                f"extra[{name!r}] is a mapping from the provider's own words to values, not "
                f"{type(part).__name__}; nothing was sent"
            )
    own = extra.get(provider)
    return dict(own) if isinstance(own, Mapping) else {}
