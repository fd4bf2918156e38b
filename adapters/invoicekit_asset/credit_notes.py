"""Credit memos, which are our credit notes: credit for a customer under a number that is unique."""

from collections.abc import Sequence

import attrs

from invoicekit.adapter import Done, HttpResponse, Sender, Sighting, Write
from invoicekit.errors import (
    Conflict,
    CurrencyMismatch,
    InvalidRequest,
    InvalidTransition,
    MalformedResponse,
    ReferenceReused,
)
from invoicekit.model import Invoice, NewCreditNote, Page, Pager
from invoicekit.wire import canonical
from invoicekit_asset.config import AssetConfig
from invoicekit_asset.invoices import InvoiceReader
from invoicekit_asset.operations import GET_CREDIT_MEMO, LIST_CREDIT_MEMOS, Writes
from invoicekit_asset.requests import Requests
from invoicekit_asset.wire import data_of
from invoicekit_asset.wire_create import read_faults
from invoicekit_asset.wire_refund import (
    CreditMemo,
    encode_memo,
    memo_of,
    read_created_memos,
    read_memo_page,
)


@attrs.frozen(kw_only=True)
class MemoDesk:
    """Issues and voids the credit memos of one business."""

    config: AssetConfig
    requests: Requests
    writes: Writes
    reader: InvoiceReader

    async def page(
        self, sender: Sender, cursor: str | None, *, customer_id: str | None = None
    ) -> Page[CreditMemo]:
        """Read one page of credit memos."""
        response = await sender.send(LIST_CREDIT_MEMOS, self.requests.memos(cursor, customer_id=customer_id))
        memos, following = read_memo_page(response.body, self.config.currency, headers=response.shown_headers)
        return Page(items=memos, next_cursor=following)

    async def one(self, sender: Sender, memo_id: str) -> CreditMemo:
        """Read one credit memo."""
        response = await sender.send(GET_CREDIT_MEMO, self.requests.memo(memo_id))
        where = f"credit memo {memo_id}"
        return self._expected(response, memo_id, where)

    def create(self, note: NewCreditNote) -> Write[Invoice]:
        """Grant the invoice's customer credit; it pays nothing until it is applied to an invoice.

        The number is the natural key, unique in a business by the provider's own word, so it is looked up
        among all memos: another customer's memo of the number is found too.
        Source: vendor docs, create-one-or-more-credit-memos-max-100.

        Raises:
            CurrencyMismatch, InvalidAmount, InvalidIdentifier, UsageError: It can never be issued;
                nothing was sent.
        """
        if note.amount.currency != self.config.currency:
            raise CurrencyMismatch(f"the books are in {self.config.currency}, not in {note.amount.currency}")
        self.requests.invoice(note.invoice_id)  # checks the id before anything is planned
        self._body(note, "cus_x")  # refuses what can never be sent

        async def perform(sender: Sender) -> Done[Invoice]:
            customer_id = await self._customer_of(sender, note.invoice_id)
            request = self.requests.create_memos(self._body(note, customer_id))
            response = await sender.send(self.writes.create_credit_note, request)
            faults = read_faults(response.body, where="created credit memo")
            memos = read_created_memos(response.body, self.config.currency, headers=response.shown_headers)
            if len(memos) == 1 and not faults and memos[0].number == note.number:
                return _done(memos[0])
            if not memos and len(faults) == 1:
                raise InvalidRequest(
                    f"Asset refused credit note {note.number!r} as an item of the batch it was sent in",
                    status=response.status,
                )
            raise MalformedResponse("created credit memo: the answer is not about the one that was sent")

        async def look(sender: Sender) -> Sighting[Invoice]:
            pager = Pager[CreditMemo](lambda cursor: self.page(sender, cursor))
            found = [memo async for memo in pager if memo.number == note.number]
            if not found:
                await self._customer_of(sender, note.invoice_id)
                return Sighting()
            alike = [memo for memo in found if memo.amount == note.amount]
            if not alike:
                return Sighting(is_complete=False, refusal=_of_another_amount(note, found))
            customer_id = await self._customer_of(sender, note.invoice_id)
            ours = [memo for memo in alike if memo.customer_id == customer_id]
            if not ours:
                return Sighting(is_complete=False, refusal=_taken(note, alike))
            return Sighting(matches=tuple(_done(memo) for memo in ours))

        return Write(
            operation=self.writes.create_credit_note,
            target=f"credit note {note.number}",
            content=canonical(note=note),
            perform=perform,
            look=look,
            recall=lambda memo_id: Invoice(id=memo_id or "", number=note.number, total=note.amount),
        )

    def void(self, memo_id: str) -> Write[CreditMemo]:
        """Void a credit memo; a voided one stays so. Source: vendor docs, void-a-credit-memo."""
        request = self.requests.void_memo(memo_id)

        def done(memo: CreditMemo) -> Done[CreditMemo]:
            return Done.of(memo)

        async def perform(sender: Sender) -> Done[CreditMemo]:
            response = await sender.send(self.writes.void_credit_memo, request)
            where = f"answer to voiding credit memo {memo_id}"
            return done(self._expected(response, memo_id, where))

        async def look(sender: Sender) -> Sighting[CreditMemo]:
            memo = await self.one(sender, memo_id)
            return Sighting(matches=(done(memo),) if memo.is_voided else ())

        return Write(
            operation=self.writes.void_credit_memo,
            target=memo_id,
            content=canonical(memo_id=memo_id),
            perform=perform,
            look=look,
        )

    def _expected(self, response: HttpResponse, memo_id: str, where: str) -> CreditMemo:
        row = data_of(response.body, where=where)
        memo = memo_of(row, self.config.currency, where=where, headers=response.shown_headers)
        if memo.id != memo_id:
            raise MalformedResponse(f"{where}: Asset answered with another credit memo")
        return memo

    def _body(self, note: NewCreditNote, customer_id: str) -> bytes:
        return encode_memo(
            customer_id=customer_id,
            number=note.number,
            amount=note.amount,
            issued_on=note.issue_date,
            memo=note.reason,
        )

    async def _customer_of(self, sender: Sender, invoice_id: str) -> str:
        """Return whose invoice it is.

        Raises:
            InvalidTransition: Nobody's, so nobody can be granted credit.
        """
        record = await self.reader.one(sender, invoice_id)
        if not isinstance(record.wire.customer_id, str):
            raise InvalidTransition(f"invoice {invoice_id} has no customer to grant credit; nothing was sent")
        return record.wire.customer_id


def _done(memo: CreditMemo) -> Done[Invoice]:
    return Done(value=memo.invoice(), resource_id=memo.id, raw=memo.raw, headers=memo.headers)


def _of_another_amount(note: NewCreditNote, found: Sequence[CreditMemo]) -> ReferenceReused:
    return ReferenceReused(
        f"the number {note.number!r} stands for credit memo {found[0].id} of another amount; nothing was sent"
    )


def _taken(note: NewCreditNote, found: Sequence[CreditMemo]) -> Conflict:
    return Conflict(
        f"the number {note.number!r} is taken by credit memo {found[0].id} of another customer; "
        "nothing was sent"
    )
