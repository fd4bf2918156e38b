"""How a send that had no effect is repeated; the only place that knows tenacity."""

from collections.abc import Awaitable, Callable
from random import Random
from typing import Protocol, TypeVar

import attrs
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from invoicekit.clock import Clock
from invoicekit.errors import NotApplied, RateLimited, Unavailable

T = TypeVar("T")

REPEATABLE = (RateLimited, Unavailable)
"""The only failures worth repeating unchanged."""


class Terms(Protocol):
    """What one call allows its repeats."""

    @property
    def is_bulk(self) -> bool:
        """Whether a refusal by the rate limit is only a pause and uses up no attempt."""
        ...

    def allows(self, failure: NotApplied, pause_seconds: float) -> bool:
        """Decide whether the call may go on with another send `pause_seconds` from now."""
        ...


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """How often and how patiently to repeat a send.

    Attributes:
        attempts: Sends in all, the first included (>= 1).
        base: First pause, in seconds.
        cap: Longest pause of our own choosing, in seconds.
    """

    attempts: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    base: float = attrs.field(default=0.25, validator=attrs.validators.gt(0))
    cap: float = attrs.field(default=30.0, validator=attrs.validators.gt(0))

    async def run(self, send: Callable[[], Awaitable[T]], clock: Clock, random: Random, terms: Terms) -> T:
        """Call `send` until it returns, or fails in a way that is not worth repeating.

        Raises:
            RateLimited, Unavailable: The last attempt ended that way; nothing was applied.
            Exception: Anything else `send` raised, at once and unchanged.
        """
        try:
            return await send()  # the ordinary case pays nothing for the others
        except REPEATABLE as failure:
            first = failure
        repeats = _Repeats(self, random, terms)
        pause = repeats.pause(first)
        if repeats.is_over(first, pause):
            raise first
        await clock.sleep(pause)
        # A new AsyncRetrying each time: a shared one mixes concurrent calls up.
        # A positive predicate: a negative one would retry CancelledError.
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(REPEATABLE),
            wait=lambda state: repeats.pause(_failure(state)),
            stop=lambda state: repeats.is_over(_failure(state), state.upcoming_sleep),
            sleep=clock.sleep,
            reraise=True,
        ):
            with attempt:
                return await send()
        raise AssertionError("unreachable")

    def pause(self, number: int, failure: NotApplied, random: Random) -> float:
        """Return the seconds before repeat `number` (from 1): full jitter, and never before Retry-After."""
        longest = min(self.cap, self.base * 2.0 ** min(number - 1, 63))
        return max(failure.retry_after or 0.0, random.uniform(0.0, longest))


class _Repeats:
    """The repeats of one failing call."""

    def __init__(self, policy: RetryPolicy, random: Random, terms: Terms) -> None:
        self._policy = policy
        self._random = random
        self._terms = terms
        self._failures = 0
        self._attempts_used = 0

    def pause(self, failure: NotApplied) -> float:
        self._failures += 1
        return self._policy.pause(self._failures, failure, self._random)

    def is_over(self, failure: NotApplied, pause_seconds: float) -> bool:
        if not (self._terms.is_bulk and isinstance(failure, RateLimited)):
            self._attempts_used += 1
            if self._attempts_used >= self._policy.attempts:
                return True
        return not self._terms.allows(failure, pause_seconds)


def _failure(state: RetryCallState) -> NotApplied:
    failure = state.outcome.exception() if state.outcome is not None else None
    if not isinstance(failure, NotApplied):
        raise TypeError("tenacity asked about an attempt that did not fail as declared")
    return failure
