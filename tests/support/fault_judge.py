"""Say what is wrong with how a trial ended: by the provider's ledger, never by what the caller was told."""

import traceback
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fault_kinds import Code, Drive
from fault_play import Report, Told, Verdict
from fault_trials import Trial

from invoicekit.adapter import Effect
from invoicekit.guard import OnDoubt
from invoicekit.journal import IntentKey
from invoicekit.journal import IntentState as S
from invoicekit.registry import Registry

MOST_SENDS = 3

# The table of states, written down a second time: the journal's own is what is checked.
LEGAL = {
    None: {S.PLANNED},
    S.PLANNED: {S.SENDING, S.CONFIRMED, S.REJECTED, S.CANCELLED, S.DUPLICATE},
    S.SENDING: {S.PLANNED, S.IN_DOUBT, S.CONFIRMED, S.REJECTED, S.DUPLICATE},
    S.IN_DOUBT: {S.PLANNED, S.IN_DOUBT, S.CONFIRMED, S.DUPLICATE},
    S.DUPLICATE: {S.DUPLICATE},
    S.CONFIRMED: {S.CONFIRMED, S.DUPLICATE},
    S.REJECTED: {S.REJECTED},
    S.CANCELLED: {S.CANCELLED},
}


@cache
def _values(provider: str) -> frozenset[str]:
    """Name the provider's writes that set a value: these alone are asked for again from doubt."""
    if provider == "keyed":
        return frozenset({"charge"})
    rows = Registry().adapter(provider).capabilities.operations.values()
    return frozenset(
        operation.name for row in rows for operation in row.sends if operation.effect is Effect.SET
    )


def is_legal(key: IntentKey, before: S | None, after: S) -> bool:
    """Tell whether the table of states has the step for this kind of write."""
    if (before, after) == (S.IN_DOUBT, S.SENDING):
        return key.operation in _values(key.provider)
    return after in LEGAL.get(before, set())


NOT_APPLIED = frozenset(
    {
        Verdict.REFUSED,
        Verdict.AGAIN,
        Verdict.CLOSED,
        Verdict.MALFORMED,
        Verdict.LOOP,
        Verdict.WRONG,
    }
)

EXPECTED: dict[Code, frozenset[Verdict]] = {
    Code.RT: frozenset({Verdict.DONE}),
    Code.VB: frozenset({Verdict.DONE}),
    Code.ER: NOT_APPLIED - {Verdict.CLOSED},
    Code.ID: frozenset({Verdict.UNKNOWN}),
    Code.DD: frozenset({Verdict.DUPLICATE, Verdict.DONE, Verdict.UNKNOWN}),
    Code.SK: frozenset({Verdict.DONE, Verdict.REFUSED, Verdict.WRONG}),
    Code.FC: frozenset({Verdict.CLOSED}),
}


def complaints(trial: Trial, report: Report) -> list[str]:
    """Return everything that should not be; empty where all is well."""
    found = list(report.watch.faults)
    found += _expected(trial, report)
    calls = [("first", report.first), ("rival", report.rival), ("rerun", report.again)]
    for name, told in calls:
        if told is not None:
            found += [f"{name}: {problem}" for problem in _honest(trial, report, told)]
    found += _journalled(report)
    found += _rerun(trial, report)
    for _, told in calls:
        found += _secret(report, told)
    return found


def _expected(trial: Trial, report: Report) -> Iterator[str]:
    """Compare with the code that the table gives."""
    first, is_read = report.first, trial.kind == "read"
    if (trial.script or trial.line) and not report.struck:
        yield "the fault never struck"
    if trial.code is Code.CL:
        yield from _settled_by_another(trial, report)
        return
    if trial.code is Code.ST:
        wanted = {Verdict.UNKNOWN} if trial.policy is OnDoubt.ASK else {Verdict.DONE}
    else:
        wanted = set(EXPECTED[trial.code])
    if first.verdict not in wanted:
        told = ", ".join(sorted(verdict.value for verdict in wanted))
        yield f"{trial.code.name}: expected {told}; was told {first.verdict.value}: {first.error!r}"
    if trial.code is Code.FC and first.writes:
        yield "FC: a write left all the same"
    if trial.code is Code.SK and trial.rival.endswith("before") and first.writes:
        yield "SK: it was sent though there was nothing to send"
    if trial.code is Code.DD and not is_read:
        final = report.world.most()
        is_told = Verdict.DUPLICATE in {first.verdict, report.again.verdict}
        if final > 1 and not is_told:
            yield f"DD: it stands {final} times and nobody was told"


def _settled_by_another(trial: Trial, report: Report) -> Iterator[str]:
    """Judge what was stopped, frozen, or done by two: whoever called last knows, or is honestly in doubt."""
    if trial.kind == "read":
        last = report.rival or report.first
        if last.verdict is not Verdict.DONE:
            yield f"CL: the next read failed: {last.error!r}"
        return
    told = [told for told in (report.first, report.rival) if told is not None]
    allowed = {Verdict.DONE, Verdict.STOPPED, Verdict.IN_PROGRESS, Verdict.UNKNOWN, Verdict.AGAIN}
    if trial.may_double or trial.drive is Drive.FREEZE:
        allowed.add(Verdict.DUPLICATE)
    for one in told:
        if one.verdict not in allowed:
            yield f"CL: {one.verdict.value}: {one.error!r}"
    if trial.drive is Drive.TWO and Verdict.DONE not in {one.verdict for one in told}:
        yield "CL: neither of the two did it"


def _honest(trial: Trial, report: Report, told: Told) -> Iterator[str]:
    """Check what one caller was told against the ledger of that moment."""
    if trial.kind == "read":
        if told.verdict is Verdict.DONE and not told.is_right:
            yield "V2: it read something else than what stands there"
        if told.writes:
            yield "a read wrote"
        return
    if told.most > 1 and not _may_double(trial, report):
        yield f"V1: it stands {told.most} times"
    if told.verdict is Verdict.DONE:
        if told.effects < 1:
            yield "V2: confirmed, and the ledger does not have it"
        if told.effects == 1 and not told.is_right:
            yield f"V2: what it returned is not the truth: {told.result!r}"
    is_there_anyway = bool(trial.rival) or trial.is_poisoned or trial.drive in (Drive.TWO, Drive.FREEZE)
    if told.verdict in NOT_APPLIED and told.effects and not is_there_anyway:
        yield f"V3: said to have had no effect ({told.error!r}), and the ledger has it"
    if told.acted > MOST_SENDS * _requests_of(trial):
        yield f"V13: {told.acted} sends"


def _may_double(trial: Trial, report: Report) -> bool:
    # Frozen between the last check and the wire: the one hole that nothing on this side can close.
    is_in_the_hole = trial.drive is Drive.FREEZE and report.stopped_at.startswith("request")
    return trial.may_double or (is_in_the_hole and trial.policy is OnDoubt.RESEND)


def _requests_of(trial: Trial) -> int:
    """Return how many different writes one call may hold: steps, lines, halves of a batch."""
    return 4 if trial.is_poisoned else 2 if trial.op in ("W5", "W7") else 1


def _journalled(report: Report) -> Iterator[str]:
    if report.left_sending:
        yield f"V14: cancelled, and {', '.join(report.left_sending)} was left as if still under way"
    for journal in report.journals:
        for key, before, after in journal.moves:
            if not is_legal(key, before, after):
                was = "nothing" if before is None else before.value
                yield f"V9: {key.operation} went from {was} to {after.value}"


def _rerun(trial: Trial, report: Report) -> Iterator[str]:
    """Check the same call again, after every fault has ended and everything late has come."""
    first, again, final = report.rival or report.first, report.again, report.world.effects()
    if trial.kind == "read":
        if again.verdict is not Verdict.DONE:
            yield f"V14: the read still fails: {again.error!r}"
        return
    if final > 1 or report.world.most() > 1:
        if again.verdict is not Verdict.DUPLICATE and first.verdict is not Verdict.DUPLICATE:
            yield f"it stands {final} times, and the rerun was told {again.verdict.value}"
        return
    # No read by id shows a mark, so it is set again; nor can a key be looked up that nobody wrote down.
    is_blind = trial.op == "W2" or (trial.op == "W6" and bool(trial.failing))
    if first.verdict is Verdict.DONE and not is_blind and trial.drive is not Drive.LOST and again.writes:
        yield f"V15: the rerun sent {again.writes} writes"
    if again.verdict is Verdict.UNKNOWN:
        is_shown = report.world.is_whole() and "note_rewrite" not in trial.behaviour
        is_ours = trial.policy is OnDoubt.ASK or trial.rival or not is_shown
        if not is_ours or (final and is_shown):
            yield f"V4: still in doubt, and the ledger has it {final} times: {again.error!r}"
        return
    if trial.code is Code.SK or trial.is_poisoned:
        return
    if again.verdict is not Verdict.DONE or final != 1:
        yield f"V14: the rerun was told {again.verdict.value} ({again.error!r}), and {final} are there"


def _secret(report: Report, told: Told | None) -> Iterator[str]:
    """Look for a key in whatever might be shown: errors, their locals, results, records."""
    if told is None:
        return
    texts = [repr(told.result), repr([repr(intent) for intent in report.journal._intents.values()])]
    error = told.error
    while error is not None:
        texts += [str(error), repr(error), repr(vars(error))]
        frames = traceback.TracebackException.from_exception(error, capture_locals=True).stack
        texts += [repr(frame.locals) for frame in frames if _is_ours(frame.filename)]
        error = error.__cause__ or error.__context__
    for secret in report.world.secrets:
        if any(secret in text for text in texts):
            yield "V17: a key was shown"


def _is_ours(filename: str) -> bool:
    parts = Path(filename).parts
    return "invoicekit" in parts and not {"simulate", "testing", "tests"} & set(parts)
