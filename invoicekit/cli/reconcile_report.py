"""`invoicekit reconcile report`: what became of a plan, by the provider's own books."""

import asyncio
import json

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from invoicekit.bulk import JobExit
from invoicekit.cli.connection import Target
from invoicekit.cli.lines import tell
from invoicekit.cli.option_groups import AccountOptions, grouped
from invoicekit.cli.options import (
    JournalOption,
    JsonOption,
)
from invoicekit.cli.reconcile_apply import PlanArgument
from invoicekit.cli.reconcile_view import SHOWN_ROWS
from invoicekit.reconcile import Decision, Plan, Verified, by_currency, read_plan, totals, verify_plan


@grouped
def report(
    *,
    plan: PlanArgument,
    account: AccountOptions,
    journal: JournalOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look at the provider for every payment of a plan. Nothing is recorded.

    Exits with 1 where an approved payment is missing or a line still waits for a decision.
    """
    read = read_plan(plan)
    target = account.target(journal=journal)
    verified = asyncio.run(_verified(target, read))
    missing = [each for each in verified if each.is_missing]
    recorded = [each.recorded for each in verified if each.recorded is not None]
    lines_recorded = {each.row.line_id for each in verified if each.recorded is not None}
    waiting = {
        row.line_id
        for row in read.of_lines()
        if row.decision is Decision.ASK and row.line_id not in lines_recorded
    }
    if as_json:
        numbers = {
            "recorded": len(recorded),
            "amounts": by_currency(totals(recorded)),
            "missing": [_as_json(each) for each in missing],
            "lines_to_decide": len(waiting),
        }
        typer.echo(json.dumps(numbers, indent=2))
    else:
        console = Console(emoji=False)
        amounts = ", ".join(f"{each.amount:,f} {each.currency}" for each in totals(recorded))
        tell(console, f"Recorded: {len(recorded):,} payments" + (f", {amounts}" if amounts else ""))
        if waiting:
            tell(console, f"Waiting for a decision: {len(waiting):,} lines")
        if missing:
            _show_missing(console, missing)
    raise typer.Exit(JobExit.REJECTED if missing or waiting else JobExit.DONE)


async def _verified(target: Target, plan: Plan) -> tuple[Verified, ...]:
    async with target.service() as service:
        return await verify_plan(service, plan)


def _show_missing(console: Console, missing: list[Verified]) -> None:
    tell(console, f"Approved, and not at the provider: {len(missing):,}")
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("row", "booked", "amount", "invoice", "line"):
        table.add_column(name, justify="right" if name in {"row", "amount"} else "left", overflow="fold")
    for each in missing[:SHOWN_ROWS]:
        row = each.row
        table.add_row(
            str(row.row),
            "" if row.booked is None else row.booked.isoformat(),
            "" if row.allocated is None else str(row.allocated),
            Text(row.invoice_number or row.invoice_id),
            Text(row.line_id),
        )
    if not console.is_terminal:
        console.width = 10_000
    console.print(table)
    tell(console, "Apply the plan again: what is there already is not recorded a second time.")


def _as_json(each: Verified) -> dict[str, object]:
    row = each.row
    return {
        "row": row.row,
        "line_id": row.line_id,
        "invoice_id": row.invoice_id,
        "allocated": None if row.allocated is None else str(row.allocated),
        "recorded": None if each.recorded is None else str(each.recorded),
    }
