"""A plan in numbers."""

from collections import Counter
from collections.abc import Iterable, Mapping

import attrs

from invoicekit.model import Money
from invoicekit.reconcile.plan import UNMATCHED_INVOICE, UNREADABLE, Plan, PlanRow
from invoicekit.reconcile.proposal import Decision, Kind

_ORDER = (*(each.value for each in Kind), UNMATCHED_INVOICE, UNREADABLE)


@attrs.frozen(kw_only=True)
class ClassSum:
    """One class of a plan.

    Attributes:
        name: The class.
        count: Lines; invoices or unreadable rows for the two classes that have no lines.
        amounts: What they come to, one for each currency.
    """

    name: str
    count: int
    amounts: tuple[Money, ...]


@attrs.frozen(kw_only=True)
class Summary:
    """A plan in numbers.

    Attributes:
        classes: In the order of `Kind`; those that do not occur are left out.
        to_apply, surplus: What is approved, and what nobody knows a place for.
        lines_to_apply: Lines with an approved row.
        lines_to_decide: Lines that wait for a person, surplus included.
    """

    classes: tuple[ClassSum, ...]
    to_apply: tuple[Money, ...]
    surplus: tuple[Money, ...]
    lines_to_apply: int
    lines_to_decide: int

    def as_json(self) -> dict[str, object]:
        """Return everything, ready for JSON; amounts as text by currency."""
        return {
            "classes": [
                {"class": each.name, "count": each.count, "amounts": by_currency(each.amounts)}
                for each in self.classes
            ],
            "to_apply": by_currency(self.to_apply),
            "surplus": by_currency(self.surplus),
            "lines_to_apply": self.lines_to_apply,
            "lines_to_decide": self.lines_to_decide,
        }


def summarize(plan: Plan) -> Summary:
    """Count a plan's lines, each once, and add their amounts up."""
    firsts = _firsts(plan.rows)
    counts = Counter(row.kind for row in firsts)
    amounts: dict[str, list[Money]] = {}
    for row in firsts:
        amount = row.amount if row.line_id else row.amount_due
        if amount is not None:
            amounts.setdefault(row.kind, []).append(amount)
    approved = [row for row in plan.of_lines() if row.decision is Decision.APPLY]
    waiting = {row.line_id for row in plan.of_lines() if row.decision is Decision.ASK or row.surplus}
    return Summary(
        classes=tuple(
            ClassSum(name=name, count=counts[name], amounts=totals(amounts.get(name, ())))
            for name in _ORDER
            if counts[name]
        ),
        to_apply=totals(row.allocated for row in approved if row.allocated is not None),
        surplus=totals(row.surplus for row in plan.of_lines() if row.surplus is not None),
        lines_to_apply=len({row.line_id for row in approved}),
        lines_to_decide=len(waiting),
    )


def totals(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """Add amounts up by currency, in the order of their codes."""
    sums: dict[str, Money] = {}
    for amount in amounts:
        so_far = sums.get(amount.currency)
        sums[amount.currency] = amount if so_far is None else so_far + amount
    return tuple(sums[currency] for currency in sorted(sums))


def by_currency(amounts: Iterable[Money]) -> Mapping[str, str]:
    """Return amounts as text by currency."""
    return {amount.currency: f"{amount.amount:f}" for amount in amounts}


def _firsts(rows: Iterable[PlanRow]) -> list[PlanRow]:
    """Return one row for each line, and each row that has none; a duplicate is a line of its own."""
    seen: set[tuple[str, str]] = set()
    firsts = []
    for row in rows:
        key = (row.line_id, row.where)
        if not row.line_id or key not in seen:
            firsts.append(row)
            seen.add(key)
    return firsts
