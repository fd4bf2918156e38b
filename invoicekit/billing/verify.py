"""Whether an invoice, its lines and the entries agree with the plan; nothing but reads."""

from collections import Counter
from collections.abc import Iterable, Iterator

from invoicekit.billing.needs import BillingService
from invoicekit.billing.plan import TimePlan
from invoicekit.model import Invoice, LineItem, Money, TimeWay

_SHOWN = 5


def invoice_problems(plan: TimePlan, invoice: Invoice) -> Iterator[str]:
    """Say where an invoice as it was read differs from the plan.

    Lines made by an import may differ from ours by one minor unit each: the provider rounds hours and
    amounts in its own way. Lines of our own may not, and a tax may by one.
    """
    lines = invoice.line_items if isinstance(invoice.line_items, tuple) else ()
    if plan.way is TimeWay.IMPORT:
        yield from _imported(plan, lines)
    else:
        yield from _our_own(plan, lines)
    slack = (len(plan.lines) if plan.way is TimeWay.IMPORT else 0) + (plan.terms.tax_percent is not None)
    taxes = invoice.tax_percents if isinstance(invoice.tax_percents, tuple) else ()
    has_tax_of_its_own = plan.terms.tax_percent is None and any(taxes)
    if not isinstance(invoice.total, Money):
        yield "the invoice shows no total"
    elif not has_tax_of_its_own and not _is_near(invoice.total, plan.total, slack):
        yield f"the invoice comes to {invoice.total}, the plan to {plan.total}"


def _imported(plan: TimePlan, lines: Iterable[LineItem]) -> Iterator[str]:
    amounts = {frozenset(line.time_entry_ids): line.amount for line in lines if line.time_entry_ids}
    there = {one for ids in amounts for one in ids}
    if missing := sorted(set(plan.entry_ids) - there):
        yield f"{len(missing)} planned entries are on no line: {_some(missing)}"
    if extra := sorted(there - set(plan.entry_ids)):
        yield f"{len(extra)} entries were taken that the plan does not have: {_some(extra)}"
    for line in plan.lines:
        amount = amounts.get(frozenset(line.entry_ids))
        if amount is None and not missing and not extra:
            yield f"no line holds just the entries of {line.description!r}: they are grouped otherwise"
        elif isinstance(amount, Money) and not _is_near(amount, line.amount, 1):
            yield f"line {line.description!r} bills {amount}, the plan {line.amount}"


def _our_own(plan: TimePlan, lines: tuple[LineItem, ...]) -> Iterator[str]:
    if len(lines) != len(plan.lines):
        yield f"the invoice has {len(lines)} lines, the plan {len(plan.lines)}"
    shown = Counter(line.amount for line in lines if isinstance(line.amount, Money))
    if shown.total() == len(lines) and (wrong := shown - Counter(line.amount for line in plan.lines)):
        yield f"lines bill what the plan does not: {', '.join(map(str, wrong))}"


async def entries_not_shown(tracker: BillingService, plan: TimePlan) -> tuple[str, ...]:
    """Return the planned entries that no read shows as invoiced yet.

    A report may lag behind a mark, so this is no proof that they are not.
    """
    terms = plan.terms
    listed = tracker.list_time_entries(start=terms.start, end=terms.end, invoiced=True)
    shown = {entry.id async for entry in listed}
    return tuple(one for one in plan.entry_ids if one not in shown)


def _is_near(one: Money, other: Money, minor_units: int) -> bool:
    return one.currency == other.currency and abs(one.minor - other.minor) <= minor_units


def _some(ids: list[str]) -> str:
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return ", ".join(ids[:_SHOWN]) + more
