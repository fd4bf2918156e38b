"""Changing an invoice's fields, under the rules of its status."""

from datetime import date

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import (
    Conflict,
    FieldLocked,
    InvalidRequest,
    MalformedResponse,
    UnsupportedOperation,
    UsageError,
)
from invoicekit.model import Absent, Invoice, InvoiceChange, currency_exponent
from invoicekit.wire import canonical, write_midnight
from invoicekit_kukkingu import requests
from invoicekit_kukkingu.extra import wire_extra
from invoicekit_kukkingu.invoices import fetch_invoice
from invoicekit_kukkingu.operations import Writes
from invoicekit_kukkingu.status import DRAFT
from invoicekit_kukkingu.wire import CODEC
from invoicekit_kukkingu.wire_invoice import InvoiceRecord, read_invoice, shows

NUMBER_LIMIT = 255
_UNSUPPORTED = {
    "customer_id": "the contract cannot change; instead: void it and create another",
    "subject": "instead: a line of its own",
    "note": "instead: a line of its own",
    "discount_percent": "instead: lines that have the discount in their price",
    "tax_percents": "instead: a line of its own",
}
_NEUTRAL = frozenset({"invoiceNumber", "currencyCode", "issuedAt", "dueAt", "contractId"})


def checked_number(number: str) -> str:
    """Return an invoice number that may be sent.

    Raises:
        UsageError: Not 1 to 255 characters, or blanks at its ends; nothing was sent.
    """
    if not 1 <= len(number) <= NUMBER_LIMIT or number != number.strip():
        raise UsageError(f"an invoice number has 1 to {NUMBER_LIMIT} characters, without blanks at its ends")
    return number


def checked_currency(currency: str) -> str:
    """Return a currency whose minor units are known.

    Raises:
        UsageError: It is not three letters of ISO 4217 with a minor unit; nothing was sent.
    """
    currency_exponent(currency)
    if currency != currency.upper():
        raise UsageError("a currency is three capital letters")
    return currency


def wire_change(change: InvoiceChange) -> dict[str, object]:
    """Return the wire fields of a change.

    Source: seed: invoiceNumber, exchangeRate, currencyCode, amountMinor, issuedAt, dueAt and paidAt, all
        optional; null is not shown as allowed.

    Raises:
        UnsupportedOperation: Something that Kukkingu's invoices do not have; nothing was sent.
        UsageError: Nothing to change, or a currency without the amount that goes with it; nothing was sent.
    """
    for name, instead in _UNSUPPORTED.items():
        if getattr(change, name) is not Absent.MISSING:
            raise UnsupportedOperation(f"Kukkingu cannot change {name} of an invoice: {instead}")
    fields = wire_extra(change.extra, without=_NEUTRAL)
    if isinstance(change.number, str):
        fields["invoiceNumber"] = checked_number(change.number)
    if isinstance(change.currency, str):
        if "amountMinor" not in fields:
            raise UsageError(
                "another currency makes another sum of the same minor units: give the amount with it, as "
                'extra={"kukkingu": {"amountMinor": …}}; nothing was sent'
            )
        fields["currencyCode"] = checked_currency(change.currency)
    for name, day in (("issuedAt", change.issue_date), ("dueAt", change.due_date)):
        if isinstance(day, date):
            fields[name] = write_midnight(day)
    if not fields:
        raise UsageError("there is nothing to change; nothing was sent")
    return fields


def update_invoice(writes: Writes, invoice_id: str, change: InvoiceChange) -> Write[Invoice]:
    """Change some fields of a draft and leave the rest as it is.

    Raises:
        UnsupportedOperation, UsageError, InvalidIdentifier: It can never be; nothing was sent.
    """
    fields = wire_change(change)
    request = requests.patch_invoice(invoice_id, CODEC.encode(fields))

    async def perform(sender: Sender) -> Done[Invoice]:
        try:
            response = await sender.send(writes.update_invoice, request)
        except (Conflict, InvalidRequest):
            # A repeat may be refused because the first one worked and the invoice was finalized since.
            record = await fetch_invoice(sender, invoice_id)
            if not shows(record, fields):
                raise
            return _done(record)
        record = read_invoice(
            response.body,
            expected_id=invoice_id,
            where=f"invoice {invoice_id}",
            headers=response.shown_headers,
        )
        if not shows(record, fields):
            raise MalformedResponse(f"invoice {invoice_id} came back without the change asked for")
        return _done(record)

    async def look(sender: Sender) -> Sighting[Invoice]:
        record = await fetch_invoice(sender, invoice_id)
        if shows(record, fields):
            return Sighting(matches=(_done(record),))
        return Sighting(refusal=locked(record, "change"))

    return Write(
        operation=writes.update_invoice,
        target=invoice_id,
        content=canonical(invoice_id=invoice_id, fields=fields),
        perform=perform,
        look=look,
        recall=lambda _: Invoice(id=invoice_id),
    )


def locked(record: InvoiceRecord, what: str) -> FieldLocked | None:
    """Say why the invoice, as it is, must not be changed.

    Source: seed: DRAFT without restrictions, FINALIZED paidAt alone, VOID not at all; an unknown word is
        taken for the strictest.
    """
    if record.status == DRAFT:
        return None
    return FieldLocked(
        f"invoice {record.id} is {record.status} and no draft: it takes no {what} any more; nothing was sent"
    )


def _done(record: InvoiceRecord) -> Done[Invoice]:
    return Done(value=record.invoice(), resource_id=record.id, raw=record.raw, headers=record.headers)
