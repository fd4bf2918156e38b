"""Setting a status: when it is refused, and what it may cost."""

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import DestructiveTransition, InvalidTransition, UsageError
from invoicekit.model import Invoice, StatusChange, StatusRule
from invoicekit.wire import canonical
from invoicekit_asset.invoices import InvoiceReader
from invoicekit_asset.operations import Writes
from invoicekit_asset.requests import Requests
from invoicekit_asset.status import OPEN, PAID, UNCOLLECTIBLE, VOIDED, rule_to_set
from invoicekit_asset.wire_create import encode_status
from invoicekit_asset.wire_invoice import InvoiceRecord, read_invoice


def set_status(
    requests: Requests, writes: Writes, reader: InvoiceReader, change: StatusChange
) -> Write[Invoice]:
    """Set the status; a fresh read refuses what the invoice's state forbids.

    PAID is never sent: it follows from payments. Where the newest documents hide the status, it is derived
    from what they show, and an uncollectible invoice then reads as open: setting it again is harmless.

    Answer: 200 with the invoice. Source: seed.

    Raises:
        UnsupportedOperation: Asset has no such status; nothing was sent.
    """
    rule = rule_to_set(change.status)
    request = requests.update_invoice(change.invoice_id, encode_status(rule.raw))

    def recall(_: str | None) -> Invoice:
        return Invoice(id=change.invoice_id, status=rule.status, raw_status=rule.raw)

    async def perform(sender: Sender) -> Done[Invoice]:
        response = await sender.send(writes.set_status, request)
        where = f"answer to a status of invoice {change.invoice_id}"
        record = read_invoice(
            response.body,
            reader.currency,
            expected_id=change.invoice_id,
            where=where,
            headers=response.shown_headers,
        )
        return Done(value=record.invoice(), resource_id=record.id, raw=record.raw, headers=record.headers)

    async def look(sender: Sender) -> Sighting[Invoice]:
        record = await reader.one(sender, change.invoice_id)
        if _is_at(record, rule):
            return Sighting(
                matches=(
                    Done(
                        value=record.invoice(), resource_id=record.id, raw=record.raw, headers=record.headers
                    ),
                )
            )
        return Sighting(refusal=_refusal(record, rule, may_lose=change.allow_payment_loss))

    return Write(
        operation=writes.set_status,
        target=change.invoice_id,
        content=canonical(invoice_id=change.invoice_id, status=rule.raw),
        perform=perform,
        look=look,
        recall=recall,
    )


def _is_at(record: InvoiceRecord, rule: StatusRule) -> bool:
    """Tell whether the invoice stands where the row would take it; a derived open may be uncollectible."""
    if rule.raw == OPEN and record.sent_status is None:
        return False
    return record.status == rule.raw


def _refusal(record: InvoiceRecord, rule: StatusRule, *, may_lose: bool) -> UsageError | None:
    """Say why the invoice, as it was just read, must not get this status.

    Unverified: every transition rule; none is on any page. What may cost money is refused or asked about.
    """
    if rule.raw == PAID:
        return InvalidTransition(
            f"invoice {record.id} is not paid: record its balance with mark_paid() or record_payment(); "
            "nothing was sent"
        )
    if record.status == VOIDED:
        return InvalidTransition(
            f"invoice {record.id} is voided; no source says that this can be left; nothing was sent"
        )
    if rule.raw == UNCOLLECTIBLE:
        due = record.open_amount
        if due is not None and due.amount <= 0:
            return InvalidTransition(f"invoice {record.id} owes nothing any more; nothing was sent")
        return None
    if not may_lose and (record.status in rule.destroys_payments_from or _is_costly(record, rule)):
        return DestructiveTransition(
            f"setting invoice {record.id} to {rule.raw} may destroy its recorded payments; "
            "repeat it with allow_payment_loss=True if that is meant; nothing was sent"
        )
    return None


def _is_costly(record: InvoiceRecord, rule: StatusRule) -> bool:
    """Tell whether voiding would meet payments; an answer that does not say so is taken for yes."""
    return rule.raw == VOIDED and (record.paid is None or record.paid > 0)
