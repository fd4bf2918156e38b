"""Lines that name no invoice: amount, payer and date have to agree, and nothing else may fit as well."""

from collections.abc import Mapping, Sequence
from itertools import combinations, islice

from invoicekit.model import Money
from invoicekit.reconcile.books import OpenBooks
from invoicekit.reconcile.line import StatementLine
from invoicekit.reconcile.proposal import Decision, Kind, Option, Part, Proposal


def match_unnamed(lines: Sequence[StatementLine], books: OpenBooks) -> list[Proposal]:
    """Match what names no invoice for certain.

    A line and an invoice belong together where each is the other's best match by a clear lead. What that
    leaves is looked at again, until nothing is clear any more.
    """
    found: list[Proposal] = []
    waiting = list(lines)
    while True:
        candidates = {line.id: _candidates(line, books) for line in waiting}
        clear = _clear(waiting, candidates, books)
        if not clear:
            break
        for line in waiting:
            part = clear.get(line.id)
            if part is not None:
                option = Option(parts=(part,))
                books.take(option)
                found.append(Proposal(line=line, kind=Kind.EXACT, decision=Decision.APPLY, options=(option,)))
        waiting = [line for line in waiting if line.id not in clear]
    return found + [_left_over(line, candidates[line.id], books) for line in waiting]


def _candidates(line: StatementLine, books: OpenBooks) -> list[Part]:
    """Return what may be paid by a line, the best first."""
    amount = books.left_of_line(line)
    mentions = {mention.invoice_id: mention for mention in books.mentions(line)}
    ids = {*books.owing(amount), *(each for each in mentions if books.owes(each, amount.currency))}
    own = books.of_customer(line.payer, amount.currency)
    if len(own) == 1:
        ids.add(own[0])
    parts = [books.part(line, each, mentions.get(each), most=amount) for each in ids]
    return sorted(
        (part for part in parts if part.points >= books.rules.worth_showing),
        key=lambda part: (-part.points, part.invoice.id),
    )


def _clear(
    waiting: Sequence[StatementLine], candidates: Mapping[str, list[Part]], books: OpenBooks
) -> dict[str, Part]:
    """Return the parts that are the best for line and invoice alike, and are all of both."""
    rules = books.rules
    claims: dict[str, list[tuple[int, str]]] = {}
    for line_id, parts in candidates.items():
        for part in parts:
            claims.setdefault(part.invoice.id, []).append((part.points, line_id))
    clear: dict[str, Part] = {}
    for line in waiting:
        parts = candidates[line.id]
        if not parts or parts[0].points < rules.enough:
            continue
        top, *others = parts
        is_whole = top.amount == books.left_of_line(line) == books.left(top.invoice.id)
        rivals = [points for points, other in claims[top.invoice.id] if other != line.id]
        rivals += [part.points for part in others]
        if is_whole and all(top.points - points >= rules.lead for points in rivals):
            clear[line.id] = top
    return clear


def _left_over(line: StatementLine, candidates: list[Part], books: OpenBooks) -> Proposal:
    amount = books.left_of_line(line)
    own = books.of_customer(line.payer, amount.currency)
    if not any(part.amount == amount for part in candidates):
        sums = _sums(own, amount, books)
        if sums:
            return _combined(line, sums, amount, books)
    if not candidates:
        return Proposal(
            line=line, kind=Kind.UNMATCHED, decision=Decision.ASK, reason=_why_nothing(line, amount, own)
        )
    top = candidates[0]
    alike = sum(1 for part in candidates if top.points - part.points < books.rules.lead)
    if alike > 1:
        reason = f"{alike} invoices fit about as well"
    elif top.points < books.rules.enough:
        reason = "too few points"
    elif top.amount != amount or top.amount != books.left(top.invoice.id):
        reason = "another amount than is due"
    else:
        reason = "another line fits about as well"
    options = tuple(Option(parts=(part,)) for part in candidates[: books.rules.most_options])
    return Proposal(line=line, kind=Kind.AMBIGUOUS, decision=Decision.ASK, options=options, reason=reason)


def _combined(line: StatementLine, sums: list[tuple[str, ...]], amount: Money, books: OpenBooks) -> Proposal:
    options = tuple(
        Option(
            parts=tuple(books.part(line, each, None, most=amount, is_share=True) for each in sorted(chosen))
        )
        for chosen in sums
    )
    if len(sums) == 1:
        reason = f"{len(sums[0])} invoices of the payer add up to it, but it names none of them"
        return Proposal(line=line, kind=Kind.COMBINED, decision=Decision.ASK, options=options, reason=reason)
    reason = "invoices of the payer add up to it in several ways"
    return Proposal(line=line, kind=Kind.AMBIGUOUS, decision=Decision.ASK, options=options, reason=reason)


def _sums(own: Sequence[str], amount: Money, books: OpenBooks) -> list[tuple[str, ...]]:
    """Return up to a few sets of a customer's invoices that owe the amount together."""
    due = {each: left.amount for each in sorted(own) if (left := books.left(each)) is not None}
    wanted = amount.amount
    if sum(due.values()) == wanted and len(due) > 1:
        return [tuple(due)]
    if len(due) > books.rules.most_combined:
        return []
    chosen = (each for size in range(2, len(due)) for each in combinations(due, size))
    fitting = (each for each in chosen if sum(due[one] for one in each) == wanted)
    return list(islice(fitting, books.rules.most_options))


def _why_nothing(line: StatementLine, amount: Money, own: Sequence[str]) -> str:
    if own:
        return f"the payer owes {len(own)} invoices, but neither one nor a sum of them is {amount}"
    return f"no invoice of {amount} fits, and the text names none"
