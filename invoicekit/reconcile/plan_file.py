"""The plan as a CSV file that a person can read, change and approve."""

import csv
import io
import os
from collections.abc import Mapping
from pathlib import Path

from invoicekit.errors import UsageError
from invoicekit.model import Money
from invoicekit.reconcile.plan import Plan, PlanRow, invoice_seal, line_seal
from invoicekit.reconcile.wording import for_a_cell, one_line

COLUMNS = (
    "decision",
    "class",
    "booked",
    "amount",
    "currency",
    "payer",
    "text",
    "invoice_number",
    "customer",
    "amount_due",
    "allocated",
    "surplus",
    "points",
    "reasons",
    "option",
    "statement",
    "line_id",
    "invoice_id",
    "seal",
)
FREE_COLUMNS = frozenset(
    {"payer", "text", "invoice_number", "customer", "reasons", "statement", "line_id", "invoice_id"}
)
"""What others wrote: a leading apostrophe keeps a spreadsheet from running it."""
TITLE = "invoicekit reconcile plan 1"
_HELP = (
    "decision: apply records `allocated` on the invoice, skip leaves the line, ask waits for you.",
    "You may change decision, allocated and invoice_id; all else stays as it is. Save as CSV in UTF-8.",
)


def write_plan(plan: Plan, path: str | Path) -> None:
    """Write a plan where only its owner can read it; a file that is there is replaced.

    Raises:
        UsageError: It cannot be written there.
    """
    target = Path(path)
    partial = target.with_name(target.name + ".part")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(plan_text(plan))
        partial.replace(target)
    except OSError as failure:
        raise UsageError(f"{path}: cannot be written: {failure.strerror}") from None


def plan_text(plan: Plan) -> str:
    """Return the plan as its file holds it; the same plan gives the same text."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    for comment in (TITLE, *_HELP, f"provider: {plan.provider}", f"account: {plan.account}"):
        writer.writerow([f"# {comment}"])
    for each in plan.statements:
        writer.writerow([f"# statement: {each.digest} {each.path or each.name}"])
    writer.writerow(COLUMNS)
    for row in plan.rows:
        cells = _cells(plan, row)
        writer.writerow(
            [for_a_cell(cells[column]) if column in FREE_COLUMNS else cells[column] for column in COLUMNS]
        )
    return file.getvalue()


def _cells(plan: Plan, row: PlanRow) -> Mapping[str, str]:
    currency = next((each.currency for each in (row.amount, row.amount_due) if each is not None), "")
    return {
        "decision": "" if row.decision is None else row.decision.value,
        "class": row.kind,
        "booked": "" if row.booked is None else row.booked.isoformat(),
        "amount": _number(row.amount),
        "currency": currency,
        "payer": one_line(row.payer),
        "text": one_line(row.text),
        "invoice_number": one_line(row.invoice_number),
        "customer": one_line(row.customer),
        "amount_due": _number(row.amount_due),
        "allocated": _number(row.allocated),
        "surplus": _number(row.surplus),
        "points": "" if row.points is None else str(row.points),
        "reasons": one_line(row.reasons),
        "option": str(row.option) if row.option else "",
        "statement": row.where,
        "line_id": row.line_id,
        "invoice_id": row.invoice_id,
        "seal": f"{line_seal(plan, row)}-{invoice_seal(plan, row)}" if row.line_id else "",
    }


def _number(amount: Money | None) -> str:
    return "" if amount is None else f"{amount.amount:f}"
