"""Every call of the service on its ordinary path, for any provider: what it needs is made ready first."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypedDict

import attrs
from provider_desks import ProviderDesk
from varied_desks import change_of, kind_of

from invoicekit import Invoice, InvoiceService, InvoiceStatus, Money, NewLineItem
from invoicekit.model import LineItem, TimeGrouping, TimeWindow

WHEN = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

Call = Callable[[], Awaitable[object]]


class Range(TypedDict):
    """A range of time, as arguments."""

    start: datetime
    end: datetime


EVER = Range(start=datetime(2020, 1, 1, tzinfo=UTC), end=datetime(2030, 1, 1, tzinfo=UTC))


def lines_of(invoice: Invoice) -> tuple[LineItem, ...]:
    """Return the lines of an invoice that was read; none where the answer had none."""
    return invoice.line_items if isinstance(invoice.line_items, tuple) else ()


@attrs.define
class Caller:
    """Makes calls ready, each on records of its own.

    Attributes:
        folder: Where files may be written.
    """

    desk: ProviderDesk
    folder: Path
    made: int = 0

    @property
    def service(self) -> InvoiceService:
        """The service on the desk."""
        return self.desk.service

    def name(self, prefix: str) -> str:
        """Return a name nobody had before."""
        self.made += 1
        return f"{prefix}-{self.made:03}"

    async def customer(self) -> str:
        """Return whom to invoice."""
        return (await self.service.create_customer(self.desk.customer_name)).value.id

    def lines(self, count: int = 2) -> tuple[NewLineItem, ...]:
        """Return different lines, of 60 EUR each, with all that this provider lets a caller give."""
        fields = self.service.capabilities().fields_of(LineItem)
        has_kind = fields is not None and "kind" in fields.writable
        return tuple(
            NewLineItem(
                description=f"work {n}",
                quantity=Decimal("1.5") if n == 1 else Decimal(1),
                unit_price=Money("40" if n == 1 else "60", "EUR"),
                kind=kind_of(self.service.provider) if has_kind else None,
            )
            for n in range(1, count + 1)
        )

    def texts(self) -> dict[str, str]:
        """Return what this provider lets a caller write on an invoice."""
        fields = self.service.capabilities().fields_of(Invoice)
        writable = frozenset[str]() if fields is None else fields.writable
        return {name: f"a {name}" for name in ("subject", "note") if name in writable}

    async def draft(self, **given: object) -> Invoice:
        """Create an invoice of 120 EUR."""
        values: dict[str, object] = {
            "number": self.name("INV"),
            "currency": "EUR",
            "issue_date": date(2026, 5, 1),
            "due_date": date(2026, 5, 31),
            "line_items": self.lines(),
            **given,
        }
        if "customer_id" not in values:
            values["customer_id"] = await self.customer()
        return (await self.service.create_invoice(**values)).value  # type: ignore[arg-type]

    async def issued(self) -> Invoice:
        """Create an invoice of 120 EUR that takes payments."""
        made = await self.draft()
        await self.service.set_status(made.id, InvoiceStatus.OPEN, allow_irreversible=True)
        return await self.service.get_invoice(made.id)

    async def paid(self) -> Invoice:
        """Create an invoice of 120 EUR and record its payment."""
        invoice = await self.issued()
        await self.service.record_payment(
            invoice.id, Money("120.00", "EUR"), paid_at=WHEN, reference=self.name("bank")
        )
        return invoice

    def batch(self) -> tuple[str, ...]:
        """Return as much tracked time as goes into one call."""
        return self.desk.entry_ids[: self.service.capabilities().of("mark_time_entries").batch_limit]

    async def ready(self, method: str) -> Call:
        """Make one call ready: what is returned makes it, and nothing else."""
        return await _READY[method](self)


async def _reads(on: Caller) -> dict[str, Call]:
    service, invoice = on.service, await on.draft()
    number, customer = str(invoice.number), await on.customer()
    return {
        "get_invoice": lambda: service.get_invoice(invoice.id),
        "find_invoice": lambda: service.find_invoice(number=number),
        "list_invoices": lambda: service.list_invoices().snapshot(),
        "list_payments": lambda: service.list_payments(invoice.id).snapshot(),
        "list_time_entries": lambda: service.list_time_entries(**EVER).snapshot(),
        "list_customers": lambda: service.list_customers().snapshot(),
        "get_customer": lambda: service.get_customer(customer),
    }


def _read(method: str) -> Callable[[Caller], Awaitable[Call]]:
    async def ready(on: Caller) -> Call:
        return (await _reads(on))[method]

    return ready


async def _create_invoice(on: Caller) -> Call:
    customer = await on.customer()
    return lambda: on.draft(customer_id=customer, line_items=on.lines(1))


async def _update_invoice(on: Caller) -> Call:
    invoice = await on.draft()
    return lambda: on.service.update_invoice(invoice.id, change_of(on.service.provider))


async def _set_status(on: Caller) -> Call:
    invoice = await on.issued()
    return lambda: on.service.set_status(invoice.id, InvoiceStatus.VOID)


async def _delete_invoice(on: Caller) -> Call:
    invoice = await on.draft()
    return lambda: on.service.delete_invoice(invoice.id)


async def _duplicate_invoice(on: Caller) -> Call:
    invoice = await on.draft()
    return lambda: on.service.duplicate_invoice(invoice.id, reference=on.name("copy"))


async def _export_pdf(on: Caller) -> Call:
    invoice = await on.issued()
    return lambda: on.service.export_pdf(invoice.id, on.folder / "invoice.pdf")


async def _record_payment(on: Caller) -> Call:
    invoice = await on.issued()
    amount = Money("120.00", "EUR")
    return lambda: on.service.record_payment(invoice.id, amount, paid_at=WHEN, reference=on.name("bank"))


async def _delete_payment(on: Caller) -> Call:
    invoice = await on.paid()
    payment = (await on.service.list_payments(invoice.id).snapshot())[0].id
    assert payment is not None
    return lambda: on.service.delete_payment(invoice.id, payment)


async def _refund(on: Caller) -> Call:
    invoice = await on.paid()
    return lambda: on.service.refund(invoice.id, Money("120.00", "EUR"), reference=on.name("refund"))


async def _create_credit_note(on: Caller) -> Call:
    invoice = await on.issued()
    return lambda: on.service.create_credit_note(
        invoice.id, number=on.name("CN"), amount=Money("20.00", "EUR"), issue_date=date(2026, 5, 5)
    )


async def _write_off(on: Caller) -> Call:
    invoice = await on.issued()
    return lambda: on.service.write_off(invoice.id, reference=on.name("off"))


async def _mark_time_entries(on: Caller) -> Call:
    return lambda: on.service.mark_batch(on.batch())


async def _link_time_entries(on: Caller) -> Call:
    await on.service.mark_time_entries(on.desk.entry_ids[:1], invoiced=False)
    invoice = await on.draft()
    line = lines_of(await on.service.get_invoice(invoice.id))[0].id
    return lambda: on.service.link_time_entries(invoice.id, on.desk.entry_ids[:1], line_id=line)


async def _import_time_entries(on: Caller) -> Call:
    await on.service.mark_time_entries(on.desk.entry_ids, invoiced=False)
    customer, entries = await on.desk.billable()
    invoice = await on.draft(customer_id=customer, line_items=())
    window = TimeWindow(**EVER, grouping=TimeGrouping.PROJECT, entry_ids=entries)
    return lambda: on.service.import_time_entries(invoice.id, window)


async def _create_customer(on: Caller) -> Call:
    return lambda: on.service.create_customer(on.name("New customer"))


_READY: dict[str, Callable[[Caller], Awaitable[Call]]] = {
    **{
        method: _read(method)
        for method in (
            "get_invoice",
            "find_invoice",
            "list_invoices",
            "list_payments",
            "list_time_entries",
            "list_customers",
            "get_customer",
        )
    },
    "create_invoice": _create_invoice,
    "update_invoice": _update_invoice,
    "set_status": _set_status,
    "delete_invoice": _delete_invoice,
    "duplicate_invoice": _duplicate_invoice,
    "export_pdf": _export_pdf,
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
METHODS = tuple(_READY)
"""Every operation of the service that a capability speaks of."""
