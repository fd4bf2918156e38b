"""What an error of one request means for the items in it, and for the rest of the job."""

from enum import Enum

from invoicekit.errors import (
    AdapterConflict,
    AdapterLoadError,
    AdapterNotFound,
    AuthenticationError,
    ConfigurationError,
    Conflict,
    CurrencyMismatch,
    DestructiveTransition,
    DuplicateDetected,
    FieldLocked,
    IncompatibleAdapter,
    InProgress,
    InvalidAmount,
    InvalidIdentifier,
    InvalidRequest,
    InvalidTransition,
    InvoiceKitError,
    JournalUnavailable,
    MalformedResponse,
    NotFound,
    OutcomeUnknown,
    PaginationIncomplete,
    PaginationLoop,
    RateLimited,
    ServiceClosed,
    Unavailable,
    UnsupportedOperation,
    UsageError,
)


class Ruling(Enum):
    """What to do about the items of a request that failed."""

    SPLIT = "split"
    """Some item's content was refused: halve, down to the single item that is rejected."""
    REJECT = "reject"
    """Nothing was applied, and fewer items would fare no better."""
    UNKNOWN = "unknown"
    """Something may have been applied."""
    WAIT = "wait"
    """Refused for the rate alone: pause and ask again, however often."""
    RETRY = "retry"
    """Nothing was applied for reasons that may pass: ask again a few times."""
    STOP = "stop"
    """Nothing else can work either: end the job."""


_CONTENT_STATUSES = frozenset({None, 400, 404, 409, 413, 422})
_CONTENT = (InvalidRequest, NotFound, Conflict, InvalidIdentifier, InvalidAmount, CurrencyMismatch)
_AFTER_A_READ = (CurrencyMismatch, InvalidTransition, DestructiveTransition, FieldLocked)
_PASSING = (Unavailable, MalformedResponse, PaginationIncomplete, PaginationLoop)
_GENERAL = (
    AuthenticationError,
    JournalUnavailable,
    ConfigurationError,
    ServiceClosed,
    UnsupportedOperation,
    AdapterNotFound,
    AdapterLoadError,
    AdapterConflict,
    IncompatibleAdapter,
)


def shows_an_answer(failure: InvoiceKitError) -> bool:
    """Tell whether an error proves that the provider answers these credentials.

    Most wrong calls are refused before anything is sent; what is compared with the invoice took a read.
    """
    return not isinstance(failure, UsageError) or isinstance(failure, _AFTER_A_READ)


def rule(failure: InvoiceKitError) -> Ruling:
    """Judge an error that a service call raised.

    `MalformedResponse` and the pagination errors come out of a write only from the look before it, so
    nothing was sent: the guard takes an unreadable answer to the write itself as doubt. `InProgress`
    sent nothing from here, but somebody else is at the same item, and how that ends is not known here.
    """
    if isinstance(failure, OutcomeUnknown | DuplicateDetected | InProgress):
        return Ruling.UNKNOWN
    if isinstance(failure, RateLimited):
        return Ruling.WAIT
    if isinstance(failure, _PASSING):
        return Ruling.RETRY
    if isinstance(failure, _GENERAL):
        return Ruling.STOP
    if isinstance(failure, _CONTENT) and getattr(failure, "status", None) in _CONTENT_STATUSES:
        return Ruling.SPLIT
    return Ruling.REJECT


def is_refused_in_doubt(failure: InvoiceKitError) -> bool:
    """Tell whether doubt about several items ended with a refusal of their content.

    Several items in one request are always a SET: its halves may be asked for again, and each then
    gets a word of its own.
    """
    cause = failure.__cause__
    return (
        isinstance(failure, OutcomeUnknown)
        and isinstance(cause, InvoiceKitError)
        and rule(cause) is Ruling.SPLIT
    )
