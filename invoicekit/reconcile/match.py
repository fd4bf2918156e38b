"""Lines and invoices in, proposals out: the same ones in whatever order they come."""

from collections.abc import Iterable, Mapping, Sequence

import attrs

from invoicekit.model import Money
from invoicekit.reconcile.books import OpenBooks
from invoicekit.reconcile.line import StatementLine
from invoicekit.reconcile.match_named import match_named
from invoicekit.reconcile.match_unnamed import match_unnamed
from invoicekit.reconcile.names import Likeness, compare
from invoicekit.reconcile.proposal import Decision, Kind, Proposal
from invoicekit.reconcile.receivable import Receivable
from invoicekit.reconcile.rules import Rules


@attrs.frozen(kw_only=True)
class Matching:
    """What is proposed for every line, and the invoices that no line pays.

    Attributes:
        proposals: One for each line, by date.
        unmatched: Open invoices that stand in no proposal.
    """

    proposals: tuple[Proposal, ...]
    unmatched: tuple[Receivable, ...]


def match(
    lines: Iterable[StatementLine],
    receivables: Iterable[Receivable],
    *,
    recorded: Mapping[tuple[str, str], Money] | None = None,
    rules: Rules | None = None,
) -> Matching:
    """Match statement lines to invoices.

    First the lines that name their invoices, the earliest first; then the others. Nothing is given to an
    invoice beyond what it owes, or taken of a line beyond its amount.

    Args:
        recorded: What earlier runs recorded, by line id and invoice id.
    """
    given = sorted(lines, key=_place)
    books = OpenBooks(receivables, rules=rules or Rules(), recorded=recorded or {})
    proposals, payments = _sorted_out(given, books)
    reversals: dict[Money, list[StatementLine]] = {}
    for line in given:
        if line.is_reversal:
            reversals.setdefault(abs(line.amount), []).append(line)
    unnamed = []
    for line in sorted(payments, key=lambda each: (each.booked, each.id)):
        proposal = match_named(line, books)
        if proposal is None:
            unnamed.append(line)
        else:
            proposals.append(proposal)
    proposals += match_unnamed(unnamed, books)
    told = tuple(
        sorted(
            (_with_reversals(_with_recorded(each, books), reversals) for each in proposals),
            key=lambda each: _place(each.line),
        )
    )
    used = {part.invoice.id for each in told for option in each.options for part in option.parts}
    unmatched = tuple(
        sorted(
            (each for each in books.known.values() if each.is_open and each.id not in used),
            key=lambda each: (each.number, each.id),
        )
    )
    return Matching(proposals=told, unmatched=unmatched)


def _sorted_out(
    lines: Sequence[StatementLine], books: OpenBooks
) -> tuple[list[Proposal], list[StatementLine]]:
    """Set aside what is no payment, or none any more."""
    alike: dict[str, list[StatementLine]] = {}
    for line in lines:
        alike.setdefault(line.id, []).append(line)
    proposals: list[Proposal] = []
    payments: list[StatementLine] = []
    for same in alike.values():
        first, *repeats = same
        if any(each.amount != first.amount or each.is_reversal != first.is_reversal for each in repeats):
            proposals += [_contradicted(each, same) for each in same]
            continue
        proposals += [
            Proposal(
                line=each, kind=Kind.DUPLICATE, decision=Decision.SKIP, reason=f"stands in {first.where}, too"
            )
            for each in repeats
        ]
        reason = _why_no_payment(first)
        left = books.left_of_line(first)
        if reason:
            proposals.append(
                Proposal(line=first, kind=Kind.NOT_A_PAYMENT, decision=Decision.SKIP, reason=reason)
            )
        elif left.amount <= 0:
            proposals.append(
                Proposal(
                    line=first,
                    kind=Kind.ALREADY_APPLIED,
                    decision=Decision.SKIP,
                    reason="an earlier run recorded it",
                )
            )
        else:
            payments.append(first)
    return proposals, payments


def _place(line: StatementLine) -> tuple[str, str, int, str, str, str]:
    return line.booked.isoformat(), line.source, line.row, line.id, str(line.amount), line.text


def _contradicted(line: StatementLine, same: Sequence[StatementLine]) -> Proposal:
    others = ", ".join(f"{each.amount} in {each.where}" for each in same if each is not line)
    return Proposal(
        line=line,
        kind=Kind.AMBIGUOUS,
        decision=Decision.ASK,
        reason=f"the bank's reference {line.bank_reference or line.id} stands for other money, too: {others}",
    )


def _why_no_payment(line: StatementLine) -> str:
    if line.is_reversal:
        return "takes an earlier line back"
    if line.amount.amount < 0:
        return "money that went out"
    if not line.amount:
        return "an amount of nothing"
    return "" if line.is_booked else "not booked yet"


def _with_recorded(proposal: Proposal, books: OpenBooks) -> Proposal:
    """Say what an earlier run recorded of a line; where nothing else fits, that is all there is to it."""
    recorded = books.recorded_of_line(proposal.line)
    if recorded is None or proposal.kind in {Kind.DUPLICATE, Kind.NOT_A_PAYMENT, Kind.ALREADY_APPLIED}:
        return proposal
    told = f"{recorded} of it are recorded already"
    if proposal.options:
        return attrs.evolve(proposal, reason="; ".join(filter(None, (told, proposal.reason))))
    left = books.left_of_line(proposal.line)
    return attrs.evolve(
        proposal, kind=Kind.ALREADY_APPLIED, decision=Decision.SKIP, surplus=left, reason=told
    )


def _with_reversals(proposal: Proposal, reversals: Mapping[Money, Sequence[StatementLine]]) -> Proposal:
    """Ask before a payment is applied that the bank may have taken back."""
    line = proposal.line
    if proposal.decision is not Decision.APPLY:
        return proposal
    for reversal in reversals.get(line.amount, ()):
        if reversal.booked >= line.booked and _is_same_payer(reversal, line):
            reason = "; ".join(filter(None, (f"{reversal.where} may take it back", proposal.reason)))
            return attrs.evolve(proposal, decision=Decision.ASK, reason=reason)
    return proposal


def _is_same_payer(reversal: StatementLine, line: StatementLine) -> bool:
    return bool(
        (line.payer_account and line.payer_account == reversal.payer_account)
        or compare(line.payer, reversal.payer) is Likeness.SAME
        or (line.text and line.text in reversal.text)
    )
