"""A finished job, for people."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from invoicekit.bulk import ItemOutcome, Report, Standing, Usage
from invoicekit.cli.failure import explain
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
    return (
        f"{usage.requests:,} requests, {usage.retries:,} of them repeats; "
        f"{usage.rate_limited:,} answered 429; {usage.seconds:.1f} s"
    )


def show_report(console: Console, name: str, finished: Finished, *, rows_out: str | None) -> None:
    """Print counts, what went wrong, and what to do about it."""
    report = finished.report
    console.print(counts_table({name: report}))
    console.print(usage_line(report.usage), highlight=False)
    show_problems(console, report)
    if report.problems_left_out or len(_told(report)) > SHOWN_PROBLEMS:
        where = f"all rows are in {rows_out}" if rows_out else "name a file with --rows-out to get all rows"
        console.print(f"… and more: {where}", highlight=False, markup=False, soft_wrap=True)
    if finished.not_attempted:
        lines = f"not attempted: lines {finished.not_attempted}"
        console.print(lines, highlight=False, soft_wrap=True)
        console.print("Run the same command again: it does what is left.")
    if report.count(Standing.UNKNOWN):
        console.print(
            "Rows in doubt may have happened: look at the provider before repeating them by hand. "
            "Running the same command again looks first.",
            soft_wrap=True,
        )
    if report.stopped_by is not None:
        text = f"The job ended early: {explain(report.stopped_by)}"
        console.print(text, highlight=False, markup=False, soft_wrap=True)


def show_problems(console: Console, report: Report) -> None:
    """List the first rows that are neither applied nor merely left."""
    for outcome in _told(report)[:SHOWN_PROBLEMS]:
        text = f"  line {outcome.position}: {outcome.standing.value}: {outcome.id}: {outcome.reason}"
        console.print(text, highlight=False, markup=False, soft_wrap=True)


def _told(report: Report) -> list[ItemOutcome[object]]:
    return [outcome for outcome in report.problems if outcome.standing is not Standing.NOT_ATTEMPTED]


def _is_worth_a_column(standing: Standing, rows: Mapping[str, Report]) -> bool:
    return standing is not Standing.NOT_ATTEMPTED or any(report.count(standing) for report in rows.values())
