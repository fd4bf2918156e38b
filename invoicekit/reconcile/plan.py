"""The plan: what would be recorded of which line, for a person to read, change and approve."""

from collections.abc import Iterator, Sequence
from datetime import date

import attrs

from invoicekit.model import Money
from invoicekit.reconcile.gather import Owed, gather_owed
from invoicekit.reconcile.identity import seal_of
from invoicekit.reconcile.line import Statement, StatementLine
from invoicekit.reconcile.match import Matching, match
from invoicekit.reconcile.proposal import Decision, Kind, Option, Proposal
from invoicekit.reconcile.receivable import Receivable
from invoicekit.reconcile.rules import Rules
from invoicekit.service import InvoiceService

UNMATCHED_INVOICE = "unmatched invoice"
UNREADABLE = "unreadable"


@attrs.frozen(kw_only=True)
class PlannedFrom:
    """A statement that a plan was made from.

    Attributes:
        digest: SHA-256 of the file, in hex.
    """

    name: str
    path: str
    digest: str


@attrs.frozen(kw_only=True)
class PlanRow:
    """One row of a plan: a part of a line, a line without one, an invoice, or what could not be read.

    Attributes:
        row: Its place in the plan, or its line in the plan's file.
        decision: None where there is nothing to decide.
        kind: A `Kind`, or that it is an invoice that nothing pays, or unreadable.
        option: Rows of one line with the same option belong together; others are alternatives. 0 for none.
        amount: The whole line's.
        allocated: What is recorded on the invoice if it is applied.
        amount_due: What the invoice owed when the plan was made; None where a person chose the invoice.
        problem: Why the row cannot be used as it stands in the file.
    """

    kind: str
    decision: Decision | None = None
    row: int = 0
    option: int = 0
    line_id: str = ""
    booked: date | None = None
    amount: Money | None = None
    allocated: Money | None = None
    invoice_id: str = ""
    invoice_number: str = ""
    customer: str = ""
    amount_due: Money | None = None
    surplus: Money | None = None
    points: int | None = None
    reasons: str = ""
    payer: str = ""
    text: str = ""
    where: str = ""
    problem: str | None = None


@attrs.frozen(kw_only=True)
class Plan:
    """What is proposed for one account, from one or several statements.

    Attributes:
        rows: Those of lines by date, then unmatched invoices, then what could not be read.
    """

    provider: str
    account: str
    statements: tuple[PlannedFrom, ...]
    rows: tuple[PlanRow, ...]

    def of_lines(self) -> Iterator[PlanRow]:
        """Walk the rows that speak of a line."""
        return (row for row in self.rows if row.line_id)

    @property
    def needs_a_person(self) -> bool:
        """Whether anything is left to be decided, or could not be read."""
        return any(row.decision is Decision.ASK or row.surplus or row.kind == UNREADABLE for row in self.rows)


async def make_plan(
    service: InvoiceService, statements: Sequence[Statement], *, rules: Rules | None = None
) -> Plan:
    """Read what the account is owed and match the statements to it. Nothing is written."""
    lines = [line for statement in statements for line in statement.lines]
    owed = await gather_owed(service, lines, rules=rules)
    matching = match(lines, owed.receivables, recorded=owed.recorded, rules=rules)
    return plan_of(
        matching, provider=service.provider, account=service.account, statements=statements, owed=owed
    )


def plan_of(
    matching: Matching,
    *,
    provider: str,
    account: str,
    statements: Sequence[Statement],
    owed: Owed | None = None,
) -> Plan:
    """Write a matching down as a plan."""
    rows = [row for proposal in matching.proposals for row in _rows(proposal)]
    rows += [_invoice_row(each) for each in matching.unmatched]
    rows += [
        PlanRow(kind=UNREADABLE, where=f"{each.source}:{each.row}", reasons=each.message)
        for statement in statements
        for each in statement.problems
    ]
    rows += [
        PlanRow(kind=UNREADABLE, invoice_number=number, reasons="the provider does not say what it owes")
        for number in (() if owed is None else owed.unclear)
    ]
    return Plan(
        provider=provider,
        account=account,
        statements=tuple(
            PlannedFrom(name=each.name, path=each.path, digest=each.digest) for each in statements
        ),
        rows=tuple(attrs.evolve(row, row=number) for number, row in enumerate(rows, start=1)),
    )


def line_seal(plan: Plan, row: PlanRow) -> str:
    """Return what tells whether a row still speaks of the line that it was made for."""
    amount = "" if row.amount is None else _exact(row.amount)
    booked = "" if row.booked is None else row.booked.isoformat()
    return seal_of(plan.provider, plan.account, row.kind, row.line_id, booked, amount)


def invoice_seal(plan: Plan, row: PlanRow) -> str:
    """Return what tells whether a row still speaks of the invoice that was proposed."""
    due = "" if row.amount_due is None else _exact(row.amount_due)
    return seal_of(line_seal(plan, row), row.invoice_id, due)


def _exact(amount: Money) -> str:
    return f"{amount.amount.normalize():f} {amount.currency}"


def _rows(proposal: Proposal) -> Iterator[PlanRow]:
    line = proposal.line
    common = PlanRow(
        kind=proposal.kind.value,
        decision=proposal.decision,
        line_id=line.id,
        booked=line.booked,
        amount=line.amount,
        surplus=proposal.surplus,
        reasons=proposal.reason,
        payer=line.payer,
        text=_text(line),
        where=line.where,
    )
    if not proposal.options:
        yield common
    for number, option in enumerate(proposal.options, start=1):
        yield from _option_rows(common, option, number)


def _option_rows(common: PlanRow, option: Option, number: int) -> Iterator[PlanRow]:
    for place, part in enumerate(option.parts):
        yield attrs.evolve(
            common,
            option=number,
            allocated=part.amount,
            invoice_id=part.invoice.id,
            invoice_number=part.invoice.number,
            customer=part.invoice.customer,
            amount_due=part.invoice.due,
            # A line's surplus stands once.
            surplus=common.surplus if place == 0 else None,
            points=part.points,
            reasons="; ".join(filter(None, (common.reasons, *part.reasons))),
        )


def _invoice_row(receivable: Receivable) -> PlanRow:
    return PlanRow(
        kind=UNMATCHED_INVOICE,
        invoice_id=receivable.id,
        invoice_number=receivable.number,
        customer=receivable.customer,
        amount_due=receivable.due,
        reasons="" if receivable.due_date is None else f"due on {receivable.due_date}",
    )


def _text(line: StatementLine) -> str:
    return " ".join((*line.references, line.text)).strip()


KINDS = frozenset(each.value for each in Kind) | {UNMATCHED_INVOICE, UNREADABLE}
