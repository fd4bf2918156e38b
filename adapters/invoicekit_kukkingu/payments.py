"""Payments, which at Kukkingu are one instant: paidAt, set for the whole amount or not at all."""

from collections.abc import Sequence
from datetime import datetime

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import (
    Conflict,
    CurrencyMismatch,
    FieldLocked,
    InvalidRequest,
    InvalidTransition,
    InvoiceKitError,
    MalformedResponse,
    UnsupportedOperation,
)
from invoicekit.model import NO_HEADERS, UNSUPPORTED, Money, NewPayment, Payment
from invoicekit.wire import canonical
from invoicekit_kukkingu import requests
from invoicekit_kukkingu.invoices import fetch_invoice
from invoicekit_kukkingu.operations import Writes
from invoicekit_kukkingu.status import DRAFT, FINALIZED, VOID
from invoicekit_kukkingu.wire import minor_of, utc_of
from invoicekit_kukkingu.wire_invoice import InvoiceRecord, encode_paid_at, read_invoice


async def list_payments(sender: Sender, invoice_id: str) -> Sequence[Payment]:
    """Return one payment of the whole amount where paidAt is set, else none; Kukkingu keeps no records."""
    record = await fetch_invoice(sender, invoice_id)
    paid_at, total = record.paid_at, record.total
    if paid_at is None:
        return ()
    if not isinstance(total, Money):
        raise MalformedResponse(f"invoice {invoice_id} is paid, and its amount cannot be read")
    return (_payment(invoice_id, total, paid_at, record=record),)


def record_payment(writes: Writes, payment: NewPayment) -> Write[Payment]:
    """Record the full payment of a finalized invoice by setting paidAt.

    Setting the same instant again changes nothing, so what is in doubt is read and, where it is not there,
    asked for again. There is no version to compare: what another writer sets between our read and our
    write is overwritten, which the answer cannot show.

    Raises:
        UnsupportedOperation: A note: Kukkingu keeps none with a payment; nothing was sent.
        InvalidAmount, InvalidIdentifier: It can never be recorded; nothing was sent.
    """
    if payment.note:
        raise UnsupportedOperation(
            "Kukkingu keeps no note with a payment; instead: keep it in your own books, under the reference; "
            "nothing was sent"
        )
    units = minor_of(payment.amount, what="a payment")
    paid_at = _whole_second(payment.paid_at)
    request = requests.patch_invoice(payment.invoice_id, encode_paid_at(payment.paid_at))

    def recall(_: str | None) -> Payment:
        return _payment(payment.invoice_id, payment.amount, paid_at, reference=payment.reference)

    def done(record: InvoiceRecord) -> Done[Payment]:
        return Done(
            value=_payment(
                payment.invoice_id, payment.amount, paid_at, reference=payment.reference, record=record
            ),
            resource_id=payment.invoice_id,
            raw=record.raw,
            headers=record.headers,
        )

    async def perform(sender: Sender) -> Done[Payment]:
        try:
            response = await sender.send(writes.record_payment, request)
        except (Conflict, InvalidRequest):
            # A repeat may be refused because the first one worked and the invoice was voided since.
            record = await fetch_invoice(sender, payment.invoice_id)
            if record.paid_at != paid_at:
                raise
            return done(record)
        where = f"answer to a payment on invoice {payment.invoice_id}"
        record = read_invoice(
            response.body,
            expected_id=payment.invoice_id,
            where=where,
            headers=response.shown_headers,
        )
        if record.paid_at != paid_at:
            raise MalformedResponse(f"{where}: it came back without the paidAt that was set")
        return done(record)

    async def look(sender: Sender) -> Sighting[Payment]:
        record = await fetch_invoice(sender, payment.invoice_id)
        refusal = _unpayable(record, payment, units)
        if refusal is None and record.paid_at == paid_at:
            return Sighting(matches=(done(record),))
        return Sighting(refusal=refusal or _contradiction(record, paid_at))

    return Write(
        operation=writes.record_payment,
        target=payment.invoice_id,
        content=canonical(invoice_id=payment.invoice_id, amount=payment.amount, paid_at=paid_at),
        perform=perform,
        look=look,
        recall=recall,
    )


def _payment(
    invoice_id: str,
    amount: Money,
    paid_at: datetime,
    *,
    reference: str | None = None,
    record: InvoiceRecord | None = None,
) -> Payment:
    return Payment(
        id=None,
        invoice_id=invoice_id,
        amount=amount,
        paid_at=paid_at,
        note=UNSUPPORTED,
        author=UNSUPPORTED,
        reference=reference,
        raw={} if record is None else record.raw,
        headers=NO_HEADERS if record is None else record.headers,
    )


def _whole_second(instant: datetime) -> datetime:
    return utc_of(instant).replace(microsecond=0)


def _unpayable(record: InvoiceRecord, payment: NewPayment, units: int) -> InvoiceKitError | None:
    """Say why the invoice, as it is, must not get this payment.

    Source: seed: a VOID invoice cannot be updated, and a FINALIZED one takes paidAt.
    Unverified: Kukkingu takes paidAt on drafts too. We do not produce a paid draft: nobody was billed yet.
    """
    if record.currency != payment.amount.currency:
        return CurrencyMismatch(
            f"invoice {record.id} is in {record.currency or 'no known currency'}, the payment in "
            f"{payment.amount.currency}; nothing was sent"
        )
    if record.status == VOID:
        return InvalidTransition(f"invoice {record.id} is void and takes no payment; nothing was sent")
    if record.status == DRAFT:
        return InvalidTransition(
            f"invoice {record.id} is a draft: finalize it first with set_status(OPEN, "
            "allow_irreversible=True); nothing was sent"
        )
    if record.status != FINALIZED:
        return FieldLocked(
            f"invoice {record.id} is {record.status!r}, of which nothing is known; nothing was sent"
        )
    if record.amount != units:
        return UnsupportedOperation(
            f"Kukkingu records no part payments: invoice {record.id} is of {record.total}, the payment of "
            f"{payment.amount}; instead: keep parts in your own books and record the full amount when the "
            "last has come; nothing was sent"
        )
    return None


def _contradiction(record: InvoiceRecord, paid_at: datetime) -> Conflict | None:
    """Say that the invoice was paid at another time: overwriting it would lose a payment."""
    found = record.paid_at
    if found is None or found == paid_at:
        return None
    return Conflict(
        f"invoice {record.id} is paid already, at {found.isoformat()} and not at {paid_at.isoformat()}; "
        "it is not overwritten; nothing was sent"
    )
