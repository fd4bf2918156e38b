"""What happened in a history, counted: a run that never met a fault proves nothing about it."""

from collections import Counter
from collections.abc import Callable, Mapping

from fault_play import Verdict
from history_record import History, Move

from invoicekit.journal import IntentState


def _struck(*words: str) -> Callable[[History], int]:
    return lambda history: sum(any(word in strike for word in words) for _, strike in history.struck)


def _told(verdict: Verdict) -> Callable[[History], int]:
    return lambda history: sum(call.verdict is verdict for call in history.calls)


def _last_moves(history: History) -> dict[int, Move]:
    return {move.call: move for move in history.moves}


def _crashed_sending(history: History) -> int:
    last = _last_moves(history)
    crashed = [call.number for call in history.calls if call.crashed]
    return sum(number in last and last[number].after is IntentState.SENDING for number in crashed)


def _steps(before: IntentState, after: IntentState) -> Callable[[History], int]:
    return lambda history: sum((move.before, move.after) == (before, after) for move in history.moves)


def _cancelled(history: History) -> int:
    return sum(call.verdict is Verdict.STOPPED and not call.crashed for call in history.calls)


def _said(words: str) -> Callable[[History], int]:
    return lambda history: sum(words in call.error for call in history.calls)


COUNTS: Mapping[str, Callable[[History], int]] = {
    "lost before it was applied": _struck("drop-before", "stall-before", "error-before"),
    "lost after it was applied": _struck("drop-after", "stall-after", "error-after"),
    "applied late": _struck("late"),
    "applied later than declared": lambda history: len(history.beyond),
    "replayed": lambda history: len(history.doubles),
    "garbled": _struck("truncated", "garbage", "wrong-body", "foreign", "emptied", "inflated"),
    "throttled": _struck("throttle"),
    "redirected": _struck("redirect"),
    "never connected": _struck("refused", "unresolved", "connect_timeout", "handshake", "certificate"),
    "lists in a circle": _struck("circle"),
    "lagging reads": lambda history: int(history.lag > 0),
    "a stranger acted": lambda history: len(history.strangers),
    "cancelled": _cancelled,
    "crashed": lambda history: sum(call.crashed for call in history.calls),
    "crashed while sending": _crashed_sending,
    "a journal lost": lambda history: int(
        any(plan.is_volatile for plan in history.script.writers)
        and any(call.crashed and "." in call.group for call in history.calls)
    ),
    "a SQLite journal": lambda history: int(history.script.is_durable),
    "a clock jumped": lambda history: sum(bool(event.jump) for event in history.script.events),
    "sent again": _steps(IntentState.IN_DOUBT, IntentState.PLANNED),
    "settled by reading back": _steps(IntentState.IN_DOUBT, IntentState.CONFIRMED),
    "left in doubt": _told(Verdict.UNKNOWN),
    "duplicates told": _told(Verdict.DUPLICATE),
    "references reused": _said("ReferenceReused"),
    "another process was at it": lambda history: history.waits,
    "doubt resolved": lambda history: sum(call.resolving is not None for call in history.calls),
}


def counts(history: History) -> Counter[str]:
    """Count everything."""
    return Counter({name: count(history) for name, count in COUNTS.items()})
