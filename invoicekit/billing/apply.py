"""A plan carried out: the draft, its lines, the entries tied or marked, and all of it looked at."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import attrs

from invoicekit.billing.lines import lines_of
from invoicekit.billing.needs import BillingService
from invoicekit.billing.plan import Books, TimePlan
from invoicekit.billing.verify import entries_not_shown, invoice_problems
from invoicekit.errors import Conflict, InvalidTransition, UnsupportedOperation, UsageError
from invoicekit.model import (
    Invoice,
    InvoiceChange,
    InvoiceStatus,
    Money,
    Outcome,
    TimeEntry,
    TimeWay,
    WriteResult,
)

_LINKED_AT_ONCE = 100
_DRAFT = frozenset({InvoiceStatus.DRAFT})
_UNFINISHED = {False: _DRAFT, True: _DRAFT | {InvoiceStatus.OPEN}}
"""Invoices that an earlier run may have left half done; where no time is tracked there may be no drafts."""


@attrs.frozen(kw_only=True)
class BilledTime:
    """What became of a plan.

    Attributes:
        invoice: As it was read last.
        outcome: APPLIED, or ALREADY_APPLIED where an earlier run had made the invoice.
        problems: Where invoice, lines or entries do not agree with the plan; empty is agreement.
        not_shown: Entries that no read shows as invoiced yet, though the provider confirmed it.
    """

    plan: TimePlan
    invoice: Invoice
    outcome: Outcome
    problems: tuple[str, ...] = ()
    not_shown: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether all that could be compared agrees."""
        return not self.problems


async def bill(service: BillingService, plan: TimePlan, tracker: BillingService) -> BilledTime:
    """Carry a plan out, or what is left of it: each step finds what an earlier run did.

    First the draft with its lines, then the entries: a run that is cut off leaves an invoice that waits
    for its entries, never entries that no invoice bills. Making it again under the same number goes on.

    Raises:
        UsageError: The plan is for other accounts, or bills nothing; or what it says changed since:
            entries, or the invoice of that number. Nothing was sent.
        OutcomeUnknown: A step may have taken effect: run it again, it looks first.
    """
    _check(service, plan, tracker)
    found = await service.find_invoice(number=plan.terms.number)
    if found is None:
        await _check_fresh(tracker, plan)
    elif found.status not in _UNFINISHED[plan.way is TimeWay.NONE]:
        return await _verified(service, tracker, plan, found.id, Outcome.ALREADY_APPLIED, ())
    created = await _create(service, plan)
    await _tax(service, plan, created.value.id)
    problems = tuple([one async for one in _entries(service, tracker, plan, created.value.id)])
    return await _verified(service, tracker, plan, created.value.id, created.outcome, problems)


async def release(service: BillingService, plan: TimePlan, tracker: BillingService) -> Invoice | None:
    """Undo what a plan did: its entries can be billed again, and its draft is gone.

    Returns:
        The draft as it was; None where there is none, and then nothing was sent.

    Raises:
        InvalidTransition: The invoice is no draft any more, or holds payments; nothing was sent.
        UnsupportedOperation: The provider deletes no invoices; nothing was sent.
    """
    _check(service, plan, tracker)
    found = await service.find_invoice(number=plan.terms.number)
    if found is None:
        return None
    if found.status is not InvoiceStatus.DRAFT:
        raise InvalidTransition(
            f"invoice {plan.terms.number} is {found.raw_status}: only a draft is taken back; void it, and "
            "unmark its entries by hand"
        )
    capability = service.capabilities().of("delete_invoice")
    if not capability.is_offered:
        raise UnsupportedOperation(
            f"{service.provider} deletes no invoices; instead: {capability.alternative}, and unmark its "
            f"{len(plan.entry_ids)} entries (`invoicekit bulk mark-invoiced --undo`)"
        )
    if plan.way in {TimeWay.MARK, TimeWay.NONE} and _can_mark(tracker):
        await tracker.mark_time_entries(plan.entry_ids, invoiced=False)
    await service.delete_invoice(found.id)
    return found


def _check(service: BillingService, plan: TimePlan, tracker: BillingService) -> None:
    for wanted, given in ((plan.books, service), (plan.tracker, tracker)):
        if wanted != Books(provider=given.provider, account=given.account):
            raise UsageError(
                f"the plan is for {wanted}, not for {given.provider} account {given.account}; nothing was "
                "sent"
            )
    if not plan.lines:
        raise UsageError("there is no time to bill in this plan; nothing was sent")


async def _check_fresh(tracker: BillingService, plan: TimePlan) -> None:
    """Refuse entries that are not any more what they were when the plan was made.

    Raises:
        Conflict: Some changed, went, or are invoiced by now.
    """
    if not tracker.capabilities().of("list_time_entries").is_offered:
        return  # they came from a file, which says what it says
    terms = plan.terms
    listed = tracker.list_time_entries(start=terms.start, end=terms.end, invoiced=False)
    planned = frozenset(plan.entry_ids)
    found = [entry async for entry in listed if entry.id in planned]
    if terms.hourly_rate is None:
        found = list(await tracker.native.with_rates(found))
    entries = {entry.id: entry for entry in found}
    if changed := tuple(_changes(plan, entries)):
        raise Conflict(
            f"{len(changed)} time entries are not what they were when the plan was made: "
            f"{'; '.join(changed[:3])}; plan again, nothing was sent"
        )


def _changes(plan: TimePlan, entries: dict[str, TimeEntry]) -> Iterator[str]:
    for line in plan.lines:
        now = [entries[one] for one in line.entry_ids if one in entries]
        for one in line.entry_ids:
            if one not in entries:
                yield f"{one} is invoiced by now, or gone"
        if len(now) < len(line.entry_ids):
            continue
        worked = sum((one.duration for one in now if isinstance(one.duration, timedelta)), timedelta())
        again, _ = lines_of(now, plan.terms)
        amount = Money.sum((one.amount for one in again), plan.terms.currency)
        if (worked, amount) != (line.worked, line.amount):
            yield f"{line.description!r} bills other hours or another rate now"


async def _create(service: BillingService, plan: TimePlan) -> WriteResult[Invoice]:
    terms = plan.terms
    ours = () if plan.way is TimeWay.IMPORT else tuple(line.item(terms.kind) for line in plan.lines)
    return await service.create_invoice(
        number=terms.number,
        customer_id=terms.customer_id,
        currency=terms.currency,
        issue_date=terms.issue_date,
        due_date=terms.due_date,
        subject=terms.subject,
        note=terms.note,
        line_items=ours,
    )


async def _tax(service: BillingService, plan: TimePlan, invoice_id: str) -> None:
    percent = plan.terms.tax_percent
    if percent is not None:
        await service.update_invoice(invoice_id, InvoiceChange(tax_percents=(percent,)))


async def _entries(
    service: BillingService, tracker: BillingService, plan: TimePlan, invoice_id: str
) -> AsyncIterator[str]:
    if plan.way is TimeWay.IMPORT:
        await service.import_time_entries(invoice_id, plan.window)
    elif plan.way is TimeWay.LINK:
        await _link(service, plan, invoice_id)
    elif _can_mark(tracker):
        marked = await tracker.mark_time_entries(plan.entry_ids)
        for outcome in marked.problems:
            yield f"time entry {outcome.id}: {outcome.standing.value}, {outcome.reason}"


def _can_mark(tracker: BillingService) -> bool:
    return tracker.capabilities().of("mark_time_entries").is_offered


async def _link(service: BillingService, plan: TimePlan, invoice_id: str) -> None:
    whole = await service.get_invoice(invoice_id)
    lines = whole.line_items if isinstance(whole.line_items, tuple) else ()
    if len(lines) != len(plan.lines):
        raise Conflict(
            f"invoice {plan.terms.number} has {len(lines)} lines and the plan {len(plan.lines)}: it is not "
            "the one that this plan made; no entry was tied to it"
        )
    for planned, line in zip(plan.lines, lines, strict=True):
        for first in range(0, len(planned.entry_ids), _LINKED_AT_ONCE):
            part = planned.entry_ids[first : first + _LINKED_AT_ONCE]
            await service.link_time_entries(invoice_id, part, line_id=line.id)


async def _verified(
    service: BillingService,
    tracker: BillingService,
    plan: TimePlan,
    invoice_id: str,
    outcome: Outcome,
    problems: tuple[str, ...],
) -> BilledTime:
    invoice = await service.get_invoice(invoice_id)
    not_shown: tuple[str, ...] = ()
    if plan.way is not TimeWay.IMPORT and tracker.capabilities().of("list_time_entries").is_offered:
        not_shown = await entries_not_shown(tracker, plan)
    return BilledTime(
        plan=plan,
        invoice=invoice,
        outcome=outcome,
        problems=(*problems, *invoice_problems(plan, invoice)),
        not_shown=not_shown,
    )
