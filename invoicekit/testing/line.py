"""What goes wrong on the way to a provider and back, where the provider itself does as it is told."""

import enum
import fnmatch
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import attrs

from invoicekit.transport import Departed, ExchangeFailed, Outgoing


class Trouble(enum.Enum):
    """What happens to one exchange between the two ends."""

    REFUSED = "connection refused"
    UNRESOLVED = "host name not resolved"
    CONNECT_TIMEOUT = "no connection in time"
    HANDSHAKE = "TLS handshake failed"
    CERTIFICATE = "certificate refused"
    RESET_UPLOADING = "reset while the body was uploading"
    """The provider gets no whole request, so it does nothing; nobody here can know that."""
    UNSIGNED = "credentials lost on the way"
    """The provider refuses the request in its own words."""
    MANGLED = "body mangled on the way"
    """The provider gets a body that is no JSON, or a path to nowhere, and refuses in its own words."""
    FOREIGN = "an answer meant for somebody else"
    """A success about a thing that nobody here asked for."""
    EMPTIED = "the answer's body lost"
    """Status and headers arrive, and the body has no byte."""
    INFLATED = "the answer grew beyond the bound"
    HINTED = "a Retry-After added to the answer"
    """As some gateways do, to answers of any status."""
    PASSED = "nothing wrong"
    """For `meanwhile` alone."""

    @property
    def loss(self) -> ExchangeFailed | None:
        """Return how an exchange ends that never reaches the provider; None where it does reach it.

        The words are those of the aiohttp transport.
        """
        found = _LOSSES.get(self)
        if found is None:
            return None
        reason, departed, is_final = found
        return ExchangeFailed(reason, departed=departed, is_final=is_final)


_LOSSES: dict[Trouble, tuple[str, Departed, bool]] = {
    Trouble.REFUSED: ("no connection to the host (ECONNREFUSED)", Departed.NO, False),
    Trouble.UNRESOLVED: ("the host name could not be resolved", Departed.NO, False),
    Trouble.CONNECT_TIMEOUT: ("no connection in time", Departed.NO, False),
    Trouble.HANDSHAKE: ("the TLS handshake failed", Departed.NO, False),
    Trouble.CERTIFICATE: ("the host's certificate was refused", Departed.NO, True),
    Trouble.RESET_UPLOADING: (
        "the connection broke before the whole answer came (ECONNRESET)",
        Departed.MAYBE,
        False,
    ),
}


@attrs.frozen(kw_only=True)
class LineFault:
    """One trouble and the exchanges it hits.

    Attributes:
        at: Verb and path, e.g. "POST */payments"; `*` matches anything.
        nth: The first matching exchange that is hit, counted from 1.
        times: How many matching exchanges in a row are hit; None means all from `nth` on.
        hint: The Retry-After of HINTED.
        seconds: How long CONNECT_TIMEOUT waits.
        meanwhile: Called when a hit exchange sets out, before the provider sees it: another writer.
    """

    trouble: Trouble
    at: str = "*"
    nth: int = attrs.field(default=1, validator=attrs.validators.ge(1))
    times: int | None = 1
    hint: str = "1"
    seconds: float = 10.0
    meanwhile: Callable[[], None] | None = None

    def matches(self, outgoing: Outgoing) -> bool:
        """Tell whether the fault is addressed to this exchange."""
        return fnmatch.fnmatchcase(f"{outgoing.method} {urlsplit(outgoing.url).path}", self.at)


class Line:
    """The way between the two ends: counts the exchanges and names the trouble of each.

    Attributes:
        struck: The faults that struck, in order.
    """

    def __init__(self, faults: Iterable[LineFault] = ()) -> None:
        self._faults = list(faults)
        self._matched = [0] * len(self._faults)
        self.struck: list[LineFault] = []

    def draw(self, outgoing: Outgoing) -> LineFault | None:
        """Return what shall happen to this exchange, or None; the first fault given wins."""
        struck = None
        for number, fault in enumerate(self._faults):
            if not fault.matches(outgoing):
                continue
            self._matched[number] += 1
            ordinal = self._matched[number]
            is_hit = ordinal >= fault.nth and (fault.times is None or ordinal < fault.nth + fault.times)
            if struck is None and is_hit:
                struck = fault
        if struck is not None:
            self.struck.append(struck)
        return struck
