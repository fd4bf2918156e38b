"""Creating an invoice: the draft first, then its lines, a hundred in one write."""

from collections.abc import Mapping, Sequence

import attrs

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import (
    Conflict,
    InvalidAmount,
    MalformedResponse,
    ReferenceReused,
    UnsupportedOperation,
    UsageError,
)
from invoicekit.model import Invoice, NewInvoice
from invoicekit.wire import canonical, checked_id, write_midnight
from invoicekit_kukkingu import requests
from invoicekit_kukkingu.changes import checked_currency, checked_number, locked
from invoicekit_kukkingu.config import BillableAmount, KukkinguConfig, refused
from invoicekit_kukkingu.directory import fetch_contract
from invoicekit_kukkingu.extra import wire_extra
from invoicekit_kukkingu.ids import CLIENT_ID, CONTRACT_ID
from invoicekit_kukkingu.invoices import fetch_invoice, find_by_number
from invoicekit_kukkingu.lines import (
    MOST_IN_A_CALL,
    BillableRecord,
    Line,
    encode_lines,
    fetch_lines,
    markers_of,
    read_billables,
)
from invoicekit_kukkingu.operations import Writes
from invoicekit_kukkingu.wire import CODEC, MOST_MINOR
from invoicekit_kukkingu.wire_invoice import InvoiceRecord, read_invoice

_NEUTRAL = frozenset({"invoiceNumber", "currencyCode", "issuedAt", "dueAt"})


@attrs.frozen(kw_only=True)
class Draft:
    """A new invoice in the wire's own units.

    Attributes:
        fields: The body.
        amount: What the lines come to, in minor units.
    """

    customer_id: str
    contract_id: str
    number: str
    currency: str
    fields: Mapping[str, object]
    lines: tuple[Line, ...]
    amount: int

    def may_be(self, found: Invoice) -> bool:
        """Tell whether an invoice of this number is this draft; one that tells no customer may be."""
        is_theirs = not isinstance(found.customer_id, str) or found.customer_id == self.customer_id
        return found.currency == self.currency and is_theirs

    @classmethod
    def of(cls, new: NewInvoice, config: KukkinguConfig) -> "Draft":
        """Turn a neutral invoice into the wire's.

        Shape: {"contractId", "invoiceNumber", "exchangeRate", "currencyCode", "amountMinor"} and, both
        instants with a Z, {"issuedAt", "dueAt"}.
        Source: vendor's page, create invoice; the first five are marked as required.
        Unverified: whether amountMinor is compared with the lines, or computed from them. It is computed
            here, sent, and compared once the lines are there.

        Raises:
            ConfigurationError: No contract or no exchange rate; the message names the setting.
            UnsupportedOperation: A subject or note.
            UsageError, InvalidAmount, InvalidIdentifier: It can never be; nothing was sent.
        """
        for name in ("subject", "note"):
            if getattr(new, name) is not None:
                raise UnsupportedOperation(
                    f"a Kukkingu invoice has no {name}; instead: a line of its own; nothing was sent"
                )
        number, currency = checked_number(new.number), checked_currency(new.currency)
        checked_id("customer", new.customer_id, CLIENT_ID)
        lines = tuple(Line.of(item, currency, config.billable_amount) for item in new.line_items)
        amount = sum(line.total for line in lines)
        defaults = {"contractId": config.contract_id, "exchangeRate": config.exchange_rate}
        extra = wire_extra(new.extra, without=_NEUTRAL)
        for wire_name, setting in (("contractId", "contract_id"), ("exchangeRate", "exchange_rate")):
            if extra.get(wire_name, defaults[wire_name]) is None:
                raise refused(setting, "is needed to create invoices")
        fields: dict[str, object] = {
            **defaults,
            "invoiceNumber": number,
            "currencyCode": currency,
            "amountMinor": amount,
            "issuedAt": write_midnight(new.issue_date),
            "dueAt": write_midnight(new.due_date),
            **extra,
        }
        stated = fields["amountMinor"]
        if isinstance(stated, bool) or not isinstance(stated, int) or not 0 <= stated <= MOST_MINOR:
            raise InvalidAmount(f"amountMinor is a whole number of 0 to {MOST_MINOR}; nothing was sent")
        if lines and stated != amount:
            raise UsageError(
                f"amountMinor {stated} is not what the lines come to, {amount}; nothing was sent"
            )
        contract_id = fields["contractId"]
        if not isinstance(contract_id, str):
            raise refused("contract_id", "must be an id that begins with ctr_")
        checked_id("contract", contract_id, CONTRACT_ID)
        return cls(
            customer_id=new.customer_id,
            contract_id=contract_id,
            number=number,
            currency=currency,
            fields=fields,
            lines=lines,
            amount=stated,
        )


def create_invoice(config: KukkinguConfig, writes: Writes, new: NewInvoice) -> Write[Invoice]:
    """Create a draft, then add its lines; a rerun goes on where the last one stopped.

    The number within the contract is the draft's natural key, looked up before and after; each line
    carries a marker of its own.

    Unverified: whether Kukkingu refuses a second invoice of the same number; we never ask it to.
    """
    draft = Draft.of(new, config)
    request = requests.create_invoice(CODEC.encode(draft.fields))

    def recall(invoice_id: str | None) -> Invoice:
        return Invoice(
            id=invoice_id or "",
            number=new.number,
            currency=new.currency,
            customer_id=new.customer_id,
            issue_date=new.issue_date,
            due_date=new.due_date,
        )

    async def perform(sender: Sender) -> Done[Invoice]:
        response = await sender.send(writes.create_invoice, request)
        record = read_invoice(response.body, where="created invoice", headers=response.shown_headers)
        if record.wire.number != draft.number or record.currency != draft.currency:
            raise MalformedResponse(
                "Kukkingu created an invoice of another number or currency than asked for"
            )
        return _done(record)

    async def look(sender: Sender) -> Sighting[Invoice]:
        found = await find_by_number(sender, draft.number, contract_id=draft.contract_id)
        ours = [record for record in found if draft.may_be(record.invoice())]
        if ours:
            return Sighting(matches=tuple(_done(record) for record in ours))
        if found:
            return Sighting(
                is_complete=False,
                strangers=tuple(record.invoice() for record in found),
                refusal=Conflict(
                    f"the number {draft.number!r} is taken by invoice {found[0].id}, of another "
                    "customer or in another currency; nothing was sent"
                ),
            )
        contract = await fetch_contract(sender, draft.contract_id)
        if contract.customer_id != draft.customer_id:
            return Sighting(
                refusal=UsageError(
                    f"contract {draft.contract_id} is not customer {draft.customer_id}'s: give one of theirs "
                    "as contract_id; nothing was sent"
                )
            )
        return Sighting()

    def then(done: Done[Invoice]) -> Write[Invoice] | None:
        invoice_id = done.resource_id or done.value.id
        return _add_chunk(config, writes, draft, invoice_id, 0) if invoice_id else None

    return Write(
        operation=writes.create_invoice,
        target=f"invoice number {draft.number} of {draft.contract_id}",
        content=canonical(customer_id=draft.customer_id, fields=draft.fields, lines=draft.lines),
        perform=perform,
        look=look,
        recall=recall,
        then=then,
    )


def _done(record: InvoiceRecord) -> Done[Invoice]:
    return Done(value=record.invoice(), resource_id=record.id, raw=record.raw, headers=record.headers)


def _add_chunk(
    config: KukkinguConfig, writes: Writes, draft: Draft, invoice_id: str, start: int
) -> Write[Invoice] | None:
    """Add up to a hundred lines of a new draft, those that are not there yet.

    Unverified: whether one bad line fails the whole call. So what is there is read, line by line.
    """
    if start >= len(draft.lines):
        return None
    chunk = _Chunk(
        invoice_id=invoice_id,
        draft=draft,
        markers=markers_of(invoice_id, draft.lines),
        start=start,
        end=min(start + MOST_IN_A_CALL, len(draft.lines)),
        amounts=config.billable_amount,
    )
    # One name a chunk: the whole chain is journalled under one reference.
    number = start // MOST_IN_A_CALL + 1
    operation = attrs.evolve(writes.add_lines, name=f"{writes.add_lines.name}_{number}")

    async def perform(sender: Sender) -> Done[Invoice]:
        before = await fetch_lines(sender, invoice_id)
        there = chunk.sort(before)
        missing = [at for at in chunk.positions if not there[at]]
        members = [draft.lines[at].document(chunk.markers[at], at) for at in missing]
        request = requests.create_billables(encode_lines(invoice_id, members))
        response = await sender.send(operation, request)
        new = read_billables(response.body, where=f"new billables of invoice {invoice_id}")
        added = chunk.sort(new)
        if any(len(added[at]) != 1 or not draft.lines[at].is_like(added[at][0]) for at in missing):
            raise MalformedResponse(f"invoice {invoice_id} came back without the lines that were added")
        return await chunk.settled(sender, [*before, *new])

    async def look(sender: Sender) -> Sighting[Invoice]:
        lines = await fetch_lines(sender, invoice_id)
        return await chunk.sight(sender, lines)

    return Write(
        operation=operation,
        target=invoice_id,
        content=canonical(invoice_id=invoice_id, start=start, lines=draft.lines[start : chunk.end]),
        perform=perform,
        look=look,
        recall=lambda _: Invoice(id=invoice_id),
        then=lambda _: _add_chunk(config, writes, draft, invoice_id, chunk.end),
    )


@attrs.frozen(kw_only=True)
class _Chunk:
    """Some lines of a draft, and how they are told from others on the invoice.

    Attributes:
        start, end: Positions among all lines, the end left out.
    """

    invoice_id: str
    draft: Draft
    markers: tuple[str, ...]
    start: int
    end: int
    amounts: BillableAmount

    @property
    def positions(self) -> range:
        """The positions of these lines among all."""
        return range(self.start, self.end)

    def sort(self, records: Sequence[BillableRecord]) -> Mapping[int, list[BillableRecord]]:
        """Return the records of each position."""
        by_marker: dict[str | None, list[BillableRecord]] = {}
        for record in records:
            by_marker.setdefault(record.marker, []).append(record)
        return {at: by_marker.get(self.markers[at], []) for at in self.positions}

    async def sight(self, sender: Sender, records: Sequence[BillableRecord]) -> Sighting[Invoice]:
        """Say which of these lines are there.

        A part of them is no match and no reason to stop: what is missing is added.
        """
        there = self.sort(records)
        doubled = [record for found in there.values() if len(found) > 1 for record in found]
        if doubled:
            return Sighting(
                matches=tuple(
                    Done(value=Invoice(id=self.invoice_id, line_items=(record.item(self.amounts),)))
                    for record in doubled
                )
            )
        if all(there.values()):
            return Sighting(matches=(await self.settled(sender, records),))
        foreign = [record for record in records if record.is_ours and record.marker not in self.markers]
        if foreign:
            return Sighting(
                is_complete=False,
                refusal=ReferenceReused(
                    f"invoice {self.invoice_id} holds lines of an earlier creation under the number "
                    f"{self.draft.number!r} that were not the same; nothing was sent"
                ),
            )
        record = await fetch_invoice(sender, self.invoice_id)
        if record.wire.number != self.draft.number:
            return Sighting(
                refusal=Conflict(
                    f"invoice {self.invoice_id}, which the creation of {self.draft.number!r} was answered "
                    "with, has another number: look for yours; nothing was added"
                )
            )
        return Sighting(refusal=locked(record, "line"))

    async def settled(self, sender: Sender, records: Sequence[BillableRecord]) -> Done[Invoice]:
        """Read the invoice with these lines on it; with the last of them its amount must be right.

        Raises:
            MalformedResponse: Kukkingu bills another amount than the lines were meant to come to.
        """
        record = await fetch_invoice(sender, self.invoice_id)
        is_last = self.end == len(self.draft.lines)
        if is_last and record.amount != self.draft.amount:
            raise MalformedResponse(
                f"invoice {self.invoice_id} is of {record.total}, which is not what its lines were meant to "
                "come to; see billable_amount",
                paths=("$.data.amountMinor: not the sum of the lines",),
            )
        items = [line.item(self.amounts) for line in records]
        return Done(
            value=record.invoice(items),
            resource_id=self.invoice_id,
            raw=record.raw,
            headers=record.headers,
        )
