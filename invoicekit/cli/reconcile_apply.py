"""`invoicekit reconcile apply`: the approved rows of a plan, each recorded at most once."""

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from invoicekit.bulk import PAYMENT_CELLS, JobExit
from invoicekit.cli.connection import Target
from invoicekit.cli.lines import tell
from invoicekit.cli.option_groups import TellingOptions, WorkOptions, grouped
from invoicekit.cli.reconcile_view import show_plan
from invoicekit.cli.report_view import show_report
from invoicekit.cli.running import Finished, run_job, write_finished
from invoicekit.cli.telling import Telling
from invoicekit.errors import UsageError
from invoicekit.reconcile import Decision, Plan, ReconcileJob, chosen_rows, read_plan

PlanArgument = Annotated[Path, typer.Argument(help="A plan that `invoicekit reconcile plan` wrote.")]
AcceptOption = Annotated[
    bool,
    typer.Option("--accept", help="Apply rows that still say ask, too, where a line has one proposal."),
]


@grouped
def apply(
    *,
    plan: PlanArgument,
    accept: AcceptOption = False,
    account: WorkOptions,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be applied; needs no key.")
    ] = False,
    shown: TellingOptions,
) -> None:
    """Record what a plan says, each part at most once.

    Run it again after an interruption: what was recorded is found and not recorded again.
    """
    read = read_plan(plan)
    check_statements(read)
    if dry_run:
        show_plan(Console(emoji=False), read)
        raise typer.Exit(JobExit.REJECTED if any(row.problem for row in read.rows) else JobExit.DONE)
    target = account.work()
    telling = shown.telling(f"reconcile apply {plan}")
    with telling.display.failing():
        telling.check()
        finished = asyncio.run(_applied(target, read, accept=accept, telling=telling))
    if shown.as_json:
        typer.echo(json.dumps(finished.report.as_json(), indent=2))
    else:
        _show(finished, read, accept=accept)
    write_finished(telling.report, title=telling.title, finished=[finished])
    raise typer.Exit(finished.report.exit_code())


def check_statements(plan: Plan) -> None:
    """Refuse a plan whose statements read otherwise by now; those that are gone are no matter.

    Raises:
        UsageError: A statement changed since the plan was made; nothing was sent.
    """
    for each in plan.statements:
        path = Path(each.path)
        if each.path and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != each.digest:
            raise UsageError(f"{each.path} changed since the plan was made; plan again, nothing was sent")


async def _applied(target: Target, plan: Plan, *, accept: bool, telling: Telling) -> Finished:
    bars = telling.display
    bars.say(f"Journal: {target.journal_file()}")
    async with target.service() as service:
        job = ReconcileJob(service, plan, accept=accept)
        return await run_job(
            job,
            label="payments",
            bars=bars,
            total=len(job.items),
            cells=PAYMENT_CELLS,
            report_to=telling.report,
        )


def _show(finished: Finished, plan: Plan, *, accept: bool) -> None:
    console = Console(emoji=False)
    show_report(console, "payments", finished, rows_out=None)
    chosen = {row.line_id for row in chosen_rows(plan, accept=accept)}
    left = {row.line_id for row in plan.of_lines() if row.decision is Decision.ASK} - chosen
    if left:
        tell(console, f"{len(left):,} lines still wait for a decision in the plan.")
