"""What an answer, or the lack of one, says about the request. Pure.

The rule for writes: only the provider's own words, or proof that nothing left this machine, make a failure
certain. Everything else is doubt.
"""

from collections.abc import Callable
from datetime import datetime

from invoicekit.channel.retry_after import parse_retry_after
from invoicekit.errors import (
    AuthenticationError,
    Conflict,
    InvalidRequest,
    InvoiceKitError,
    MalformedResponse,
    NotApplied,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Rejected,
    Unavailable,
)
from invoicekit.operation import Operation
from invoicekit.transport import Departed, ExchangeFailed, HttpResponse

Refusal = Callable[[HttpResponse], NotApplied | None]
"""An adapter's own reading of a 4xx or 5xx answer; None where it is not certain."""

_READ_ERRORS: dict[int, type[Rejected]] = {
    401: AuthenticationError,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    410: NotFound,
    412: Conflict,
}
_AMBIGUOUS_4XX = frozenset({408, 499})


def judge_answer(
    provider: str, operation: Operation, response: HttpResponse, refusal: Refusal, now: datetime
) -> InvoiceKitError | None:
    """Return None for a 2xx answer, and for any other the error that says what it means."""
    status = response.status
    if 200 <= status < 300:
        return None
    if status == 429:
        return _rate_limited(provider, operation, response, now)
    if 300 <= status < 400:
        return _redirected(provider, operation, status)
    if 400 <= status < 500 and status not in _AMBIGUOUS_4XX:
        return _refused(provider, operation, response, refusal, now)
    return _failed(provider, operation, response, refusal, now)


def judge_loss(provider: str, operation: Operation, failure: ExchangeFailed) -> InvoiceKitError:
    """Return the error for an exchange that ended without a whole answer."""
    told = f"{provider} {operation.name}: {failure.reason}"
    if failure.departed is Departed.NO:
        if failure.is_final:
            return NotApplied(f"{told}; nothing was sent, and repeating it will not help")
        return Unavailable(f"{told}; nothing was sent")
    if operation.is_write:
        return OutcomeUnknown(f"{told}; the write may have taken effect", evidence=failure.reason)
    if failure.is_oversized:
        return MalformedResponse(told)
    if failure.is_final:
        return NotApplied(f"{told}; repeating it will not help")
    return Unavailable(told)


def judge_overdue(provider: str, operation: Operation, seconds: float) -> InvoiceKitError:
    """Return the error for an exchange that was given up after `seconds`: it may have been seen."""
    reason = f"no whole answer within {seconds:.3g} s"
    return judge_loss(provider, operation, ExchangeFailed(reason, departed=Departed.MAYBE))


def _rate_limited(provider: str, operation: Operation, response: HttpResponse, now: datetime) -> RateLimited:
    retry_after = parse_retry_after(response.headers.get("retry-after"), now)
    hint = "" if retry_after is None else f"; it asks to wait {retry_after:.3g} s"
    return RateLimited(
        f"{provider} {operation.name}: refused by the rate limit{hint}",
        status=response.status,
        request_id=response.headers.get("x-request-id"),
        retry_after=retry_after,
    )


def _redirected(provider: str, operation: Operation, status: int) -> InvoiceKitError:
    told = f"{provider} {operation.name}: answered with a redirect ({status}), which is never followed"
    if operation.is_write:
        return OutcomeUnknown(
            f"{told}; the write may have taken effect", evidence=f"redirect {status}", status=status
        )
    return Rejected(f"{told}; check the base URL", status=status)


def _refused(
    provider: str, operation: Operation, response: HttpResponse, refusal: Refusal, now: datetime
) -> InvoiceKitError:
    declared = refusal(response)
    if declared is not None:
        return _completed(declared, response, now)
    status = response.status
    if operation.is_write:
        return _doubtful(provider, operation, status, "an error answer not in the provider's own form")
    kind = _READ_ERRORS.get(status, InvalidRequest)
    return kind(f"{provider} {operation.name}: answered {status}", status=status)


def _failed(
    provider: str, operation: Operation, response: HttpResponse, refusal: Refusal, now: datetime
) -> InvoiceKitError:
    # A server error is at most declared unprocessed; no form of words turns it into a verdict on the content.
    declared = refusal(response)
    if isinstance(declared, RateLimited | Unavailable):
        return _completed(declared, response, now)
    status = response.status
    if operation.is_write:
        return _doubtful(provider, operation, status, "a server-side failure")
    return Unavailable(
        f"{provider} {operation.name}: answered {status}",
        status=status,
        retry_after=parse_retry_after(response.headers.get("retry-after"), now),
    )


def _doubtful(provider: str, operation: Operation, status: int, words: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{provider} {operation.name}: answered {status}, {words}; the write may have taken effect",
        evidence=f"status {status}, {words}",
        status=status,
    )


def _completed(declared: NotApplied, response: HttpResponse, now: datetime) -> NotApplied:
    if declared.status is None:
        declared.status = response.status
    if declared.retry_after is None and isinstance(declared, RateLimited | Unavailable):
        declared.retry_after = parse_retry_after(response.headers.get("retry-after"), now)
    return declared
