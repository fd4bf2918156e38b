"""Lines that name their invoices."""

from invoicekit.model import Money
from invoicekit.reconcile.books import OpenBooks
from invoicekit.reconcile.line import StatementLine
from invoicekit.reconcile.numbers import Mention
from invoicekit.reconcile.proposal import Decision, Kind, Option, Part, Proposal


def match_named(line: StatementLine, books: OpenBooks) -> Proposal | None:
    """Match a line by the numbers in it; None where it names no invoice for certain.

    What is proposed to be applied is taken from what the invoices owe.
    """
    certain = [mention for mention in books.mentions(line) if mention.naming.is_certain]
    if not certain:
        return None
    left = books.left_of_line(line)
    owing = [mention for mention in certain if books.owes(mention.invoice_id, left.currency)]
    if not owing:
        return _owes_nothing(line, left, certain, books)
    if _share_a_number(owing, books):
        return None
    foreign = [mention for mention in certain if _is_foreign(mention, left.currency, books)]
    total = Money.sum((_left(mention, books) for mention in owing), left.currency)
    if left < total and len(owing) > 1:
        return _too_little_for_all(line, left, owing, books)
    parts = tuple(
        books.part(line, mention.invoice_id, mention, most=left, is_share=len(owing) > 1) for mention in owing
    )
    option = Option(parts=parts)
    if option.points < books.rules.enough or foreign:
        reason = "names an invoice of another currency, too" if foreign else "too few points"
        return Proposal(
            line=line, kind=Kind.AMBIGUOUS, decision=Decision.ASK, options=(option,), reason=reason
        )
    books.take(option)
    surplus = left - option.amount
    if surplus:
        reason = f"{surplus} are more than these invoices owe"
        return Proposal(
            line=line,
            kind=Kind.OVERPAID,
            decision=Decision.APPLY,
            options=(option,),
            surplus=surplus,
            reason=reason,
        )
    kind = Kind.COMBINED if len(parts) > 1 else Kind.EXACT if left == total else Kind.PARTIAL
    return Proposal(line=line, kind=kind, decision=Decision.APPLY, options=(option,))


def _left(mention: Mention, books: OpenBooks) -> Money:
    left = books.left(mention.invoice_id)
    assert left is not None  # noqa: S101 -- only invoices that owe come here
    return left


def _is_foreign(mention: Mention, currency: str, books: OpenBooks) -> bool:
    known = books.known[mention.invoice_id]
    return known.is_open and known.due.currency != currency


def _share_a_number(owing: list[Mention], books: OpenBooks) -> bool:
    """Tell whether several invoices carry one number, so that it means none of them."""
    numbers = [books.known[mention.invoice_id].number for mention in owing]
    return len(set(numbers)) < len(numbers)


def _owes_nothing(line: StatementLine, left: Money, certain: list[Mention], books: OpenBooks) -> Proposal:
    named = [books.known[mention.invoice_id] for mention in certain]
    if any(_is_foreign(mention, left.currency, books) for mention in certain):
        words = ", ".join(f"{each.name} is in {each.due.currency}" for each in named)
        return Proposal(
            line=line, kind=Kind.AMBIGUOUS, decision=Decision.ASK, reason=f"{words}, not in {left.currency}"
        )
    if all(each.is_settled or books.left(each.id) is not None for each in named):
        words = ", ".join(each.name for each in named)
        return Proposal(
            line=line,
            kind=Kind.OVERPAID,
            decision=Decision.ASK,
            surplus=left,
            reason=f"{words}: paid already, nothing is left to be paid",
        )
    words = ", ".join(f"{each.name} is {each.status.value}" for each in named)
    return Proposal(line=line, kind=Kind.UNMATCHED, decision=Decision.ASK, surplus=left, reason=words)


def _too_little_for_all(line: StatementLine, left: Money, owing: list[Mention], books: OpenBooks) -> Proposal:
    """Propose to pay the oldest invoices first; which of them is short nobody but a person can tell."""
    oldest = sorted(owing, key=lambda each: (_age(each, books), each.invoice_id))
    parts: list[Part] = []
    rest = left
    for mention in oldest:
        if rest.amount > 0:
            part = books.part(line, mention.invoice_id, mention, most=rest)
            parts.append(part)
            rest -= part.amount
    return Proposal(
        line=line,
        kind=Kind.AMBIGUOUS,
        decision=Decision.ASK,
        options=(Option(parts=tuple(parts)),),
        reason=f"names {len(owing)} invoices and pays less than they owe; the oldest are proposed",
    )


def _age(mention: Mention, books: OpenBooks) -> str:
    known = books.known[mention.invoice_id]
    day = known.due_date or known.issued
    return "9999" if day is None else day.isoformat()
