"""The approved rows of a plan, recorded: each at most once, each invoice looked at first."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import cast

from invoicekit.bulk import Item, Job, PaymentRow
from invoicekit.clock import Clock
from invoicekit.errors import UsageError
from invoicekit.model import Money, Payment, WriteResult
from invoicekit.reconcile.identity import payment_reference
from invoicekit.reconcile.invoice_check import InvoiceCheck
from invoicekit.reconcile.plan import Plan, PlanRow
from invoicekit.reconcile.proposal import Decision, Kind
from invoicekit.reconcile.recorded import Account, paid_at
from invoicekit.service import InvoiceService

_UNDER_WAY = 32
_NEVER = frozenset({Kind.DUPLICATE.value, Kind.NOT_A_PAYMENT.value})

Payments = tuple[Item[PaymentRow | None], ...]


class PlanMismatch(UsageError):
    """The plan was made for another account; nothing was sent."""


class ReconcileJob(Job[PaymentRow | None]):
    """Record what a plan says, through the same machinery as any bulk job.

    Before each payment its invoice is read again: one that is void by now, or owes something else than
    when the plan was made, rejects its row, and the others go on. A rerun finds by their references what
    it recorded before.

    Args:
        accept: Apply rows that still say ask, too, where a line has one proposal.

    Raises:
        PlanMismatch: The plan was made for another provider or account.
    """

    def __init__(
        self,
        service: InvoiceService,
        plan: Plan,
        *,
        accept: bool = False,
        width: int = _UNDER_WAY,
        clock: Clock | None = None,
        on_pause: Callable[[float], None] | None = None,
    ) -> None:
        check_account(service, plan)
        lane = service.bulk_lane()
        account = Account.of(service)
        self.items = payment_items(plan, account, accept=accept)
        check = InvoiceCheck(lane, account, plan.of_lines())

        async def send(part: tuple[Item[PaymentRow | None], ...]) -> WriteResult[Payment]:
            (item,) = part
            payment = cast(PaymentRow, item.payload)  # an item without one has a problem, and is never sent
            await check.look(payment)
            result = await lane.record_payment(
                payment.invoice_id,
                payment.amount,
                paid_at=payment.paid_at,
                reference=payment.reference,
                note=payment.note,
            )
            check.note(payment, result.outcome)
            return result

        super().__init__(service, self.items, send, size=1, width=width, clock=clock, on_pause=on_pause)


def check_account(service: InvoiceService, plan: Plan) -> None:
    """Refuse a plan that is not for this account.

    Raises:
        PlanMismatch: It is for another one; nothing was sent.
    """
    if (plan.provider, plan.account) != (service.provider, service.account):
        raise PlanMismatch(
            f"the plan is for {plan.provider} account {plan.account}, not for {service.provider} account "
            f"{service.account}; nothing was sent"
        )


def chosen_rows(plan: Plan, *, accept: bool = False) -> tuple[PlanRow, ...]:
    """Return the rows that a person approved; with `accept` those, too, of lines with one proposal."""
    options: dict[str, set[int]] = defaultdict(set)
    for row in plan.of_lines():
        options[row.line_id].add(row.option)
    return tuple(
        row
        for row in plan.rows
        if row.decision is Decision.APPLY
        or (
            accept
            and row.decision is Decision.ASK
            and row.allocated is not None
            and len(options[row.line_id]) == 1
        )
    )


def payment_items(plan: Plan, account: Account, *, accept: bool = False) -> Payments:
    """Return the payments of the approved rows; what is wrong with a row stands in its item."""
    chosen = chosen_rows(plan, accept=accept)
    conflicts = _conflicts(chosen)
    broken = [row for row in plan.rows if row.problem is not None]
    items = [_item(row, account, conflicts.get(row.line_id)) for row in chosen if row.problem is None]
    items += [
        Item(position=row.row, id=row.line_id or f"row {row.row}", payload=None, problem=row.problem)
        for row in broken
    ]
    return tuple(sorted(items, key=lambda item: item.position))


def _conflicts(chosen: Iterable[PlanRow]) -> dict[str, str]:
    """Return why lines cannot be applied as they were decided, by line id."""
    by_line: dict[str, list[PlanRow]] = defaultdict(list)
    for row in chosen:
        if row.problem is None:
            by_line[row.line_id].append(row)
    return {line_id: reason for line_id, rows in by_line.items() for reason in _conflict(rows)}


def _conflict(rows: list[PlanRow]) -> Iterator[str]:
    amount = rows[0].amount
    given = [row.allocated for row in rows if row.allocated is not None]
    if amount is None or len(given) < len(rows):
        return  # said of the row that lacks it
    total = Money.sum(given, amount.currency)
    if len({row.option for row in rows}) > 1:
        yield "two options of one line are to be applied; choose one of them"
    elif total > amount:
        yield f"the rows of this line give {total}, and the line has {amount}"


def _item(row: PlanRow, account: Account, conflict: str | None) -> Item[PaymentRow | None]:
    problem = conflict or _problem(row)
    if problem is not None or row.allocated is None or row.booked is None:
        where = f"row {row.row}: {problem}" if row.row else problem
        return Item(position=row.row, id=row.line_id, payload=None, problem=where)
    payment = PaymentRow(
        reference=payment_reference(row.line_id, row.invoice_id),
        invoice_id=row.invoice_id,
        amount=row.allocated,
        paid_at=paid_at(row.booked),
        note=row.line_id if account.keeps_notes else "",
    )
    return Item(
        position=row.row,
        id=payment.reference,
        payload=payment,
        content=payment.content(),
        lane=payment.invoice_id,
    )


def _problem(row: PlanRow) -> str | None:
    if row.kind in _NEVER:
        return f"this line is {row.kind}; nothing is recorded from it"
    if row.booked is None or row.amount is None:
        return "the line's date or amount is missing; restore them"
    if not row.invoice_id or row.allocated is None:
        return "say which invoice and how much: invoice_id and allocated are empty"
    if row.amount.amount <= 0 or row.allocated.amount <= 0:
        return "only money that came in is recorded, and more than nothing of it"
    return None
