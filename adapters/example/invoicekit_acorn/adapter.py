"""Acorn behind the neutral interface: what it means there, and nothing of how it is sent."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ClassVar, TypeVar

import attrs
from invoicekit.adapter import (
    Adapter,
    Capabilities,
    Capability,
    Done,
    Effect,
    Fields,
    HttpRequest,
    HttpResponse,
    Idempotency,
    Limits,
    Operation,
    Sender,
    Sighting,
    Site,
    Support,
    Write,
)
from invoicekit.errors import (
    Conflict,
    DestructiveTransition,
    MalformedResponse,
    NotApplied,
    UnsupportedOperation,
)
from invoicekit.model import (
    Customer,
    Invoice,
    InvoiceQuery,
    InvoiceStatus,
    Money,
    NewCustomer,
    NewInvoice,
    NewPayment,
    Page,
    Pager,
    Payment,
    StatusChange,
)
from invoicekit.wire import MINOR_BY_EXPONENT, PathTemplate, canonical, write_instant

from invoicekit_acorn.config import UNTIL_TOLD, AcornConfig
from invoicekit_acorn.wire import (
    CODEC,
    ID,
    STATUSES,
    WORDS,
    WireCustomer,
    WireInvoice,
    WirePage,
    WirePayment,
    read_refusal,
)

T = TypeVar("T")
INVOICES, CUSTOMERS = "/v1/invoices", "/v1/customers"
INVOICE = PathTemplate("/v1/invoices/{invoice}", pattern=ID)
PAYMENTS = PathTemplate("/v1/invoices/{invoice}/payments", pattern=ID)
STATUS = PathTemplate("/v1/invoices/{invoice}/status", pattern=ID)
CUSTOMER = PathTemplate("/v1/customers/{customer}", pattern=ID)
PAGE_SIZE = 25
CARRIED = (
    "id",
    "number",
    "customer_id",
    "currency",
    "status",
    "payment_status",
    "raw_status",
    "total",
    "amount_paid",
    "amount_due",
)

READ = Operation(name="read")
CREATE = Operation(name="create_invoice", effect=Effect.APPEND, idempotency=Idempotency.NATURAL_KEY)
CUSTOM = Operation(name="create_customer", effect=Effect.APPEND, idempotency=Idempotency.NATURAL_KEY)
PAY = Operation(name="record_payment", effect=Effect.APPEND, idempotency=Idempotency.MARKER)
SET = Operation(name="set_status", effect=Effect.SET, idempotency=Idempotency.SET_VALUE)
reading, writing = Capability.reading, Capability.writing


class Acorn(Adapter[AcornConfig]):
    """One Acorn account."""

    name: ClassVar[str] = "acorn"
    api: ClassVar[int] = 1
    config_type: ClassVar[type] = AcornConfig
    capabilities: ClassVar[Capabilities] = Capabilities(
        statuses=STATUSES,
        limits=Limits(windows={"until told": UNTIL_TOLD}, page_size=PAGE_SIZE),
        fields=(
            Fields.only(Invoice, *CARRIED, writable={"number", "customer_id", "currency"}),
            Fields.only(Payment, "id", "invoice_id", "amount", "paid_at", "note"),
            Fields.only(Customer, "id", "name", writable={"name"}),
        ),
        operations={
            "get_invoice": reading(READ),
            "find_invoice": reading(READ),
            "list_invoices": reading(READ),
            "list_payments": reading(READ, calls=2),
            "list_customers": reading(READ),
            "get_customer": reading(READ),
            "create_invoice": writing(READ, CREATE, calls=3, read_back="the invoice of that number"),
            "create_customer": writing(READ, CUSTOM, calls=3, read_back="the customer of that name"),
            "record_payment": writing(
                READ, PAY, calls=5, read_back="the notes of the payments, for the marker"
            ),
            "set_status": writing(READ, SET, calls=3, read_back="the invoice's status"),
            "delete_invoice": Capability(support=Support.UNSUPPORTED, alternative="set_status(VOID)"),
        },
    )

    @classmethod
    def site(cls, config: AcornConfig) -> Site:
        """Say where the account is, as whom we call, and how often."""
        return config.site()

    @classmethod
    def refusal(cls, response: HttpResponse) -> NotApplied | None:
        """Classify an error answer by Acorn's own code."""
        return read_refusal(response)

    # --- reads --------------------------------------------------------------------------------

    async def get_invoice(self, invoice_id: str) -> Invoice:
        """Read one invoice."""
        return await self._invoice(self.sender, invoice_id)

    async def find_invoices(self, number: str) -> Sequence[Invoice]:
        """Read every invoice with exactly this number."""
        return await self._numbered(self.sender, number)

    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        """Read one page of invoices; Acorn has no filters."""
        if query != InvoiceQuery():
            raise UnsupportedOperation("Acorn's list has no filters; instead: choose from the whole list")
        page, headers = await self._page(self.sender, INVOICES, cursor)
        return Page(items=tuple(_invoice(row, headers) for row in page.data), next_cursor=page.cursor)

    async def list_payments(self, invoice_id: str, cursor: str | None) -> Page[Payment]:
        """Read one page of payments; the currency is the invoice's."""
        invoice = await self._invoice(self.sender, invoice_id)
        return await self._payments(self.sender, invoice, cursor)

    async def list_customers(self, cursor: str | None) -> Page[Customer]:
        """Read one page of customers."""
        page, headers = await self._page(self.sender, CUSTOMERS, cursor)
        return Page(items=tuple(_customer(row, headers) for row in page.data), next_cursor=page.cursor)

    async def get_customer(self, customer_id: str) -> Customer:
        """Read one customer."""
        request = HttpRequest(method="GET", path=CUSTOMER.fill(customer=customer_id))
        response = await self.sender.send(READ, request)
        return _customer(CODEC.parse(response.body), response.shown_headers)

    async def _invoice(self, sender: Sender, invoice_id: str) -> Invoice:
        request = HttpRequest(method="GET", path=INVOICE.fill(invoice=invoice_id))
        response = await sender.send(READ, request)
        return _invoice(CODEC.parse(response.body), response.shown_headers, expected_id=invoice_id)

    async def _numbered(self, sender: Sender, number: str) -> Sequence[Invoice]:
        page, headers = await self._page(sender, INVOICES, None, ("number", number))
        return [one for row in page.data if (one := _invoice(row, headers)).number == number]

    async def _page(
        self, sender: Sender, path: str, cursor: str | None, *query: tuple[str, str]
    ) -> tuple[WirePage, Mapping[str, str]]:
        asked = (*query, *((("cursor", cursor),) if cursor else ()))
        response = await sender.send(READ, HttpRequest(method="GET", path=path, query=asked))
        return WirePage.read(response, where=path), response.shown_headers

    async def _payments(self, sender: Sender, invoice: Invoice, cursor: str | None) -> Page[Payment]:
        page, headers = await self._page(sender, PAYMENTS.fill(invoice=invoice.id), cursor)
        rows = tuple(_payment(row, invoice.id, str(invoice.currency), headers) for row in page.data)
        return Page(items=rows, next_cursor=page.cursor)

    # --- writes -------------------------------------------------------------------------------

    def create_invoice(self, new: NewInvoice) -> Write[Invoice]:
        """Create a draft; its number is the natural key."""
        total = Money.sum((line.unit_price * line.quantity for line in new.line_items), new.currency)
        fields = {"number": new.number, "customer": new.customer_id, "currency": new.currency}
        body = CODEC.encode({**fields, "total": MINOR_BY_EXPONENT.write(total)})
        request = HttpRequest(method="POST", path=INVOICES, body=body)

        async def perform(sender: Sender) -> Done[Invoice]:
            response = await sender.send(self._settling(CREATE), request)
            return Done.of(_invoice(CODEC.parse(response.body), response.shown_headers))

        async def look(sender: Sender) -> Sighting[Invoice]:
            found = await self._numbered(sender, new.number)
            if any((one.customer_id, one.total) != (new.customer_id, total) for one in found):
                return Sighting(refusal=Conflict(f"the number {new.number} stands on another invoice"))
            return Sighting(matches=tuple(map(Done.of, found)))

        return self._write(CREATE, f"invoice number {new.number}", canonical(new=new), perform, look)

    def create_customer(self, new: NewCustomer) -> Write[Customer]:
        """Create a customer; the name is the natural key."""
        request = HttpRequest(method="POST", path=CUSTOMERS, body=CODEC.encode({"name": new.name}))

        async def perform(sender: Sender) -> Done[Customer]:
            response = await sender.send(self._settling(CUSTOM), request)
            return Done.of(_customer(CODEC.parse(response.body), response.shown_headers))

        async def look(sender: Sender) -> Sighting[Customer]:
            page, headers = await self._page(sender, CUSTOMERS, None, ("name", new.name))
            found = [one for row in page.data if (one := _customer(row, headers)).name == new.name]
            return Sighting(matches=tuple(map(Done.of, found)))

        return self._write(CUSTOM, f"customer {new.name}", canonical(name=new.name), perform, look)

    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        """Record money received; the marker in the note is what it is found by."""
        body = CODEC.encode(
            {
                "amount": MINOR_BY_EXPONENT.write(payment.amount),
                "paid_at": write_instant(payment.paid_at),
                "note": f"{payment.note} {payment.marker}".strip(),
            }
        )
        request = HttpRequest(method="POST", path=PAYMENTS.fill(invoice=payment.invoice_id), body=body)

        async def perform(sender: Sender) -> Done[Payment]:
            response = await sender.send(self._settling(PAY), request)
            made, currency = CODEC.parse(response.body), payment.amount.currency
            return Done.of(_payment(made, payment.invoice_id, currency, response.shown_headers))

        async def look(sender: Sender) -> Sighting[Payment]:
            invoice = await self._invoice(sender, payment.invoice_id)
            if invoice.currency != payment.amount.currency:
                return Sighting(refusal=Conflict(f"invoice {invoice.id} is in {invoice.currency}"))
            listed = Pager[Payment](lambda cursor: self._payments(sender, invoice, cursor))
            found = [one async for one in listed if payment.marker in str(one.note).split()]
            if any(one.amount != payment.amount for one in found):
                return Sighting(refusal=Conflict(f"{payment.reference} stands there with another amount"))
            return Sighting(matches=tuple(map(Done.of, found)))

        content = canonical(invoice=payment.invoice_id, amount=payment.amount, paid_at=payment.paid_at)
        return self._write(PAY, payment.invoice_id, content, perform, look)

    def set_status(self, change: StatusChange) -> Write[Invoice]:
        """Set the status; a draft loses its payments, so that needs consent."""
        word = WORDS.get(change.status)
        if word is None:
            raise UnsupportedOperation(f"Acorn sets no status {change.status.value}; instead: record_payment")
        body = CODEC.encode({"status": word})
        request = HttpRequest(method="PUT", path=STATUS.fill(invoice=change.invoice_id), body=body)

        async def perform(sender: Sender) -> Done[Invoice]:
            response = await sender.send(self._settling(SET), request)
            read = _invoice(CODEC.parse(response.body), response.shown_headers, expected_id=change.invoice_id)
            return Done.of(read)

        async def look(sender: Sender) -> Sighting[Invoice]:
            invoice = await self._invoice(sender, change.invoice_id)
            if invoice.raw_status == word:
                return Sighting(matches=(Done.of(invoice),))
            is_loss = change.status is InvoiceStatus.DRAFT and bool(invoice.amount_paid)
            if is_loss and not change.allow_payment_loss:
                return Sighting(refusal=DestructiveTransition(f"{invoice.id} as a draft loses its payments"))
            return Sighting()

        return self._write(SET, change.invoice_id, canonical(status=word), perform, look)

    def _settling(self, operation: Operation) -> Operation:
        return attrs.evolve(operation, settle_seconds=self.config.settle_seconds)

    def _write(
        self,
        operation: Operation,
        target: str,
        content: str,
        perform: Callable[[Sender], Awaitable[Done[T]]],
        look: Callable[[Sender], Awaitable[Sighting[T]]],
    ) -> Write[T]:
        settling = self._settling(operation)
        return Write(operation=settling, target=target, content=content, perform=perform, look=look)


def _invoice(row: object, headers: Mapping[str, str], *, expected_id: str | None = None) -> Invoice:
    wire, raw = CODEC.structure(row, WireInvoice), CODEC.structure(row, dict[str, object])
    invoice = wire.invoice(raw, headers)
    if expected_id not in {None, invoice.id}:
        raise MalformedResponse("the answer is about another invoice than the one asked for")
    return invoice


def _payment(row: object, invoice_id: str, currency: str, headers: Mapping[str, str]) -> Payment:
    wire, raw = CODEC.structure(row, WirePayment), CODEC.structure(row, dict[str, object])
    return wire.payment(invoice_id, currency, raw, headers)


def _customer(row: object, headers: Mapping[str, str]) -> Customer:
    wire, raw = CODEC.structure(row, WireCustomer), CODEC.structure(row, dict[str, object])
    return wire.customer(raw, headers)
