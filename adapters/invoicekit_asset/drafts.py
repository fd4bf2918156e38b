"""Creating invoices, one or a hundred at a time; each is found again by its number."""

import hashlib
from collections.abc import Mapping, Sequence

import attrs

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import Conflict, InvalidRequest, MalformedResponse, UsageError
from invoicekit.model import NO_HEADERS, Invoice, NewInvoice
from invoicekit.wire import canonical
from invoicekit_asset.config import AssetConfig
from invoicekit_asset.invoices import InvoiceReader
from invoicekit_asset.operations import Writes
from invoicekit_asset.requests import Requests
from invoicekit_asset.wire_create import (
    MOST_IN_BATCH,
    ItemFault,
    due_at,
    encode_batch,
    invoice_item,
    only_one,
    read_created,
)
from invoicekit_asset.wire_invoice import InvoiceRecord


@attrs.frozen(kw_only=True)
class CreatedInvoices:
    """What became of a batch: every number given stands in exactly one of the two.

    Attributes:
        invoices: Those that exist now, in the order given.
        refused: Those that the provider refused, with its words.
    """

    invoices: tuple[Invoice, ...]
    refused: tuple[ItemFault, ...] = ()


@attrs.frozen(kw_only=True)
class InvoiceMaker:
    """Creates invoices of one business."""

    config: AssetConfig
    requests: Requests
    writes: Writes
    reader: InvoiceReader

    def one(self, new: NewInvoice) -> Write[Invoice]:
        """Create one invoice, which is open at once: Asset has no drafts.

        The number is the natural key, looked up among the invoices due at the same instant: Asset filters
        by nothing else. Unverified: whether numbers must be unique; we never ask for a second.

        Raises:
            CurrencyMismatch, InvalidAmount, InvalidIdentifier, UsageError: It can never be created;
                nothing was sent.
        """
        request = self.requests.create_invoices(encode_batch([invoice_item(self.config, new)]))

        async def perform(sender: Sender) -> Done[Invoice]:
            response = await sender.send(self.writes.create_invoice, request)
            records, faults = read_created(
                response.body,
                self.config.currency,
                where="created invoice",
                headers=response.shown_headers,
            )
            made = only_one(records, faults, new.number)
            if isinstance(made, ItemFault):
                raise InvalidRequest(
                    f"Asset refused invoice {new.number!r} as an item of the batch it was sent in",
                    status=response.status,
                )
            return _done(made)

        async def look(sender: Sender) -> Sighting[Invoice]:
            found = await self.reader.of_numbers(sender, {new.number}, due_at=due_at(new))
            ours = _ours(found, new)
            if found and not ours:
                return Sighting(
                    is_complete=False,
                    strangers=tuple(record.invoice() for record in found),
                    refusal=_taken(found, new),
                )
            return Sighting(matches=tuple(_done(record) for record in ours))

        return Write(
            operation=self.writes.create_invoice,
            target=f"invoice number {new.number}",
            content=content_of(new),
            perform=perform,
            look=look,
            recall=lambda invoice_id: _recalled(new, invoice_id),
        )

    def many(self, news: Sequence[NewInvoice]) -> Write[CreatedInvoices]:
        """Create up to 100 invoices in one request, each with an outcome of its own.

        Only those are sent whose number is not there yet. What the provider refuses stands in the value's
        `refused`; where the answer is lost, the numbers that are there are found, and the rest stay in
        doubt until all are.

        Raises:
            UsageError: None, more than 100, or one number twice; nothing was sent.
            CurrencyMismatch, InvalidAmount, InvalidIdentifier: One can never be created; nothing was sent.
        """
        numbers = [new.number for new in news]
        if not 1 <= len(numbers) <= MOST_IN_BATCH:
            raise UsageError(f"a batch holds 1 to {MOST_IN_BATCH} invoices")
        if len(set(numbers)) < len(numbers):
            raise UsageError("a batch holds each number once")
        items = {new.number: invoice_item(self.config, new) for new in news}

        async def perform(sender: Sender) -> Done[CreatedInvoices]:
            there = await self._there(sender, news)
            wanted = [item for number, item in items.items() if number not in there]
            faults: tuple[ItemFault, ...] = ()
            raw: Mapping[str, object] = {}
            headers: Mapping[str, str] = NO_HEADERS
            if wanted:
                request = self.requests.create_invoices(encode_batch(wanted))
                response = await sender.send(self.writes.create_invoices, request)
                headers = response.shown_headers
                records, faults = read_created(
                    response.body, self.config.currency, where="created invoices", headers=headers
                )
                there |= {str(record.wire.number): record for record in records}
                raw = {"invoices": [record.raw for record in records]}
            return _done_batch(news, there, faults, raw, headers)

        async def look(sender: Sender) -> Sighting[CreatedInvoices]:
            there = await self._there(sender, news)
            if len(there) < len(numbers):
                return Sighting()
            return Sighting(matches=(_done_batch(news, there, (), {}, NO_HEADERS),))

        digest = hashlib.sha256("\n".join(numbers).encode()).hexdigest()[:16]
        return Write(
            operation=self.writes.create_invoices,
            target=f"invoice batch {digest}",
            content=canonical(invoices=[content_of(new) for new in news]),
            perform=perform,
            look=look,
            recall=lambda ids: _recalled_batch(news, ids or ""),
        )

    async def _there(self, sender: Sender, news: Sequence[NewInvoice]) -> dict[str, InvoiceRecord]:
        """Return those that exist, by number; each due instant is read once.

        Raises:
            Conflict: A number is taken by another customer's invoice, or twice.
        """
        by_due: dict[str, list[NewInvoice]] = {}
        for new in news:
            by_due.setdefault(due_at(new), []).append(new)
        there: dict[str, InvoiceRecord] = {}
        for due, group in by_due.items():
            found = await self.reader.of_numbers(sender, {new.number for new in group}, due_at=due)
            for new in group:
                records = [record for record in found if record.wire.number == new.number]
                ours = _ours(records, new)
                if records and not ours:
                    raise _taken(records, new)
                if len(ours) > 1:
                    raise Conflict(f"{len(ours)} invoices have the number {new.number!r}; nothing was sent")
                if ours:
                    there[new.number] = ours[0]
        return there


def content_of(new: NewInvoice) -> str:
    """Return everything asked for, as canonical text."""
    return canonical(
        number=new.number,
        customer_id=new.customer_id,
        currency=new.currency,
        issue_date=new.issue_date,
        due_date=new.due_date,
        subject=new.subject,
        note=new.note,
        line_items=new.line_items,
        extra=new.extra,
    )


def _ours(found: Sequence[InvoiceRecord], new: NewInvoice) -> Sequence[InvoiceRecord]:
    """Return those that may be this invoice: of its customer, where that is told by our own id of him."""
    if "customer_external_id" in new.extra:
        return found
    return [record for record in found if record.wire.customer_id == new.customer_id]


def _taken(found: Sequence[InvoiceRecord], new: NewInvoice) -> Conflict:
    return Conflict(
        f"the number {new.number!r} is taken by invoice {found[0].id}, of another customer; nothing was sent"
    )


def _done_batch(
    news: Sequence[NewInvoice],
    there: Mapping[str, InvoiceRecord],
    faults: Sequence[ItemFault],
    raw: Mapping[str, object],
    headers: Mapping[str, str],
) -> Done[CreatedInvoices]:
    """Give every number its place.

    Raises:
        MalformedResponse: A number is neither created nor refused.
    """
    reasons = {fault.number: fault for fault in faults}
    missing = [new.number for new in news if new.number not in there and new.number not in reasons]
    if missing:
        raise MalformedResponse(f"created invoices: the answer does not say what became of {len(missing)}")
    made = [there.get(new.number) for new in news]
    return Done(
        value=CreatedInvoices(
            invoices=tuple(record.invoice() for record in made if record is not None),
            refused=tuple(reasons[new.number] for new in news if new.number not in there),
        ),
        resource_id=",".join("" if record is None else record.id for record in made),
        raw=raw,
        headers=headers,
    )


def _recalled_batch(news: Sequence[NewInvoice], ids: str) -> CreatedInvoices:
    known = list(zip(news, ids.split(","), strict=False))
    return CreatedInvoices(
        invoices=tuple(_recalled(new, invoice_id) for new, invoice_id in known if invoice_id),
        refused=tuple(
            ItemFault(number=new.number, reason="refused when it was sent")
            for new, invoice_id in known
            if not invoice_id
        ),
    )


def _done(record: InvoiceRecord) -> Done[Invoice]:
    return Done(value=record.invoice(), resource_id=record.id, raw=record.raw, headers=record.headers)


def _recalled(new: NewInvoice, invoice_id: str | None) -> Invoice:
    return Invoice(
        id=invoice_id or "",
        number=new.number,
        currency=new.currency,
        customer_id=new.customer_id,
        issue_date=new.issue_date,
        due_date=new.due_date,
    )
