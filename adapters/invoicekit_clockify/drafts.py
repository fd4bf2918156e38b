"""Creating an invoice: a chain of writes, because Clockify's create drops half of it."""

import attrs

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import Conflict, FieldLocked, MalformedResponse, UsageError
from invoicekit.model import MISSING, Invoice, InvoiceChange, NewInvoice
from invoicekit.wire import HEX_24, canonical, checked_id
from invoicekit_clockify.changes import replace_invoice
from invoicekit_clockify.extra import check_extra
from invoicekit_clockify.invoices import done_with, fetch_invoice, find_by_number
from invoicekit_clockify.operations import Writes
from invoicekit_clockify.requests import Requests
from invoicekit_clockify.status import UNSENT
from invoicekit_clockify.wire_invoice import InvoiceRecord, encode_invoice, read_invoice
from invoicekit_clockify.wire_items import Line, encode_item


def create_invoice(requests: Requests, writes: Writes, new: NewInvoice) -> Write[Invoice]:
    """Create a draft, then set what create drops (note, subject), then add its lines one by one.

    The number is the natural key, looked up before and after. Each step is a write of its own, and a rerun
    goes on where the last one stopped: note and subject by value, lines by how many equal ones are there.

    Unverified: whether Clockify refuses a second invoice of the same number; we never ask it to.

    Raises:
        UsageError: A blank number or currency, a field in `extra` that has an argument, or a line without
            item type.
        InvalidAmount, InvalidIdentifier: A line or the customer can never be right; nothing was sent.
    """
    if new.number != new.number.strip() or not new.number or not new.currency.strip():
        raise UsageError("an invoice needs a number, without blanks at its ends, and a currency")
    check_extra(new.extra, is_change=False)
    checked_id("customer", new.customer_id, HEX_24)
    lines = tuple(Line.of(item, requests.item_type) for item in new.line_items)
    for line in lines:
        if line.currency != new.currency:
            raise UsageError(f"the invoice is in {new.currency}, a line in {line.currency}; nothing was sent")
    request = requests.create_invoice(encode_invoice(new))

    def recall(invoice_id: str | None) -> Invoice:
        return Invoice(
            id=invoice_id or "",
            number=new.number,
            currency=new.currency,
            customer_id=new.customer_id,
            issue_date=new.issue_date,
            due_date=new.due_date,
        )

    async def perform(sender: Sender) -> Done[Invoice]:
        response = await sender.send(writes.create_invoice, request)
        record = read_invoice(response.body, where="created invoice", headers=response.shown_headers)
        if record.wire.number != new.number:
            raise MalformedResponse("Clockify created an invoice of another number than asked for")
        return done_with(record)

    async def look(sender: Sender) -> Sighting[Invoice]:
        found = await find_by_number(sender, requests, new.number)
        ours = [record for record in found if _is_same(record, new)]
        if found and not ours:
            return Sighting(
                is_complete=False,
                strangers=tuple(record.invoice() for record in found),
                refusal=Conflict(
                    f"the number {new.number!r} is taken by invoice {found[0].id}, of another client or "
                    "currency; nothing was sent"
                ),
            )
        return Sighting(matches=tuple(done_with(record) for record in ours))

    def then(done: Done[Invoice]) -> Write[Invoice] | None:
        invoice_id = done.resource_id or done.value.id
        return _complete(requests, writes, new, lines, invoice_id) if invoice_id else None

    return Write(
        operation=writes.create_invoice,
        target=f"invoice number {new.number}",
        content=canonical(
            number=new.number,
            customer_id=new.customer_id,
            currency=new.currency,
            issue_date=new.issue_date,
            due_date=new.due_date,
            subject=new.subject,
            note=new.note,
            line_items=new.line_items,
            extra=new.extra,
        ),
        perform=perform,
        look=look,
        recall=recall,
        then=then,
    )


def _is_same(record: InvoiceRecord, new: NewInvoice) -> bool:
    return record.wire.client_id == new.customer_id and record.currency == new.currency


def _complete(
    requests: Requests, writes: Writes, new: NewInvoice, lines: tuple[Line, ...], invoice_id: str
) -> Write[Invoice] | None:
    """Set the note and subject that create dropped, where there are any."""
    if new.note is None and new.subject is None:
        return _add_next(requests, writes, lines, invoice_id, 0)
    change = InvoiceChange(
        note=MISSING if new.note is None else new.note,
        subject=MISSING if new.subject is None else new.subject,
    )
    completing = replace_invoice(requests, writes.complete_invoice, invoice_id, change)
    return attrs.evolve(completing, then=lambda _: _add_next(requests, writes, lines, invoice_id, 0))


def _add_next(
    requests: Requests, writes: Writes, lines: tuple[Line, ...], invoice_id: str, index: int
) -> Write[Invoice] | None:
    """Add one line of a new draft, unless as many equal ones are there as should be by now."""
    if index == len(lines):
        return None
    line = lines[index]
    wanted = lines[: index + 1].count(line)
    request = requests.add_item(invoice_id, encode_item(line))
    # One name a line: the whole chain is journalled under one reference.
    operation = attrs.evolve(writes.add_line, name=f"{writes.add_line.name}_{index + 1}")

    async def perform(sender: Sender) -> Done[Invoice]:
        response = await sender.send(operation, request)
        where = f"invoice {invoice_id}"
        record = read_invoice(
            response.body, expected_id=invoice_id, where=where, headers=response.shown_headers
        )
        line.check_amounts(record)
        return done_with(record)

    async def look(sender: Sender) -> Sighting[Invoice]:
        record = await fetch_invoice(sender, requests, invoice_id)
        count = line.count_in(record)
        if count > lines.count(line):
            return Sighting(matches=(done_with(record),) * (1 + count - lines.count(line)))
        if count >= wanted:
            line.check_amounts(record)
            return Sighting(matches=(done_with(record),))
        if record.status != UNSENT:
            return Sighting(
                refusal=FieldLocked(
                    f"invoice {invoice_id} is {record.status} and no draft any more; "
                    f"line {index + 1} was not added"
                )
            )
        return Sighting()

    return Write(
        operation=operation,
        target=invoice_id,
        content=canonical(invoice_id=invoice_id, index=index, line=line),
        perform=perform,
        look=look,
        recall=lambda _: Invoice(id=invoice_id),
        then=lambda _: _add_next(requests, writes, lines, invoice_id, index + 1),
    )
