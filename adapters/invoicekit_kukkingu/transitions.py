"""Setting a status: finalizing, which is for good, and voiding."""

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import (
    Conflict,
    DestructiveTransition,
    InvalidRequest,
    InvalidTransition,
    MalformedResponse,
    UnsupportedOperation,
    UsageError,
)
from invoicekit.model import Invoice, InvoiceStatus, StatusChange
from invoicekit.transport import HttpRequest
from invoicekit.wire import canonical
from invoicekit_kukkingu import requests
from invoicekit_kukkingu.invoices import fetch_invoice
from invoicekit_kukkingu.operations import Writes
from invoicekit_kukkingu.status import DRAFT, FINALIZED, VOID
from invoicekit_kukkingu.wire_invoice import InvoiceRecord, read_invoice

_OPEN, _PAID, _VOID = InvoiceStatus.OPEN, InvoiceStatus.PAID, InvoiceStatus.VOID
_RAW = {_OPEN: FINALIZED, _PAID: FINALIZED, _VOID: VOID}
_IMPOSSIBLE = {
    InvoiceStatus.DRAFT: "finalizing can never be taken back; instead: void it and create another",
    InvoiceStatus.UNCOLLECTIBLE: "there is no such status; instead: set_status(VOID)",
}


def set_status(writes: Writes, change: StatusChange) -> Write[Invoice]:
    """Finalize or void; a fresh read refuses what the invoice's state forbids, and settles doubt.

    PAID is never set here: it needs the instant of the payment, so it comes of `record_payment`.

    Raises:
        UnsupportedOperation: Kukkingu has no such status, or no way back to it; nothing was sent.
    """
    if change.status not in _RAW:
        reason = _IMPOSSIBLE.get(change.status, f"it has no status that means {change.status.value!r}")
        raise UnsupportedOperation(f"Kukkingu cannot set {change.status.value!r}: {reason}; nothing was sent")
    request = _request(change)
    raw = _RAW[change.status]
    has_sent = False

    def recall(_: str | None) -> Invoice:
        return Invoice(id=change.invoice_id, status=change.status, raw_status=raw)

    async def perform(sender: Sender) -> Done[Invoice]:
        nonlocal has_sent
        has_sent = True
        try:
            response = await sender.send(writes.set_status, request)
        except (Conflict, InvalidRequest):
            # A repeat is refused where the first one worked, or where somebody else was faster.
            record = await fetch_invoice(sender, change.invoice_id)
            if record.status != raw:
                raise
            return _done(record)
        record = read_invoice(
            response.body,
            expected_id=change.invoice_id,
            where=f"invoice {change.invoice_id}",
            headers=response.shown_headers,
        )
        if record.status != raw:
            raise MalformedResponse(f"invoice {record.id} came back as {record.status} and not as {raw}")
        return _done(record)

    async def look(sender: Sender) -> Sighting[Invoice]:
        record = await fetch_invoice(sender, change.invoice_id)
        # Once the action was sent its word alone counts: somebody may have paid the invoice meanwhile.
        is_there = record.status == raw if has_sent else record.invoice().status is change.status
        if is_there:
            return Sighting(matches=(_done(record),))
        return Sighting(refusal=_refusal(record, change))

    return Write(
        operation=writes.set_status,
        target=change.invoice_id,
        content=canonical(invoice_id=change.invoice_id, status=change.status),
        perform=perform,
        look=look,
        recall=recall,
    )


def _request(change: StatusChange) -> HttpRequest:
    if change.status is _VOID:
        return requests.void_invoice(change.invoice_id)
    return requests.finalize_invoice(change.invoice_id)


def _done(record: InvoiceRecord) -> Done[Invoice]:
    return Done(value=record.invoice(), resource_id=record.id, raw=record.raw, headers=record.headers)


def _refusal(record: InvoiceRecord, change: StatusChange) -> UsageError | None:
    """Say why the invoice, as it was just read, must not get this status."""
    if record.status == VOID:
        return InvalidTransition(f"invoice {record.id} is void, which is final; nothing was sent")
    if change.status is _VOID:
        return _void_refusal(record, may_lose=change.allow_payment_loss)
    if change.status is _PAID:
        return InvalidTransition(
            f"invoice {record.id} is not paid: say when it was, with mark_paid() or record_payment(); "
            "nothing was sent"
        )
    if record.paid_at is not None:
        return InvalidTransition(
            f"invoice {record.id} is paid, and Kukkingu takes no paidAt back; nothing was sent"
        )
    if record.status != DRAFT:
        return InvalidTransition(f"invoice {record.id} is {record.status!r} and no draft; nothing was sent")
    if not change.allow_irreversible:
        return DestructiveTransition(
            f"finalizing invoice {record.id} can never be taken back and locks its fields; repeat it with "
            "allow_irreversible=True if that is meant; nothing was sent"
        )
    return None


def _void_refusal(record: InvoiceRecord, *, may_lose: bool) -> UsageError | None:
    """Unverified: whether paidAt survives voiding, and whether a paid invoice may be voided at all."""
    if record.paid_at is None or may_lose:
        return None
    return DestructiveTransition(
        f"invoice {record.id} is paid, and voiding it may lose that; repeat it with allow_payment_loss=True "
        "if that is meant; nothing was sent"
    )
