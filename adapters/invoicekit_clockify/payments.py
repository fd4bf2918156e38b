"""Payments: recorded once, found again by their marker, deleted by id."""

from collections.abc import Sequence
from typing import Final

from invoicekit.adapter import Done, HttpRequest, Sender, Sighting, Write
from invoicekit.errors import (
    CurrencyMismatch,
    InvalidTransition,
    InvoiceKitError,
    MalformedResponse,
    NotFound,
    ReferenceReused,
)
from invoicekit.model import NewPayment, Page, Pager, Payment
from invoicekit.wire import HEX_24, canonical, checked_id
from invoicekit_clockify.invoices import fetch_head
from invoicekit_clockify.operations import LIST_PAYMENTS, Writes
from invoicekit_clockify.paging import Bookmark
from invoicekit_clockify.refusal import MISSING
from invoicekit_clockify.requests import Requests
from invoicekit_clockify.status import VOID
from invoicekit_clockify.wire_invoice import InvoiceHead, read_answer
from invoicekit_clockify.wire_payment import (
    PaymentRecord,
    encode_payment,
    is_same_day,
    note_of,
    read_payments,
    units_of,
)

_FIRST_PAGE: Final = Bookmark()


async def _records(
    sender: Sender, request: HttpRequest, invoice_id: str, bookmark: Bookmark
) -> tuple[list[PaymentRecord], str | None]:
    """Read one page; its rows, and the cursor of the next."""
    response = await sender.send(LIST_PAYMENTS, request)
    records = read_payments(
        response.body, where=f"payments of invoice {invoice_id}", headers=response.shown_headers
    )
    return records, bookmark.after(response, count=len(records))


async def payment_page(
    sender: Sender, requests: Requests, invoice_id: str, cursor: str | None
) -> Page[Payment]:
    """Read one page of payments; their currency, which the list lacks, comes from the invoice.

    Raises:
        MalformedResponse: The invoice names no currency, so no amount can be told.
    """
    if cursor is None:
        record = await fetch_head(sender, requests, invoice_id)
        if record.currency is None:
            raise MalformedResponse(f"invoice {invoice_id} names no currency", paths=("$.currency: missing",))
        bookmark = Bookmark(note=record.currency)
    else:
        bookmark = Bookmark.at(cursor)
    request = requests.payments(invoice_id, bookmark.page)
    records, next_cursor = await _records(sender, request, invoice_id, bookmark)
    return Page(
        items=tuple(record.payment(invoice_id, bookmark.note) for record in records), next_cursor=next_cursor
    )


async def all_payments(
    sender: Sender, requests: Requests, invoice_id: str, listing: HttpRequest
) -> Sequence[PaymentRecord]:
    """Read every payment of an invoice, to the list's proven end.

    Args:
        listing: What reads the first page.

    Raises:
        PaginationLoop: The list never ends.
    """
    records, next_cursor = await _records(sender, listing, invoice_id, _FIRST_PAGE)
    if next_cursor is None:
        return records  # nearly always: an invoice has few payments

    async def follow(cursor: str | None) -> Page[PaymentRecord]:
        bookmark = Bookmark.at(cursor)
        request = requests.payments(invoice_id, bookmark.page)
        rows, after = await _records(sender, request, invoice_id, bookmark)
        return Page(items=tuple(rows), next_cursor=after)

    following = Pager[PaymentRecord](follow, cursor=next_cursor)
    return (*records, *await following.snapshot())


def record_payment(requests: Requests, writes: Writes, payment: NewPayment) -> Write[Payment]:
    """Record money received.

    The answer is the invoice; the payment and its id are found by the marker in its note, over all pages,
    before and after the send.

    Raises:
        InvalidAmount, UsageError, InvalidIdentifier: It can never be recorded; nothing was sent.
    """
    units, note = units_of(payment), note_of(payment)
    listing = requests.payments(payment.invoice_id, _FIRST_PAGE.page)
    request = requests.record_payment(listing, encode_payment(payment, units=units, note=note))

    def recall(payment_id: str | None) -> Payment:
        return Payment(
            id=payment_id,
            invoice_id=payment.invoice_id,
            amount=payment.amount,
            paid_at=payment.paid_at,
            note=note,
            reference=payment.reference,
        )

    async def perform(sender: Sender) -> Done[Payment]:
        response = await sender.send(writes.record_payment, request)
        raw = read_answer(
            response.body,
            expected_id=payment.invoice_id,
            where=f"answer to a payment on invoice {payment.invoice_id}",
        )
        return Done(value=recall(None), raw=raw, headers=response.shown_headers)

    async def look(sender: Sender) -> Sighting[Payment]:
        records = await all_payments(sender, requests, payment.invoice_id, listing)
        sighting = _sight(records, payment, units)
        if sighting.matches or sighting.refusal is not None:
            return sighting
        record = await fetch_head(sender, requests, payment.invoice_id)
        return Sighting(strangers=sighting.strangers, refusal=_unpayable(record, payment))

    return Write(
        operation=writes.record_payment,
        target=payment.invoice_id,
        content=canonical(
            invoice_id=payment.invoice_id,
            amount=payment.amount,
            paid_at=payment.paid_at,
            note=payment.note,
        ),
        perform=perform,
        look=look,
        recall=recall,
    )


def _sight(records: Sequence[PaymentRecord], payment: NewPayment, units: int) -> Sighting[Payment]:
    """Tell ours by marker and amount; what only looks the same is a stranger."""
    currency = payment.amount.currency
    # A list that grows while it is read shows a row on two pages: still one payment.
    records = tuple({record.wire.id: record for record in records}.values())
    marked = [record for record in records if record.carries(payment.marker)]
    ours = [record for record in marked if record.wire.amount == units]
    if ours:
        found = [record.payment(payment.invoice_id, currency, reference=payment.reference) for record in ours]
        return Sighting(matches=tuple([Done.of(one) for one in found]))
    if marked:
        # Ours by its marker, yet not this amount: neither "there" nor "not there", so never a reason to send.
        return Sighting(
            is_complete=False,
            strangers=tuple(record.payment(payment.invoice_id, currency) for record in marked),
            refusal=ReferenceReused(
                f"invoice {payment.invoice_id} holds a payment of another amount under reference "
                f"{payment.reference!r} (payment {marked[0].id}); nothing was sent"
            ),
        )
    return Sighting(
        strangers=tuple(
            record.payment(payment.invoice_id, currency)
            for record in records
            if record.wire.amount == units
            and not record.carries_any_marker
            and is_same_day(record.paid_at, payment.paid_at)
        )
    )


def _unpayable(record: InvoiceHead, payment: NewPayment) -> InvoiceKitError | None:
    """Say why the invoice, as it is, must not get this payment.

    The request cannot name a currency: a wrong one would be recorded as the same number of the invoice's.
    Unverified: what a payment on a VOID invoice does; refused, because it would be money on a dead paper.
    """
    if record.currency != payment.amount.currency:
        return CurrencyMismatch(
            f"invoice {record.id} is in {record.currency or 'no known currency'}, the payment in "
            f"{payment.amount.currency}; nothing was sent"
        )
    if record.status == VOID:
        return InvalidTransition(f"invoice {record.id} is void and takes no payment; nothing was sent")
    return None


def delete_payment(requests: Requests, writes: Writes, invoice_id: str, payment_id: str) -> Write[None]:
    """Delete a recorded payment; gone is done.

    Source: vendor OpenAPI document, DELETE .../invoices/{invoiceId}/payments/{paymentId}: 200 with the
        full invoice; a probe of 2026-08 saw the invoice return to its earlier state.
    """
    checked_id("payment", payment_id, HEX_24)
    listing = requests.payments(invoice_id, _FIRST_PAGE.page)
    request = requests.delete_payment(invoice_id, payment_id)
    gone = Done(value=None, resource_id=payment_id)

    async def perform(sender: Sender) -> Done[None]:
        try:
            response = await sender.send(writes.delete_payment, request)
        except NotFound:
            if (await look(sender)).matches:
                return gone
            raise  # garbled on its way, perhaps: it is still there
        raw = read_answer(
            response.body, expected_id=invoice_id, where=f"answer to a deletion on invoice {invoice_id}"
        )
        return Done(value=None, resource_id=payment_id, raw=raw, headers=response.shown_headers)

    async def look(sender: Sender) -> Sighting[None]:
        try:
            records = await all_payments(sender, requests, invoice_id, listing)
        except NotFound as missing:
            if missing.code != MISSING:
                raise  # a proxy's words, or there is no such route: that proves nothing
            return Sighting(matches=(gone,))
        is_there = any(record.id == payment_id for record in records)
        return Sighting() if is_there else Sighting(matches=(gone,))

    return Write(
        operation=writes.delete_payment,
        target=invoice_id,
        content=canonical(invoice_id=invoice_id, payment_id=payment_id),
        perform=perform,
        look=look,
        recall=lambda _: None,
    )
