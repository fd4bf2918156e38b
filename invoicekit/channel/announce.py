"""Tell the hooks what a channel does; with no hooks no record is built."""

from collections.abc import Sequence

from invoicekit.channel.limiter import Limiter
from invoicekit.errors import NotApplied, RateLimited
from invoicekit.events import (
    ExchangeLost,
    Hook,
    Paused,
    RateChanged,
    RateLimitHit,
    RequestSent,
    ResponseReceived,
    RetryScheduled,
    emit,
)


class Announcer:
    """Build records for one provider.

    Args:
        hooks: Looked at anew for every record, so that its owner may add one and take it away again.
    """

    __slots__ = ("_hooks", "_provider")

    def __init__(self, provider: str, hooks: Sequence[Hook]) -> None:
        self._provider = provider
        self._hooks = hooks

    @property
    def is_heard(self) -> bool:
        """Whether there is any hook; asked first where telling would cost something."""
        return bool(self._hooks)

    def sent(self, operation: str, attempt: int) -> None:
        """Tell of a request handed to the transport."""
        emit(self._hooks, RequestSent(provider=self._provider, operation=operation, attempt=attempt))

    def received(self, operation: str, attempt: int, *, status: int, seconds: float) -> None:
        """Tell of a whole answer."""
        event = ResponseReceived(
            provider=self._provider, operation=operation, attempt=attempt, status=status, seconds=seconds
        )
        emit(self._hooks, event)

    def lost(self, operation: str, attempt: int, *, reason: str, seconds: float) -> None:
        """Tell of an exchange without a whole answer."""
        if self._hooks:
            event = ExchangeLost(
                provider=self._provider, operation=operation, attempt=attempt, reason=reason, seconds=seconds
            )
            emit(self._hooks, event)

    def repeating(self, operation: str, attempt: int, *, failure: NotApplied, seconds: float) -> None:
        """Tell of a coming repeat."""
        if self._hooks:
            event = RetryScheduled(
                provider=self._provider,
                operation=operation,
                attempt=attempt,
                seconds=seconds,
                status=failure.status,
            )
            emit(self._hooks, event)

    def limited(
        self,
        operation: str,
        attempt: int,
        refusal: RateLimited,
        *,
        limiter: Limiter,
        rate_before: float,
        pause_before_seconds: float,
    ) -> None:
        """Tell of a 429, and of what it changed for everybody on the account."""
        if not self._hooks:
            return
        hit = RateLimitHit(
            provider=self._provider,
            operation=operation,
            attempt=attempt,
            retry_after=refusal.retry_after,
        )
        emit(self._hooks, hit)
        if limiter.rate != rate_before:
            emit(self._hooks, RateChanged(provider=self._provider, rate=limiter.rate))
        if limiter.pause_seconds > pause_before_seconds:
            emit(self._hooks, Paused(provider=self._provider, seconds=limiter.pause_seconds))
