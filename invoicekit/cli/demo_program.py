"""The demo's small program: one invoice's life, the same at every provider, and how each step ended."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path

import attrs

from invoicekit.bulk import Standing
from invoicekit.errors import FieldLocked, InvoiceKitError, OutcomeUnknown, UnsupportedOperation
from invoicekit.model import Invoice, InvoiceStatus, Money, NewLineItem, Outcome, WriteResult
from invoicekit.service import InvoiceService

CREATE_CUSTOMER = "create customer"
CREATE_INVOICE = "create invoice"
OPEN = "open"
PAY_PART = "pay in part"
PAY_REST = "pay the rest"
VOID_ANOTHER = "void another"
MARK_TIME = "mark time"
EXPORT_PDF = "export PDF"

NUMBER = "2026-001"
OTHER_NUMBER = "2026-002"
TOTAL = Decimal("100.00")
PART = Decimal("40.00")
_NEW_CUSTOMER = "Acme Ltd"
_DAYS_TO_PAY = 30


class State(Enum):
    """How one step ended."""

    APPLIED = "applied"
    ALREADY_APPLIED = "already applied"
    REFUSED = "refused"
    """The provider has no such thing, and nothing was written."""
    UNKNOWN = "unknown"
    NOT_APPLIED = "not applied"
    """The provider refused it, or could not be reached."""
    NOT_ATTEMPTED = "not attempted"
    """A step that it builds on did not end well."""

    @property
    def is_there(self) -> bool:
        """Whether the effect is known to be at the provider."""
        return self in {State.APPLIED, State.ALREADY_APPLIED}


@attrs.frozen(kw_only=True)
class Cell:
    """One step at one provider.

    Attributes:
        detail: The reason, where it was not applied.
        requests: Requests of the step, repeats and reads included.
        amount: The money that a payment step asked to record.
    """

    state: State
    detail: str = ""
    requests: int = 0
    amount: Money | None = None


class _NothingToBuildOn(InvoiceKitError):
    """An earlier step left nothing."""


_OUTCOMES = {Outcome.APPLIED: State.APPLIED, Outcome.ALREADY_APPLIED: State.ALREADY_APPLIED}


class Program:
    """Eight steps that ask what the provider can do, and never which one it is.

    Args:
        currency: Of the invoices.
        entry_ids: Tracked time, not invoiced yet; empty where the provider tracks none.
        today: The issue date.
        pdf: Where the export goes.
    """

    def __init__(
        self, service: InvoiceService, *, currency: str, entry_ids: Sequence[str], today: datetime, pdf: Path
    ) -> None:
        self._service = service
        self._currency = currency
        self._entry_ids = entry_ids
        self._today = today.date()
        # Never "now": a rerun on the same day must name the same payment.
        self._paid_at = datetime.combine(self._today, time(), tzinfo=today.tzinfo)
        self._pdf = pdf
        self._asked: Money | None = None
        self.customer_id: str | None = None
        self.invoice_id: str | None = None

    async def run(self) -> dict[str, Cell]:
        """Run all steps, whatever becomes of each."""
        steps: Mapping[str, Callable[[], Awaitable[State]]] = {
            CREATE_CUSTOMER: self._create_customer,
            CREATE_INVOICE: self._create_invoice,
            OPEN: self._open,
            PAY_PART: self._pay_part,
            PAY_REST: self._pay_rest,
            VOID_ANOTHER: self._void_another,
            MARK_TIME: self._mark_time,
            EXPORT_PDF: self._export,
        }
        return {name: await self._cell(step) for name, step in steps.items()}

    async def _cell(self, step: Callable[[], Awaitable[State]]) -> Cell:
        before, self._asked, detail = self._service.stats().sent, None, ""
        try:
            state = await step()
        except InvoiceKitError as failure:
            state, detail = _state_of(failure), " ".join(str(failure).split())
        requests = self._service.stats().sent - before
        return Cell(state=state, detail=detail, requests=requests, amount=self._asked)

    async def _create_customer(self) -> State:
        # Some providers invoice only whom they know already, by a contract: then it is that one.
        known = [customer async for customer in self._service.list_customers(max_items=1)]
        name = known[0].name if known else _NEW_CUSTOMER
        created = await self._service.create_customer(name if isinstance(name, str) else _NEW_CUSTOMER)
        self.customer_id = created.value.id
        return _OUTCOMES[created.outcome]

    async def _create_invoice(self) -> State:
        created = await self._draft(NUMBER)
        self.invoice_id = created.value.id
        return _OUTCOMES[created.outcome]

    async def _open(self) -> State:
        opened = await self._service.set_status(
            _there(self.invoice_id), InvoiceStatus.OPEN, allow_irreversible=True
        )
        return _OUTCOMES[opened.outcome]

    async def _pay_part(self) -> State:
        return await self._pay(_there(self.invoice_id), Money(PART, self._currency), "part")

    async def _pay_rest(self) -> State:
        invoice = await self._service.get_invoice(_there(self.invoice_id))
        if not isinstance(invoice.amount_due, Money):
            raise _NothingToBuildOn("the provider shows no balance")
        return await self._pay(invoice.id, invoice.amount_due, "rest")

    async def _void_another(self) -> State:
        other = (await self._draft(OTHER_NUMBER)).value.id
        await self._service.set_status(other, InvoiceStatus.OPEN, allow_irreversible=True)
        voided = await self._service.set_status(other, InvoiceStatus.VOID)
        return _OUTCOMES[voided.outcome]

    async def _mark_time(self) -> State:
        report = await self._service.mark_time_entries(self._entry_ids)
        if report.counts[Standing.UNKNOWN]:
            return State.UNKNOWN
        if not report.is_done:
            raise report.stopped_by or _NotMarked(report.problems[0].reason)
        return State.APPLIED if report.counts[Standing.APPLIED] else State.ALREADY_APPLIED

    async def _export(self) -> State:
        await self._service.export_pdf(_there(self.invoice_id), self._pdf)
        return State.APPLIED

    async def _draft(self, number: str) -> WriteResult[Invoice]:
        return await self._service.create_invoice(
            number=number,
            customer_id=_there(self.customer_id),
            currency=self._currency,
            issue_date=self._today,
            due_date=self._today + timedelta(days=_DAYS_TO_PAY),
            line_items=(
                self._line("work", quantity=Decimal("1.5"), price=Decimal(60)),
                self._line("travel", quantity=Decimal(1), price=Decimal(10)),
            ),
        )

    def _line(self, description: str, *, quantity: Decimal, price: Decimal) -> NewLineItem:
        return NewLineItem(
            description=description, quantity=quantity, unit_price=Money(price, self._currency)
        )

    async def _pay(self, invoice_id: str, amount: Money, reference: str) -> State:
        self._asked = amount
        paid = await self._service.record_payment(
            invoice_id, amount, reference=reference, paid_at=self._paid_at
        )
        return _OUTCOMES[paid.outcome]


class _NotMarked(InvoiceKitError):
    """Time was not marked."""


def _there(identifier: str | None) -> str:
    if identifier is None:
        raise _NothingToBuildOn("a step that this one builds on did not end well")
    return identifier


def _state_of(failure: InvoiceKitError) -> State:
    if isinstance(failure, UnsupportedOperation | FieldLocked):
        return State.REFUSED
    if isinstance(failure, OutcomeUnknown):
        return State.UNKNOWN
    return State.NOT_ATTEMPTED if isinstance(failure, _NothingToBuildOn) else State.NOT_APPLIED
