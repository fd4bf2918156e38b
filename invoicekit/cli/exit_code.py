"""What the process ends with, so that scripts can tell what happened to the money."""

from invoicekit.bulk import JobExit
from invoicekit.errors import (
    AuthenticationError,
    DuplicateDetected,
    InvoiceKitError,
    JournalUnavailable,
    NotFound,
    OutcomeUnknown,
    PermissionDenied,
    UsageError,
)

_NOTHING_CAN_WORK = (UsageError, AuthenticationError, PermissionDenied, NotFound, JournalUnavailable)


def exit_code_of(failure: InvoiceKitError) -> JobExit:
    """Choose the code for a command that ended with an error; bulk reports use the same ones."""
    if isinstance(failure, OutcomeUnknown | DuplicateDetected):
        return JobExit.IN_DOUBT
    if isinstance(failure, _NOTHING_CAN_WORK):
        return JobExit.USAGE
    return JobExit.REJECTED
