"""The headers that an answer came with, as an object shows them: nothing that could be a secret."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

HIDDEN: Final = "***"

# By name, for what the value of an unknown header means nobody can tell. Too much hidden does no harm.
_SECRET_NAME = re.compile(
    r"cookie|auth|token|secret|passw|session|signature|credential|jwt|[cx]srf|(?<!idempotency-)key"
)
_SECRET_VALUE = re.compile(
    r"\s*(?:bearer|basic)\s|.*[?&][^=&]*(?:token|secret|key|sig|passw|auth|credential)", re.IGNORECASE
)


class Headers(Mapping[str, str]):
    """What an answer's headers say: request ids, what is left of a rate limit, dates.

    Names are in lower case, and any case finds them; of repeated headers the last is kept. A header whose
    name speaks of cookies, keys, tokens, signatures or the like, or whose value is a bearer or basic
    credential or an address that holds one, keeps its name and shows ``***`` instead of its value.

    Nothing is copied or looked through before somebody asks.
    """

    __slots__ = ("_sent",)

    def __init__(self, sent: Mapping[str, str]) -> None:
        """Show the headers of an answer, which have lower-case names."""
        self._sent = sent

    def __getitem__(self, name: str) -> str:
        name = name.lower()
        value = self._sent[name]
        return HIDDEN if _SECRET_NAME.search(name) or _SECRET_VALUE.match(value) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._sent)

    def __len__(self) -> int:
        return len(self._sent)

    def __repr__(self) -> str:
        return repr(dict(self))

    def __reduce__(self) -> tuple[type["Headers"], tuple[dict[str, str]]]:
        return Headers, (dict(self),)  # a copy or a pickle holds no more than is shown


NO_HEADERS: Final[Mapping[str, str]] = Headers({})
"""Of what came with no answer: what the journal, a local file or the caller knew already."""
