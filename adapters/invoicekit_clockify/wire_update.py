"""Changes of an invoice: a full replacement, made of what was read and what is asked for."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from invoicekit.errors import MalformedResponse, UnsupportedOperation
from invoicekit.model import MISSING, Absent, InvoiceChange
from invoicekit.wire import PERCENT_X100, read_date, write_midnight
from invoicekit_clockify.extra import check_extra
from invoicekit_clockify.wire import CODEC
from invoicekit_clockify.wire_invoice import InvoiceRecord

_KEPT = (
    "clientId",
    "companyId",
    "note",
    "subject",
    "taxType",
    "visibleZeroFields",
    "billFrom",
    "clientAddress",
)
"""What the replacement wipes when it is left out, beside the required fields.

A field of `extra` that is none of these is set once: the next change replaces the invoice without it.
"""

_MOST_TAXES = 2


def check_change(change: InvoiceChange) -> None:
    """Refuse what no invoice of Clockify's can have, before anything is sent.

    Raises:
        UnsupportedOperation: More than two taxes, or an invoice without a client.
        UsageError: A field in `extra` that has an argument or a call.
    """
    if change.customer_id is None:
        raise UnsupportedOperation("a Clockify invoice always has a client; name another one instead")
    if isinstance(change.tax_percents, tuple) and len(change.tax_percents) > _MOST_TAXES:
        raise UnsupportedOperation("a Clockify invoice has at most two taxes")
    check_extra(change.extra, is_change=True)


def encode_update(record: InvoiceRecord, change: InvoiceChange) -> bytes:
    """Write the whole invoice anew: what the fresh read had, with what is asked for put in.

    Shape: required currency, discountPercent, dueDate, issuedDate, number, tax2Percent, taxPercent;
    optional clientId, companyId, note, subject, taxType, visibleZeroFields, and billFrom and clientAddress,
    which no document names and which are wiped when left out. Reads give tax, tax2 and discount as percent
    x 100; here they are plain percents under other names, and the reads' names are ignored: sending back
    what was read sets both taxes and the discount to zero. Amounts and status are refused in the body.
    Answer: 200 with the full invoice.
    Source: vendor OpenAPI document, PUT /v1/workspaces/{workspaceId}/invoices/{invoiceId}; scales,
        billFrom and clientAddress from a peer's live probes of 2026.

    Raises:
        MalformedResponse: The read lacks something that the replacement would then wipe; not sent.
    """
    raw = record.raw
    document: dict[str, object] = {
        "currency": _required(raw, "currency"),
        "dueDate": _required(raw, "dueDate"),
        "issuedDate": _required(raw, "issuedDate"),
        "number": _required(raw, "number"),
        "discountPercent": _plain_percent(record.wire.discount, "discount"),
        "taxPercent": _plain_percent(record.wire.tax, "tax"),
        "tax2Percent": _plain_percent(record.wire.tax2, "tax2"),
    }
    document |= {name: raw[name] for name in _KEPT if raw.get(name) is not None}
    document |= _asked(change)
    return CODEC.encode(document)


def shows(record: InvoiceRecord, change: InvoiceChange) -> bool:
    """Tell whether an invoice is as the change wants it."""
    raw = record.raw
    wire = record.wire
    read = {
        "discountPercent": _percent(wire.discount),
        "taxPercent": _percent(wire.tax),
        "tax2Percent": _percent(wire.tax2),
        "dueDate": _day(raw.get("dueDate")),
        "issuedDate": _day(raw.get("issuedDate")),
    }
    return all(
        _alike(read[name] if name in read else raw.get(name), value) for name, value in _asked(change).items()
    )


def _asked(change: InvoiceChange) -> dict[str, object]:
    asked: dict[str, object | Absent] = {
        "number": change.number,
        "clientId": change.customer_id,
        "currency": change.currency,
        "issuedDate": _midnight(change.issue_date),
        "dueDate": _midnight(change.due_date),
        "subject": "" if change.subject is None else change.subject,
        "note": "" if change.note is None else change.note,
        "discountPercent": change.discount_percent,
    }
    if isinstance(change.tax_percents, tuple):
        percents = (*change.tax_percents, Decimal(0), Decimal(0))
        asked |= {"taxPercent": percents[0], "tax2Percent": percents[1]}
    asked |= change.extra
    return {name: value for name, value in asked.items() if value is not MISSING}


def _alike(read: object, asked: object) -> bool:
    """Compare a read field with an asked one: empty is like null, a day like its midnight."""
    if isinstance(read, date):
        return write_midnight(read) == asked
    if isinstance(asked, str):
        return (read or "") == asked or (isinstance(read, str) and read.strip() == asked.strip())
    if isinstance(asked, list | tuple) and isinstance(read, list | tuple):
        return set(read) == set(asked)
    return read == asked


def _required(raw: Mapping[str, object], name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value:
        raise _incomplete(name)
    return value


def _plain_percent(read: Decimal | Absent | None, name: str) -> Decimal:
    if isinstance(read, Absent):
        raise _incomplete(name)
    return Decimal(0) if read is None else PERCENT_X100.read(read)


def _percent(read: Decimal | Absent | None) -> Decimal | None:
    return PERCENT_X100.read(read) if isinstance(read, Decimal) else None


def _day(text: object) -> date | None:
    return read_date(text) if isinstance(text, str) else None


def _midnight(day: date | Absent) -> str | Absent:
    return day if isinstance(day, Absent) else write_midnight(day)


def _incomplete(name: str) -> MalformedResponse:
    return MalformedResponse(
        f"the invoice came without {name}, which a replacement would wipe; it was not sent",
        paths=(f"$.{name}: missing",),
    )
