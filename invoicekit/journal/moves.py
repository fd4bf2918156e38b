"""Which step an intent may take, and the record it becomes; one place for every journal."""

from datetime import datetime

from invoicekit.errors import InvalidIdentifier
from invoicekit.journal.intent import Intent, IntentKey, IntentState

_EVIDENCE_LIMIT = 500

_PLANNED, _SENDING, _IN_DOUBT = IntentState.PLANNED, IntentState.SENDING, IntentState.IN_DOUBT
_CONFIRMED, _REJECTED, _CANCELLED = IntentState.CONFIRMED, IntentState.REJECTED, IntentState.CANCELLED
_DUPLICATE = IntentState.DUPLICATE
_BY_A_PERSON = frozenset({IntentState.RESOLVED_APPLIED, IntentState.RESOLVED_NOT_APPLIED})

# `SENDING` is entered by `record_sending` alone: from `PLANNED`, and from `IN_DOUBT` to repeat a value.
# Restating what is settled or in doubt is a step too: two readers may find the same. What was confirmed may
# turn out to be there twice.
_STEPS: dict[IntentState, frozenset[IntentState]] = {
    _PLANNED: frozenset({_CONFIRMED, _REJECTED, _DUPLICATE, _CANCELLED}),
    _SENDING: frozenset({_PLANNED, _IN_DOUBT, _CONFIRMED, _REJECTED, _DUPLICATE}),
    _IN_DOUBT: frozenset({_PLANNED, _IN_DOUBT, _CONFIRMED, _DUPLICATE}) | _BY_A_PERSON,
    _DUPLICATE: frozenset({_PLANNED, _CONFIRMED, _DUPLICATE}) | _BY_A_PERSON,
    _CONFIRMED: frozenset({_CONFIRMED, _DUPLICATE}) | _BY_A_PERSON,
    _REJECTED: frozenset({_REJECTED}) | _BY_A_PERSON,
    _CANCELLED: frozenset({_CANCELLED}) | _BY_A_PERSON,
    IntentState.RESOLVED_APPLIED: _BY_A_PERSON,
    IntentState.RESOLVED_NOT_APPLIED: _BY_A_PERSON,
}
_LEGAL = frozenset((before, after) for before, afters in _STEPS.items() for after in afters)


class IllegalMove(AssertionError):
    """A step the protocol does not have: a mistake of the caller, or another process was faster.

    Nothing was stored, and nothing may be sent.

    Attributes:
        key: Whose.
        found: The state it is in; None where nothing is stored under the key.
        wanted: The state asked for.
    """

    def __init__(self, key: IntentKey, stored: Intent | None, wanted: IntentState) -> None:
        found = None if stored is None else stored.state
        before = "not in the journal" if found is None else found.value
        super().__init__(
            f"{key.operation} {key.reference!r} is {before} and cannot become {wanted.value}; "
            "nothing was stored"
        )
        self.key = key
        self.found = found
        self.wanted = wanted


class LeaseLost(IllegalMove):
    """Another owner took the target over meanwhile, so that nothing may be written about it from here.

    Nothing was stored, and nothing may be sent.
    """


def is_legal(found: IntentState, wanted: IntentState) -> bool:
    """Tell whether a stored intent may be moved."""
    return (found, wanted) in _LEGAL


def may_be_sent(found: IntentState, *, is_repeat: bool) -> bool:
    """Tell whether a send may be recorded: never a second one while the first may have an effect.

    Args:
        is_repeat: It asks for the same value again, which changes nothing if the first one acts too.
    """
    return found is _PLANNED or (is_repeat and found is _IN_DOUBT)


def may_be_replaced(found: IntentState) -> bool:
    """Tell whether a new promise may take the place of one in this state: no effect of it is open."""
    return found is _PLANNED or found.is_settled


def check_new(intent: Intent) -> None:
    """Refuse what is no beginning.

    Raises:
        IllegalMove: It is not planned, or counts sends already.
        InvalidIdentifier: A text of it has no UTF-8 form, so that no store could find it again.
        ValueError: A stamp without a time zone.
    """
    if intent.state is not _PLANNED or intent.sends:
        raise IllegalMove(intent.key, None, intent.state)
    key = intent.key
    names = (key.provider, key.account, key.operation, key.reference)
    currency = "" if intent.amount is None else intent.amount.currency
    for text in (*names, intent.target, intent.fingerprint, intent.marker, currency):
        if not text.isascii() and _cleaned(text) != text:
            raise InvalidIdentifier(f"{text!a} is not valid Unicode text; nothing was sent")
    check_instant(intent.created_at)
    check_instant(intent.updated_at)


def check_instant(instant: datetime) -> None:
    """Refuse an instant that could be any of two dozen.

    Raises:
        ValueError: It has no time zone.
    """
    if instant.tzinfo is None:
        raise ValueError("the journal knows aware instants only")


def moved(
    intent: Intent,
    state: IntentState,
    *,
    now: datetime,
    resource_id: str | None = None,
    evidence: str = "",
) -> Intent:
    """Return the record after a legal step; a step to `SENDING` counts one send more."""
    return Intent(
        key=intent.key,
        target=intent.target,
        fingerprint=intent.fingerprint,
        marker=intent.marker,
        state=state,
        sends=intent.sends + 1 if state is _SENDING else intent.sends,
        resource_id=intent.resource_id if resource_id is None else _cleaned(resource_id),
        evidence=_cleaned(evidence[:_EVIDENCE_LIMIT]),
        asked=None if state.is_settled else intent.asked,
        amount=intent.amount,
        created_at=intent.created_at,
        updated_at=now,
    )


def _cleaned(text: str) -> str:
    # A lone surrogate, which JSON can carry, has no UTF-8 form.
    return text if text.isascii() else text.encode(errors="replace").decode()
