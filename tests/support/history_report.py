"""Tell a history that failed: what was wrong, how to play it again, and what happened."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from history_judge import complaints
from history_play import play
from history_record import Call, History
from history_script import Script
from history_shrink import shrunk


def played(script: Script) -> History:
    """Play a script with a folder of its own for journals."""
    with tempfile.TemporaryDirectory() as folder:
        return play(script, folder=Path(folder))


def told(script: Script, found: Sequence[str]) -> str:
    """Write everything that helps to find out why a script fails."""
    names = {complaint.partition(":")[0] for complaint in found}

    def fails(candidate: Script) -> bool:
        return bool(names & {complaint.partition(":")[0] for complaint in complaints(played(candidate))})

    least = shrunk(script, fails)
    history = played(least)
    return "\n".join(
        [
            "",
            *found,
            f"play it again: INVOICEKIT_HISTORY_SEED={script.seed} pytest tests/histories -k test_history",
            "",
            str(script),
            "",
            f"it fails with this much of it: {complaints(history)}",
            str(least),
            "",
            *timeline(history),
        ]
    )


def timeline(history: History) -> Iterator[str]:
    """Tell what happened, in order."""
    told_at: list[tuple[float, str]] = []
    for call in history.calls:
        name = f"call {call.number} of w{call.writer}"
        told_at.append((call.started, f"{name} begins, {call.phase}: {call.spec}"))
        told_at.append((call.ended, f"{name} ends: {_end(call)}"))
    told_at += [
        (one.at, f"  {one.operation} of call {one.call}: {one.status or 'no answer'} {one.fault}")
        for one in history.arrivals
    ]
    told_at += [(one.at, f"  {one.operation} of call {one.call} takes effect") for one in history.effects]
    for move in history.moves:
        before = "nothing" if move.before is None else move.before.value
        step = f"{move.key.operation} {move.key.reference}: {before} -> {move.after.value}"
        told_at.append((move.at, f"  journal {move.group}, call {move.call}: {step}"))
    for at, line in sorted(told_at, key=lambda one: one[0]):
        yield f"{at:9.3f} {line}"


def _end(call: Call) -> str:
    return f"{call.verdict.value}{' ' + call.outcome if call.outcome else ''}, held {call.held} {call.error}"
