"""Refunds: found again by an external id of our own, among the refunds of the invoice."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import attrs

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import (
    CurrencyMismatch,
    InvalidAmount,
    InvalidTransition,
    InvoiceKitError,
    MalformedResponse,
    ReferenceReused,
    UsageError,
)
from invoicekit.model import Money, NewRefund, Page, Payment
from invoicekit.wire import canonical, checked_id
from invoicekit_asset.config import AssetConfig
from invoicekit_asset.invoices import InvoiceReader
from invoicekit_asset.operations import GET_INVOICE, LIST_INVOICE_REFUNDS, LIST_REFUNDS, Writes
from invoicekit_asset.requests import LINE_ID, Requests
from invoicekit_asset.status import VOIDED
from invoicekit_asset.wire import AMOUNT
from invoicekit_asset.wire_invoice import InvoiceRecord, read_invoice
from invoicekit_asset.wire_refund import (
    TEXT_LIMIT,
    Refund,
    RefundOrder,
    RefundTarget,
    encode_refund,
    provider_time,
    read_refund,
    read_refund_list,
    read_refund_page,
)

OrderMaker = Callable[[Sender], Awaitable[RefundOrder]]
"""Makes the order to be sent, reading what it needs."""


@attrs.frozen(kw_only=True)
class RefundDesk:
    """Refunds invoices of one business."""

    config: AssetConfig
    requests: Requests
    writes: Writes
    reader: InvoiceReader

    async def page(self, sender: Sender, cursor: str | None) -> Page[Refund]:
        """Read one page of all refunds."""
        response = await sender.send(LIST_REFUNDS, self.requests.refunds(cursor))
        refunds, following = read_refund_page(
            response.body, self.config.currency, headers=response.shown_headers
        )
        return Page(items=refunds, next_cursor=following)

    async def of_invoice(self, sender: Sender, invoice_id: str) -> Sequence[Refund]:
        """Read all refunds of one invoice."""
        response = await sender.send(LIST_INVOICE_REFUNDS, self.requests.invoice_refunds(invoice_id))
        where = f"refunds of invoice {invoice_id}"
        return read_refund_list(
            response.body, self.config.currency, where=where, headers=response.shown_headers
        )

    def neutral(self, refund: NewRefund) -> Write[Payment]:
        """Give money back on an invoice: all of it, or a part where the invoice has a single line.

        The provider wants a date and, for a part, the line. The date is that of the provider's own clock as
        it answers the read before the send; for another, or for one line of several, use `order`.
        """
        if refund.amount.currency != self.config.currency:
            raise CurrencyMismatch(f"the books are in {self.config.currency}, not {refund.amount.currency}")
        if len(refund.reason) > TEXT_LIMIT:
            raise UsageError(f"the reason of a refund has at most {TEXT_LIMIT} characters; nothing was sent")
        AMOUNT.write(refund.amount)  # refuses too many decimals before anything is planned
        self.requests.invoice(refund.invoice_id)

        async def order(sender: Sender) -> RefundOrder:
            response = await sender.send(GET_INVOICE, self.requests.invoice(refund.invoice_id))
            record = read_invoice(response.body, self.config.currency, expected_id=refund.invoice_id)
            target = _target(record, refund.amount)
            at = provider_time(response)
            if isinstance(target, InvoiceKitError):
                raise target
            if at is None:
                raise UsageError("the provider told no date; use native.refund_invoice(), which takes one")
            return RefundOrder(
                external_id=refund.marker,
                targets=(target,),
                refunded_at=at,
                memo=refund.reason or None,
            )

        content = canonical(invoice_id=refund.invoice_id, amount=refund.amount, reason=refund.reason)
        return self._write(
            (refund.invoice_id,), refund.amount, refund.marker, order, content, reference=refund.reference
        )

    def order(self, order: RefundOrder) -> Write[Payment]:
        """Refund up to a hundred invoices or lines as Asset knows it."""
        if order.amount.currency != self.config.currency:
            raise CurrencyMismatch(f"the books are in {self.config.currency}, not {order.amount.currency}")
        encode_refund(order)
        for target in order.targets:
            self.requests.invoice(target.invoice_id)
            if target.line_id is not None:
                checked_id("line", target.line_id, LINE_ID)

        async def given(_: Sender) -> RefundOrder:
            return order

        invoice_ids = tuple(dict.fromkeys(target.invoice_id for target in order.targets))
        return self._write(
            invoice_ids, order.amount, order.external_id, given, canonical(order=order), reference=None
        )

    def _write(
        self,
        invoice_ids: Sequence[str],
        amount: Money,
        external_id: str,
        order: OrderMaker,
        content: str,
        *,
        reference: str | None,
    ) -> Write[Payment]:
        first = invoice_ids[0]

        def done(refund: Refund) -> Done[Payment]:
            value = _payment(refund.id, first, amount, refund.refunded_at, reference)
            return Done(
                value=attrs.evolve(value, raw=refund.raw, headers=refund.headers),
                resource_id=refund.id,
                raw=refund.raw,
                headers=refund.headers,
            )

        async def perform(sender: Sender) -> Done[Payment]:
            request = self.requests.refund(encode_refund(await order(sender)))
            response = await sender.send(self.writes.refund, request)
            refund = read_refund(
                response.body, self.config.currency, where="refund", headers=response.shown_headers
            )
            if refund.external_id != external_id or refund.amount != amount:
                raise MalformedResponse("the answer to a refund is about another one")
            return done(refund)

        async def look(sender: Sender) -> Sighting[Payment]:
            known = await self.of_invoice(sender, first)
            named = [refund for refund in known if refund.external_id == external_id]
            ours = [refund for refund in named if refund.amount == amount]
            if ours:
                return Sighting(matches=tuple(done(refund) for refund in ours))
            if named:
                return Sighting(
                    is_complete=False,
                    refusal=ReferenceReused(
                        f"refund {named[0].id} stands for {external_id!r} with another amount; "
                        "nothing was sent"
                    ),
                )
            if len(invoice_ids) > 1:
                return Sighting()
            record = await self.reader.one(sender, first)
            return Sighting(refusal=_unrefundable(record, amount, known))

        return Write(
            operation=self.writes.refund,
            target=first,
            content=content,
            perform=perform,
            look=look,
            recall=lambda refund_id: _payment(refund_id, first, amount, None, reference),
        )


def _target(record: InvoiceRecord, amount: Money) -> RefundTarget | InvoiceKitError:
    """Name what is given back: the whole invoice, or a part of its only line."""
    if record.total is not None and amount.amount == record.total:
        return RefundTarget(invoice_id=record.id, amount=amount)
    if len(record.lines) == 1 and isinstance(record.lines[0].id, str):
        return RefundTarget(invoice_id=record.id, amount=amount, line_id=record.lines[0].id)
    return UsageError(
        f"a part of invoice {record.id} is given back by line, and it has {len(record.lines)}: use "
        "native.refund_invoice(), which names the line; nothing was sent"
    )


def _unrefundable(record: InvoiceRecord, amount: Money, known: Sequence[Refund]) -> InvoiceKitError | None:
    """Say why the invoice, as it is, gives nothing back: more than was paid and not yet given back."""
    if record.status == VOIDED:
        return InvalidTransition(f"invoice {record.id} is voided; nothing was sent")
    if record.paid is None:
        return MalformedResponse(f"invoice {record.id} does not say what was paid; nothing was sent")
    back = Money.sum(
        (refund.given_back(record.id) for refund in known if refund.status != VOIDED), record.currency
    )
    left = Money(record.paid, record.currency) - back
    if amount > left:
        return InvalidAmount(
            f"invoice {record.id} has {left} to give back, less than {amount}; nothing was sent"
        )
    return None


def _payment(
    refund_id: str | None, invoice_id: str, amount: Money, at: datetime | None, reference: str | None
) -> Payment:
    return Payment(id=refund_id, invoice_id=invoice_id, amount=amount, paid_at=at, reference=reference)
