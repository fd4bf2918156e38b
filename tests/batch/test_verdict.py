"""What each error means for the items of its request."""

import pytest

from invoicekit.batch import Ruling, rule
from invoicekit.errors import (
    AdapterNotFound,
    AuthenticationError,
    ConfigurationError,
    Conflict,
    CurrencyMismatch,
    DestructiveTransition,
    DuplicateDetected,
    InProgress,
    InvalidAmount,
    InvalidIdentifier,
    InvalidRequest,
    InvoiceKitError,
    JournalUnavailable,
    MalformedResponse,
    NotFound,
    OutcomeUnknown,
    PaginationIncomplete,
    PaginationLoop,
    PermissionDenied,
    RateLimited,
    ReferenceReused,
    ServiceClosed,
    Unavailable,
    UnsupportedOperation,
)


@pytest.mark.parametrize(
    ("failure", "ruling"),
    [
        (InvalidRequest("x", status=400), Ruling.SPLIT),
        (NotFound("x", status=404), Ruling.SPLIT),
        (Conflict("x", status=409), Ruling.SPLIT),
        (InvalidRequest("x", status=413), Ruling.SPLIT),
        (InvalidRequest("x", status=422), Ruling.SPLIT),
        (NotFound("x"), Ruling.SPLIT),
        (InvalidIdentifier("x"), Ruling.SPLIT),
        (InvalidAmount("x"), Ruling.SPLIT),
        (CurrencyMismatch("x"), Ruling.SPLIT),
        (InvalidRequest("x", status=403), Ruling.REJECT),
        (InvalidRequest("x", status=500), Ruling.REJECT),
        (PermissionDenied("x", status=403), Ruling.REJECT),
        (ReferenceReused("x"), Ruling.REJECT),
        (InProgress("x"), Ruling.UNKNOWN),
        (DestructiveTransition("x"), Ruling.REJECT),
        (OutcomeUnknown("x"), Ruling.UNKNOWN),
        (DuplicateDetected("x", candidates=()), Ruling.UNKNOWN),
        (RateLimited("x", status=429), Ruling.WAIT),
        (Unavailable("x"), Ruling.RETRY),
        (MalformedResponse("x"), Ruling.RETRY),
        (PaginationIncomplete("x", items=()), Ruling.RETRY),
        (PaginationLoop("x"), Ruling.RETRY),
        (AuthenticationError("x", status=401), Ruling.STOP),
        (JournalUnavailable("x"), Ruling.STOP),
        (ConfigurationError("x"), Ruling.STOP),
        (ServiceClosed("x"), Ruling.STOP),
        (UnsupportedOperation("x"), Ruling.STOP),
        (AdapterNotFound("x"), Ruling.STOP),
    ],
    ids=lambda value: value.name if isinstance(value, Ruling) else f"{type(value).__name__}",
)
def test_an_error_is_judged_by_what_it_says_about_the_items(failure: InvoiceKitError, ruling: Ruling) -> None:
    """Content is halved, doubt is doubt, rate waits, and what concerns everything stops the job."""
    assert rule(failure) is ruling
