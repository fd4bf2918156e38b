"""Changing an invoice: tags by value, lines by a marker in each new one; all else is fixed."""

from collections.abc import Sequence

import attrs

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import FieldLocked, InvalidRequest, UnsupportedOperation, UsageError
from invoicekit.model import MISSING, Invoice, InvoiceChange, NewLineItem
from invoicekit.wire import canonical, checked_id
from invoicekit_asset.config import AssetConfig
from invoicekit_asset.invoices import InvoiceReader
from invoicekit_asset.operations import Writes
from invoicekit_asset.requests import LINE_ID, Requests
from invoicekit_asset.status import KEEPS_ITS_LINES
from invoicekit_asset.wire_create import (
    MOST_IN_BATCH,
    check_change,
    encode_change,
    encode_line_changes,
    new_line,
    shows,
)
from invoicekit_asset.wire_invoice import InvoiceRecord, read_invoice


def _done(record: InvoiceRecord) -> Done[Invoice]:
    return Done(value=record.invoice(), resource_id=record.id, raw=record.raw, headers=record.headers)


def update_invoice(
    requests: Requests, writes: Writes, reader: InvoiceReader, invoice_id: str, change: InvoiceChange
) -> Write[Invoice]:
    """Send what `extra` names, such as tags, which are replaced; no neutral field can change here.

    Source: vendor docs, update-an-invoice: the body knows status, line_changes and tags alone. Another
        name may be ignored: the result is `verified` where the invoice shows it afterwards.

    Raises:
        UnsupportedOperation: Another field is to change, which no call of Asset's can; nothing was sent.
        UsageError: Nothing is to change, or extra names what has a call of its own; nothing was sent.
    """
    named = [
        field.name
        for field in attrs.fields(InvoiceChange)
        if field.name != "extra" and getattr(change, field.name) is not MISSING
    ]
    if named:
        raise UnsupportedOperation(
            f"Asset cannot change {', '.join(named)} of an invoice; instead: set_status(VOID) and a new "
            "invoice, or native.change_lines() for lines; nothing was sent"
        )
    check_change(change.extra)
    request = requests.update_invoice(invoice_id, encode_change(change.extra))

    async def perform(sender: Sender) -> Done[Invoice]:
        response = await sender.send(writes.update_invoice, request)
        where = f"answer to a change of invoice {invoice_id}"
        return _done(
            read_invoice(
                response.body,
                reader.currency,
                expected_id=invoice_id,
                where=where,
                headers=response.shown_headers,
            )
        )

    async def look(sender: Sender) -> Sighting[Invoice]:
        record = await reader.one(sender, invoice_id)
        return Sighting(matches=(_done(record),) if shows(record, change.extra) else ())

    return Write(
        operation=writes.update_invoice,
        target=invoice_id,
        content=canonical(invoice_id=invoice_id, extra=change.extra),
        perform=perform,
        look=look,
        recall=lambda _: Invoice(id=invoice_id),
    )


@attrs.frozen(kw_only=True)
class LineChange:
    """Lines to remove and to add in one step.

    Attributes:
        remove: Ids of lines as they were read.
        marker: Your own id of this change, written into each new line's metadata; needed to add lines,
            for it tells them from equal ones.
    """

    remove: tuple[str, ...] = ()
    add: tuple[NewLineItem, ...] = ()
    marker: str = ""

    def __attrs_post_init__(self) -> None:
        """Refuse a change that can never be right."""
        if not self.remove and not self.add:
            raise UsageError("a line change names lines to remove or to add")
        if self.add and not self.marker.strip():
            raise UsageError("lines to add need a marker= that tells them from others")
        if max(len(self.remove), len(self.add)) > MOST_IN_BATCH:
            raise UsageError(f"a line change names at most {MOST_IN_BATCH} lines each way")


def change_lines(
    config: AssetConfig,
    requests: Requests,
    writes: Writes,
    reader: InvoiceReader,
    invoice_id: str,
    change: LineChange,
) -> Write[Invoice]:
    """Remove lines by id and add others, as one request.

    It is done when the removed ids are gone and as many lines carry the marker as were added.
    Source: vendor docs, update-an-invoice, newest: line_changes of create_lines and delete_lines.
    Unverified: that a line's metadata comes back as sent.

    Raises:
        CurrencyMismatch, InvalidAmount, ConfigurationError, InvalidIdentifier: It can never be right;
            nothing was sent.
    """
    for line_id in change.remove:
        checked_id("line", line_id, LINE_ID)
    lines = [new_line(config, item, marker=change.marker) for item in change.add]
    request = requests.update_invoice(invoice_id, encode_line_changes(lines, change.remove))

    async def perform(sender: Sender) -> Done[Invoice]:
        response = await sender.send(writes.change_lines, request)
        where = f"answer to a line change of invoice {invoice_id}"
        return _done(
            read_invoice(
                response.body,
                reader.currency,
                expected_id=invoice_id,
                where=where,
                headers=response.shown_headers,
            )
        )

    async def look(sender: Sender) -> Sighting[Invoice]:
        record = await reader.one(sender, invoice_id)
        left = [line_id for line_id in change.remove if any(line.id == line_id for line in record.lines)]
        added = sum(line.marker == change.marker for line in record.lines) if change.add else 0
        if not left and added == len(change.add):
            return Sighting(matches=(_done(record),))
        return Sighting(refusal=_locked(record) or _half_done(record, change, left, added))

    return Write(
        operation=writes.change_lines,
        target=invoice_id,
        content=canonical(invoice_id=invoice_id, change=change),
        perform=perform,
        look=look,
        recall=lambda _: Invoice(id=invoice_id),
    )


def _locked(record: InvoiceRecord) -> FieldLocked | None:
    if record.status not in KEEPS_ITS_LINES:
        return None
    return FieldLocked(f"invoice {record.id} is {record.status} and keeps its lines; nothing was sent")


def _half_done(
    record: InvoiceRecord, change: LineChange, left: Sequence[str], added: int
) -> InvalidRequest | None:
    """Say that the invoice is neither as before the change nor as after it."""
    if len(left) == len(change.remove) and not added:
        return None
    return InvalidRequest(
        f"invoice {record.id} has {added} of {len(change.add)} marked lines and still {len(left)} of "
        f"{len(change.remove)} that should go: somebody else changed it; nothing was sent"
    )
