"""A person's word about a write in doubt."""

from collections.abc import Sequence

from invoicekit.errors import InProgress, UsageError
from invoicekit.guard.leases import Leases
from invoicekit.journal import Intent, IntentState, Journal, Leased

IN_DOUBT = frozenset({IntentState.IN_DOUBT, IntentState.DUPLICATE, IntentState.SENDING})
_SECONDS = 10.0


async def settle_by_hand(
    journal: Journal, held: Sequence[Intent], reference: str, *, is_applied: bool, because: str
) -> Intent:
    """Settle the one write in doubt among those held under a reference; it is recorded as a person's word.

    Args:
        held: What the journal has under the reference.
        because: What was seen, and by whom; kept as the evidence.

    Raises:
        UsageError: Nothing or more than one of it is in doubt, or `because` says nothing.
        InProgress: A process is working on its target, or was until a moment ago.
    """
    if not because.strip():
        raise UsageError("say what you saw, and where: it is kept as the evidence")
    intent = _the_doubtful(held, reference)
    leases = Leases(journal, provider=intent.provider, account=intent.account, seconds=_SECONDS)
    lease = leases.new(intent.target)
    try:
        found = await journal.plan(_as_asked(intent), lease=lease)
    except Leased as other:
        raise InProgress(
            f"{other.owner} is working on {intent.target}; wait until it has ended, then look again"
        ) from None
    if found.state not in IN_DOUBT:
        journal.release(lease)
        raise UsageError(f"{reference!r} was settled meanwhile: {found.state.value}")
    state = IntentState.RESOLVED_APPLIED if is_applied else IntentState.RESOLVED_NOT_APPLIED
    try:
        if found.state is IntentState.SENDING:
            await journal.move(
                found.key, IntentState.IN_DOUBT, evidence="cut off before its outcome was known", lease=lease
            )
        return await journal.move(
            found.key, state, evidence=f"a person's word: {because.strip()}", lease=lease, is_last=True
        )
    finally:
        journal.release(lease)


def _as_asked(intent: Intent) -> Intent:
    """Return the intent as it was planned; it is stored already, so only its key and target count."""
    return Intent(
        key=intent.key,
        target=intent.target,
        fingerprint=intent.fingerprint,
        marker=intent.marker,
        amount=intent.amount,
        created_at=intent.created_at,
        updated_at=intent.created_at,
    )


def _the_doubtful(held: Sequence[Intent], reference: str) -> Intent:
    doubtful = [intent for intent in held if intent.state in IN_DOUBT]
    if len(doubtful) == 1:
        return doubtful[0]
    if doubtful:
        names = ", ".join(f"{intent.operation} of {intent.account}" for intent in doubtful)
        raise UsageError(f"{reference!r} is in doubt several times ({names}); name the one you mean")
    if held:
        states = ", ".join(intent.state.value for intent in held)
        raise UsageError(f"{reference!r} is not in doubt: {states}")
    raise UsageError(f"the journal holds nothing under the reference {reference!r}")
