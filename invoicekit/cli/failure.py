"""Tell a user what went wrong: what, where, what to do next; never a traceback."""

from invoicekit.errors import (
    AuthenticationError,
    DuplicateDetected,
    InvoiceKitError,
    JournalUnavailable,
    MalformedResponse,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Unavailable,
)

_NEXT_STEPS: tuple[tuple[type[InvoiceKitError], str], ...] = (
    (AuthenticationError, "check the key and the workspace; nothing more was sent with it"),
    (PermissionDenied, "check the role of the key's owner and the workspace's plan"),
    (RateLimited, "wait, then run the same command again"),
    (Unavailable, "nothing was applied; run the same command again"),
    (JournalUnavailable, "nothing was sent"),
    (OutcomeUnknown, "look at the provider before repeating it; `invoicekit journal list` keeps it"),
    (DuplicateDetected, "decide which record stays; invoicekit deletes nothing by itself"),
    (MalformedResponse, "the provider answered in an unknown way; check the base URL"),
)


def explain(failure: InvoiceKitError) -> str:
    """Put an error and what to do next into one line."""
    message = " ".join(str(failure).split())
    for kind, step in _NEXT_STEPS:
        if isinstance(failure, kind):
            return f"{message}; {step}"
    return message
