"""What is sent about invoices: new ones, lines, status, tags."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs

from invoicekit.errors import CurrencyMismatch, MalformedResponse, UnsupportedOperation, UsageError
from invoicekit.model import MISSING, NO_HEADERS, NewInvoice, NewLineItem
from invoicekit.wire import checked_id, write_midnight
from invoicekit_asset.config import BY_AMOUNT, AssetConfig
from invoicekit_asset.requests import CUSTOMER_ID
from invoicekit_asset.wire import AMOUNT, CODEC, Text, data_of, rows_of, text_or_none
from invoicekit_asset.wire_invoice import LINE_MARKER, InvoiceRecord, record_of

MOST_IN_BATCH = 100
"""Source: vendor docs, api-reference/invoice/create-an-invoice, version C."""


_NOT_BY_EXTRA = frozenset({"id", "status", "line_changes", "total_amount", "total_paid", "payments"})


def due_at(new: NewInvoice) -> str:
    """Return the due instant as it is sent, which also narrows the search for the invoice."""
    return write_midnight(new.due_date)


def new_line(config: AssetConfig, item: NewLineItem, *, marker: str | None = None) -> dict[str, object]:
    """Write one line: its amount, or in the older form its unit price and quantity.

    Raises:
        CurrencyMismatch: It is not in the configured currency; nothing was sent.
        InvalidAmount: Its amount has more decimals than the currency; nothing was sent.
        ConfigurationError: No ledger account is known for it; nothing was sent.
    """
    if item.unit_price.currency != config.currency:
        raise CurrencyMismatch(
            f"the books are in {config.currency}, a line in {item.unit_price.currency}; nothing was sent"
        )
    line: dict[str, object] = {
        "description": item.description,
        "ledger_id": config.ledger_for(item.kind),
    }
    amount = AMOUNT.write(item.unit_price * item.quantity)
    if config.lines_by == BY_AMOUNT:
        # The newest form has one amount: what it is made of is kept beside it, for those who read it back.
        metadata = {"quantity": f"{item.quantity:f}", "unit_price": f"{item.unit_price.amount:f}"}
        if marker is not None:
            metadata[LINE_MARKER] = marker
        return line | {"amount": amount, "metadata": metadata}
    if marker is not None:
        raise UnsupportedOperation("lines change only in the newest form; set lines_by to amount")
    return line | {"unit_price": item.unit_price.amount, "quantity": Decimal(item.quantity)}


def invoice_item(config: AssetConfig, new: NewInvoice) -> dict[str, object]:
    """Write one invoice as an item of the array that Asset wants.

    Shape: {number, description, due_at, sent_at, customer_id, lines: [{description, amount, ledger_id}]},
    metadata in the newest form; business_id and priced lines in the older one. Live at once, as open.
    Source: vendor docs, api-reference/invoice/create-an-invoice, versions A to C.
    Unverified: which members are required; all of them are sent. `extra` is merged in last.

    Raises:
        CurrencyMismatch, InvalidAmount, InvalidIdentifier, UsageError: It can never be right; nothing was
            sent.
    """
    if new.number != new.number.strip() or not new.number:
        raise UsageError("an invoice needs a number, without blanks at its ends")
    if new.currency.strip().upper() != config.currency:
        raise CurrencyMismatch(
            f"the books are in {config.currency}, the invoice in {new.currency}; nothing was sent"
        )
    extra = new.extra
    if "number" in extra or "due_at" in extra:
        raise UsageError("extra cannot replace number and due_at: the invoice is found again by them")
    item: dict[str, object] = {
        "number": new.number,
        "description": new.subject or new.number,
        "due_at": due_at(new),
        "sent_at": write_midnight(new.issue_date),
        "lines": [new_line(config, line) for line in new.line_items],
    }
    if "customer_external_id" not in extra:
        item["customer_id"] = new.customer_id
        checked_id("customer", new.customer_id, CUSTOMER_ID)
    if config.lines_by != BY_AMOUNT:
        item["business_id"] = config.business_id
    elif new.note is not None:
        item["metadata"] = {"note": new.note}
    if new.note is not None and config.lines_by != BY_AMOUNT:
        raise UnsupportedOperation("the older form of invoices keeps no note; leave it out")
    item.update(extra)
    if not item["lines"]:
        raise UsageError("an invoice at Asset is open from its creation and needs a line; nothing was sent")
    return item


def encode_batch(items: Sequence[Mapping[str, object]]) -> bytes:
    """Write an array, which is wanted even for one."""
    return CODEC.encode(list(items))


def encode_status(raw: str) -> bytes:
    """Write a status.

    Shape: {"status": text}. Source: seed; vendor docs, api-reference/invoice/update-invoice-status.
    """
    return CODEC.encode({"status": raw})


def encode_change(extra: Mapping[str, object]) -> bytes:
    """Write a change: tags replace those there are. Source: vendor docs, update-an-invoice, newest."""
    return CODEC.encode(dict(extra))


def encode_line_changes(create: Sequence[Mapping[str, object]], delete: Sequence[str]) -> bytes:
    """Write lines to add and line ids to remove. Source: vendor docs, update-an-invoice, newest."""
    changes: dict[str, object] = {}
    if create:
        changes["create_lines"] = list(create)
    if delete:
        changes["delete_lines"] = list(delete)
    return CODEC.encode({"line_changes": changes})


@attrs.frozen(kw_only=True)
class _WireFault:
    error: Text = MISSING
    invoice_number: Text = MISSING
    number: Text = MISSING


@attrs.frozen(kw_only=True)
class ItemFault:
    """One item of a batch that the provider refused.

    Attributes:
        number: The invoice's or credit memo's number; empty where the answer names none.
        reason: The provider's own words, which may repeat what was submitted.
    """

    number: str
    reason: str = attrs.field(repr=False)


def read_faults(body: bytes, *, where: str) -> tuple[ItemFault, ...]:
    """Read the errors beside data; none where the answer has none, as in older versions.

    Raises:
        MalformedResponse: They are there and cannot be read.
    """
    document = CODEC.parse(body, where=where)
    errors = document.get("errors") if isinstance(document, dict) else None
    if errors is None:
        return ()
    wires = CODEC.structure(rows_of(errors, where=where), tuple[_WireFault, ...], where=where)
    return tuple(
        ItemFault(
            number=text_or_none(wire.invoice_number) or text_or_none(wire.number) or "",
            reason=text_or_none(wire.error) or "refused without a reason",
        )
        for wire in wires
    )


def read_created(
    body: bytes, currency: str, *, where: str, headers: Mapping[str, str] = NO_HEADERS
) -> tuple[tuple[InvoiceRecord, ...], tuple[ItemFault, ...]]:
    """Read what became of a batch of new invoices."""
    rows = rows_of(data_of(body, where=where), where=where)
    records = (record_of(row, currency, where=where, headers=headers) for row in rows)
    return tuple(records), read_faults(body, where=where)


def only_one(
    records: Sequence[InvoiceRecord], faults: Sequence[ItemFault], number: str
) -> InvoiceRecord | ItemFault:
    """Return what became of the one invoice that was sent.

    Raises:
        MalformedResponse: The answer is about something else.
    """
    if len(records) == 1 and not faults and records[0].wire.number == number:
        return records[0]
    if not records and len(faults) == 1 and faults[0].number in {number, ""}:
        return faults[0]
    raise MalformedResponse("created invoice: the answer is not about the one invoice that was sent")


def check_change(extra: Mapping[str, object]) -> None:
    """Refuse a change that names nothing, or what has a call of its own; the rest is sent as it is.

    Raises:
        UsageError: It is one of these, or a tag is no text; nothing was sent.
    """
    if not extra:
        raise UsageError("the change names nothing; tags go into extra={'asset': {'tags': {...}}}")
    barred = sorted(extra.keys() & _NOT_BY_EXTRA)
    if barred:
        raise UsageError(f"extra cannot set {', '.join(barred)}: there is a call for it; nothing was sent")
    tags = extra.get("tags", {})
    if not isinstance(tags, Mapping) or not all(isinstance(tag, str) for tag in (*tags, *tags.values())):
        raise UsageError("tags are a mapping from group to text; nothing was sent")


def shows(record: InvoiceRecord, extra: Mapping[str, object]) -> bool:
    """Tell whether an invoice is as the change wants it: tags by what they mean, the rest as it reads."""
    return all(
        record.tags == value if name == "tags" else name in record.raw and record.raw[name] == value
        for name, value in extra.items()
    )
