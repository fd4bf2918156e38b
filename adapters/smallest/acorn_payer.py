"""A whole adapter in one file: Acorn's invoices read, created, paid and voided."""

import re
from collections.abc import Mapping, Sequence

import attrs
from invoicekit_acorn.simulator import AcornSimulator as AcornSimulator  # what judges it

from invoicekit import adapter as ik
from invoicekit import errors, model
from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.model import Invoice, InvoiceStatus, Page, Payment, PaymentStatus, StatusRule
from invoicekit.wire import MINOR_BY_EXPONENT, Codec, PathTemplate, canonical, read_instant, write_instant

CODEC, ID = Codec(), re.compile(r"[a-z]{3}-[0-9]{6}")
INVOICES = "/v1/invoices"
INVOICE = PathTemplate("/v1/invoices/{invoice}", pattern=ID)
PAYMENTS = PathTemplate("/v1/invoices/{invoice}/payments", pattern=ID)
STATUS = PathTemplate("/v1/invoices/{invoice}/status", pattern=ID)

STATUSES = (
    StatusRule(
        raw="draft",
        status=InvoiceStatus.DRAFT,
        payment_status=PaymentStatus.UNPAID,
        is_settable=True,
        destroys_payments_from=frozenset({"open", "paid"}),
    ),
    StatusRule(raw="open", status=InvoiceStatus.OPEN, payment_status=PaymentStatus.UNPAID, is_settable=True),
    StatusRule(raw="paid", status=InvoiceStatus.PAID, payment_status=PaymentStatus.PAID, is_derived=True),
    StatusRule(raw="void", status=InvoiceStatus.VOID, payment_status=PaymentStatus.UNPAID, is_settable=True),
)
NO_RULE, PARTLY = StatusRule(raw="", status=InvoiceStatus.UNKNOWN), PaymentStatus.PARTIALLY_PAID
BY_WORD = {rule.raw: rule for rule in STATUSES}
WORDS = {rule.status: rule.raw for rule in STATUSES if rule.is_settable}

READ = ik.Operation(name="read")
CREATE = ik.Operation(name="create_invoice", effect=ik.Effect.APPEND, idempotency=ik.Idempotency.NATURAL_KEY)
PAY = ik.Operation(name="record_payment", effect=ik.Effect.APPEND, idempotency=ik.Idempotency.MARKER)
SET = ik.Operation(name="set_status", effect=ik.Effect.SET, idempotency=ik.Idempotency.SET_VALUE)
reading, writing = ik.Capability.reading, ik.Capability.writing
Headers = Mapping[str, str]
WINDOWS = (ik.RateWindow(limit=5, seconds=1.0),)


@attrs.frozen(kw_only=True)
class PayerConfig:
    """Where Acorn is, and who we are there."""

    api_key: ik.Secret
    base_url: str = "https://api.acorn.example"


@attrs.frozen(kw_only=True)
class _Invoice:
    id: str
    number: str
    customer: str
    currency: str
    status: str
    total: int
    paid: int


@attrs.frozen(kw_only=True)
class _Payment:
    id: str
    amount: int
    paid_at: str
    note: str


@attrs.frozen(kw_only=True)
class _Page:
    data: tuple[object, ...]
    next: str | None  # without it a page may be the last one or not, and is no page


class AcornPayer(ik.Adapter[PayerConfig]):
    """One Acorn account."""

    name, api, config_type = "acorn", 1, PayerConfig
    capabilities = ik.Capabilities(
        statuses=STATUSES,
        limits=ik.Limits(windows={"until told": WINDOWS}, page_size=25),
        operations={
            "get_invoice": reading(READ),
            "find_invoice": reading(READ),
            "list_invoices": reading(READ),
            "list_payments": reading(READ, calls=2),
            "create_invoice": writing(READ, CREATE, calls=3, read_back="the invoice of that number"),
            "record_payment": writing(READ, PAY, calls=5, read_back="the marker in the payments' notes"),
            "set_status": writing(READ, SET, calls=3, read_back="the invoice's status"),
        },
    )

    @classmethod
    def site(cls, config: PayerConfig) -> ik.Site:
        """Say where the account is, as whom we call, and how often."""
        key = ik.HeaderKey("X-Acorn-Key", config.api_key)
        return ik.Site(hosts={"api": config.base_url}, credentials=key, account="acorn", windows=WINDOWS)

    @classmethod
    def refusal(cls, response: ik.HttpResponse) -> errors.NotApplied | None:
        """Say what certainly had no effect, by the code that Acorn's errors carry."""
        if response.status not in {400, 401, 409} or b'"code"' not in response.body:
            return None
        kinds = {b"bad_key": errors.AuthenticationError, b"not_found": errors.NotFound}
        kind = next((kind for code, kind in kinds.items() if code in response.body), errors.InvalidRequest)
        return kind("Acorn refused it", status=response.status)

    async def get_invoice(self, invoice_id: str) -> Invoice:
        """Read one invoice."""
        return await self._invoice(self.sender, invoice_id)

    async def find_invoices(self, number: str) -> Sequence[Invoice]:
        """Read every invoice with exactly this number."""
        return await self._numbered(self.sender, number)

    async def list_invoices(self, query: model.InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        """Read one page of invoices; Acorn has no filters."""
        if query != model.InvoiceQuery():
            raise errors.UnsupportedOperation("Acorn has no filters; instead: choose from the whole list")
        rows, after = await self._page(self.sender, INVOICES, cursor)
        return Page(items=tuple(_invoice(*row) for row in rows), next_cursor=after)

    async def list_payments(self, invoice_id: str, cursor: str | None) -> Page[Payment]:
        """Read one page of payments; the currency is the invoice's."""
        return await self._payments(self.sender, await self._invoice(self.sender, invoice_id), cursor)

    def create_invoice(self, new: model.NewInvoice) -> Write[Invoice]:
        """Create a draft; its number is the natural key."""
        total = model.Money.sum((line.unit_price * line.quantity for line in new.line_items), new.currency)
        fields = {"number": new.number, "customer": new.customer_id, "currency": new.currency}
        body = CODEC.encode({**fields, "total": MINOR_BY_EXPONENT.write(total)})

        async def perform(sender: Sender) -> Done[Invoice]:
            return Done.of(_invoice(*await self._send(sender, CREATE, "POST", INVOICES, body)))

        async def look(sender: Sender) -> Sighting[Invoice]:
            found = await self._numbered(sender, new.number)
            if any((one.customer_id, one.total) != (new.customer_id, total) for one in found):
                return Sighting(refusal=errors.Conflict(f"the number {new.number} stands on another invoice"))
            return Sighting(matches=tuple(map(Done.of, found)))

        target, content = f"invoice number {new.number}", canonical(new=new)
        return Write(operation=CREATE, target=target, content=content, perform=perform, look=look)

    def record_payment(self, payment: model.NewPayment) -> Write[Payment]:
        """Record money received; the marker in the note is what it is found by."""
        fields = {
            "amount": MINOR_BY_EXPONENT.write(payment.amount),
            "paid_at": write_instant(payment.paid_at),
        }
        body = CODEC.encode({**fields, "note": f"{payment.note} {payment.marker}".strip()})
        path = PAYMENTS.fill(invoice=payment.invoice_id)

        async def perform(sender: Sender) -> Done[Payment]:
            made = await self._send(sender, PAY, "POST", path, body)
            return Done.of(_payment(*made, payment.invoice_id, payment.amount.currency))

        async def look(sender: Sender) -> Sighting[Payment]:
            invoice = await self._invoice(sender, payment.invoice_id)
            if invoice.currency != payment.amount.currency:
                return Sighting(refusal=errors.Conflict(f"invoice {invoice.id} is in {invoice.currency}"))
            listed = model.Pager[Payment](lambda cursor: self._payments(sender, invoice, cursor))
            found = [one async for one in listed if payment.marker in str(one.note).split()]
            if any(one.amount != payment.amount for one in found):
                return Sighting(refusal=errors.Conflict(f"{payment.reference} is another amount there"))
            return Sighting(matches=tuple(map(Done.of, found)))

        content = canonical(invoice=payment.invoice_id, amount=payment.amount, paid_at=payment.paid_at)
        return Write(operation=PAY, target=payment.invoice_id, content=content, perform=perform, look=look)

    def set_status(self, change: model.StatusChange) -> Write[Invoice]:
        """Set the status; a draft loses its payments, so that needs consent."""
        word = WORDS.get(change.status)
        if word is None:
            raise errors.UnsupportedOperation(
                f"no status {change.status.value} is set; instead: record_payment"
            )
        path, body = STATUS.fill(invoice=change.invoice_id), CODEC.encode({"status": word})

        async def perform(sender: Sender) -> Done[Invoice]:
            return Done.of(_invoice(*await self._send(sender, SET, "PUT", path, body), change.invoice_id))

        async def look(sender: Sender) -> Sighting[Invoice]:
            invoice = await self._invoice(sender, change.invoice_id)
            if invoice.raw_status == word:
                return Sighting(matches=(Done.of(invoice),))
            is_loss = change.status is InvoiceStatus.DRAFT and bool(invoice.amount_paid)
            if is_loss and not change.allow_payment_loss:
                return Sighting(refusal=errors.DestructiveTransition(f"{invoice.id} would lose its payments"))
            return Sighting()

        return Write(operation=SET, target=change.invoice_id, content=word, perform=perform, look=look)

    async def _send(
        self, sender: Sender, operation: ik.Operation, method: str, path: str, body: bytes | None = None
    ) -> tuple[object, Headers]:
        response = await sender.send(operation, ik.HttpRequest(method=method, path=path, body=body))
        return CODEC.parse(response.body), response.shown_headers

    async def _invoice(self, sender: Sender, invoice_id: str) -> Invoice:
        return _invoice(*await self._send(sender, READ, "GET", INVOICE.fill(invoice=invoice_id)), invoice_id)

    async def _numbered(self, sender: Sender, number: str) -> Sequence[Invoice]:
        rows, _ = await self._page(sender, INVOICES, None, ("number", number))
        return [one for row in rows if (one := _invoice(*row)).number == number]

    async def _payments(self, sender: Sender, invoice: Invoice, cursor: str | None) -> Page[Payment]:
        rows, after = await self._page(sender, PAYMENTS.fill(invoice=invoice.id), cursor)
        items = tuple(_payment(*row, invoice.id, str(invoice.currency)) for row in rows)
        return Page(items=items, next_cursor=after)

    async def _page(
        self, sender: Sender, path: str, cursor: str | None, *query: tuple[str, str]
    ) -> tuple[list[tuple[object, Headers]], str | None]:
        asked = (*query, *((("cursor", cursor),) if cursor else ()))
        response = await sender.send(READ, ik.HttpRequest(method="GET", path=path, query=asked))
        page = CODEC.decode(response.body, _Page, where=path)
        return [(row, response.shown_headers) for row in page.data], page.next


def _invoice(row: object, headers: Headers, expected_id: str | None = None) -> Invoice:
    wire = CODEC.structure(row, _Invoice)
    if expected_id not in {None, wire.id}:
        raise errors.MalformedResponse("the answer is about another invoice than the one asked for")
    rule = BY_WORD.get(wire.status, NO_RULE)
    total, paid = (MINOR_BY_EXPONENT.read(units, wire.currency) for units in (wire.total, wire.paid))
    return Invoice(
        id=wire.id,
        number=wire.number,
        customer_id=wire.customer,
        currency=wire.currency,
        status=rule.status,
        payment_status=PARTLY if 0 < wire.paid < wire.total else rule.payment_status or PaymentStatus.UNKNOWN,
        raw_status=wire.status,
        total=total,
        amount_paid=paid,
        amount_due=total - paid,
        raw=CODEC.structure(row, dict[str, object]),
        headers=headers,
    )


def _payment(row: object, headers: Headers, invoice_id: str, currency: str) -> Payment:
    wire, raw = CODEC.structure(row, _Payment), CODEC.structure(row, dict[str, object])
    amount, paid_at = MINOR_BY_EXPONENT.read(wire.amount, currency), read_instant(wire.paid_at)
    made = Payment(id=wire.id, invoice_id=invoice_id, amount=amount, paid_at=paid_at, note=wire.note)
    return attrs.evolve(made, raw=raw, headers=headers)
