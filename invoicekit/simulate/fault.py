"""What can go wrong with one request, and when the write takes effect if it does."""

import enum
import fnmatch

import attrs

from invoicekit.simulate.exchange import Call


class Effect(enum.StrEnum):
    """When a fault lets the request take effect."""

    NEVER = "never"
    AT_ONCE = "at once"
    LATER = "later"


class FaultKind(enum.StrEnum):
    """The faults a simulator can produce on a real socket.

    BEFORE and AFTER tell whether the write took effect. LATE cuts the connection and lets the write happen
    within the settle bound. REPLAY answers as usual and then, as a proxy might, lets the same request happen
    once more. WRONG_BODY is a 2xx that names another object.
    """

    THROTTLE = "throttle"
    THROTTLE_RETRY_AFTER = "throttle-retry-after"
    THROTTLE_EMPTY = "throttle-empty"
    ERROR_BEFORE = "error-before"
    ERROR_AFTER = "error-after"
    DROP_BEFORE = "drop-before"
    DROP_AFTER = "drop-after"
    STALL_BEFORE = "stall-before"
    STALL_AFTER = "stall-after"
    SLOW_BODY = "slow-body"
    LATE = "late"
    TRUNCATED = "truncated"
    GARBAGE = "garbage"
    REDIRECT = "redirect"
    WRONG_BODY = "wrong-body"
    REPLAY = "replay"

    @property
    def effect(self) -> Effect:
        """Return when the request takes effect under this fault."""
        if self in _NEVER:
            return Effect.NEVER
        return Effect.LATER if self is FaultKind.LATE else Effect.AT_ONCE

    @property
    def is_throttle(self) -> bool:
        """Tell whether the fault is a 429 that no rate limit asked for."""
        return self in _THROTTLES


_THROTTLES = frozenset({FaultKind.THROTTLE, FaultKind.THROTTLE_RETRY_AFTER, FaultKind.THROTTLE_EMPTY})
_NEVER = _THROTTLES | {
    FaultKind.ERROR_BEFORE,
    FaultKind.DROP_BEFORE,
    FaultKind.STALL_BEFORE,
    FaultKind.REDIRECT,
}


@attrs.frozen(kw_only=True)
class Fault:
    """One fault and the requests it hits.

    Attributes:
        at: An operation ("add_payment"), or verb and path ("POST */payments"); `*` matches anything.
        nth: The first matching request that is hit, counted from 1.
        times: How many matching requests in a row are hit; None means all from `nth` on.
        containing: Only requests whose body contains this text match.
        status: The status of ERROR_BEFORE and ERROR_AFTER; of REDIRECT too where it is one of 3xx, else 307.
        retry_after: The text of the Retry-After header of THROTTLE_RETRY_AFTER.
        seconds: How long SLOW_BODY drips, a stall lasts, or LATE and the second half of REPLAY wait; None
            means the simulator chooses.
        location: Where REDIRECT points to.
        is_reset: True when a dropped connection ends with a reset, False for an orderly close.
    """

    kind: FaultKind
    at: str = "*"
    nth: int = attrs.field(default=1, validator=attrs.validators.ge(1))
    times: int | None = 1
    containing: str | None = None
    status: int = 503
    retry_after: str = "1"
    seconds: float | None = None
    location: str = "http://elsewhere.invalid/"
    is_reset: bool = False

    @property
    def redirect_status(self) -> int:
        """Return the status of REDIRECT."""
        return self.status if 300 <= self.status < 400 else 307

    def matches(self, call: Call) -> bool:
        """Tell whether the fault is addressed to this request."""
        name = f"{call.method} {call.path}" if " " in self.at else call.operation
        if not fnmatch.fnmatchcase(name, self.at):
            return False
        return self.containing is None or self.containing.encode() in call.body

    def hits(self, ordinal: int) -> bool:
        """Tell whether the fault strikes the matching request of this number, counted from 1."""
        return ordinal >= self.nth and (self.times is None or ordinal < self.nth + self.times)
