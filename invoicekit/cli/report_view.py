"""A finished job, for people."""

import re
from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.table import Table

from invoicekit.bulk import ItemOutcome, Places, Report, Standing, Usage
from invoicekit.cli.failure import explain
from invoicekit.cli.lines import counted, tell
from invoicekit.cli.running import Finished

SHOWN_PROBLEMS = 20


def counts_table(rows: Mapping[str, Report]) -> Table:
    """Return one line for each job; the columns after the first add up to it."""
    shown = [standing for standing in Standing if _is_worth_a_column(standing, rows)]
    table = Table(box=None, pad_edge=False, header_style="")
    table.add_column("")
    table.add_column("rows", justify="right")
    for standing in shown:
        table.add_column(standing.value, justify="right")
    for name, report in rows.items():
        table.add_row(name, f"{report.rows:,}", *(f"{report.count(standing):,}" for standing in shown))
    return table


def usage_line(usage: Usage) -> str:
    """Say what the job asked of the provider."""
    share = "" if usage.share_of_rate is None else f"; {usage.share_of_rate:.0%} of the allowed rate used"
    requests = counted(usage.requests, "requests")
    return (
        f"{requests}, {usage.reads:,} of them reads, {usage.retries:,} repeats; "
        f"{usage.rate_limited:,} answered 429; {usage.seconds:.1f} s{share}"
    )


def rate_lines(usage: Usage) -> Iterator[str]:
    """Say what is worth knowing of the rate beside how much of it was used."""
    if usage.began_per_second is not None:
        yield f"It began at {usage.began_per_second:.3g} requests/s, which an earlier run had found"
    if usage.learned_per_second is not None:
        yield (
            f"The account was found to allow {usage.learned_per_second:.3g} requests/s; kept in the journal "
            "for the next run"
        )
    if usage.part_of_rate < 1:
        yield f"{usage.part_of_rate:.0%} of the rate was granted here: others on this journal have the rest"


def show_report(
    console: Console, name: str, finished: Finished, *, rows_out: str | None, can_verify: bool = False
) -> None:
    """Print counts, what went wrong, and what to do about it.

    Args:
        can_verify: Whether the command can read back what it did, if it is asked to.
    """
    report = finished.report
    console.print(counts_table({name: report}))
    tell(console, usage_line(report.usage))
    for line in rate_lines(report.usage):
        tell(console, line)
    for line in verification_lines(report, can_verify=can_verify):
        tell(console, line)
    told = [each for each in report.problems if each.standing is not Standing.NOT_ATTEMPTED]
    places = report.places or Places()
    for outcome in told[:SHOWN_PROBLEMS]:
        line = problem_line(outcome, places)
        place = "" if names_its_line(outcome, places) else f"{places.word(outcome.position)}: "
        tell(console, f"{place}{line}", indent=2)
    more = report.count(Standing.UNKNOWN) + report.count(Standing.REJECTED) - SHOWN_PROBLEMS
    if more > 0:
        where = f"all rows are in {rows_out}" if rows_out else "name a file with --rows-out to get all rows"
        tell(console, f"… and {more:,} more: {where}", indent=2)
    for line in _what_to_do(finished):
        tell(console, line)


def verification_lines(report: Report, *, can_verify: bool) -> Iterator[str]:
    """Say what reading the marks back showed, or that nobody did."""
    found = report.verification
    there = report.count(Standing.APPLIED) + report.count(Standing.ALREADY_APPLIED)
    if found is None and report.verified < there:
        words = f"{counted(there - report.verified, 'rows')} by the provider's answer alone, not verified"
        yield f"{words}; --verify report reads them back" if can_verify else words
    if found is None:
        return
    shown = f"{found.verified:,} of {counted(found.entries, 'entries')} shown as asked for"
    yield f"Read back: {shown}; {counted(found.reads, 'requests')} for that"
    if found.settled:
        yield f"{counted(found.settled, 'rows')} of them were in doubt before"
    if found.failure:
        yield f"Not everything could be read back: {found.failure}"
    for each in found.problems[:SHOWN_PROBLEMS]:
        yield f"  {each.id} {each.reason}"
    more = len(found.problems) - SHOWN_PROBLEMS + found.problems_left_out
    if more > 0:
        yield f"  … and {more:,} more: --json lists the first 1,000"


def problem_line(outcome: ItemOutcome[object], places: Places | None = None) -> str:
    """Say how a row ended and why; a reason that names file and line needs no id beside it."""
    who = "" if names_its_line(outcome, places) else outcome.id
    told = ": ".join(filter(None, (outcome.standing.value, who, outcome.reason)))
    if outcome.first_position is None:
        return told
    return f"{told} (the first one: {(places or Places()).word(outcome.first_position)})"


def names_its_line(outcome: ItemOutcome[object], places: Places | None = None) -> bool:
    """Tell whether the reason is a complaint about the row as it was read."""
    _, line = (places or Places()).locate(outcome.position)
    return re.match(rf".*?:{line}(, column |: )", outcome.reason) is not None


def _what_to_do(finished: Finished) -> Iterator[str]:
    report = finished.report
    if finished.input_failure is not None:
        yield f"The input ended early: {finished.input_failure}."
    if report.stopped_by is not None:
        yield f"The job ended early: {explain(report.stopped_by)}."
    if finished.not_attempted:
        yield f"Not attempted: {(report.places or Places()).lines(finished.not_attempted)}."
        resume = " with --resume" if finished.can_resume else ""
        yield f"Run the same command again{resume}: it does what is left."
    if report.count(Standing.UNKNOWN):
        yield (
            "A row in doubt may have happened: look at the provider before you repeat it by hand. "
            "The same command, run again, looks first."
        )


def _is_worth_a_column(standing: Standing, rows: Mapping[str, Report]) -> bool:
    return standing is not Standing.NOT_ATTEMPTED or any(report.count(standing) for report in rows.values())
