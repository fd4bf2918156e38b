"""Every call of the service on its ordinary path, for any provider: what it needs is made ready first."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from invoicekit.model import (
    Invoice,
    InvoiceChange,
    InvoiceStatus,
    LineItem,
    Money,
    NewLineItem,
    TimeEntry,
    TimeGrouping,
    TimeWindow,
)
from invoicekit.service import InvoiceService

Call = Callable[[InvoiceService], Awaitable[object]]
"""One call, ready to be made by any process on the bench, again and again."""

WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
_DAY, _DUE = date(2026, 5, 1), date(2026, 5, 31)


class Ground(Protocol):
    """Where calls are made: a bench, or whatever else has a provider."""

    @property
    def currency(self) -> str:
        """What invoices are made in."""
        ...

    @property
    def provided(self) -> Mapping[str, object]:
        """What a caller must know to act there; see `Subject`."""
        ...

    def fresh(self, prefix: str) -> str:
        """Return a name nobody had before."""
        ...

    def track(self, entries: int) -> None:
        """Have so many time entries more, none of them invoiced."""
        ...

    def made_up(self, kind: str, *, rows: str) -> str:
        """Have one more of a kind that the adapter cannot create, and return its id.

        Args:
            rows: What the ledger calls the kind.
        """
        ...


class Hand:
    """Makes calls ready, each on records of its own.

    Args:
        ground: Where.
        service: An undisturbed process, for what must be there before.
    """

    def __init__(self, ground: Ground, service: InvoiceService) -> None:
        self.ground = ground
        self.service = service

    async def ready(self, method: str) -> Call:
        """Return the call of a service method, its records made.

        Raises:
            KeyError: Nobody has said how this method is called.
        """
        return await _READY[method](self)

    def money(self, amount: str) -> Money:
        """Return money in the bench's currency."""
        return Money(amount, self.ground.currency)

    async def customer(self) -> str:
        """Return whom to invoice: created, or found where none can be created."""
        name = str(self.ground.provided.get("customer_name") or "Acme GmbH")
        if self.service.capabilities().of("create_customer").is_offered:
            return (await self.service.create_customer(name)).value.id
        if not self.service.capabilities().of("list_customers").is_offered:
            return self.ground.made_up("clients", rows="customers")
        found = await self.service.list_customers().snapshot()
        return next((one.id for one in found if one.name == name), found[0].id)

    def lines(self, count: int = 2) -> tuple[NewLineItem, ...]:
        """Return lines of 60 each, with all that this provider lets a caller give."""
        fields = self.service.capabilities().fields_of(LineItem)
        kind = self.ground.provided.get("line_kind")
        has_kind = fields is not None and "kind" in fields.writable
        return tuple(
            NewLineItem(
                description=f"work {number}",
                quantity=Decimal(1),
                unit_price=self.money("60"),
                kind=str(kind) if kind is not None and has_kind else None,
            )
            for number in range(1, count + 1)
        )

    async def draft(self, **given: Any) -> Invoice:
        """Create an invoice of 120; what is given wins. Where none can be created, one stands there."""
        if not self.service.capabilities().of("create_invoice").is_offered:
            return await self._standing()
        values: dict[str, Any] = {
            "number": self.ground.fresh("INV"),
            "currency": self.ground.currency,
            "issue_date": _DAY,
            "due_date": _DUE,
            "line_items": self.lines(),
            **given,
        }
        if "customer_id" not in values:
            values["customer_id"] = await self.customer()
        return (await self.service.create_invoice(**values)).value

    async def _standing(self) -> Invoice:
        """Have the simulator make an invoice up, and read it."""
        made = self.ground.made_up("invoices", rows="invoices")
        if self.service.capabilities().of("get_invoice").is_offered:
            return await self.service.get_invoice(made)
        listed = await self.service.list_invoices().snapshot()
        return next(one for one in listed if one.id == made)

    async def issued(self) -> Invoice:
        """Create an invoice of 120 that takes payments."""
        made = await self.draft()
        await self.open(made.id)
        return await self.service.get_invoice(made.id)

    async def open(self, invoice_id: str) -> None:
        """Make a new invoice take payments; where no status opens one, it does so from the start."""
        capabilities = self.service.capabilities()
        can_open = any(
            rule.status is InvoiceStatus.OPEN and rule.is_settable for rule in capabilities.statuses
        )
        if can_open and capabilities.of("set_status").is_offered:
            await self.service.set_status(invoice_id, InvoiceStatus.OPEN, allow_irreversible=True)

    async def paid(self) -> Invoice:
        """Create an invoice of 120 and record its payment."""
        invoice = await self.issued()
        reference = self.ground.fresh("bank")
        await self.service.record_payment(invoice.id, self.money("120"), paid_at=WHEN, reference=reference)
        return invoice

    async def time(self) -> tuple[str, tuple[str, ...]]:
        """Return a customer who has uninvoiced time, and that time."""
        if not await self._uninvoiced():
            self.ground.track(6)
        entries = await self._uninvoiced()
        customer = next(one for one, _ in entries)
        return customer, tuple(entry for owner, entry in entries if owner == customer)

    async def entries(self) -> tuple[TimeEntry, ...]:
        """Read all time there is."""
        return await self.service.list_time_entries(start=FIRST, end=LAST).snapshot()

    async def _uninvoiced(self) -> list[tuple[str, str]]:
        listed = await self.service.list_time_entries(start=FIRST, end=LAST, invoiced=False).snapshot()
        entries = [one for one in listed if one.is_billable is not False]
        return [(str(one.customer_id), one.id) for one in entries]

    def change(self) -> InvoiceChange:
        """Return what a draft of this provider's can be changed to."""
        given = self.ground.provided.get("change")
        if isinstance(given, Mapping):
            return InvoiceChange(**given)
        return InvoiceChange(number=self.ground.fresh("CHANGED"))


async def _get_invoice(on: Hand) -> Call:
    invoice = await on.draft()
    return lambda service: service.get_invoice(invoice.id)


async def _find_invoice(on: Hand) -> Call:
    number = str((await on.draft()).number)
    return lambda service: service.find_invoice(number=number)


async def _list_invoices(on: Hand) -> Call:
    await on.draft()
    return lambda service: service.list_invoices().snapshot()


async def _list_payments(on: Hand) -> Call:
    invoice = await (on.paid() if on.service.capabilities().of("record_payment").is_offered else on.draft())
    return lambda service: service.list_payments(invoice.id).snapshot()


async def _list_time_entries(on: Hand) -> Call:
    await on.time()
    return lambda service: service.list_time_entries(start=FIRST, end=LAST).snapshot()


async def _list_customers(on: Hand) -> Call:
    return lambda service: service.list_customers().snapshot()


async def _get_customer(on: Hand) -> Call:
    customer = await on.customer()
    return lambda service: service.get_customer(customer)


async def _create_invoice(on: Hand) -> Call:
    customer, number = await on.customer(), on.ground.fresh("INV")
    lines = on.lines(1)
    return lambda service: service.create_invoice(
        number=number,
        customer_id=customer,
        currency=on.ground.currency,
        issue_date=_DAY,
        due_date=_DUE,
        line_items=lines,
    )


async def _update_invoice(on: Hand) -> Call:
    invoice, change = await on.draft(), on.change()
    return lambda service: service.update_invoice(invoice.id, change)


async def _set_status(on: Hand) -> Call:
    invoice = await on.issued()
    rules = on.service.capabilities().statuses
    can_void = any(rule.status is InvoiceStatus.VOID and rule.is_settable for rule in rules)
    wanted = InvoiceStatus.VOID if can_void else InvoiceStatus.OPEN
    return lambda service: service.set_status(invoice.id, wanted, allow_irreversible=True)


async def _delete_invoice(on: Hand) -> Call:
    invoice = await on.draft()
    return lambda service: service.delete_invoice(invoice.id)


async def _duplicate_invoice(on: Hand) -> Call:
    invoice, reference = await on.draft(), on.ground.fresh("copy")
    return lambda service: service.duplicate_invoice(invoice.id, reference=reference)


async def _record_payment(on: Hand) -> Call:
    invoice, reference, amount = await on.issued(), on.ground.fresh("bank"), on.money("120")
    return lambda service: service.record_payment(invoice.id, amount, paid_at=WHEN, reference=reference)


async def _delete_payment(on: Hand) -> Call:
    invoice = await on.paid()
    payment = (await on.service.list_payments(invoice.id).snapshot())[0].id or ""
    return lambda service: service.delete_payment(invoice.id, payment)


async def _refund(on: Hand) -> Call:
    invoice, reference, amount = await on.paid(), on.ground.fresh("refund"), on.money("120")
    return lambda service: service.refund(invoice.id, amount, reference=reference)


async def _create_credit_note(on: Hand) -> Call:
    invoice, number, amount = await on.issued(), on.ground.fresh("CN"), on.money("20")
    return lambda service: service.create_credit_note(
        invoice.id, number=number, amount=amount, issue_date=_DAY + timedelta(days=3)
    )


async def _write_off(on: Hand) -> Call:
    invoice, reference = await on.issued(), on.ground.fresh("off")
    return lambda service: service.write_off(invoice.id, reference=reference)


async def _mark_time_entries(on: Hand) -> Call:
    _, entries = await on.time()
    batch = entries[: on.service.capabilities().of("mark_time_entries").batch_limit]
    return lambda service: service.mark_batch(batch)


async def _link_time_entries(on: Hand) -> Call:
    _, entries = await on.time()
    invoice = await on.service.get_invoice((await on.draft()).id)
    lines = invoice.line_items if isinstance(invoice.line_items, tuple) else ()
    line = lines[0].id if lines else None
    return lambda service: service.link_time_entries(invoice.id, entries[:2], line_id=line)


async def _import_time_entries(on: Hand) -> Call:
    customer, entries = await on.time()
    invoice = await on.draft(line_items=(), customer_id=customer)
    window = TimeWindow(start=FIRST, end=LAST, grouping=TimeGrouping.PROJECT, entry_ids=entries)
    return lambda service: service.import_time_entries(invoice.id, window)


async def _create_customer(on: Hand) -> Call:
    name = on.ground.fresh("New customer")
    return lambda service: service.create_customer(name)


_READY: Mapping[str, Callable[[Hand], Awaitable[Call]]] = {
    "get_invoice": _get_invoice,
    "find_invoice": _find_invoice,
    "list_invoices": _list_invoices,
    "list_payments": _list_payments,
    "list_time_entries": _list_time_entries,
    "list_customers": _list_customers,
    "get_customer": _get_customer,
    "create_invoice": _create_invoice,
    "update_invoice": _update_invoice,
    "set_status": _set_status,
    "delete_invoice": _delete_invoice,
    "duplicate_invoice": _duplicate_invoice,
    "record_payment": _record_payment,
    "delete_payment": _delete_payment,
    "refund": _refund,
    "create_credit_note": _create_credit_note,
    "write_off": _write_off,
    "mark_time_entries": _mark_time_entries,
    "link_time_entries": _link_time_entries,
    "import_time_entries": _import_time_entries,
    "create_customer": _create_customer,
}
READS = tuple(name for name in _READY if name.startswith(("get_", "find_", "list_")))
WRITES = tuple(name for name in _READY if name not in READS)
"""What the kit calls; `export_pdf` writes a file and is left to the adapter's own tests."""
