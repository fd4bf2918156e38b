"""Setting a status: what it needs, what it may cost, and when it is refused."""

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import DestructiveTransition, InvalidTransition, UsageError
from invoicekit.model import Invoice, StatusChange, StatusRule
from invoicekit.wire import canonical
from invoicekit_clockify.invoices import done_with, fetch_invoice
from invoicekit_clockify.operations import Writes
from invoicekit_clockify.requests import Requests
from invoicekit_clockify.status import PAID, VOID, is_at, rule_to_set
from invoicekit_clockify.wire_invoice import InvoiceRecord, encode_status


def set_status(requests: Requests, writes: Writes, change: StatusChange) -> Write[Invoice]:
    """Set the status; a fresh read refuses what the invoice's state forbids.

    Answer: 200 with an empty body, so the new state is read back.
    Source: peer's live probe of 2026-06-23.

    Raises:
        UnsupportedOperation: Clockify has no such status; nothing was sent.
    """
    rule = rule_to_set(change.status)
    request = requests.set_status(change.invoice_id, encode_status(rule.raw))

    def recall(_: str | None) -> Invoice:
        return Invoice(id=change.invoice_id, status=rule.status, raw_status=rule.raw)

    async def perform(sender: Sender) -> Done[Invoice]:
        response = await sender.send(writes.set_status, request)
        return Done(value=recall(None), resource_id=change.invoice_id, headers=response.shown_headers)

    async def look(sender: Sender) -> Sighting[Invoice]:
        record = await fetch_invoice(sender, requests, change.invoice_id)
        if is_at(rule, record.status):
            return Sighting(matches=(done_with(record),))
        return Sighting(refusal=_refusal(record, rule, may_lose=change.allow_payment_loss))

    return Write(
        operation=writes.set_status,
        target=change.invoice_id,
        content=canonical(invoice_id=change.invoice_id, status=rule.raw),
        perform=perform,
        look=look,
        recall=recall,
    )


def _refusal(record: InvoiceRecord, rule: StatusRule, *, may_lose: bool) -> UsageError | None:
    """Say why the invoice, as it was just read, must not get this status.

    Unverified: whether a void invoice can be revived, and what PATCH PAID does while money is owed. Both
    are refused rather than tried.
    """
    if record.status == VOID:
        return InvalidTransition(
            f"invoice {record.id} is void; no source says what Clockify does with it; nothing was sent"
        )
    if rule.raw == PAID and (record.balance is None or record.balance > 0):
        return InvalidTransition(
            f"invoice {record.id} is not settled: record its balance with mark_paid() or record_payment(); "
            "nothing was sent"
        )
    if rule.destroys_payments_from and not may_lose and holds_payments(record):
        return DestructiveTransition(
            f"setting invoice {record.id} to {rule.raw} destroys, or may destroy, its recorded payments; "
            "repeat it with allow_payment_loss=True if that is meant; nothing was sent"
        )
    return None


def holds_payments(record: InvoiceRecord) -> bool:
    """Tell whether payments are recorded; an answer that does not say so is taken for yes."""
    return record.paid is None or record.paid > 0
