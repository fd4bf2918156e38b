"""Money that moves without a transaction: spending customer credit, giving up what is owed."""

import attrs

from invoicekit.adapter import Done, Sender, Sighting, Write
from invoicekit.errors import (
    CurrencyMismatch,
    InvalidAmount,
    InvalidTransition,
    InvoiceKitError,
    MalformedResponse,
)
from invoicekit.model import Invoice, Money, Payment
from invoicekit.wire import canonical
from invoicekit_asset.config import AssetConfig
from invoicekit_asset.invoices import InvoiceReader
from invoicekit_asset.operations import Writes
from invoicekit_asset.requests import Requests
from invoicekit_asset.status import TAKES_NO_PAYMENT, VOIDED
from invoicekit_asset.wire import AMOUNT
from invoicekit_asset.wire_invoice import InvoiceRecord, WirePayment, read_invoice
from invoicekit_asset.wire_transaction import encode_application, encode_write_off


@attrs.frozen(kw_only=True)
class CreditDesk:
    """Spends credit on invoices and writes invoices off; neither carries an id of the caller's."""

    config: AssetConfig
    requests: Requests
    writes: Writes
    reader: InvoiceReader

    def apply(self, invoice_id: str, amount: Money) -> Write[Payment]:
        """Pay a part of an invoice from its customer's credit; never repeated when its outcome is in doubt.

        Doubt is looked into by comparing the rows with those read just before the send, and only by the
        process that read them: nothing in a row tells ours from another of the same amount.
        Source: vendor docs, apply-a-payment-to-an-invoice: transaction_id left out draws from credit.

        Raises:
            CurrencyMismatch, InvalidAmount, InvalidIdentifier: It can never be; nothing was sent.
        """
        if amount.currency != self.config.currency:
            raise CurrencyMismatch(f"the books are in {self.config.currency}, not in {amount.currency}")
        if AMOUNT.write(amount) <= 0:
            raise InvalidAmount("credit to apply must be more than nothing")
        self.requests.invoice(invoice_id)  # checks the id before anything is planned
        request = self.requests.apply_payment(encode_application(invoice_id, amount, transaction_id=None))
        seen: list[frozenset[str]] = []

        def done(record: InvoiceRecord, row: WirePayment) -> Done[Payment]:
            return Done(value=record.payment(row), resource_id=row.id, raw=record.raw, headers=record.headers)

        def fresh(record: InvoiceRecord) -> list[WirePayment]:
            return [
                row
                for row in record.payments
                if row.is_from_credit and row.payment_amount == amount.amount and row.id not in seen[-1]
            ]

        async def perform(sender: Sender) -> Done[Payment]:
            before = await self.reader.one(sender, invoice_id)
            refusal = _unpayable_from_credit(before, amount)
            if refusal is not None:
                raise refusal
            seen.append(frozenset(row.id for row in before.payments))
            response = await sender.send(self.writes.apply_credit, request)
            where = f"answer to credit applied to invoice {invoice_id}"
            record = read_invoice(
                response.body,
                self.config.currency,
                expected_id=invoice_id,
                where=where,
                headers=response.shown_headers,
            )
            rows = fresh(record)
            if len(rows) != 1:
                raise MalformedResponse(f"{where}: it does not show one new row of that amount")
            return done(record, rows[0])

        async def look(sender: Sender) -> Sighting[Payment]:
            if not seen:
                return Sighting(is_complete=False)
            record = await self.reader.one(sender, invoice_id)
            return Sighting(matches=tuple(done(record, row) for row in fresh(record)))

        return Write(
            operation=self.writes.apply_credit,
            target=invoice_id,
            content=canonical(invoice_id=invoice_id, amount=amount),
            perform=perform,
            look=look,
            recall=lambda row_id: Payment(id=row_id, invoice_id=invoice_id, amount=amount),
        )

    def write_off(self, invoice_id: str) -> Write[Invoice]:
        """Give up what is still owed, as it is just before the send; never repeated when in doubt.

        It is done when nothing is owed and a row says that it is a write-off.
        Source: vendor docs, write-off-an-invoice; is_write_off in the newest version of payment rows.
        """
        self.requests.invoice(invoice_id)  # checks the id before anything is planned

        def done(record: InvoiceRecord) -> Done[Invoice]:
            return Done(value=record.invoice(), resource_id=record.id, raw=record.raw, headers=record.headers)

        async def perform(sender: Sender) -> Done[Invoice]:
            before = await self.reader.one(sender, invoice_id)
            due = before.open_amount
            refusal = _nothing_to_give_up(before)
            if refusal is not None or due is None:
                raise refusal or MalformedResponse(f"invoice {invoice_id} does not say what is open")
            body = encode_write_off(due, f"Written off: invoice {invoice_id}")
            response = await sender.send(self.writes.write_off, self.requests.write_off(invoice_id, body))
            where = f"answer to a write-off of invoice {invoice_id}"
            return done(
                read_invoice(
                    response.body,
                    self.config.currency,
                    expected_id=invoice_id,
                    where=where,
                    headers=response.shown_headers,
                )
            )

        async def look(sender: Sender) -> Sighting[Invoice]:
            record = await self.reader.one(sender, invoice_id)
            due = record.open_amount
            is_given_up = any(not row.is_money for row in record.payments)
            if is_given_up and due is not None and due.amount <= 0:
                return Sighting(matches=(done(record),))
            return Sighting(refusal=_nothing_to_give_up(record))

        return Write(
            operation=self.writes.write_off,
            target=invoice_id,
            content=canonical(invoice_id=invoice_id),
            perform=perform,
            look=look,
            recall=lambda _: Invoice(id=invoice_id),
        )


def _unpayable_from_credit(record: InvoiceRecord, amount: Money) -> InvoiceKitError | None:
    if record.status in TAKES_NO_PAYMENT:
        return InvalidTransition(
            f"invoice {record.id} is {record.status} and takes no payment; nothing was sent"
        )
    due = record.open_amount
    if due is None:
        return MalformedResponse(f"invoice {record.id} does not say what is open; nothing was sent")
    if amount > due:
        return InvalidAmount(f"invoice {record.id} has {due} open, less than {amount}; nothing was sent")
    return None


def _nothing_to_give_up(record: InvoiceRecord) -> InvoiceKitError | None:
    due = record.open_amount
    if record.status == VOIDED:
        return InvalidTransition(f"invoice {record.id} is voided; nothing was sent")
    if due is not None and due.amount <= 0:
        return InvalidTransition(f"invoice {record.id} owes nothing any more; nothing was sent")
    return None
