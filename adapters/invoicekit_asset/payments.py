"""Payments, in two steps: a transaction under our own id, then its application to the invoice.

Both steps can be read back, so both settle after any loss. Asset matches transactions to invoices by
itself, at any moment, and turns what is above the open amount into customer credit without a word: so
each step looks first, and none applies more than is open.
"""

from collections.abc import Sequence

import attrs

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import (
    Conflict,
    CurrencyMismatch,
    DuplicateDetected,
    InvalidAmount,
    InvalidRequest,
    InvalidTransition,
    InvoiceKitError,
    MalformedResponse,
    NotFound,
    ReferenceReused,
    Unavailable,
)
from invoicekit.model import NewPayment, Page, Pager, Payment
from invoicekit.wire import canonical
from invoicekit_asset.config import AssetConfig
from invoicekit_asset.invoices import InvoiceReader
from invoicekit_asset.operations import LIST_TRANSACTIONS, Writes
from invoicekit_asset.requests import Requests
from invoicekit_asset.status import TAKES_NO_PAYMENT
from invoicekit_asset.wire_invoice import InvoiceRecord, WirePayment, read_invoice
from invoicekit_asset.wire_transaction import (
    TransactionRecord,
    amount_of,
    encode_application,
    encode_transaction,
    read_accepted,
    read_transactions,
)

_REFUSED = (InvalidRequest, Conflict, NotFound)


async def find_transactions(
    sender: Sender, requests: Requests, external_id: str
) -> Sequence[TransactionRecord]:
    """Read every transaction of one caller-chosen id, to the list's proven end."""
    where = f"transactions of {external_id}"

    async def fetch(cursor: str | None) -> Page[TransactionRecord]:
        response = await sender.send(LIST_TRANSACTIONS, requests.transactions(external_id, cursor))
        records, following = read_transactions(
            response.body, external_id=external_id, where=where, headers=response.shown_headers
        )
        return Page(items=records, next_cursor=following)

    return await Pager(fetch).snapshot()


@attrs.frozen(kw_only=True)
class PaymentDesk:
    """Records payments of one business."""

    config: AssetConfig
    requests: Requests
    writes: Writes
    reader: InvoiceReader

    def record(self, payment: NewPayment) -> Write[Payment]:
        """Record money received: create the transaction, then apply it.

        The transaction's id is the payment's marker, which derives from the caller's reference alone, so a
        rerun anywhere finds it. Where the second step is refused the money stands unapplied in the books;
        the same reference goes on from there.

        Where Asset's own matching is faster than the second step, its row is the payment and nothing is
        applied by us. The result is APPLIED, for this call brought the money in; a rerun that only finds
        the match is ALREADY_APPLIED.

        Raises:
            ConfigurationError: No account to record payments on is configured.
            CurrencyMismatch, InvalidAmount, UsageError, InvalidIdentifier: It can never be recorded;
                nothing was sent.
        """
        if payment.amount.currency != self.config.currency:
            raise CurrencyMismatch(
                f"the books are in {self.config.currency}, the payment in {payment.amount.currency}; "
                "nothing was sent"
            )
        amount = amount_of(payment)
        self.requests.invoice(payment.invoice_id)  # checks the id before anything is planned
        body = encode_transaction(payment, amount=amount, account_id=self.config.account_for_payments())
        request = self.requests.create_transactions(body)

        def done(record: TransactionRecord) -> Done[Payment]:
            return Done(
                value=unapplied(payment), resource_id=record.id, raw=record.raw, headers=record.headers
            )

        async def perform(sender: Sender) -> Done[Payment]:
            try:
                response = await sender.send(self.writes.create_transaction, request)
                read_accepted(response.body, where="accepted transaction")
            except _REFUSED:
                found, _ = await self._ours(sender, payment)
                if len(found) == 1:
                    return done(found[0])  # an id that is taken is refused: somebody's send was faster
                raise
            # 202 only promises: it is there once it can be read, and until then it is doubt.
            found, _ = await self._ours(sender, payment)
            if len(found) != 1:
                raise MalformedResponse(
                    f"a transaction for invoice {payment.invoice_id} was accepted and stands "
                    f"{len(found)} times in the list"
                )
            return done(found[0])

        async def sighted(sender: Sender) -> Sighting[Payment] | None:
            found, others = await self._ours(sender, payment)
            if found:
                return Sighting(matches=tuple(done(record) for record in found))
            if others:
                return Sighting(is_complete=False, refusal=_of_another_amount(payment, others))
            return None

        async def look(sender: Sender) -> Sighting[Payment]:
            sighting = await sighted(sender)
            if sighting is not None:
                return sighting
            record = await self.reader.one(sender, payment.invoice_id)
            refusal, alike = unpayable(record, payment), twins(record, payment)
            if refusal is not None and alike:
                # What fills the invoice may be this very payment, by another process since the list was read.
                sighting = await sighted(sender)
                if sighting is not None:
                    return sighting
            return Sighting(refusal=refusal, strangers=tuple(record.payment(row) for row in alike))

        return Write(
            operation=self.writes.create_transaction,
            target=payment.invoice_id,
            content=self._content(payment),
            perform=perform,
            look=look,
            recall=lambda _: unapplied(payment),
            then=lambda earlier: self._apply(payment, earlier.resource_id),
        )

    def _apply(self, payment: NewPayment, known_id: str | None) -> Write[Payment]:
        """Apply the transaction to the invoice, with an amount that is never above what is open."""
        where = f"answer to a payment on invoice {payment.invoice_id}"

        def done(record: InvoiceRecord, row: WirePayment) -> Done[Payment]:
            value = record.payment(row, reference=payment.reference)
            return Done(value=value, resource_id=row.id, raw=record.raw, headers=record.headers)

        async def transaction_id(sender: Sender) -> str:
            if known_id is not None:
                return known_id
            found, _ = await self._ours(sender, payment)
            if len(found) != 1:
                raise _not_visible(payment)
            return found[0].id

        async def perform(sender: Sender) -> Done[Payment]:
            identifier = await transaction_id(sender)
            body = encode_application(payment.invoice_id, payment.amount, transaction_id=identifier)
            try:
                response = await sender.send(self.writes.record_payment, self.requests.apply_payment(body))
            except _REFUSED:
                # Asset's own matching may have been faster, and then there is nothing left to apply.
                record = await self.reader.one(sender, payment.invoice_id)
                rows = record.payments_of(identifier)
                if len(rows) == 1 and rows[0].payment_amount == payment.amount.amount:
                    return done(record, rows[0])
                raise
            record = read_invoice(
                response.body,
                self.config.currency,
                expected_id=payment.invoice_id,
                where=where,
                headers=response.shown_headers,
            )
            rows = record.payments_of(identifier)
            if len(rows) != 1 or rows[0].payment_amount != payment.amount.amount:
                raise MalformedResponse(f"{where}: it does not show the payment once, in its amount")
            return done(record, rows[0])

        async def look(sender: Sender) -> Sighting[Payment]:
            identifier = await transaction_id(sender)
            record = await self.reader.one(sender, payment.invoice_id)
            rows = record.payments_of(identifier)
            # One of the whole amount and another beside it: applied twice, the surplus having become credit.
            is_whole = any(row.payment_amount == payment.amount.amount for row in rows)
            if rows and not is_whole:
                return Sighting(is_complete=False, refusal=_matched_in_part(payment, identifier))
            if rows:
                return Sighting(matches=tuple(done(record, row) for row in rows))
            found, _ = await self._ours(sender, payment)
            return Sighting(refusal=_elsewhere(payment, found) or unpayable(record, payment, identifier))

        return Write(
            operation=self.writes.record_payment,
            target=payment.invoice_id,
            content=self._content(payment),
            perform=perform,
            look=look,
            recall=lambda row_id: attrs.evolve(unapplied(payment), id=row_id),
        )

    async def _ours(
        self, sender: Sender, payment: NewPayment
    ) -> tuple[Sequence[TransactionRecord], Sequence[TransactionRecord]]:
        """Read the transactions of our id: those of this amount, then those of another one."""
        found = await find_transactions(sender, self.requests, payment.marker)
        amount = amount_of(payment)
        ours = [record for record in found if record.amount == amount]
        return ours, [record for record in found if record.amount != amount]

    @staticmethod
    def _content(payment: NewPayment) -> str:
        return canonical(
            invoice_id=payment.invoice_id,
            amount=payment.amount,
            paid_at=payment.paid_at,
            note=payment.note,
        )


def unapplied(payment: NewPayment) -> Payment:
    """Return the payment as far as it is known before a row of the invoice shows it."""
    return Payment(
        id=None,
        invoice_id=payment.invoice_id,
        amount=payment.amount,
        paid_at=payment.paid_at,
        reference=payment.reference,
    )


def twins(record: InvoiceRecord, payment: NewPayment) -> Sequence[WirePayment]:
    """Return payments of the same amount that are not ours: perhaps the same money from the bank's feed."""
    return [row for row in record.payments if row.is_money and row.payment_amount == payment.amount.amount]


def unpayable(
    record: InvoiceRecord, payment: NewPayment, transaction_id: str | None = None
) -> InvoiceKitError | None:
    """Say why the invoice, as it is, must not get this payment.

    Args:
        transaction_id: The transaction that stands in the books already.
    """
    left = (
        "nothing was sent"
        if transaction_id is None
        else f"the money stands in the books as transaction {transaction_id}, applied to nothing by us"
    )
    if record.status in TAKES_NO_PAYMENT:
        return InvalidTransition(f"invoice {record.id} is {record.status} and takes no payment; {left}")
    due = record.open_amount
    if due is None:
        return MalformedResponse(f"invoice {record.id} does not say what is open; {left}")
    if payment.amount <= due:
        return None
    others = twins(record, payment)
    if others:
        return Conflict(
            f"invoice {record.id} has {due} open and holds payment {others[0].id} of the same amount (by "
            f"transaction {others[0].transaction_id}): the provider may have matched this very money by "
            f"itself; {left}"
        )
    return InvalidAmount(
        f"invoice {record.id} has {due} open, less than {payment.amount}: the surplus would become customer "
        f"credit without a word; {left}"
    )


def _of_another_amount(payment: NewPayment, found: Sequence[TransactionRecord]) -> InvoiceKitError:
    # Ours by its id, yet not this amount: neither "there" nor "not there", so never a reason to send.
    return ReferenceReused(
        f"transaction {found[0].id} stands for reference {payment.reference!r} with another amount; "
        "nothing was sent"
    )


def _not_visible(payment: NewPayment) -> InvoiceKitError:
    return Unavailable(
        f"the transaction of payment {payment.reference!r} is not to be seen just now; nothing was applied. "
        "Repeat it with the same reference"
    )


def _matched_in_part(payment: NewPayment, transaction_id: str) -> InvoiceKitError:
    return Conflict(
        f"the provider applied another amount of transaction {transaction_id} to invoice "
        f"{payment.invoice_id} than {payment.amount}; settle it by hand, nothing was applied by us"
    )


def _elsewhere(payment: NewPayment, found: Sequence[TransactionRecord]) -> InvoiceKitError | None:
    """Say what keeps the transaction itself from being applied: it is missing, doubled or spent."""
    if not found:
        return _not_visible(payment)
    if len(found) > 1:
        return DuplicateDetected(
            f"payment {payment.reference!r} stands as {len(found)} transactions; none was applied, and none "
            "deleted",
            candidates=[record.id for record in found],
        )
    others = found[0].invoices_beside(payment.invoice_id)
    if not others:
        return None
    return Conflict(
        f"the provider applied transaction {found[0].id} of payment {payment.reference!r} to "
        f"{', '.join(others)} by itself; nothing was applied to invoice {payment.invoice_id}"
    )
