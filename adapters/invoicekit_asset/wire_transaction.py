"""Transactions and the payments made of them, from and to Asset's JSON."""

from collections.abc import Mapping
from decimal import Decimal

import attrs

from invoicekit.errors import InvalidAmount, UsageError
from invoicekit.model import MISSING, NO_HEADERS, Absent, Money, NewPayment
from invoicekit.wire import write_instant
from invoicekit_asset.wire import (
    AMOUNT,
    CODEC,
    AnyNumber,
    Text,
    data_of,
    document_of,
    page_of,
    rows_of,
    text_or_none,
)

DESCRIPTION_LIMIT = 512
"""Source: vendor docs, api-reference/transaction/create-transactions."""


@attrs.frozen(kw_only=True)
class WireApplied:
    """Where a part of a transaction went."""

    payment_amount: AnyNumber
    invoice_id: Text = MISSING


@attrs.frozen(kw_only=True)
class WireTransaction:
    """One transaction; `invoice_payments` is null unless it was asked for.

    Source: vendor docs, api-reference/transaction/list-transactions-for-a-business.
    """

    id: str
    external_id: Text = MISSING
    amount: AnyNumber
    invoice_payments: tuple[WireApplied, ...] | Absent | None = MISSING


@attrs.frozen(kw_only=True)
class TransactionRecord:
    """A transaction as the wire had it, beside its raw document."""

    wire: WireTransaction
    raw: Mapping[str, object] = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False)

    @property
    def id(self) -> str:
        """Asset's own id of it."""
        return self.wire.id

    @property
    def amount(self) -> Decimal:
        """Major units."""
        return self.wire.amount

    def invoices_beside(self, invoice_id: str) -> tuple[str, ...]:
        """Return the other invoices that it was applied to."""
        applied = self.wire.invoice_payments
        rows = applied if isinstance(applied, tuple) else ()
        found = (text_or_none(row.invoice_id) or "unknown" for row in rows)
        return tuple(dict.fromkeys(other for other in found if other != invoice_id))


def _record(row: object, where: str, headers: Mapping[str, str] = NO_HEADERS) -> TransactionRecord:
    wire = CODEC.structure(row, WireTransaction, where=where)
    return TransactionRecord(wire=wire, raw=document_of(row), headers=headers)


def read_transactions(
    body: bytes, *, external_id: str, where: str, headers: Mapping[str, str] = NO_HEADERS
) -> tuple[tuple[TransactionRecord, ...], str | None]:
    """Read one page of transactions and keep those of one caller-chosen id, whatever the filter did.

    Rows of other ids are not looked at further: a feed's odd row must not stand in the way of a payment.
    """
    page = page_of(body, where=where)
    ours = [row for row in page.rows if document_of(row).get("external_id") == external_id]
    return tuple(_record(row, where, headers) for row in ours), page.next_token


def read_accepted(body: bytes, *, where: str) -> tuple[TransactionRecord, ...]:
    """Read what was accepted.

    Answer: 202 with `data`, which the oldest version leaves untyped; it proves nothing but acceptance.
    """
    rows = rows_of(data_of(body, where=where), where=where)
    return tuple(_record(row, where) for row in rows)


def amount_of(payment: NewPayment) -> Decimal:
    """Return the amount in wire units.

    Raises:
        InvalidAmount: Zero, negative, or with more decimals than the currency has; nothing was sent.
    """
    amount = AMOUNT.write(payment.amount)
    if amount <= 0:
        raise InvalidAmount("a payment must be more than nothing; give money back with refund()")
    return amount


def description_of(payment: NewPayment) -> str:
    """Return what is written on the transaction: the caller's words, the invoice's id, our marker.

    The invoice's id helps Asset's own matching to find the right invoice, should it be faster.

    Raises:
        UsageError: The caller's words leave no room for them; nothing was sent.
    """
    description = f"{payment.note} {payment.invoice_id} {payment.marker}".strip()
    if len(description) > DESCRIPTION_LIMIT:
        most = DESCRIPTION_LIMIT - len(payment.invoice_id) - len(payment.marker) - 2
        raise UsageError(f"the note of a payment may have {most} characters here; nothing was sent")
    return description


def encode_transaction(payment: NewPayment, *, amount: Decimal, account_id: str) -> bytes:
    """Write one transaction, as the array that Asset wants.

    Shape: [{amount, description, external_account_id, transaction_datetime, transaction_id}]; the last is
    the caller's own unique value and is read back as external_id.
    Source: vendor docs, api-reference/transaction/create-transactions, versions B and C.
    Unverified: the sign of money received; payment_amount must not be negative and defaults to this
        amount, so it is taken to be positive.
    """
    return CODEC.encode(
        [
            {
                "amount": amount,
                "description": description_of(payment),
                "external_account_id": account_id,
                "transaction_datetime": write_instant(payment.paid_at, truncate=True),
                "transaction_id": payment.marker,
            }
        ]
    )


def encode_application(invoice_id: str, amount: Money, *, transaction_id: str | None) -> bytes:
    """Write that money is applied: of a transaction, or without one of the customer's credit.

    The amount is always sent: without it the whole transaction would be applied, and what is above the
    open amount would become credit without a word.
    Source: vendor docs, apply-a-payment-to-an-invoice; bookkeeping/invoices.
    """
    body: dict[str, object] = {"invoice_id": invoice_id, "payment_amount": AMOUNT.write(amount)}
    if transaction_id is not None:
        body["transaction_id"] = transaction_id
    return CODEC.encode(body)


def encode_write_off(amount: Money, description: str) -> bytes:
    """Write a write-off. Unverified: which members are required; both are sent."""
    return CODEC.encode({"amount": AMOUNT.write(amount), "description": description})
