"""V5, V6, V8 and V9: what the journals were told, held against what reached the provider."""

from collections import Counter

from fault_judge import is_legal as is_step
from history_record import NOBODY, Call, History, Move

from invoicekit.journal import IntentKey, IntentState

_REPLACEABLE = frozenset(
    {
        IntentState.PLANNED,
        IntentState.CONFIRMED,
        IntentState.REJECTED,
        IntentState.CANCELLED,
        IntentState.RESOLVED_APPLIED,
        IntentState.RESOLVED_NOT_APPLIED,
    }
)


def v5_one_send_per_record(history: History) -> list[str]:
    """Each write that reached the provider has a `sending` record of its own."""
    sent = Counter(one.call for one in history.arrivals if one.is_write)
    recorded = Counter(move.call for move in history.moves if move.after is IntentState.SENDING)
    return [
        f"call {number} sent {count} writes on {recorded[number]} records"
        for number, count in sent.items()
        if count > recorded[number]
    ]


def v6_write_ahead(history: History) -> list[str]:
    """No write reaches the provider before its record is durable."""
    return [
        f"call {one.call}: {one.operation} came at {one.at:.3f} before its record"
        for one in history.arrivals
        if one.is_write and one.writes > one.records
    ]


def v8_mutual_exclusion(history: History) -> list[str]:
    """While a call that lives has sent something, nobody else of its group touches the record."""
    found = []
    for moves in by_record(history).values():
        holder: Move | None = None
        for move in moves:
            if holder is not None and move.call != holder.call and _is_alive(history, holder, move.at):
                found.append(
                    f"call {move.call} moved {move.key.operation} {move.key.reference!r} to "
                    f"{move.after.value} at {move.at:.3f} while call {holder.call} was at it"
                )
            holder = move if move.after in (IntentState.SENDING, IntentState.IN_DOUBT) else None
    return found


def _is_alive(history: History, holder: Move, at: float) -> bool:
    call: Call | None = history.call(holder.call)
    if call is None or holder.call == NOBODY or _went_on(history, holder, at):
        return False
    return call.started <= at < call.ended


def _went_on(history: History, holder: Move, at: float) -> bool:
    """Tell whether a call left a record in doubt behind and went on to its next one: a batch has many."""
    return holder.after is IntentState.IN_DOUBT and any(
        move.call == holder.call and move.key != holder.key and holder.at < move.at <= at
        for move in history.moves
    )


def by_record(history: History) -> dict[tuple[str, IntentKey], list[Move]]:
    """Sort the moves by journal and record, in their order."""
    sorted_moves: dict[tuple[str, IntentKey], list[Move]] = {}
    for move in sorted(history.moves, key=lambda move: move.at):
        sorted_moves.setdefault((move.group, move.key), []).append(move)
    return sorted_moves


def v9_legal_transitions(history: History) -> list[str]:
    """Every step is one that the table of states has; a record is replaced only where nothing is open."""
    found = []
    for move in history.moves:
        if move.is_new:
            is_legal = move.before in _REPLACEABLE and move.after is IntentState.PLANNED
        else:
            is_legal = is_step(move.key, move.before, move.after)
        if not is_legal:
            before = "nothing" if move.before is None else move.before.value
            found.append(f"call {move.call}: {move.key.operation} went from {before} to {move.after.value}")
    return found
