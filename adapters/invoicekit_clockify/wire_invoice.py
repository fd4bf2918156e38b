"""Invoices and their lines, from and to Clockify's JSON."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import attrs

from invoicekit.errors import MalformedResponse
from invoicekit.model import MISSING, NO_HEADERS, Absent, Invoice, InvoiceStatus, LineItem, NewInvoice
from invoicekit.wire import PERCENT_X100, QUANTITY_X100, named, read_date, write_midnight
from invoicekit_clockify.status import payment_status_of, rule_of
from invoicekit_clockify.wire import CODEC, Number, Text, Units, document_of, money_of, text_or_none


@attrs.frozen(kw_only=True)
class WireItem:
    """One line as Clockify sends it.

    Shape: `order` counts from 1; `unitPrice` and `amount` in minor units, `quantity` in hundredths, and
    amount = unitPrice * quantity / 100.
    Source: peer's live readings of 2026; the vendor's sample 500 x 500 = 2500 agrees.
    Unverified: which of the two factors carries the hundred; the product is the same either way.
    """

    order: Units = MISSING
    description: Text = MISSING
    item_type: Text = attrs.field(default=MISSING, metadata=named("itemType"))
    quantity: Units = MISSING
    unit_price: Units = attrs.field(default=MISSING, metadata=named("unitPrice"))
    amount: Units = MISSING
    apply_taxes: Text = attrs.field(default=MISSING, metadata=named("applyTaxes"))
    import_type: Text = attrs.field(default=MISSING, metadata=named("importType"))
    time_entry_ids: tuple[str, ...] | Absent | None = attrs.field(
        default=MISSING, metadata=named("timeEntryIds")
    )


@attrs.frozen(kw_only=True)
class WireInvoice:
    """One invoice, from any of the four shapes: full, list row, search row, created.

    Shape: amounts in minor units; tax, tax2 and discount as percent x 100 (10 % is 1000.0).
    Source: vendor OpenAPI document of 2026; scales from a peer's live probes.
    """

    id: str
    number: Text = MISSING
    client_id: Text = attrs.field(default=MISSING, metadata=named("clientId"))
    client_name: Text = attrs.field(default=MISSING, metadata=named("clientName"))
    currency: Text = MISSING
    issued_date: Text = attrs.field(default=MISSING, metadata=named("issuedDate"))
    due_date: Text = attrs.field(default=MISSING, metadata=named("dueDate"))
    status: Text = MISSING
    subject: Text = MISSING
    note: Text = MISSING
    items: tuple[WireItem, ...] | Absent | None = MISSING
    subtotal: Units = MISSING
    discount: Number = MISSING
    tax: Number = MISSING
    tax2: Number = MISSING
    amount: Units = MISSING
    paid: Units = MISSING
    balance: Units = MISSING


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
        """Clockify's own word, where this answer has it."""
        return text_or_none(self.wire.status)

    @property
    def currency(self) -> str | None:
        """The currency, where this answer has one."""
        return text_or_none(self.wire.currency)

    @property
    def paid(self) -> int | None:
        """Sum of the payments in wire units, where this answer has it."""
        return self.wire.paid if isinstance(self.wire.paid, int) else None

    @property
    def balance(self) -> int | None:
        """What is owed in wire units, where this answer has it."""
        return self.wire.balance if isinstance(self.wire.balance, int) else None

    @property
    def items(self) -> tuple[WireItem, ...]:
        """The lines, in their order; none where this answer has none."""
        return self.wire.items if isinstance(self.wire.items, tuple) else ()

    def invoice(self) -> Invoice:
        """Say the same in the neutral words."""
        return to_invoice(self.wire, self.raw, self.headers)


@attrs.frozen(kw_only=True)
class InvoiceHead:
    """As much of an invoice as a payment needs to know: reading all of it would cost more than sending it.

    Attributes:
        status: Clockify's own word, where this answer has it.
        currency: Where this answer has one.
    """

    id: str
    status: str | None = attrs.field(default=None, converter=text_or_none)
    currency: str | None = attrs.field(default=None, converter=text_or_none)


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
    record = record_of(CODEC.parse(body, where=where), where=where, headers=headers)
    if expected_id is not None:
        _check_id(record.id, expected_id, where)
    return record


def read_head(body: bytes, *, expected_id: str, where: str) -> InvoiceHead:
    """Read as much of one invoice as a payment needs to know; see `read_invoice`."""
    head = CODEC.skim(body, InvoiceHead, where=where)
    _check_id(head.id, expected_id, where)
    return head


@attrs.frozen(kw_only=True)
class _Answer:
    id: str


def read_answer(body: bytes, *, expected_id: str, where: str) -> Mapping[str, object]:
    """Return the invoice that a write on it was answered with, as it came; see `read_invoice`."""
    _check_id(CODEC.skim(body, _Answer, where=where).id, expected_id, where)
    return CODEC.later(body, where=where)


def _check_id(found: str, expected: str, where: str) -> None:
    if found != expected:
        raise MalformedResponse(
            f"{where}: Clockify answered with another invoice than {expected}",
            paths=("$.id: not the id asked for",),
        )


def record_of(
    document: object, *, where: str = "invoice", headers: Mapping[str, str] = NO_HEADERS
) -> InvoiceRecord:
    """Read one invoice that is part of a larger document."""
    wire = CODEC.structure(document, WireInvoice, where=where)
    return InvoiceRecord(wire=wire, raw=document_of(document), headers=headers)


def to_invoice(
    wire: WireInvoice, raw: Mapping[str, object], headers: Mapping[str, str] = NO_HEADERS
) -> Invoice:
    """Say a wire invoice in the neutral words; a status this version does not know stays in `raw_status`."""
    status = text_or_none(wire.status)
    rule = rule_of(status)
    currency = text_or_none(wire.currency)
    return Invoice(
        id=wire.id,
        number=wire.number,
        status=InvoiceStatus.UNKNOWN if rule is None else rule.status,
        payment_status=payment_status_of(
            status,
            paid=wire.paid if isinstance(wire.paid, int) else None,
            due=wire.balance if isinstance(wire.balance, int) else None,
        ),
        raw_status=status,
        currency=currency,
        issue_date=_day(wire.issued_date),
        due_date=_day(wire.due_date),
        customer_id=wire.client_id,
        customer_name=wire.client_name,
        line_items=_lines(wire.items, currency, raw),
        subtotal=money_of(wire.subtotal, currency),
        discount_percent=_percent(wire.discount),
        tax_percents=_percents(wire.tax, wire.tax2),
        total=money_of(wire.amount, currency),
        amount_paid=money_of(wire.paid, currency),
        amount_due=money_of(wire.balance, currency),
        subject=wire.subject,
        note=wire.note,
        raw=raw,
        headers=headers,
    )


def to_line(wire: WireItem, currency: str | None, raw: Mapping[str, object]) -> LineItem:
    """Say a wire line in the neutral words; lines have no id, so their position stands for it."""
    position = wire.order if isinstance(wire.order, int) else None
    return LineItem(
        description=wire.description,
        quantity=QUANTITY_X100.read(wire.quantity) if isinstance(wire.quantity, int) else wire.quantity,
        unit_price=money_of(wire.unit_price, currency),
        amount=money_of(wire.amount, currency),
        id=None if position is None else str(position),
        position=position,
        kind=wire.item_type,
        time_entry_ids=wire.time_entry_ids if isinstance(wire.time_entry_ids, tuple) else (),
        raw=raw,
    )


def _lines(
    items: tuple[WireItem, ...] | Absent | None, currency: str | None, raw: Mapping[str, object]
) -> tuple[LineItem, ...] | Absent:
    if not isinstance(items, tuple):
        return MISSING if isinstance(items, Absent) else ()
    documents = raw.get("items")
    if not isinstance(documents, list):
        documents = [{}] * len(items)
    return tuple(to_line(item, currency, document) for item, document in zip(items, documents, strict=True))


def _day(text: Text) -> date | Absent | None:
    return read_date(text) if isinstance(text, str) else text


def _percent(read: Number) -> Decimal | Absent | None:
    return PERCENT_X100.read(read) if isinstance(read, Decimal) else read


def _percents(*read: Number) -> tuple[Decimal, ...] | Absent:
    if any(isinstance(one, Absent) for one in read):
        return MISSING
    return tuple(PERCENT_X100.read(one) if isinstance(one, Decimal) else Decimal(0) for one in read)


def encode_search(
    *,
    page: int,
    page_size: int,
    number: str | None = None,
    statuses: Sequence[str] = (),
    customer_id: str | None = None,
    issued_from: date | None = None,
    issued_to: date | None = None,
) -> bytes:
    """Write an invoice search, which is a read although it is a POST.

    Shape: {"page", "pageSize", "invoiceNumber", "strictSearch", "statuses", "clients": {"contains",
    "ids", "status"}, "issueDate": {"issue-date-start", "issue-date-end"}}: page and pageSize stand in the
    body here, and the two dates have dashes in their names.
    Source: vendor OpenAPI document of 2026, POST /v1/workspaces/{workspaceId}/invoices/info; live 200.
    Unverified: that both dates are inclusive, and that strictSearch compares the whole number. The
        reader compares numbers again.
    """
    document: dict[str, object] = {"page": page, "pageSize": page_size}
    if number is not None:
        document |= {"invoiceNumber": number, "strictSearch": True}
    if statuses:
        document["statuses"] = list(statuses)
    if customer_id is not None:
        document["clients"] = {"contains": "CONTAINS", "ids": [customer_id], "status": "ALL"}
    window = {
        name: day.isoformat()
        for name, day in (("issue-date-start", issued_from), ("issue-date-end", issued_to))
        if day is not None
    }
    if window:
        document["issueDate"] = window
    return CODEC.encode(document)


def encode_invoice(new: NewInvoice) -> bytes:
    """Write a new invoice, `extra` merged in last; its note and subject are not part of it.

    Shape: {"clientId", "currency", "dueDate", "issuedDate", "number"}, dates as instants. Answer: 201
    with a short object of the same fields and the id. A note or subject sent along is dropped silently,
    so both are set by a later update.
    Source: vendor OpenAPI document, POST /v1/workspaces/{workspaceId}/invoices; the dropping: peer's live
        probes of 2026.
    """
    document: dict[str, object] = {
        "clientId": new.customer_id,
        "currency": new.currency,
        "dueDate": write_midnight(new.due_date),
        "issuedDate": write_midnight(new.issue_date),
        "number": new.number,
    }
    return CODEC.encode(document | dict(new.extra))


def encode_status(raw: str) -> bytes:
    """Write a status change.

    Shape: {"invoiceStatus": word}; a body with "status" instead is refused with 400. Answer: 200, empty.
    Source: peer's live probe of 2026-06-23, PATCH /v1/workspaces/{workspaceId}/invoices/{invoiceId}/status.
    """
    return CODEC.encode({"invoiceStatus": raw})


@attrs.frozen(kw_only=True)
class _Envelope:
    invoices: tuple[WireInvoice, ...]
    total: Units = MISSING


def read_invoices(
    body: bytes, *, where: str = "invoices", headers: Mapping[str, str] = NO_HEADERS
) -> tuple[tuple[InvoiceRecord, ...], int | None]:
    """Read one page of invoices, and how many there are in all where the envelope says so.

    Shape: {"invoices": [...], "total": int}, an envelope, for the list and the search alike.
    Source: vendor OpenAPI document of 2026; live.
    """
    document = CODEC.parse(body, where=where)
    envelope = CODEC.structure(document, _Envelope, where=where)
    # An array, as long as the one that was structured out of it; the checker knows only `object`.
    rows = document_of(document)["invoices"]
    records = tuple(
        InvoiceRecord(wire=wire, raw=document_of(row), headers=headers)
        for wire, row in zip(envelope.invoices, rows, strict=True)  # type: ignore[call-overload]
    )
    return records, envelope.total if isinstance(envelope.total, int) else None
