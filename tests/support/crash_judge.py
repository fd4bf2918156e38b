"""Say what is wrong with how a case ended: by the provider's ledger and the journal, not by what was told."""

import signal
from collections.abc import Iterator

from crash_play import Case, Report, Run
from crash_steps import Place, Step
from crash_worlds import Mood

MOST_SENDS = 3

_DONE = {"applied", "already applied"}
_SETTLED = {"confirmed", "rejected"}
_DURABLE = {
    Step.PLAN_DURABLE: "planned",
    Step.SENDING_DURABLE: "sending",
    Step.DOUBT_DURABLE: "in doubt",
    Step.AGAIN_DURABLE: "planned",
    Step.NOTE_DURABLE: "planned",
    Step.SETTLE_DURABLE: "settled",
}


def complaints(case: Case, report: Report) -> list[str]:
    """Return everything that should not be; empty where all is well."""
    found: list[str] = []
    for number, run in enumerate(report.runs, start=1):
        found += [f"life {number}: {problem}" for problem in _lived(run)]
    found += _counted(report)
    if case.call == "pay":
        found += _remembered(report)
    found += _ended(case, report)
    return found


def is_starved(report: Report) -> bool:
    """Tell whether a life missed the step where it was to die, as the machine let it stand still too long.

    Whoever is to be killed has a short lease, and one that stood still for that long rightly sends nothing.
    Then the case was not played; what happened instead is judged all the same.
    """
    return any(run.place is not None and _stood_still(run) for run in report.runs)


def _stood_still(run: Run) -> bool:
    return run.died_at is None and "stood still" in str((run.told or {}).get("why"))


def _lived(run: Run) -> Iterator[str]:
    """Check one life: it ended where it was to end, and never sent more than it had recorded."""
    if run.place is None or _stood_still(run):
        if run.code != 0:
            yield f"it ended with {run.code}"
    elif run.died_at != run.place or run.code != -signal.SIGKILL:
        yield f"it was to be killed {run.place}, and ended with {run.code} at {run.died_at or 'no place'}"
    if run.most > 1:
        yield f"V1: it stands {run.most} times"
    recorded = 0
    for step in run.passed:
        recorded += (step is Step.SENT_FOR) - (step is Step.WRITE)
        if recorded < 0:
            yield "V6: a write set out before its record was durable"


def _counted(report: Report) -> Iterator[str]:
    """Check that no more writes came in than were recorded; of a life's last ones some come in after it."""
    writes = recorded = 0
    for number, run in enumerate(report.runs, start=1):
        writes += run.writes
        recorded += run.passed.count(Step.SENT_FOR)
        if writes > recorded:
            yield f"V5: {writes} writes came in by life {number}, {recorded} were recorded"


def _remembered(report: Report) -> Iterator[str]:
    """Check that each life found in the journal exactly what the one before had made durable."""
    state: str | None = None
    for number, run in enumerate(report.runs, start=1):
        found = [_short(record[2]) for record in run.found]
        if found != [state] * (state is not None):
            yield f"V6: life {number} found {found}; what was made durable is {state}"
        for step in run.passed:
            state = _DURABLE.get(step, state)


def _short(state: str) -> str:
    return "settled" if state in _SETTLED else state


def _ended(case: Case, report: Report) -> Iterator[str]:
    """Check the last life, which nobody killed, against the ledger."""
    last = report.runs[-1]
    verdict = (last.told or {}).get("verdict")
    again = (last.again or {}).get("verdict")
    states = {record[2] for record in last.left}
    if verdict == "unknown" and _may_be_left(case, last):
        if report.most or states != {"in doubt"}:
            yield f"V4: left in doubt, and it stands {report.most} times, is {states}: {last.told}"
    elif case.mood is Mood.REFUSED:
        if verdict != "not applied" or report.effects or states != {"rejected"}:
            yield f"V3: refused, yet it was told {last.told}, stands {report.effects} times, is {states}"
        return
    elif verdict not in _DONE:
        yield f"V14: run to the end it was told {last.told}"
    elif report.effects != 1 or report.most != 1 or states != {"confirmed"}:
        yield f"V2: told {verdict}, yet it stands {report.effects} to {report.most} times, is {states}"
    if again != "already applied" and verdict in _DONE and not _is_blind(case):
        yield f"V15: done again it was told {last.again}"
    if last.sent_again and not _is_blind(case):
        yield f"V15: done again it sent {last.sent_again} writes"


def _may_be_left(case: Case, last: Run) -> bool:
    """Tell whether doubt may remain: by the policy, or because every send that is allowed is on record."""
    return case.on_doubt == "ask" or max(record[3] for record in last.left) >= MOST_SENDS


def _is_blind(case: Case) -> bool:
    """Tell whether no read shows the value, so that it is set again whenever it is asked for."""
    return case.call == "mark"


def passed_before_return(run: Run) -> set[Place]:
    """Return the places that a run passed in its first call."""
    end = run.passed.index(Step.RETURNED) if Step.RETURNED in run.passed else len(run.passed)
    steps = run.passed[:end]
    return {Place(step, nth) for step in set(steps) for nth in range(1, steps.count(step) + 1)}
