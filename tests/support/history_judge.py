"""All invariants by the standard's names, and how often a history put each to the test."""

from collections import Counter
from collections.abc import Callable, Mapping

import attrs
from fault_play import Verdict
from history_judge_effects import (
    TOLD_NOTHING_DONE,
    echoes,
    v1_no_duplicate,
    v2_no_loss,
    v3_no_false_failure,
    v4_honest_doubt,
    v7_monotone,
    v13_budget,
)
from history_judge_ends import (
    is_settled,
    only_known_errors,
    v10_conservation,
    v11_verified_means_read,
    v12_rate,
    v14_liveness,
    v15_same_on_rerun,
    v16_isolation,
    v17_secrecy,
)
from history_judge_order import (
    by_record,
    v5_one_send_per_record,
    v6_write_ahead,
    v8_mutual_exclusion,
    v9_legal_transitions,
)
from history_record import History


@attrs.frozen
class Invariant:
    """What must hold of every history.

    Attributes:
        check: Returns every complaint.
        looked: Counts how often the history could have broken it.
    """

    check: Callable[[History], list[str]]
    looked: Callable[[History], int]


def _writes(history: History) -> int:
    return sum(one.is_write for one in history.arrivals)


def _shared_records(history: History) -> int:
    return sum(len({move.call for move in moves}) > 1 for moves in by_record(history).values())


def _asked_twice(history: History) -> int:
    calls = Counter(call.aim for call in history.calls if call.is_append)
    return sum(count > 1 for count in calls.values())


def _told(*verdicts: Verdict) -> Callable[[History], int]:
    return lambda history: sum(call.verdict in verdicts for call in history.calls)


INVARIANTS: Mapping[str, Invariant] = {
    "V1": Invariant(v1_no_duplicate, _asked_twice),
    "V2": Invariant(v2_no_loss, _told(Verdict.DONE)),
    "V3": Invariant(v3_no_false_failure, _told(*TOLD_NOTHING_DONE)),
    "V4": Invariant(v4_honest_doubt, _told(Verdict.UNKNOWN)),
    "V5": Invariant(v5_one_send_per_record, _writes),
    "V6": Invariant(v6_write_ahead, _writes),
    "V7": Invariant(v7_monotone, lambda history: sum(1 for _ in echoes(history))),
    "V8": Invariant(v8_mutual_exclusion, _shared_records),
    "V9": Invariant(v9_legal_transitions, lambda history: len(history.moves)),
    "V10": Invariant(
        v10_conservation, lambda history: sum(call.reported is not None for call in history.calls)
    ),
    "V11": Invariant(
        v11_verified_means_read, lambda history: sum(call.is_verified for call in history.calls)
    ),
    "V12": Invariant(v12_rate, lambda history: len(history.pauses)),
    "V13": Invariant(v13_budget, lambda history: sum(call.attempts > 1 for call in history.calls)),
    "V14": Invariant(v14_liveness, lambda history: sum(call.phase != "story" for call in history.calls)),
    "V15": Invariant(v15_same_on_rerun, lambda history: sum(map(is_settled, history.calls))),
    "V16": Invariant(v16_isolation, lambda history: len(history.bystanders)),
    "V17": Invariant(v17_secrecy, lambda history: len(history.sinks)),
    "errors": Invariant(only_known_errors, lambda history: len(history.calls)),
}


def complaints(history: History) -> list[str]:
    """Return everything that should not be; empty where all is well."""
    return [
        f"{name}: {complaint}"
        for name, invariant in INVARIANTS.items()
        for complaint in invariant.check(history)
    ]


def looked(history: History) -> Counter[str]:
    """Count how often each invariant was put to the test."""
    return Counter({name: invariant.looked(history) for name, invariant in INVARIANTS.items()})
