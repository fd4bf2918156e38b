"""The demo's result, for people and for machines."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console

from invoicekit.bulk import JobExit, Report, Standing, Usage
from invoicekit.cli.demo_play import Played
from invoicekit.cli.failure import explain
from invoicekit.cli.lines import counted, tell
from invoicekit.cli.report_view import counts_table, problem_line
from invoicekit.cli.running import Finished

_SHOWN = 12


def exit_code(played: Played) -> JobExit:
    """Return 0 where ledger and rows agree and the course was played to its end."""
    if not all(verdict.is_consistent for verdict in played.verdicts.values()):
        return JobExit.REJECTED
    reports = [finished.report for jobs in played.jobs.values() for finished in jobs]
    if any(report.is_interrupted for report in reports):
        return JobExit.INTERRUPTED
    stopped = [report for report in reports if report.stopped_by is not None]
    return stopped[0].exit_code() if stopped else JobExit.DONE


def merged(jobs: Sequence[Finished]) -> Report:
    """Add the reports of several files of one kind up."""
    reports = [finished.report for finished in jobs]
    counts: Counter[Standing] = Counter()
    for report in reports:
        counts.update(report.counts)
    return Report(
        rows=sum(report.rows for report in reports),
        counts=counts,
        problems=tuple(problem for report in reports for problem in report.problems),
        problems_left_out=sum(report.problems_left_out for report in reports),
        usage=Usage(
            requests=sum(report.usage.requests for report in reports),
            retries=sum(report.usage.retries for report in reports),
            rate_limited=sum(report.usage.rate_limited for report in reports),
            seconds=sum(report.usage.seconds for report in reports),
        ),
        stopped_by=next((report.stopped_by for report in reports if report.stopped_by), None),
        is_interrupted=any(report.is_interrupted for report in reports),
    )


def result_of(played: Played) -> dict[str, object]:
    """Return everything, ready for JSON."""
    reports = {kind: merged(jobs) for kind, jobs in played.jobs.items()}
    order = played.order
    return {
        "entries": order.entries,
        "payments": order.payments,
        "seed": order.seed,
        "faults": order.has_faults,
        "on_doubt": order.on_doubt.value,
        "spoilt_rows": played.inputs.spoilt_rows,
        "not_begun": list(played.not_begun),
        "jobs": {kind: report.as_json() for kind, report in reports.items()},
        "requests": sum(report.usage.requests for report in reports.values()),
        "retries": sum(report.usage.retries for report in reports.values()),
        "seconds": round(sum(report.usage.seconds for report in reports.values()), 3),
        "provider": {name: value for name, value in played.stats.items() if name != "timeline"},
        "audit": {kind: verdict.as_json() for kind, verdict in played.verdicts.items()},
        "exit_code": int(exit_code(played)),
    }


def show(console: Console, played: Played) -> None:
    """Print the report: counts, costs, what was rejected, and what the ledger says."""
    reports = {kind: merged(jobs) for kind, jobs in played.jobs.items()}
    console.print()
    console.print(counts_table(reports))
    console.print()
    for line in (*_costs(played, list(reports.values())), *_left_undone(played, reports), *_verdict(played)):
        tell(console, line.lstrip(), indent=len(line) - len(line.lstrip()))


def _costs(played: Played, reports: Sequence[Report]) -> list[str]:
    stats = played.stats
    requests = sum(report.usage.requests for report in reports)
    retries = sum(report.usage.retries for report in reports)
    seconds = sum(report.usage.seconds for report in reports)
    share = stats["share_of_allowed_rate"]
    used = f"{share:.1%} of the allowed rate used" if isinstance(share, float) else "no rate to measure"
    faults = stats["faults"]
    counts = faults.items() if isinstance(faults, dict) else ()
    struck = ", ".join(f"{kind} {count}" for kind, count in counts) or "none"
    return [
        f"{requests:,} requests, {retries:,} of them repeats, in {seconds:.1f} s; {used}",
        f"429 by the rate limit: {stats['rate_limit_429']}; 429 by seeded faults: {stats['seeded_429']}",
        f"Faults that struck: {struck}",
    ]


def _left_undone(played: Played, reports: Mapping[str, Report]) -> list[str]:
    lines = []
    for kind, report in reports.items():
        lines += [
            f"  {problem_line(outcome).replace(f'{played.order.folder}/', '')}"
            for outcome in report.problems
            if outcome.standing is not Standing.NOT_ATTEMPTED
        ]
        if report.stopped_by is not None:
            lines.append(f"  {kind} ended early: {explain(report.stopped_by)}")
        lines += [
            f"  not attempted: {finished.label}, lines {finished.not_attempted}"
            for finished in played.jobs[kind]
            if finished.not_attempted
        ]
    lines += [f"  not attempted: all of {name}" for name in played.not_begun]
    if not lines:
        return []
    shown = lines[:_SHOWN]
    more = [f"  … and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return ["", "Not applied (unknown ids and unreadable rows stand in the files on purpose):", *shown, *more]


def _verdict(played: Played) -> list[str]:
    verdicts = played.verdicts
    wrong = [each for verdict in verdicts.values() for each in verdict.contradictions]
    if wrong:
        count = len(wrong) + sum(verdict.contradictions_left_out for verdict in verdicts.values())
        return [
            "",
            f"The simulator's ledger contradicts the report {count} times:",
            *(f"  {w}" for w in wrong),
        ]
    held = ", ".join(f"{verdict.there:,} {kind}" for kind, verdict in verdicts.items())
    doubted = sum(verdict.doubted for verdict in verdicts.values())
    what = counted(doubted, "rows")
    doubt = [f"In doubt, each there or not in the ledger: {what}."] if doubted else []
    agrees = f"The simulator's own ledger agrees with every row: {held}; no payment twice."
    return ["", agrees, *doubt]
