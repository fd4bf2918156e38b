"""Invoices, their lines and payments, read from any of the three generations of Asset's pages."""

import re
from collections.abc import Mapping
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
    Payment,
)
from invoicekit.wire import read_instant
from invoicekit_asset.status import VOIDED, derived_raw, payment_status_of, rule_of
from invoicekit_asset.wire import (
    CODEC,
    AnyNumber,
    Flag,
    Number,
    Text,
    data_of,
    day_of,
    document_of,
    money_of,
    page_of,
    text_or_none,
)

Metadata = object

LINE_MARKER = "invoicekit"
"""The name in a line's metadata under which our marker stands."""

_FACTOR = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")


def kept(name: str, *metadata: object) -> object:
    """Return what stands in the first metadata that has the name; None where none has."""
    return next((one[name] for one in metadata if isinstance(one, dict) and name in one), None)


def _product(unit_price: Decimal, quantity: Decimal) -> Decimal:
    # Money multiplies exactly, whatever the caller's decimal context says.
    return (Money(unit_price, "XXX") * quantity).amount


@attrs.frozen(kw_only=True)
class WireLine:
    """One line: `amount` in the newest version, `unit_price` and `quantity` in the older two.

    Source: vendor docs, api-reference/invoice/*, versions A to C; seed.
    """

    id: Text = MISSING
    description: Text = MISSING
    ledger_id: Text = MISSING
    amount: Number = MISSING
    unit_price: Number = MISSING
    quantity: Number = MISSING
    discount_amount: Number = MISSING
    discount_rate: Number = MISSING
    metadata: Metadata = MISSING
    metadata_: Metadata = MISSING

    @property
    def subtotal(self) -> Number:
        """What the line adds to the subtotal.

        Unverified: how a discount enters the older form, so one that has any is left unsaid.
        """
        if not isinstance(self.amount, Absent) and self.amount is not None:
            return self.amount
        if self.discount_amount or self.discount_rate:
            return MISSING
        if isinstance(self.unit_price, Decimal) and isinstance(self.quantity, Decimal):
            return _product(self.unit_price, self.quantity)
        return MISSING

    @property
    def marker(self) -> object:
        """What was written into the line's metadata to find it by."""
        return kept(LINE_MARKER, self.metadata, self.metadata_)

    @property
    def factors(self) -> tuple[Number, Number]:
        """Quantity and unit price: as sent, else as we kept them beside the amount they make."""
        if self.quantity is not MISSING or self.unit_price is not MISSING:
            return self.quantity, self.unit_price
        texts = [kept(name, self.metadata, self.metadata_) for name in ("quantity", "unit_price")]
        if not all(isinstance(text, str) and _FACTOR.fullmatch(text) for text in texts):
            return MISSING, MISSING
        quantity, unit_price = (Decimal(str(text)) for text in texts)
        is_product = _product(unit_price, quantity) == self.amount
        return (quantity, unit_price) if is_product else (MISSING, MISSING)


@attrs.frozen(kw_only=True)
class WirePayment:
    """Money applied to an invoice.

    Source: vendor docs; transaction_id is null where it came from credit, newest version.
    """

    id: str
    payment_amount: AnyNumber
    transaction_id: Text = MISSING
    datetime: Text = MISSING
    is_write_off: Flag = MISSING

    @property
    def is_money(self) -> bool:
        """Whether it is money received rather than given up."""
        return self.is_write_off is not True

    @property
    def is_from_credit(self) -> bool:
        """Whether it was drawn from customer credit."""
        return self.is_money and text_or_none(self.transaction_id) is None


@attrs.frozen(kw_only=True)
class WireInvoice:
    """One invoice; only its id is required.

    Source: vendor docs, api-reference/invoice/*, versions A to C; seed. The newest samples have no status.
    """

    id: str
    number: Text = MISSING
    description: Text = MISSING
    total_amount: Number = MISSING
    total_paid: Number = MISSING
    due_at: Text = MISSING
    sent_at: Text = MISSING
    voided_at: Text = MISSING
    status: Text = MISSING
    customer_id: Text = MISSING
    lines: tuple[WireLine, ...] | Absent | None = MISSING
    payments: tuple[WirePayment, ...] | Absent | None = MISSING
    metadata: Metadata = MISSING
    metadata_: Metadata = MISSING
    tags: object = MISSING


@attrs.frozen(kw_only=True)
class InvoiceRecord:
    """An invoice as the wire had it, beside its raw document and its configured currency."""

    wire: WireInvoice
    currency: str
    raw: Mapping[str, object] = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False)

    @property
    def id(self) -> str:
        """The invoice's id."""
        return self.wire.id

    @property
    def sent_status(self) -> str | None:
        """Asset's own word, where this answer has it."""
        return text_or_none(self.wire.status)

    @property
    def status(self) -> str | None:
        """Asset's own word, or the one that follows from the rest where none was sent."""
        return self.sent_status or derived_raw(
            is_voided=text_or_none(self.wire.voided_at) is not None, total=self.total, paid=self.paid
        )

    @property
    def total(self) -> Decimal | None:
        """What the invoice asks for."""
        return self.wire.total_amount if isinstance(self.wire.total_amount, Decimal) else None

    @property
    def paid(self) -> Decimal | None:
        """What is applied to it: as told, else the sum of the rows."""
        if isinstance(self.wire.total_paid, Decimal):
            return self.wire.total_paid
        if not isinstance(self.wire.payments, tuple):
            return None
        amounts = (Money(row.payment_amount, self.currency) for row in self.wire.payments)
        return Money.sum(amounts, self.currency).amount

    @property
    def open_amount(self) -> Money | None:
        """What is still owed, below zero where more was applied; None where the answer cannot tell."""
        total, paid = self.total, self.paid
        if total is None or paid is None:
            return None
        return Money(total, self.currency) - Money(paid, self.currency)

    @property
    def lines(self) -> tuple[WireLine, ...]:
        """The lines; none where this answer has none."""
        return self.wire.lines if isinstance(self.wire.lines, tuple) else ()

    @property
    def payments(self) -> tuple[WirePayment, ...]:
        """What is applied, write-offs included; none where this answer has none."""
        return self.wire.payments if isinstance(self.wire.payments, tuple) else ()

    @property
    def tags(self) -> Mapping[str, str]:
        """The tags as group and value, whichever way they came."""
        return read_tags(self.wire.tags)

    def payments_of(self, transaction_id: str) -> tuple[WirePayment, ...]:
        """Return what one transaction paid here."""
        return tuple(row for row in self.payments if row.transaction_id == transaction_id)

    def payment(self, row: WirePayment, *, reference: str | None = None) -> Payment:
        """Say one payment in the neutral words."""
        return to_payment(
            row,
            self.id,
            self.currency,
            self._raw_payment(row.id),
            reference=reference,
            headers=self.headers,
        )

    def _raw_payment(self, payment_id: str) -> Mapping[str, object]:
        rows = self.raw.get("payments")
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict) and row.get("id") == payment_id:
                return row
        return {}

    def invoice(self) -> Invoice:
        """Say the same in the neutral words; a status this version does not know stays in `raw_status`."""
        wire, status = self.wire, self.status
        rule = rule_of(status)
        where = f"invoice {wire.id}"
        return Invoice(
            id=wire.id,
            number=wire.number,
            status=InvoiceStatus.UNKNOWN if rule is None else rule.status,
            payment_status=payment_status_of(status, total=self.total, paid=self.paid),
            raw_status=self.sent_status,
            is_status_derived=self.sent_status is None and status is not None,
            currency=self.currency,
            issue_date=day_of(wire.sent_at, where=where),
            due_date=day_of(wire.due_at, where=where),
            customer_id=wire.customer_id,
            customer_name=UNSUPPORTED,
            line_items=self._line_items(),
            subtotal=UNSUPPORTED,
            discount_percent=UNSUPPORTED,
            tax_percents=UNSUPPORTED,
            total=money_of(wire.total_amount, self.currency),
            amount_paid=MISSING if self.paid is None else Money(self.paid, self.currency),
            amount_due=self._amount_due(status),
            subject=wire.description,
            note=self._note(),
            raw=self.raw,
            headers=self.headers,
        )

    def _amount_due(self, status: str | None) -> Money | Absent:
        due = self.open_amount
        if due is None:
            return MISSING
        return Money.zero(self.currency) if status == VOIDED else due

    def _note(self) -> Text:
        note = kept("note", self.wire.metadata, self.wire.metadata_)
        return note if isinstance(note, str) else MISSING

    def _line_items(self) -> tuple[LineItem, ...] | Absent:
        if not isinstance(self.wire.lines, tuple):
            return MISSING if isinstance(self.wire.lines, Absent) else ()
        documents = self.raw.get("lines")
        if not isinstance(documents, list):
            documents = [{}] * len(self.wire.lines)
        return tuple(
            self._line_item(line, position, document_of(document))
            for position, (line, document) in enumerate(zip(self.wire.lines, documents, strict=True), start=1)
        )

    def _line_item(self, line: WireLine, position: int, raw: Mapping[str, object]) -> LineItem:
        quantity, unit_price = line.factors
        return LineItem(
            description=line.description,
            quantity=quantity,
            unit_price=money_of(unit_price, self.currency),
            amount=money_of(line.subtotal, self.currency),
            id=text_or_none(line.id),
            position=position,
            kind=line.ledger_id,
            raw=raw,
        )


def to_payment(
    row: WirePayment,
    invoice_id: str,
    currency: str,
    raw: Mapping[str, object],
    *,
    reference: str | None = None,
    headers: Mapping[str, str] = NO_HEADERS,
) -> Payment:
    """Say one payment row in the neutral words; it holds no note of its own."""
    paid_at = read_instant(row.datetime, where="payment") if isinstance(row.datetime, str) else row.datetime
    return Payment(
        id=row.id,
        invoice_id=invoice_id,
        amount=Money(row.payment_amount, currency),
        paid_at=paid_at,
        note=UNSUPPORTED,
        author=UNSUPPORTED,
        reference=reference,
        raw=raw,
        headers=headers,
    )


def read_tags(tags: object) -> Mapping[str, str]:
    """Read tags as group and value.

    Shape: group → text, or group → ``{"amount", "value"}``, or group → rows of that.
    Source: vendor docs, [A12] and [A14], which disagree. Of several rows the values are joined.
    """
    found: dict[str, str] = {}
    for group, value in document_of(tags).items():
        rows = value if isinstance(value, list) else [value]
        words = [row.get("value") if isinstance(row, dict) else row for row in rows]
        found[group] = ", ".join(word for word in words if isinstance(word, str))
    return found


def record_of(
    document: object, currency: str, *, where: str = "invoice", headers: Mapping[str, str] = NO_HEADERS
) -> InvoiceRecord:
    """Read one invoice that is part of a larger document."""
    wire = CODEC.structure(document, WireInvoice, where=where)
    return InvoiceRecord(wire=wire, currency=currency, raw=document_of(document), headers=headers)


def read_invoice(
    body: bytes,
    currency: str,
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
    record = record_of(data_of(body, where=where), currency, where=where, headers=headers)
    if expected_id is not None and record.id != expected_id:
        raise MalformedResponse(
            f"{where}: Asset answered with another invoice than {expected_id}",
            paths=("$.data.id: not the id asked for",),
        )
    return record


def read_invoices(
    body: bytes, currency: str, *, headers: Mapping[str, str] = NO_HEADERS
) -> tuple[tuple[InvoiceRecord, ...], str | None]:
    """Read one page of invoices, and where the next one starts."""
    page = page_of(body, where="invoices")
    records = (record_of(row, currency, where="invoices", headers=headers) for row in page.rows)
    return tuple(records), page.next_token
