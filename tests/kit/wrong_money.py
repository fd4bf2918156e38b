"""Wrong by accident, in ways that cost money: looks that see nothing, cents, currencies and days."""

import json
from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal
from typing import Any, ClassVar

import attrs
from invoicekit_acorn import Acorn
from invoicekit_acorn import adapter as acorn
from invoicekit_acorn import wire as acorn_wire

from invoicekit.adapter import Done, HttpRequest, Sender, Sighting, Write
from invoicekit.errors import InvoiceKitError, MalformedResponse
from invoicekit.model import (
    Invoice,
    InvoiceStatus,
    Money,
    NewCustomer,
    NewInvoice,
    NewPayment,
    PaymentStatus,
    StatusChange,
)
from invoicekit.wire import canonical

from .wrong import WRONG, breaks, changed

KNOWN = set(WRONG)

# --- looks that see nothing -------------------------------------------------------------------


def shrugging(write: Write[Any]) -> Write[Any]:
    """Take whatever goes wrong in a look for nothing there."""

    async def look(sender: Sender) -> Sighting[Any]:
        assert write.look is not None
        try:
            return await write.look(sender)
        except InvoiceKitError:
            return Sighting()

    return changed(write, look=look)


@breaks("writes.blind-looks")
class PaysWhereItCannotLook(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Any]:
        return shrugging(super().record_payment(payment))


@breaks("writes.blind-looks")
class PaysWhereOneOfTwoReadsFails(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Any]:
        async def look(sender: Sender) -> Sighting[Any]:
            invoice = await self._invoice(sender, payment.invoice_id)
            try:
                rows = (await self._payments(sender, invoice, None)).items
            except InvoiceKitError:
                rows = ()
            found = [one for one in rows if payment.marker in str(one.note).split()]
            return Sighting(matches=tuple(map(Done.of, found)))

        return changed(super().record_payment(payment), look=look)


@breaks("writes.blind-looks")
class TakesAGarbledPageForAnEmptyOne(Acorn):
    async def _page(self, sender: Sender, path: str, cursor: str | None, *query: tuple[str, str]) -> Any:
        try:
            return await super()._page(sender, path, cursor, *query)
        except MalformedResponse:
            return acorn_wire.WirePage(data=(), next=None), {}


@breaks("writes.blind-looks")
class MakesCustomersInAnOutage(Acorn):
    def create_customer(self, new: NewCustomer) -> Write[Any]:
        return shrugging(super().create_customer(new))


@breaks("writes.blind-looks")
class DestroysWhereItCannotLook(Acorn):
    def set_status(self, change: StatusChange) -> Write[Any]:
        return shrugging(super().set_status(change))


@breaks("reads.another-shape")
class FindsNothingInGarbage(Acorn):
    async def find_invoices(self, number: str) -> Sequence[Invoice]:
        request = HttpRequest(method="GET", path=acorn.INVOICES, query=(("number", number),))
        response = await self.sender.send(acorn.READ, request)
        try:
            rows = json.loads(response.body)["data"]
            return [acorn._invoice(row, response.shown_headers) for row in rows]
        except (MalformedResponse, KeyError, TypeError):
            return ()


@breaks("writes.long-notes")
class CutsTheMarkerOff(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Any]:
        write = super().record_payment(payment)

        async def perform(sender: Sender) -> Done[Any]:
            # As a provider does that keeps eighty letters of a note.
            room = 80 - len(payment.note)
            short = attrs.evolve(payment, marker=payment.marker[: max(room, 0)])
            return await super(CutsTheMarkerOff, self).record_payment(short).perform(sender)

        return changed(write, perform=perform)


# --- cents, currencies and days ---------------------------------------------------------------


@breaks("amounts.odd-cents")
class CountsCentsInFloats(Acorn):
    def create_invoice(self, new: NewInvoice) -> Write[Any]:
        lines = tuple(
            attrs.evolve(
                line,
                unit_price=Money.from_minor(int(float(line.unit_price.amount) * 100), new.currency),
            )
            for line in new.line_items
        )
        return super().create_invoice(attrs.evolve(new, line_items=lines))


@breaks("amounts.odd-cents")
class SubtractsFloats(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        total, paid = (float(one.amount) for one in (invoice.total, invoice.amount_paid))  # type: ignore[union-attr]
        return attrs.evolve(invoice, amount_due=Money(Decimal(total - paid), str(invoice.currency)))


@breaks("amounts.odd-cents")
class RoundsPayments(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Any]:
        rounded = Money(round(payment.amount.amount, 1), payment.amount.currency)
        write = super().record_payment(attrs.evolve(payment, amount=rounded))
        whole = canonical(invoice=payment.invoice_id, amount=payment.amount, paid_at=payment.paid_at)
        return changed(write, content=whole)


@breaks("amounts.currencies")
class KnowsOneCurrency(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        total, due = (Money(one.amount, "EUR") for one in (invoice.total, invoice.amount_due))  # type: ignore[union-attr]
        return attrs.evolve(invoice, currency="EUR", total=total, amount_paid=total - due, amount_due=due)


@breaks("amounts.currencies")
class AlwaysHundredths(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        total = Decimal(str(invoice.raw["total"])) / 100
        return attrs.evolve(invoice, total=Money(total, str(invoice.currency)))


@breaks("amounts.currencies")
class PaysInAnyCurrency(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Any]:
        return changed(super().record_payment(payment), look=self._any(payment))

    def _any(self, payment: NewPayment) -> Any:
        async def look(sender: Sender) -> Sighting[Any]:
            invoice = await self._invoice(sender, payment.invoice_id)
            rows = (await self._payments(sender, invoice, None)).items
            found = [one for one in rows if payment.marker in str(one.note).split()]
            return Sighting(matches=tuple(map(Done.of, found)))

        return look


@breaks("writes.days")
class WritesTheMonthFirst(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Any]:
        day = payment.paid_at
        turned = day.replace(month=day.day, day=day.month) if day.day <= 12 else day
        write = super().record_payment(attrs.evolve(payment, paid_at=turned))
        whole = canonical(invoice=payment.invoice_id, amount=payment.amount, paid_at=payment.paid_at)
        return changed(write, content=whole)


@breaks("writes.days")
class DropsTheOffset(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Any]:
        return super().record_payment(attrs.evolve(payment, paid_at=payment.paid_at.replace(tzinfo=UTC)))


# --- statuses ---------------------------------------------------------------------------------


@breaks("reads.unknown-words")
class UnknownIsPaid(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        is_unknown = invoice.status is InvoiceStatus.UNKNOWN
        return attrs.evolve(invoice, payment_status=PaymentStatus.PAID) if is_unknown else invoice


@breaks("statuses.declared-destruction")
class AsksAndDoesNotDeclare(Acorn):
    capabilities: ClassVar = attrs.evolve(
        Acorn.capabilities,
        statuses=tuple(
            attrs.evolve(rule, destroys_payments_from=frozenset()) for rule in Acorn.capabilities.statuses
        ),
    )


@breaks("statuses.declared-destruction")
class DeclaresHalfOfIt(Acorn):
    capabilities: ClassVar = attrs.evolve(
        Acorn.capabilities,
        statuses=tuple(
            attrs.evolve(rule, destroys_payments_from=rule.destroys_payments_from - {"open"})
            for rule in Acorn.capabilities.statuses
        ),
    )


@breaks("writes.on-any-page")
class LooksAtTwoPages(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Any]:
        async def look(sender: Sender) -> Sighting[Any]:
            invoice = await self._invoice(sender, payment.invoice_id)
            page = await self._payments(sender, invoice, None)
            rows = page.items
            if page.next_cursor is not None:
                rows += (await self._payments(sender, invoice, page.next_cursor)).items
            found = [one for one in rows if payment.marker in str(one.note).split()]
            return Sighting(matches=tuple(map(Done.of, found)))

        return changed(super().record_payment(payment), look=look)


WRONG_WITH_MONEY = {name: made for name, made in WRONG.items() if name not in KNOWN}
