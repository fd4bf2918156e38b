"""What the process ends with, so that scripts can tell what happened to the money."""

from enum import IntEnum

from invoicekit.errors import (
    DuplicateDetected,
    InvoiceKitError,
    JournalUnavailable,
    OutcomeUnknown,
    UsageError,
)


class ExitCode(IntEnum):
    """The same in every command."""

    DONE = 0
    """Everything is applied, now or already before."""
    REJECTED = 1
    """Something was refused and had no effect; the rest is applied."""
    USAGE = 2
    """Wrong command line, settings or input; nothing was sent for it."""
    IN_DOUBT = 3
    """Something may or may not have happened: look before repeating it."""
    INTERRUPTED = 130
    """Ctrl-C; what was done is reported, the rest was not attempted."""


def exit_code_of(failure: InvoiceKitError) -> ExitCode:
    """Choose the code for a command that ended with an error."""
    if isinstance(failure, OutcomeUnknown | DuplicateDetected):
        return ExitCode.IN_DOUBT
    if isinstance(failure, UsageError | JournalUnavailable):
        return ExitCode.USAGE
    return ExitCode.REJECTED
