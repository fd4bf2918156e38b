"""Invoices, from and to Kukkingu's JSON."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

import attrs

from invoicekit.errors import MalformedResponse
from invoicekit.model import (
    MISSING,
    NO_HEADERS,
    UNSUPPORTED,
    Absent,
    Invoice,
    InvoiceStatus,
    LineItem,
    Money,
    PaymentStatus,
)
from invoicekit.wire import named, read_date, read_instant
from invoicekit_kukkingu.status import status_of
from invoicekit_kukkingu.wire import (
    CODEC,
    Number,
    Related,
    Relation,
    Text,
    Units,
    money_of,
    read_all,
    read_one,
    text_or_none,
    write_utc,
)


@attrs.frozen(kw_only=True)
class WireInvoice:
    """One invoice; its lines are not part of it.

    Shape: amountMinor in minor units of currencyCode; the three instants are left out where they are not set.
    Source: seed for the fields; vendor's pages, list invoices and create invoice, for the rest.
    """

    id: str
    contract: Relation = MISSING
    status: Text = MISSING
    number: Text = attrs.field(default=MISSING, metadata=named("invoiceNumber"))
    exchange_rate: Number = attrs.field(default=MISSING, metadata=named("exchangeRate"))
    currency: Text = attrs.field(default=MISSING, metadata=named("currencyCode"))
    amount: Units = attrs.field(default=MISSING, metadata=named("amountMinor"))
    issued_at: Text = attrs.field(default=MISSING, metadata=named("issuedAt"))
    due_at: Text = attrs.field(default=MISSING, metadata=named("dueAt"))
    paid_at: Text = attrs.field(default=MISSING, metadata=named("paidAt"))


@attrs.frozen(kw_only=True)
class InvoiceRecord:
    """An invoice as the wire had it, beside its raw document: what decisions are made on.

    Attributes:
        wire: The typed fields.
        raw: Everything sent.
    """

    wire: WireInvoice
    raw: Mapping[str, object] = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False)

    @property
    def id(self) -> str:
        """The invoice's id."""
        return self.wire.id

    @property
    def status(self) -> str | None:
        """Kukkingu's own word."""
        return text_or_none(self.wire.status)

    @property
    def currency(self) -> str | None:
        """The currency, where this answer has one."""
        return text_or_none(self.wire.currency)

    @property
    def amount(self) -> int | None:
        """The amount in minor units, where this answer has one."""
        return self.wire.amount if isinstance(self.wire.amount, int) else None

    @property
    def paid_at(self) -> datetime | None:
        """When it was paid; None while it is not."""
        text = text_or_none(self.wire.paid_at)
        return None if text is None else read_instant(text, where=f"paidAt of invoice {self.id}")

    @property
    def contract(self) -> Related:
        """The contract it hangs on."""
        return Related.of(self.wire.contract)

    @property
    def total(self) -> Money | Absent | None:
        """The amount as money."""
        return money_of(self.wire.amount, self.currency)

    def invoice(self, lines: Sequence[LineItem] | None = None) -> Invoice:
        """Say the same in the neutral words; without lines read they are MISSING."""
        paid_at, total = self.paid_at, self.total
        is_paid = paid_at is not None
        status = status_of(self.status, is_paid=is_paid)
        nothing = Money.zero(total.currency) if isinstance(total, Money) else MISSING
        owes_nothing = is_paid or status is InvoiceStatus.VOID
        client = self.contract.related("client")
        return Invoice(
            id=self.id,
            number=self.wire.number,
            status=status,
            payment_status=PaymentStatus.PAID if is_paid else PaymentStatus.UNPAID,
            raw_status=self.status,
            currency=self.currency,
            issue_date=_day(self.wire.issued_at),
            due_date=_day(self.wire.due_at),
            customer_id=client.known_id(),
            customer_name=client.text("name"),
            line_items=MISSING if lines is None else tuple(lines),
            subtotal=UNSUPPORTED,
            discount_percent=UNSUPPORTED,
            tax_percents=UNSUPPORTED,
            total=total,
            amount_paid=total if is_paid else nothing,
            amount_due=nothing if owes_nothing else total,
            subject=UNSUPPORTED,
            note=UNSUPPORTED,
            raw=self.raw,
            headers=self.headers,
        )


def _day(text: Text) -> date | Absent | None:
    return read_date(text) if isinstance(text, str) else text


def read_invoice(
    body: bytes,
    *,
    expected_id: str | None = None,
    where: str = "invoice",
    headers: Mapping[str, str] = NO_HEADERS,
) -> InvoiceRecord:
    """Read one invoice.

    Args:
        expected_id: The invoice that was asked for.
        headers: What the answer came with.

    Raises:
        MalformedResponse: Not an invoice, or another one than asked for.
    """
    wire, raw = read_one(body, WireInvoice, where=where)
    if expected_id is not None and wire.id != expected_id:
        raise MalformedResponse(
            f"{where}: Kukkingu answered with another invoice than {expected_id}",
            paths=("$.data.id: not the id asked for",),
        )
    return InvoiceRecord(wire=wire, raw=raw, headers=headers)


def read_invoices(
    body: bytes, *, where: str = "invoices", headers: Mapping[str, str] = NO_HEADERS
) -> list[InvoiceRecord]:
    """Read all invoices of an answer."""
    return [
        InvoiceRecord(wire=wire, raw=raw, headers=headers)
        for wire, raw in read_all(body, WireInvoice, where=where)
    ]


def encode_paid_at(paid_at: datetime) -> bytes:
    """Write the one field of a FINALIZED invoice that may change.

    Shape: {"paidAt": "2023-10-05T14:48:00Z"}; any fraction is allowed and none is sent.
    Source: seed, PATCH /api/v1/invoices/{invoiceId}.
    """
    return CODEC.encode({"paidAt": write_utc(paid_at)})


@attrs.frozen(kw_only=True)
class PdfLink:
    """Where a PDF waits.

    Unverified: the unit of expiresIn. The address is used at once, so neither it nor expiresAt is needed.
    Source: vendor's page, get invoice pdf.
    """

    id: str
    url: str


def read_pdf_link(body: bytes, *, invoice_id: str) -> PdfLink:
    """Read the address of an invoice's PDF.

    Raises:
        MalformedResponse: No address, or another invoice's.
    """
    link, _ = read_one(body, PdfLink, where=f"PDF of invoice {invoice_id}")
    if link.id != invoice_id:
        raise MalformedResponse(f"Kukkingu answered with the PDF of another invoice than {invoice_id}")
    return link


def shows(record: InvoiceRecord, wanted: Mapping[str, object]) -> bool:
    """Tell whether an invoice already has these wire fields: numbers and instants by what they mean."""
    return all(_is_same(record.raw.get(name), value) for name, value in wanted.items())


def _is_same(found: object, wanted: object) -> bool:
    if isinstance(wanted, int | Decimal) and not isinstance(wanted, bool):
        return isinstance(found, int | Decimal) and not isinstance(found, bool) and found == wanted
    if isinstance(found, str) and isinstance(wanted, str) and found != wanted:
        try:
            return read_instant(found) == read_instant(wanted)
        except MalformedResponse:
            return False
    return found == wanted
