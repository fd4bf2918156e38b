"""How well a statement line and an invoice fit, each criterion in words."""

from invoicekit.model import Money
from invoicekit.reconcile.line import StatementLine
from invoicekit.reconcile.names import Likeness, compare
from invoicekit.reconcile.numbers import Mention, Naming
from invoicekit.reconcile.proposal import Part
from invoicekit.reconcile.receivable import Receivable
from invoicekit.reconcile.rules import Rules


def scored(
    line: StatementLine,
    receivable: Receivable,
    amount: Money,
    *,
    due: Money,
    mention: Mention | None,
    rules: Rules,
    is_share: bool = False,
) -> Part:
    """Judge a part of a line.

    Args:
        amount: What of the line would go to the invoice.
        due: What the invoice has left to be paid.
        is_share: It is one of several parts that add up to the line.
    """
    judged = [_named(mention, receivable, rules), _amount(amount, due, rules, is_share=is_share)]
    judged += [_payer(line, receivable, rules), _date(line, receivable, rules)]
    if line.charges is not None and amount < due:
        judged.append((0, f"banks kept {line.charges} back as charges"))
    told = [(points, text) for points, text in judged if text]
    return Part(
        invoice=receivable,
        amount=amount,
        points=sum(points for points, _ in told),
        reasons=tuple(f"{text} ({points:+d})" if points else text for points, text in told),
    )


def _named(mention: Mention | None, receivable: Receivable, rules: Rules) -> tuple[int, str]:
    if mention is None:
        return 0, ""
    match mention.naming:
        case Naming.STRUCTURED:
            return rules.structured, f"reference {mention.found} names {receivable.name}"
        case Naming.NUMBER:
            return rules.number, f"the text names {mention.found}"
        case Naming.PART:
            return rules.part_of_number, f"the text has {mention.found}, the end of {receivable.name}"
        case Naming.SHORT:
            return rules.short_number, f"the text has {mention.found}, which is short"


def _amount(amount: Money, due: Money, rules: Rules, *, is_share: bool) -> tuple[int, str]:
    if amount == due:
        return (rules.amount, "the sum is what these owe") if is_share else (rules.amount, "pays what is due")
    return 0, f"pays {amount} of {due}"


def _payer(line: StatementLine, receivable: Receivable, rules: Rules) -> tuple[int, str]:
    match compare(line.payer, receivable.customer):
        case Likeness.SAME:
            return rules.payer, f"payer is {receivable.customer}"
        case Likeness.IN_PART:
            return rules.payer_in_part, f"payer {line.payer} resembles {receivable.customer}"
        case Likeness.DIFFERENT:
            return rules.other_payer, f"payer {line.payer} is not {receivable.customer}"
        case Likeness.UNKNOWN:
            return 0, ""


def _date(line: StatementLine, receivable: Receivable, rules: Rules) -> tuple[int, str]:
    if receivable.issued is None:
        return 0, ""
    days = (line.booked - receivable.issued).days
    if days < 0:
        return rules.too_early, f"booked {-days} days before it was issued"
    if days <= rules.window_days:
        return rules.in_time, f"booked {days} days after it was issued"
    return 0, ""
