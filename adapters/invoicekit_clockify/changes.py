"""Changing, deleting and copying whole invoices."""

import attrs

from invoicekit.adapter import Done, Operation, Sender, Sighting, Write
from invoicekit.errors import DestructiveTransition, FieldLocked, NotFound
from invoicekit.model import Invoice, InvoiceChange
from invoicekit.wire import canonical
from invoicekit_clockify.invoices import done_with, fetch_invoice, fetch_unless_gone
from invoicekit_clockify.operations import Writes
from invoicekit_clockify.requests import Requests
from invoicekit_clockify.status import LOCKED
from invoicekit_clockify.transitions import holds_payments
from invoicekit_clockify.wire_invoice import InvoiceRecord, read_invoice
from invoicekit_clockify.wire_update import check_change, encode_update, shows


def replace_invoice(
    requests: Requests, operation: Operation, invoice_id: str, change: InvoiceChange
) -> Write[Invoice]:
    """Change some fields by reading the invoice and writing it anew as a whole.

    There is no version to compare (no etag, no updatedAt): what another writer changes between our read
    and our write is lost. The read is made as late as possible, after the guard's own look.

    Raises:
        UnsupportedOperation, UsageError, InvalidIdentifier: It can never be; nothing was sent.
    """
    check_change(change)
    requests.invoice(invoice_id)  # checks the id before anything is planned

    def recall(_: str | None) -> Invoice:
        return Invoice(id=invoice_id)

    async def perform(sender: Sender) -> Done[Invoice]:
        before = await fetch_invoice(sender, requests, invoice_id)
        locked = _locked(before)
        if locked is not None:
            raise locked
        request = requests.replace_invoice(invoice_id, encode_update(before, change))
        response = await sender.send(operation, request)
        return done_with(
            read_invoice(
                response.body,
                expected_id=invoice_id,
                where=f"invoice {invoice_id}",
                headers=response.shown_headers,
            )
        )

    async def look(sender: Sender) -> Sighting[Invoice]:
        record = await fetch_invoice(sender, requests, invoice_id)
        if shows(record, change):
            return Sighting(matches=(done_with(record),))
        return Sighting(refusal=_locked(record))

    return Write(
        operation=operation,
        target=invoice_id,
        content=canonical(invoice_id=invoice_id, change=change),
        perform=perform,
        look=look,
        recall=recall,
    )


def _locked(record: InvoiceRecord) -> FieldLocked | None:
    """Say why the invoice, as it is, must not be replaced.

    Source: vendor help: paid, partly paid and void invoices cannot be edited on the web page.
    Unverified: what a PUT over the API does there. Refused, because a replacement that reaches a settled
        invoice changes what has been paid for.
    """
    if record.status not in LOCKED:
        return None
    return FieldLocked(
        f"invoice {record.id} is {record.status} and cannot be edited any more; nothing was sent"
    )


def delete_invoice(requests: Requests, writes: Writes, invoice_id: str) -> Write[None]:
    """Delete an invoice; gone is done. Entries and expenses linked to it become uninvoiced again.

    One that holds payments is refused: the payments would go with it, and no consent can be given here.

    Answer: 200 with an empty body.
    Source: vendor OpenAPI document; the unlinking: vendor help.
    Unverified: whether Clockify lets a paid invoice be deleted.
    """
    request = requests.delete_invoice(invoice_id)
    gone = Done(value=None, resource_id=invoice_id)

    async def perform(sender: Sender) -> Done[None]:
        try:
            response = await sender.send(writes.delete_invoice, request)
        except NotFound:
            if (await look(sender)).matches:
                return gone  # which is what was asked for
            raise  # garbled on its way, perhaps: it is still there
        return attrs.evolve(gone, headers=response.shown_headers)

    async def look(sender: Sender) -> Sighting[None]:
        record = await fetch_unless_gone(sender, requests, invoice_id)
        if record is None:
            return Sighting(matches=(gone,))
        if holds_payments(record):
            return Sighting(
                refusal=DestructiveTransition(
                    f"invoice {invoice_id} holds payments, which would be deleted with it; delete them first "
                    "with delete_payment() if that is meant; nothing was sent"
                )
            )
        return Sighting()

    return Write(
        operation=writes.delete_invoice,
        target=invoice_id,
        content=canonical(invoice_id=invoice_id),
        perform=perform,
        look=look,
        recall=lambda _: None,
    )


def duplicate_invoice(requests: Requests, writes: Writes, invoice_id: str) -> Write[Invoice]:
    """Copy an invoice as a new draft of a number that Clockify chooses; links to time are not copied.

    Nothing tells the copy from one made by somebody else, so doubt about it cannot be settled by reading.

    Answer: 201 with the full new invoice.
    Source: vendor OpenAPI document, POST .../invoices/{invoiceId}/duplicate; live; the links: vendor help.
    """
    request = requests.duplicate_invoice(invoice_id)

    async def perform(sender: Sender) -> Done[Invoice]:
        response = await sender.send(writes.duplicate_invoice, request)
        where = f"copy of invoice {invoice_id}"
        return done_with(read_invoice(response.body, where=where, headers=response.shown_headers))

    return Write(
        operation=writes.duplicate_invoice,
        target=invoice_id,
        content=canonical(invoice_id=invoice_id),
        perform=perform,
        recall=lambda copy_id: Invoice(id=copy_id or ""),
    )
