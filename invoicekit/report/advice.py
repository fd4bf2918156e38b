"""What a person does about a row that did not end well."""

from collections.abc import Mapping
from types import MappingProxyType

from invoicekit.batch import ItemOutcome, Standing
from invoicekit.bulk import Places

UNSHOWN = (
    "Look at the entries that were read back and are not shown as asked for. Where one is not marked, the "
    "same input marks it again; that changes nothing about the others."
)
LEFT = "Run the same file again: it does what is left."
_AGAIN = "Nothing was applied: run the same file again."
_CORRECT = "Correct the row and run the file again; what is applied is not repeated."
_LOOK_AT_INVOICE = "Look at the invoice: its state does not allow this any more."

_REJECTED: Mapping[str, str] = MappingProxyType(
    {
        "NotFound": "Check the id: the provider does not know it in this account.",
        "InvalidIdentifier": "Correct the id: it cannot be one at this provider.",
        "InvalidRequest": "Correct what the reason names; the provider refused it.",
        "InvalidAmount": "Correct the amount.",
        "CurrencyMismatch": "Pay the invoice in its own currency.",
        "Conflict": _LOOK_AT_INVOICE,
        "InvalidTransition": _LOOK_AT_INVOICE,
        "FieldLocked": _LOOK_AT_INVOICE,
        "DestructiveTransition": "Payments would be lost: leave it, or allow that by name.",
        "PermissionDenied": "Use a key whose owner may do this.",
        "ReferenceReused": "Give this payment a reference of its own: that one was used for something else.",
        "StepRefused": "Take the alternative that the reason names.",
        "UnsupportedOperation": "Take the alternative that the reason names.",
        "Unavailable": _AGAIN,
        "RateLimited": _AGAIN,
        "MalformedResponse": _AGAIN,
    }
)
_UNKNOWN: Mapping[str, str] = MappingProxyType(
    {
        "DuplicateDetected": "The provider holds it twice: decide which one stays, delete the other there.",
        "InProgress": "Another process is at it: when that has ended, run the file again; it looks first.",
    }
)
_LOOK_FIRST = "Do not repeat it by hand. Run the same file again: it looks first and sends nothing twice."


def next_step(outcome: ItemOutcome[object], places: Places | None = None) -> str:
    """Say what to do about one row; empty where nothing is to be done.

    Args:
        places: Where the rows stand, if they come from several files.
    """
    if outcome.standing.is_there:
        return ""
    if outcome.standing is Standing.NOT_ATTEMPTED:
        return LEFT
    if outcome.standing is Standing.UNKNOWN:
        return _UNKNOWN.get(outcome.cause, _LOOK_FIRST)
    if outcome.first_position is not None:
        first = (places or Places()).word(outcome.first_position)
        if not outcome.cause:
            return f"It contradicts {first}: remove one of the two, or give it its own id."
        return f"As for {first}, which it repeats."
    return _REJECTED.get(outcome.cause, _CORRECT)


def step_group(outcome: ItemOutcome[object]) -> str:
    """Return the step in words that are the same for all rows that want the same."""
    if outcome.standing is Standing.REJECTED and outcome.first_position is not None:
        return "Decide between rows that contradict or repeat each other."
    return next_step(outcome)
