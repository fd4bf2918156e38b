"""Adapters wrong in one realistic way each, made from the right one; and the rule that names the fault."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar
from uuid import uuid4

import attrs
from invoicekit_acorn import Acorn, AcornConfig
from invoicekit_acorn import adapter as acorn
from invoicekit_acorn import wire as acorn_wire
from invoicekit_acorn.simulator import AcornSimulator

from invoicekit.adapter import (
    Adapter,
    Capability,
    Done,
    Effect,
    Fields,
    HttpRequest,
    HttpResponse,
    Idempotency,
    Sender,
    Sighting,
    Support,
    Write,
)
from invoicekit.errors import (
    AuthenticationError,
    InvalidRequest,
    InvoiceKitError,
    MalformedResponse,
    NotApplied,
    NotFound,
    Unavailable,
)
from invoicekit.model import (
    Absent,
    Customer,
    EntryMarks,
    Invoice,
    InvoiceChange,
    InvoiceQuery,
    InvoiceStatus,
    Money,
    NewCustomer,
    NewInvoice,
    NewPayment,
    Page,
    Payment,
    PaymentStatus,
    StatusChange,
    TimeEntry,
    TimeEntryQuery,
    TimeGrouping,
    TimeWindow,
)
from invoicekit.testing import Subject
from invoicekit_asset import Asset
from invoicekit_asset.simulator import AssetSimulator
from invoicekit_clockify import Clockify
from invoicekit_clockify.simulator import ClockifySimulator

WRONG: dict[str, tuple[type[Adapter[Any]], str]] = {}
SIMULATORS = {"acorn": AcornSimulator, "asset": AssetSimulator, "clockify": ClockifySimulator}
T = TypeVar("T", bound=Adapter[Any])


def breaks(rule: str) -> Callable[[type[T]], type[T]]:
    """Say which rule must reject an adapter."""

    def note(kind: type[T]) -> type[T]:
        WRONG[kind.__name__] = (kind, rule)
        return kind

    return note


def subject(kind: type[Adapter[Any]]) -> Subject:
    return Subject(adapter=kind, simulator=SIMULATORS[kind.name])


def changed(write: Write[Any], **parts: Any) -> Write[Any]:
    return attrs.evolve(write, **parts)


def declared(**operations: Capability) -> Any:
    known = Acorn.capabilities
    return attrs.evolve(known, operations={**known.operations, **operations})


# --- reads ------------------------------------------------------------------------------------


@breaks("reads.whole-lists")
class FirstPageOnly(Acorn):
    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        return attrs.evolve(await super().list_invoices(query, cursor), next_cursor=None)


@breaks("reads.whole-lists")
class FirstCustomersOnly(Acorn):
    async def list_customers(self, cursor: str | None) -> Page[Any]:
        return attrs.evolve(await super().list_customers(cursor), next_cursor=None)


@breaks("reads.whole-lists")
class LosesTheLastRow(Acorn):
    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        page = await super().list_invoices(query, cursor)
        return attrs.evolve(page, items=page.items[:-1])


@breaks("reads.whole-lists")
class GivesRowsTwice(Acorn):
    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        page = await super().list_invoices(query, cursor)
        return attrs.evolve(page, items=(*page.items, *page.items[:1]))


@breaks("reads.whole-lists")
class IgnoresTheCursor(Acorn):
    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        return await super().list_invoices(query, None)


@breaks("reads.whole-lists")
class HidesVoidOnes(Acorn):
    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        page = await super().list_invoices(query, cursor)
        return attrs.evolve(
            page, items=tuple(one for one in page.items if not str(one.number).startswith("P-1"))
        )


@breaks("reads.repeating-pages")
class TakesARepeatForTheEnd(Acorn):
    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        page = await super().list_invoices(query, cursor)
        return Page(items=()) if page.next_cursor == cursor else page


@breaks("reads.whole-lists")
class CutsPages(Acorn):
    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        page = await super().list_invoices(query, cursor)
        return attrs.evolve(page, items=page.items[:20])


@breaks("reads.unknown-words")
class ShoutsTheWord(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        return attrs.evolve(invoice, raw_status=str(invoice.raw_status).lower())


@breaks("reads.unknown-words")
class UnknownIsVoid(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        is_unknown = invoice.status is InvoiceStatus.UNKNOWN
        return attrs.evolve(invoice, status=InvoiceStatus.VOID) if is_unknown else invoice


@breaks("errors.not-found")
class MissingIsBlank(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        try:
            return await super().get_invoice(invoice_id)
        except NotFound:
            return Invoice(id=invoice_id)


@breaks("secrets.nowhere")
class KeyInHeaders(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        return attrs.evolve(invoice, headers={"asked-with": self.config.api_key.reveal()})


@breaks("writes.one-send")
class ChainsTheSameAgain(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        write = super().record_payment(payment)
        again = changed(write, operation=attrs.evolve(write.operation, name="confirm_payment"), look=None)
        return changed(write, then=lambda _: again)


@breaks("writes.amounts")
class OwesNothingEver(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        return attrs.evolve(invoice, amount_paid=invoice.total - invoice.total)  # type: ignore[operator]


@breaks("reads.unknown-fields")
class ForbidsNewFields(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        known = {"id", "number", "customer", "currency", "status", "total", "paid"}
        if set(invoice.raw) - known:
            raise InvalidRequest("the answer has a field that this version does not know")
        return invoice


@breaks("reads.unknown-fields")
class CountsMembers(Acorn):
    async def get_customer(self, customer_id: str) -> Any:
        customer = await super().get_customer(customer_id)
        return customer if len(customer.raw) == 2 else attrs.evolve(customer, name="")


@breaks("reads.unknown-words")
class ClosedEnum(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        return attrs.evolve(invoice, status=InvoiceStatus(str(invoice.raw_status)))


@breaks("reads.unknown-words")
class UnknownIsOpen(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        is_unknown = invoice.status is InvoiceStatus.UNKNOWN
        return attrs.evolve(invoice, status=InvoiceStatus.OPEN) if is_unknown else invoice


@breaks("reads.unknown-words")
class ForgetsTheWord(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        return attrs.evolve(invoice, raw_status=invoice.status.value)


@breaks("reads.no-float")
class FloatPercent(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        return attrs.evolve(invoice, discount_percent=0.5)  # type: ignore[arg-type]  # that is the mistake


@breaks("reads.no-float")
class FloatTaxes(Acorn):
    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        page = await super().list_invoices(query, cursor)
        rows = [attrs.evolve(one, tax_percents=(19.0,)) for one in page.items]  # type: ignore[arg-type]
        return attrs.evolve(page, items=tuple(rows))


@breaks("reads.another-shape")
class TrustsTheShape(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        request = HttpRequest(method="GET", path=acorn.INVOICE.fill(invoice=invoice_id))
        document = json.loads((await self.sender.send(acorn.READ, request)).body)
        assert document["id"]
        return await super().get_invoice(invoice_id)


@breaks("reads.another-shape")
class MakesOneUp(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        try:
            return await super().get_invoice(invoice_id)
        except InvoiceKitError as error:
            if isinstance(error, NotApplied):
                raise
            return Invoice(id=invoice_id)


@breaks("reads.another-shape")
class IndexesTheList(Acorn):
    async def find_invoices(self, number: str) -> Sequence[Invoice]:
        request = HttpRequest(method="GET", path=acorn.INVOICES, query=(("number", number),))
        document = json.loads((await self.sender.send(acorn.READ, request)).body)
        assert document["data"][0]
        return await super().find_invoices(number)


@breaks("reads.foreign-answer")
class TakesAnyAnswer(Acorn):
    async def _invoice(self, sender: Sender, invoice_id: str) -> Invoice:
        request = HttpRequest(method="GET", path=acorn.INVOICE.fill(invoice=invoice_id))
        response = await sender.send(acorn.READ, request)
        return acorn._invoice(acorn_wire.CODEC.parse(response.body), response.shown_headers)


# --- errors, limits, secrets ------------------------------------------------------------------


@breaks("errors.wrong-credentials")
class WrongKeyIsNotFound(Acorn):
    @classmethod
    def refusal(cls, response: HttpResponse) -> NotApplied | None:
        return NotFound("not there", status=401) if response.status == 401 else super().refusal(response)


@breaks("errors.wrong-credentials")
class WrongKeyIsUnavailable(Acorn):
    @classmethod
    def refusal(cls, response: HttpResponse) -> NotApplied | None:
        return Unavailable("later", status=401) if response.status == 401 else super().refusal(response)


@breaks("errors.not-found")
class OnlyA404IsNotFound(Acorn):
    @classmethod
    def refusal(cls, response: HttpResponse) -> NotApplied | None:
        refused = super().refusal(response)
        return InvalidRequest("bad", status=400) if isinstance(refused, NotFound) else refused


@breaks("errors.not-found")
class MissingIsUnavailable(Acorn):
    @classmethod
    def refusal(cls, response: HttpResponse) -> NotApplied | None:
        refused = super().refusal(response)
        return Unavailable("gone", status=400) if isinstance(refused, NotFound) else refused


@breaks("errors.failing-reads")
class RetriesByItself(Acorn):
    async def _invoice(self, sender: Sender, invoice_id: str) -> Invoice:
        for _ in range(4):
            try:
                return await super()._invoice(sender, invoice_id)
            except Unavailable:
                continue
        return await super()._invoice(sender, invoice_id)


@breaks("errors.failing-reads")
class OutageIsAnEmptyList(Acorn):
    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        try:
            return await super().list_invoices(query, cursor)
        except Unavailable:
            return Page(items=())


@breaks("errors.failing-writes")
class FailedWritesHadNoEffect(Acorn):
    @classmethod
    def refusal(cls, response: HttpResponse) -> NotApplied | None:
        return (
            Unavailable("later", status=response.status)
            if response.status >= 500
            else super().refusal(response)
        )


@breaks("errors.failing-writes")
class BadGatewayIsARefusal(Acorn):
    @classmethod
    def refusal(cls, response: HttpResponse) -> NotApplied | None:
        return Unavailable("later", status=502) if response.status == 502 else super().refusal(response)


@attrs.frozen(kw_only=True)
class PlainKeyConfig(AcornConfig):
    api_key: str  # type: ignore[assignment]  # that is the mistake

    def site(self) -> Any:
        from invoicekit.adapter import Secret

        return AcornConfig(api_key=Secret(self.api_key), base_url=self.base_url).site()


@breaks("secrets.nowhere")
class PlainKey(Acorn):
    config_type: ClassVar[type] = PlainKeyConfig


@breaks("secrets.nowhere")
class KeyInErrors(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        try:
            return await super().get_invoice(invoice_id)
        except NotApplied as error:
            raise InvalidRequest(f"with key {self.config.api_key.reveal()}: {error}", status=400) from error


@breaks("secrets.nowhere")
class KeyInRepr(Acorn):
    def __repr__(self) -> str:
        return f"KeyInRepr({self.config.api_key.reveal()})"


@breaks("secrets.nowhere")
class KeyInRaw(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        raw = MappingProxyType({**invoice.raw, "asked_with": self.config.api_key.reveal()})
        return attrs.evolve(invoice, raw=raw)


@breaks("ids.no-paths")
class QuotesOnly(Acorn):
    async def get_customer(self, customer_id: str) -> Any:
        quoted = "".join(
            one if one.isalnum() or one == "-" else f"%{ord(one) % 256:02X}" for one in customer_id
        )
        request = HttpRequest(method="GET", path=f"/v1/customers/{quoted or 'none'}")
        response = await self.sender.send(acorn.READ, request)
        return acorn._customer(acorn_wire.CODEC.parse(response.body), response.shown_headers)


@breaks("ids.no-paths")
class PastesIds(Acorn):
    async def get_customer(self, customer_id: str) -> Any:
        request = HttpRequest(method="GET", path=f"/v1/customers/{customer_id}")
        response = await self.sender.send(acorn.READ, request)
        return acorn._customer(acorn_wire.CODEC.parse(response.body), response.shown_headers)


@breaks("capabilities.undeclared")
class NoWayOut(Acorn):
    capabilities = declared(delete_invoice=Capability(support=Support.UNSUPPORTED))


@breaks("capabilities.costs")
class ReadsTwice(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        await super().get_invoice(invoice_id)
        return await super().get_invoice(invoice_id)


@breaks("capabilities.costs")
class ReadsEachRow(Acorn):
    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        page = await super().list_invoices(query, cursor)
        rows = [await self._invoice(self.sender, one.id) for one in page.items]
        return attrs.evolve(page, items=tuple(rows))


# --- writes -----------------------------------------------------------------------------------


@breaks("writes.applied-is-there")
class DoneBeforeItIsSent(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        made = Payment(id="pay-000000", invoice_id=payment.invoice_id, amount=payment.amount)

        async def perform(sender: Sender) -> Done[Payment]:
            return Done(value=made, resource_id=made.id)

        return changed(super().record_payment(payment), perform=perform)


@breaks("writes.applied-is-there")
class SeesWhatIsNotThere(Acorn):
    def set_status(self, change: StatusChange) -> Write[Invoice]:
        async def look(sender: Sender) -> Sighting[Invoice]:
            return Sighting(matches=(Done(value=Invoice(id=change.invoice_id)),))

        return changed(super().set_status(change), look=look)


@breaks("writes.applied-is-there")
class SendsTheOldStatus(Acorn):
    def set_status(self, change: StatusChange) -> Write[Invoice]:
        write = super().set_status(change)

        async def perform(sender: Sender) -> Done[Invoice]:
            return Done(value=await self._invoice(sender, change.invoice_id))

        return changed(write, perform=perform, look=None)


@breaks("writes.once-after-a-lost-answer")
class MarkerLeftOut(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        right = super().record_payment(payment)
        bare = super().record_payment(attrs.evolve(payment, marker=""))
        return changed(right, perform=bare.perform)


@breaks("writes.once-after-a-lost-answer")
class TrustsAnIdempotencyHeader(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        write = super().record_payment(payment)
        keyed = attrs.evolve(write.operation, effect=Effect.SET, idempotency=Idempotency.SERVER_KEY)
        return changed(write, operation=keyed, look=None)


@breaks("writes.once-after-a-lost-answer")
class CallsAPaymentAValue(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        write = super().record_payment(payment)
        value = attrs.evolve(write.operation, effect=Effect.SET, idempotency=Idempotency.SET_VALUE)

        async def look(sender: Sender) -> Sighting[Payment]:
            return Sighting()

        return changed(write, operation=value, look=look)


@breaks("writes.once-after-a-lost-answer")
class NeverSeesAnInvoice(Acorn):
    def create_invoice(self, new: NewInvoice) -> Write[Invoice]:
        async def look(sender: Sender) -> Sighting[Invoice]:
            return Sighting()

        return changed(super().create_invoice(new), look=look)


@breaks("writes.once-after-a-lost-answer")
class NeverSeesACustomer(Acorn):
    def create_customer(self, new: NewCustomer) -> Write[Any]:
        async def look(sender: Sender) -> Sighting[Any]:
            return Sighting(is_complete=False)

        write = super().create_customer(new)
        return changed(write, look=look, operation=attrs.evolve(write.operation, looks_before=False))


@breaks("writes.journal-lost")
class MarkerByChance(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        return super().record_payment(attrs.evolve(payment, marker=f"ik:{uuid4().hex[:16]}"))


@breaks("writes.journal-lost")
class NoLookBefore(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        write = super().record_payment(payment)
        return changed(write, operation=attrs.evolve(write.operation, looks_before=False))


@breaks("writes.journal-lost")
class CreatesWithoutALook(Acorn):
    def create_customer(self, new: NewCustomer) -> Write[Any]:
        write = super().create_customer(new)
        return changed(write, operation=attrs.evolve(write.operation, looks_before=False))


@breaks("writes.cancelled-anywhere")
class SwallowsCancellation(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        write = super().record_payment(payment)

        async def perform(sender: Sender) -> Done[Payment]:
            try:
                return await write.perform(sender)
            except asyncio.CancelledError:
                return Done(value=Payment(id=None, invoice_id=payment.invoice_id, amount=payment.amount))

        return changed(write, perform=perform)


@breaks("writes.cancelled-anywhere")
class RenamesCancellation(Acorn):
    def set_status(self, change: StatusChange) -> Write[Invoice]:
        write = super().set_status(change)

        async def perform(sender: Sender) -> Done[Invoice]:
            try:
                return await write.perform(sender)
            except asyncio.CancelledError:
                raise Unavailable("cancelled", status=None) from None

        return changed(write, perform=perform)


@breaks("writes.two-alike")
class MatchesByAmount(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        async def look(sender: Sender) -> Sighting[Payment]:
            invoice = await self._invoice(sender, payment.invoice_id)
            rows = (await self._payments(sender, invoice, None)).items
            found = [one for one in rows if one.amount == payment.amount]
            return Sighting(matches=tuple(Done(value=one, resource_id=one.id) for one in found))

        return changed(super().record_payment(payment), look=look)


@breaks("writes.two-alike")
class OneMarkerForAll(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        return super().record_payment(attrs.evolve(payment, marker="ik:0123456789abcdef"))


@breaks("writes.amounts")
class MajorUnits(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        write = super().record_payment(payment)
        units = int(payment.amount.amount)
        cut = attrs.evolve(payment, amount=Money.from_minor(units, payment.amount.currency))
        return changed(write, perform=super().record_payment(cut).perform)


@breaks("writes.amounts")
class BillsTheFirstLine(Acorn):
    def create_invoice(self, new: NewInvoice) -> Write[Invoice]:
        return super().create_invoice(attrs.evolve(new, line_items=new.line_items[:1]))


@breaks("writes.amounts")
class OwesTheTotal(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        return attrs.evolve(invoice, amount_due=invoice.total)


@breaks("writes.on-any-page")
class LooksAtTheFirstPage(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        async def look(sender: Sender) -> Sighting[Payment]:
            invoice = await self._invoice(sender, payment.invoice_id)
            rows = (await self._payments(sender, invoice, None)).items
            found = [one for one in rows if payment.marker in str(one.note).split()]
            return Sighting(matches=tuple(Done(value=one, resource_id=one.id) for one in found))

        return changed(super().record_payment(payment), look=look)


@breaks("writes.on-any-page")
class SearchesTheFirstPage(Acorn):
    async def _numbered(self, sender: Sender, number: str) -> Sequence[Invoice]:
        page, headers = await self._page(sender, acorn.INVOICES, None)
        return [one for row in page.data if (one := acorn._invoice(row, headers)).number == number]


# --- statuses ---------------------------------------------------------------------------------


@breaks("statuses.consent")
class AsksNobody(Acorn):
    def set_status(self, change: StatusChange) -> Write[Invoice]:
        return super().set_status(attrs.evolve(change, allow_payment_loss=True))


@breaks("statuses.declared-destruction")
class DeclaresNoLoss(Acorn):
    capabilities = attrs.evolve(
        Acorn.capabilities,
        statuses=tuple(
            attrs.evolve(rule, destroys_payments_from=frozenset()) for rule in acorn_wire.STATUSES
        ),
    )

    def set_status(self, change: StatusChange) -> Write[Invoice]:
        return super().set_status(attrs.evolve(change, allow_payment_loss=True))


@breaks("statuses.paid-is-paid")
class StatusBySubstring(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        words = {"pai": PaymentStatus.PARTIALLY_PAID, "ope": PaymentStatus.UNPAID}
        guess = words.get(str(invoice.raw_status)[:3], PaymentStatus.UNKNOWN)
        return attrs.evolve(invoice, payment_status=guess)


@breaks("statuses.paid-is-paid")
class PaidIsUnpaid(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        return attrs.evolve(await super().get_invoice(invoice_id), payment_status=PaymentStatus.UNPAID)


Check = Callable[[Adapter[Any]], Awaitable[object]]


# --- what is declared, and what reads back -----------------------------------------------------


@breaks("reads.round-trip")
class ForgetsTheNumber(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        return attrs.evolve(await super().get_invoice(invoice_id), number=None)


@breaks("reads.round-trip")
class FindsNothing(Acorn):
    async def find_invoices(self, number: str) -> Sequence[Invoice]:
        return ()


@breaks("errors.only-certain")
class ReadsTheBodyOfAGateway(Acorn):
    @classmethod
    def refusal(cls, response: HttpResponse) -> NotApplied | None:
        return acorn_wire.read_refusal(attrs.evolve(response, status=400)) if response.body else None


@breaks("capabilities.declared")
class LosesALetter(Acorn):
    capabilities = declared(list_invoice=Acorn.capabilities.of("list_invoices"))


@breaks("capabilities.declared")
class DeclaresWhatIsNotThere(Acorn):
    capabilities = declared(write_off=Acorn.capabilities.of("set_status"))


@breaks("statuses.read-back")
class KnowsNoStatus(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        return attrs.evolve(await super().get_invoice(invoice_id), status=InvoiceStatus.UNKNOWN)


@breaks("writes.seen-first")
class SetsWhatIsSet(Acorn):
    def set_status(self, change: Any) -> Write[Invoice]:
        write = super().set_status(change)

        async def look(sender: Sender) -> Sighting[Invoice]:
            return Sighting()

        return changed(write, look=look)


@breaks("writes.resent-after-the-bound")
class KeepsTheBoundToItself(Acorn):
    def record_payment(self, payment: Any) -> Write[Any]:
        write = super().record_payment(payment)
        return changed(write, operation=attrs.evolve(write.operation, settle_seconds=None))


@breaks("reads.raw")
class ThrowsTheRestAway(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        return attrs.evolve(await super().get_invoice(invoice_id), raw={})


@breaks("writes.one-content")
class ComparesNoAmounts(Acorn):
    def record_payment(self, payment: Any) -> Write[Any]:
        return changed(super().record_payment(payment), content=payment.invoice_id)


@breaks("writes.found-whole")
class LosesTheId(Acorn):
    def record_payment(self, payment: Any) -> Write[Any]:
        write = super().record_payment(payment)

        async def look(sender: Sender) -> Sighting[Any]:
            assert write.look is not None
            sighting = await write.look(sender)
            return attrs.evolve(
                sighting, matches=tuple(attrs.evolve(one, resource_id=None) for one in sighting.matches)
            )

        return changed(write, look=look)


@breaks("statuses.unsettable")
class SetsWhateverIsAsked(Acorn):
    def set_status(self, change: Any) -> Write[Invoice]:
        word = change.status if change.status in acorn_wire.WORDS else InvoiceStatus.OPEN
        return super().set_status(attrs.evolve(change, status=word))


@breaks("reads.filters")
class TakesNoNoticeOfFilters(Acorn):
    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        return await super().list_invoices(InvoiceQuery(), cursor)


@breaks("reads.filters")
class ClaimsAFilter(Acorn):
    capabilities = declared(
        list_invoices=attrs.evolve(Acorn.capabilities.of("list_invoices"), filters=frozenset({"customer_id"}))
    )


@breaks("capabilities.sends")
class SendsWhatItDoesNotSay(Acorn):
    capabilities = declared(
        record_payment=attrs.evolve(Acorn.capabilities.of("record_payment"), sends=(acorn.READ, acorn.CREATE))
    )


# --- bulk and types ---------------------------------------------------------------------------


@breaks("bulk.resumed")
class SeesNoPaymentAfterACut(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        async def look(sender: Sender) -> Sighting[Payment]:
            return Sighting()

        return changed(super().record_payment(payment), look=look)


@breaks("bulk.one-bad-row")
class TakesWhatIsNotThereForAnothersAccount(Acorn):
    @classmethod
    def refusal(cls, response: HttpResponse) -> NotApplied | None:
        found = super().refusal(response)
        return AuthenticationError("not of this account") if isinstance(found, NotFound) else found


@breaks("types.exact")
class TellsDatesAsText(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        return attrs.evolve(invoice, issue_date=str(invoice.issue_date))  # type: ignore[arg-type]


@breaks("types.exact")
class TellsInstantsWithoutTheirOffset(Acorn):
    async def list_payments(self, invoice_id: str, cursor: str | None) -> Page[Payment]:
        page = await super().list_payments(invoice_id, cursor)
        items = tuple(
            attrs.evolve(one, paid_at=one.paid_at.replace(tzinfo=None))
            for one in page.items
            if isinstance(one.paid_at, datetime)
        )
        return attrs.evolve(page, items=items)


# --- fields and answers -----------------------------------------------------------------------


@breaks("fields.carried")
class DeclaresAllFields(Acorn):
    capabilities = attrs.evolve(Acorn.capabilities, fields=(Fields(model=Invoice),))


@breaks("fields.carried")
class DeniesAField(Acorn):
    capabilities = attrs.evolve(
        Acorn.capabilities, fields=(Fields.only(Invoice, *(set(acorn.CARRIED) - {"amount_due"})),)
    )


@breaks("fields.written")
class LosesTheEmail(Clockify):
    def create_customer(self, new: NewCustomer) -> Write[Any]:
        return super().create_customer(attrs.evolve(new, email=None))


@breaks("fields.written")
class LosesTheDueDate(Clockify):
    def create_invoice(self, new: NewInvoice) -> Write[Invoice]:
        return super().create_invoice(attrs.evolve(new, due_date=new.issue_date))


@breaks("fields.changed-alone")
class ClearsTheNote(Clockify):
    def update_invoice(self, invoice_id: str, change: InvoiceChange) -> Write[Invoice]:
        note = None if change.note is Absent.MISSING else change.note
        return super().update_invoice(invoice_id, attrs.evolve(change, note=note))


@breaks("statuses.paid-in-parts")
class KnowsNoParts(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        invoice = await super().get_invoice(invoice_id)
        is_paid = invoice.payment_status is PaymentStatus.PAID
        return invoice if is_paid else attrs.evolve(invoice, payment_status=PaymentStatus.UNPAID)


@breaks("reads.entry-filters")
class BillsWhatIsNotBillable(Clockify):
    async def list_time_entries(self, query: TimeEntryQuery, cursor: str | None) -> Page[TimeEntry]:
        return await super().list_time_entries(attrs.evolve(query, billable=None), cursor)


@breaks("reads.entry-filters")
class CountsMidnightTwice(Clockify):
    async def list_time_entries(self, query: TimeEntryQuery, cursor: str | None) -> Page[TimeEntry]:
        end = None if query.end is None else query.end + timedelta(seconds=1)
        return await super().list_time_entries(attrs.evolve(query, end=end), cursor)


@breaks("reads.other-types")
class TrustsTheRow(Acorn):
    async def get_customer(self, customer_id: str) -> Any:
        request = HttpRequest(method="GET", path=acorn.CUSTOMER.fill(customer=customer_id))
        row = json.loads((await self.sender.send(acorn.READ, request)).body)
        return Customer(id=row["id"], name=row["name"].strip(), raw=row)


@breaks("reads.other-types")
class TakesWhateverStandsThere(Acorn):
    async def get_customer(self, customer_id: str) -> Any:
        request = HttpRequest(method="GET", path=acorn.CUSTOMER.fill(customer=customer_id))
        row = json.loads((await self.sender.send(acorn.READ, request)).body)
        return Customer(id=customer_id, name=row.get("name"), raw=row)


@breaks("reads.agree")
class ListsTheBalance(Acorn):
    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        page = await super().list_invoices(query, cursor)
        return attrs.evolve(page, items=tuple(attrs.evolve(one, total=one.amount_due) for one in page.items))


@breaks("reads.headers")
class LosesTheHeaders(Acorn):
    async def get_customer(self, customer_id: str) -> Any:
        return attrs.evolve(await super().get_customer(customer_id), headers={})


@breaks("writes.told-whole")
class TellsNoId(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        write = super().record_payment(payment)

        async def perform(sender: Sender) -> Done[Payment]:
            return attrs.evolve(await write.perform(sender), resource_id=None)

        return changed(write, perform=perform, look=None)


@breaks("writes.told-whole")
class TellsWhatWasAsked(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        write = super().record_payment(payment)

        async def perform(sender: Sender) -> Done[Payment]:
            done = await write.perform(sender)
            return attrs.evolve(done, value=attrs.evolve(done.value, note=payment.note))

        return changed(write, perform=perform, look=None)


@breaks("hosts.base-url")
class CutsTheAddress(Acorn):
    @classmethod
    def site(cls, config: AcornConfig) -> Any:
        return super().site(attrs.evolve(config, base_url=config.base_url.partition("#")[0]))


# --- names, gaps and refusals -------------------------------------------------------------------


@breaks("requests.are-read")
class MisspellsAMember(Acorn):
    def create_customer(self, new: NewCustomer) -> Write[Customer]:
        body = json.dumps({"name": new.name, "e-mail": "billing@example.com"}).encode()
        request = HttpRequest(method="POST", path=acorn.CUSTOMERS, body=body)

        async def perform(sender: Sender) -> Done[Customer]:
            row = json.loads((await sender.send(acorn.CUSTOM, request)).body)
            return Done.of(Customer(id=row["id"], name=row["name"], raw=row, headers={"a": "b"}))

        return changed(super().create_customer(new), perform=perform)


@breaks("requests.are-read")
class MisspellsAFilter(Acorn):
    async def list_customers(self, cursor: str | None) -> Page[Customer]:
        page, headers = await self._page(self.sender, acorn.CUSTOMERS, cursor, ("pageSize", "100"))
        return Page(items=tuple(acorn._customer(row, headers) for row in page.data), next_cursor=page.cursor)


@breaks("reads.nothing-made-up")
class TakesNothingToldForNothingPaid(Acorn):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        request = HttpRequest(method="GET", path=acorn.INVOICE.fill(invoice=invoice_id))
        response = await self.sender.send(acorn.READ, request)
        row = json.loads(response.body)
        row["total"] = row.get("total") or 0
        return acorn._invoice(row, response.shown_headers, expected_id=invoice_id)


@breaks("reads.nothing-made-up")
class LeavesOutRowsItCannotRead(Acorn):
    async def list_customers(self, cursor: str | None) -> Page[Customer]:
        page, headers = await self._page(self.sender, acorn.CUSTOMERS, cursor)
        rows = [row for row in page.data if isinstance(row, dict) and row.get("name")]
        return Page(items=tuple(acorn._customer(row, headers) for row in rows), next_cursor=page.cursor)


@breaks("writes.garbled-answers")
class TakesTheIdForThere(Acorn):
    def create_customer(self, new: NewCustomer) -> Write[Customer]:
        request = HttpRequest(
            method="POST", path=acorn.CUSTOMERS, body=json.dumps({"name": new.name}).encode()
        )

        async def perform(sender: Sender) -> Done[Customer]:
            row = json.loads((await sender.send(acorn.CUSTOM, request)).body)
            return Done.of(Customer(id=row["id"].strip(), name=row["name"], raw=row, headers={"a": "b"}))

        return changed(super().create_customer(new), perform=perform)


@breaks("writes.garbled-answers")
class CallsWhatItCannotReadRefused(Acorn):
    def create_customer(self, new: NewCustomer) -> Write[Customer]:
        write = super().create_customer(new)

        async def perform(sender: Sender) -> Done[Customer]:
            try:
                return await write.perform(sender)
            except MalformedResponse as error:
                raise InvalidRequest("the answer makes no sense") from error

        return changed(write, perform=perform, look=None)


@breaks("writes.nothing-owed")
class TakesPaidForWrittenOff(Asset):
    def write_off(self, invoice_id: str) -> Write[Invoice]:
        write = super().write_off(invoice_id)

        async def look(sender: Sender) -> Sighting[Invoice]:
            assert write.look is not None
            sighting = await write.look(sender)
            if sighting.refusal is None:
                return sighting
            return Sighting(matches=(Done.of(await self.get_invoice(invoice_id)),))

        return changed(write, look=look)


# --- settings, cursors and time -----------------------------------------------------------------


@breaks("limits.configured")
class KnowsTheRateBetter(Clockify):
    @classmethod
    def site(cls, config: Any) -> Any:
        return super().site(attrs.evolve(config, rate=None))


@breaks("reads.hostile-cursors")
class CountsOnTheCursor(Acorn):
    async def list_customers(self, cursor: str | None) -> Page[Customer]:
        return await super().list_customers(None if cursor is None else str(int(cursor)))


@breaks("reads.hostile-cursors")
class PassesAnyCursorOn(Acorn):
    async def list_customers(self, cursor: str | None) -> Page[Customer]:
        return await super().list_customers(cursor if cursor is None or cursor.isdecimal() else None)


@breaks("time.groupings")
class GroupsByProjectWhateverIsAsked(Clockify):
    def import_time_entries(self, invoice_id: str, window: TimeWindow) -> Write[Invoice]:
        return super().import_time_entries(invoice_id, attrs.evolve(window, grouping=TimeGrouping.PROJECT))


@breaks("time.marks-both-ways")
class TakesNoMarkAway(Clockify):
    def mark_time_entries(self, marks: EntryMarks) -> Write[None]:
        return super().mark_time_entries(attrs.evolve(marks, invoiced=True))


# --- one reference, one currency, one invoice ---------------------------------------------------


@breaks("writes.one-content-anywhere")
class FindsByTheMarkerAlone(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        async def look(sender: Sender) -> Sighting[Payment]:
            page = await self.list_payments(payment.invoice_id, None)
            found = [one for one in page.items if payment.marker in str(one.note).split()]
            return Sighting(matches=tuple(map(Done.of, found)))

        return changed(super().record_payment(payment), look=look)


@breaks("writes.other-currency")
class TakesEveryCurrency(Acorn):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        async def look(sender: Sender) -> Sighting[Payment]:
            return Sighting()

        return changed(super().record_payment(payment), look=look)


@breaks("writes.foreign-answers")
class BelievesAnyAnswer(Acorn):
    def set_status(self, change: StatusChange) -> Write[Invoice]:
        body = json.dumps({"status": acorn_wire.WORDS[change.status]}).encode()
        path = acorn.STATUS.fill(invoice=change.invoice_id)

        async def perform(sender: Sender) -> Done[Invoice]:
            request = HttpRequest(method="PUT", path=path, body=body)
            response = await sender.send(acorn.SET, request)
            return Done.of(acorn._invoice(json.loads(response.body), response.shown_headers))

        return changed(super().set_status(change), perform=perform, look=None)
