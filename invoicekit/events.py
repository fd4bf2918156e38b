"""What happened, as records for progress lines, metrics and logs.

No record holds a URL, an id, a body, a header or a key. Hooks are called by the event loop right after the
step they tell of, in order, and never inside it: a hook that raises is reported to the loop's exception
handler and cannot change what happens to a payment.
"""

import asyncio
from collections.abc import Callable, Sequence

import attrs

from invoicekit.model import Outcome


@attrs.frozen(kw_only=True)
class Event:
    """The root of every record.

    Attributes:
        provider: The adapter's name.
    """

    provider: str


@attrs.frozen(kw_only=True)
class SendEvent(Event):
    """Something about one try of one operation.

    Attributes:
        operation: The operation's name.
        attempt: 1 for the first try of a call.
    """

    operation: str
    attempt: int


@attrs.frozen(kw_only=True)
class RequestSent(SendEvent):
    """A request was handed to the transport."""


@attrs.frozen(kw_only=True)
class ResponseReceived(SendEvent):
    """A whole answer came.

    Attributes:
        status: HTTP status.
        seconds: From handing the request over to the answer's end.
    """

    status: int
    seconds: float


@attrs.frozen(kw_only=True)
class ExchangeLost(SendEvent):
    """No whole answer came.

    Attributes:
        reason: What happened, in words.
        seconds: From handing the request over to the loss.
    """

    reason: str
    seconds: float


@attrs.frozen(kw_only=True)
class RateLimitHit(SendEvent):
    """The provider answered 429.

    Attributes:
        retry_after: Seconds it asked for, where it did.
    """

    retry_after: float | None


@attrs.frozen(kw_only=True)
class RetryScheduled(SendEvent):
    """A try without effect will be repeated; `attempt` is the coming one.

    Attributes:
        seconds: The pause before it, the wait for the rate limit not counted.
        status: HTTP status of the try that had no effect, where there was one.
    """

    seconds: float
    status: int | None


@attrs.frozen(kw_only=True)
class RateChanged(Event):
    """The limiter cut its rate.

    Attributes:
        rate: Requests per second from now on.
    """

    rate: float


@attrs.frozen(kw_only=True)
class Paused(Event):
    """The provider asked for a pause that holds everything on this account back.

    Attributes:
        seconds: Until sending goes on.
    """

    seconds: float


@attrs.frozen(kw_only=True)
class WriteSettled(Event):
    """A promised write came to its end.

    Attributes:
        operation: The operation's name.
        outcome: How it ended.
        sends: How often it was sent.
        seconds: From the call to its end.
    """

    operation: str
    outcome: Outcome
    sends: int
    seconds: float


Hook = Callable[[Event], None]


def emit(hooks: Sequence[Hook], event: Event) -> None:
    """Let the running loop call every hook with `event`; test `if hooks:` before building the event."""
    loop = asyncio.get_running_loop()
    for hook in hooks:
        loop.call_soon(hook, event)
