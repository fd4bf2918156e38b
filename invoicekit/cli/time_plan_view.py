"""A plan for tracked time, and what became of it, for people."""

from datetime import timedelta
from decimal import Decimal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from invoicekit.billing import BilledTime, TimePlan
from invoicekit.cli.lines import tell
from invoicekit.model import Money, Outcome, TimeWay

_SHOWN = 20
_WAYS = {
    TimeWay.IMPORT: "{provider} imports the entries itself and ties them to the invoice",
    TimeWay.LINK: "lines of our own; each entry is tied to what bills it",
    TimeWay.MARK: "lines of our own; the entries are marked as invoiced, tied to nothing",
    TimeWay.NONE: "lines of our own; the entries are tracked elsewhere",
}


def show_plan(console: Console, plan: TimePlan) -> None:
    """Print the invoice as it will be, and every entry that will not be on it."""
    terms = plan.terms
    last = (terms.end - timedelta(microseconds=1)).astimezone(terms.zone).date()
    first = terms.start.astimezone(terms.zone).date()
    tell(console, f"Invoice {terms.number} to customer {terms.customer_id}, {first} to {last} ({terms.zone})")
    if plan.lines:
        console.print(_lines(plan))
    how = _WAYS[plan.way].format(provider=plan.books.provider)
    tell(console, f"How: {how}" + (f" ({plan.why})" if plan.why else "") + ".")
    mend = [each for each in plan.left_out if each.needs_attention]
    if mend:
        tell(console, f"Left out, and to be mended first: {len(mend):,}")
        for each in mend[:_SHOWN]:
            tell(console, f"{each.entry_id} {each.reason}", indent=2)
        if len(mend) > _SHOWN:
            tell(console, f"… and {len(mend) - _SHOWN:,} more: --json shows all", indent=2)
    if others := len(plan.left_out) - len(mend):
        tell(console, f"Not to be billed: {others:,} entries (not billable, or of another project)")


def show_billed(console: Console, billed: BilledTime) -> None:
    """Print what was made, and whether all of it agrees."""
    plan, invoice = billed.plan, billed.invoice
    made = "was made" if billed.outcome is Outcome.APPLIED else "was there already"
    total = invoice.total if isinstance(invoice.total, Money) else "no total shown"
    tell(console, f"Draft {plan.terms.number} {made}: {invoice.id}, {total}.")
    for problem in billed.problems:
        tell(console, f"does not agree: {problem}", indent=2)
    if billed.agrees:
        count = len(plan.entry_ids)
        tell(console, f"Invoice, lines and {count:,} entries agree with the plan.")
    if billed.not_shown:
        tell(
            console,
            f"{len(billed.not_shown):,} entries are confirmed as invoiced, and not shown so yet: the "
            "provider's report may lag. Run it again to look.",
        )


def plan_as_json(plan: TimePlan) -> dict[str, object]:
    """Return the numbers of a plan, ready for JSON."""
    return {
        "number": plan.terms.number,
        "provider": plan.books.provider,
        "account": plan.books.account,
        "way": plan.way.value,
        "why": plan.why,
        "lines": [
            {
                "description": line.description,
                "hours": str(line.quantity),
                "hourly_rate": str(line.hourly_rate),
                "amount": str(line.amount),
                "time_entry_ids": list(line.entry_ids),
            }
            for line in plan.lines
        ],
        "subtotal": str(plan.subtotal),
        "tax": str(plan.tax),
        "total": str(plan.total),
        "left_out": [
            {"time_entry_id": each.entry_id, "reason": each.reason, "needs_attention": each.needs_attention}
            for each in plan.left_out
        ],
    }


def billed_as_json(billed: BilledTime) -> dict[str, object]:
    """Return what became of a plan, ready for JSON."""
    total = billed.invoice.total
    return {
        "plan": plan_as_json(billed.plan),
        "invoice_id": billed.invoice.id,
        "outcome": billed.outcome.value,
        "invoice_total": str(total) if isinstance(total, Money) else None,
        "agrees": billed.agrees,
        "problems": list(billed.problems),
        "not_shown": list(billed.not_shown),
    }


def _lines(plan: TimePlan) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("line", overflow="fold", ratio=1)
    for name in ("entries", "worked", "hours", "rate", "amount"):
        table.add_column(name, justify="right", no_wrap=True)
    for line in plan.lines:
        table.add_row(
            Text(line.description),
            f"{len(line.entry_ids):,}",
            _clock(line.worked),
            str(line.quantity),
            f"{_rate(line.hourly_rate):,f}",
            f"{line.amount.amount:,f}",
        )
    table.add_section()
    worked = sum((line.worked for line in plan.lines), timedelta())
    hours = sum(line.quantity for line in plan.lines)
    table.add_row(
        "subtotal", f"{len(plan.entry_ids):,}", _clock(worked), str(hours), "", _amount(plan.subtotal)
    )
    if plan.terms.tax_percent is not None:
        table.add_row(f"tax {plan.terms.tax_percent} %", "", "", "", "", _amount(plan.tax))
        table.add_row("total", "", "", "", "", _amount(plan.total))
    return table


def _rate(money: Money) -> Decimal:
    rounded = money.rounded()
    return rounded.amount if rounded == money else money.amount


def _amount(money: Money) -> str:
    return f"{money.amount:,f} {money.currency}"


def _clock(time: timedelta) -> str:
    minutes, seconds = divmod(time // timedelta(seconds=1), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}" + (f":{seconds:02}" if seconds else "")
