"""A plan for a few lines and invoices at a provider's simulator, and what a person does to its file."""

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

from invoicekit import InvoiceService
from invoicekit.bulk import ItemOutcome
from invoicekit.model import Money
from invoicekit.reconcile import (
    Plan,
    ReconcileJob,
    Statement,
    StatementLine,
    make_plan,
    read_plan,
    write_plan,
)

Cells = dict[str, str]


def line(
    text: str, amount: str, *, number: int = 1, payer: str = "Acme", currency: str = "EUR"
) -> StatementLine:
    """Return a line with an id."""
    return StatementLine(
        source="bank.csv",
        row=number + 1,
        id=f"bank:B{number}",
        bank_reference=f"B{number}",
        booked=date(2026, 3, number),
        amount=Money(amount, currency),
        text=text,
        payer=payer,
    )


def statement(*lines: StatementLine) -> Statement:
    """Return a statement of these lines that was no file."""
    return Statement(name="bank.csv", path="", digest="0" * 64, lines=lines)


async def planned(service: InvoiceService, *lines: StatementLine) -> Plan:
    """Make a plan for these lines."""
    return await make_plan(service, [statement(*lines)])


async def applied(service: InvoiceService, plan: Plan, *, accept: bool = False) -> list[ItemOutcome[object]]:
    """Apply a plan; the outcomes in the order of its rows."""
    job = ReconcileJob(service, plan, accept=accept)
    return sorted([one async for one in job.outcomes()], key=lambda one: one.position)


def edited(plan: Plan, folder: Path, change: Callable[[list[Cells]], object]) -> Plan:
    """Write a plan, change its cells as a person would, and read it back."""
    path = folder / "plan.csv"
    write_plan(plan, path)
    text = path.read_text("utf-8").splitlines(keepends=True)
    head = [one for one in text if one.startswith(("#", '"#'))]
    reader = csv.DictReader(io.StringIO("".join(text[len(head) :])))
    rows = list(reader)
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(head)
        writer = csv.DictWriter(file, list(reader.fieldnames or ()), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return read_plan(path)
