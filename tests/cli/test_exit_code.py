"""Every error has an exit code, and one line of text."""

import inspect

import pytest

from invoicekit import errors
from invoicekit.bulk import JobExit
from invoicekit.cli.exit_code import exit_code_of
from invoicekit.cli.failure import explain
from invoicekit.errors import (
    AuthenticationError,
    ConfigurationError,
    DuplicateDetected,
    InvoiceKitError,
    JournalUnavailable,
    OutcomeUnknown,
    RateLimited,
    Rejected,
)


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (ConfigurationError("x"), JobExit.USAGE),
        (JournalUnavailable("x"), JobExit.USAGE),
        (Rejected("x"), JobExit.REJECTED),
        (AuthenticationError("x"), JobExit.USAGE),
        (OutcomeUnknown("x"), JobExit.IN_DOUBT),
        (DuplicateDetected("x", candidates=()), JobExit.IN_DOUBT),
    ],
)
def test_the_code_says_what_happened_to_the_money(failure: InvoiceKitError, code: JobExit) -> None:
    """2: nothing was sent. 1: refused, no effect. 3: look before repeating."""
    assert exit_code_of(failure) == code


def test_only_doubt_ends_with_three() -> None:
    """A script may take every other code for certain."""
    kinds = [
        kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, InvoiceKitError)
    ]
    doubtful = {kind for kind in kinds if exit_code_of(kind.__new__(kind)) is JobExit.IN_DOUBT}

    assert doubtful == {OutcomeUnknown, DuplicateDetected}


def test_an_error_becomes_one_line() -> None:
    """What happened comes first, what to do next after it, without line breaks."""
    text = explain(RateLimited("clockify asks\n  to wait 30 s"))

    assert text == "clockify asks to wait 30 s; wait, then run the same command again"


def test_a_usage_error_speaks_for_itself() -> None:
    """Its message names the remedy already."""
    assert explain(ConfigurationError("workspace_id is needed")) == "workspace_id is needed"
