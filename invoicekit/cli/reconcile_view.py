"""A reconciliation plan on a terminal: numbers first, then what is applied, then what needs a person."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from invoicekit.cli.lines import tell
from invoicekit.model import Money
from invoicekit.reconcile import Decision, Plan, PlanRow, Summary, summarize

SHOWN_ROWS = 20


def show_plan(console: Console, plan: Plan) -> Summary:
    """Print a plan and return its numbers."""
    summary = summarize(plan)
    console.print(_classes(summary))
    approved = [row for row in plan.of_lines() if row.decision is Decision.APPLY]
    if approved:
        console.print()
        tell(console, f"To be applied: {summary.lines_to_apply:,} lines, {_amounts(summary.to_apply)}")
        _show_rows(console, approved)
    waiting = [row for row in plan.of_lines() if row.decision is Decision.ASK or row.surplus]
    if waiting:
        console.print()
        surplus = f", {_amounts(summary.surplus)} of it surplus" if summary.surplus else ""
        tell(console, f"For a person: {summary.lines_to_decide:,} lines{surplus}")
        _show_rows(console, waiting, is_waiting=True)
    broken = [row for row in plan.rows if row.problem or row.kind == "unreadable"]
    if broken:
        console.print()
        for row in broken[:SHOWN_ROWS]:
            tell(console, f"{row.problem or row.reasons}", indent=2)
        _tell_more(console, len(broken) - SHOWN_ROWS)
    return summary


def _classes(summary: Summary) -> Table:
    table = Table(box=None, pad_edge=False, header_style="")
    table.add_column("")
    table.add_column("count", justify="right")
    table.add_column("amount", justify="right")
    for each in summary.classes:
        table.add_row(each.name, f"{each.count:,}", _amounts(each.amounts))
    return table


def _show_rows(console: Console, rows: Sequence[PlanRow], *, is_waiting: bool = False) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("booked", "class", "payer"):
        table.add_column(name, no_wrap=name == "booked")
    table.add_column("amount", justify="right", no_wrap=True)
    table.add_column("invoice")
    table.add_column("why", overflow="fold", ratio=1)
    for row in rows[:SHOWN_ROWS]:
        table.add_row(
            "" if row.booked is None else row.booked.isoformat(),
            row.kind,
            Text(row.payer or row.text),
            _money(row.surplus if is_waiting and row.surplus else row.allocated or row.amount),
            Text(row.invoice_number or "-"),
            Text(row.reasons.partition(";")[0]),
        )
    if not console.is_terminal:
        console.width = 10_000
    console.print(table)
    _tell_more(console, len(rows) - SHOWN_ROWS)


def _money(amount: Money | None) -> str:
    return "" if amount is None else f"{amount.amount:,f} {amount.currency}"


def _amounts(amounts: Iterable[Money]) -> str:
    return ", ".join(map(_money, amounts)) or "-"


def _tell_more(console: Console, more: int) -> None:
    if more > 0:
        tell(console, f"… and {more:,} more in the plan", indent=2)
