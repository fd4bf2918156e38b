"""What one request comes to: an answer, and the manner in which the client gets it."""

import enum

import attrs

from invoicekit.simulate.exchange import Answer


class Manner(enum.Enum):
    """How an answer reaches the client, or fails to."""

    WHOLE = "whole"
    CUT = "cut"
    """The connection ends without one byte of an answer."""
    STALL = "stall"
    """The connection stays silent, then ends."""
    DRIP = "drip"
    """The head at once and the body slowly; it arrives whole."""
    TRUNCATED = "truncated"
    """The whole body is promised, half of it sent, and the connection closed."""


@attrs.frozen(kw_only=True)
class Outcome:
    """What goes back to the client, whatever carries it.

    Attributes:
        answer: None where the client gets none.
        seconds: How long a stall or a drip takes.
        is_reset: True when a cut connection ends with a reset, False for an orderly close.
        is_struck: True when a fault had a hand in it.
    """

    answer: Answer | None = None
    manner: Manner = Manner.WHOLE
    seconds: float = 0.0
    is_reset: bool = False
    is_struck: bool = False

    @property
    def status(self) -> int | None:
        """Return the status the client sees, or None when it sees none."""
        return None if self.answer is None else self.answer.status

    @property
    def is_done(self) -> bool:
        """Tell whether the provider carried the request out and answered, nothing in between."""
        return self.answer is not None and self.answer.is_success and not self.is_struck
