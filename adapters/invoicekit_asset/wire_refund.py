"""Refunds and credit memos, from and to Asset's JSON."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from enum import Enum

import attrs

from invoicekit.errors import InvalidAmount, UsageError
from invoicekit.model import MISSING, NO_HEADERS, Absent, Invoice, InvoiceStatus, Money
from invoicekit.transport import HttpResponse
from invoicekit.wire import read_instant, write_instant, write_midnight
from invoicekit_asset.wire import (
    AMOUNT,
    CODEC,
    AnyNumber,
    Flag,
    Text,
    data_of,
    day_of,
    document_of,
    page_of,
    rows_of,
    text_or_none,
)

TEXT_LIMIT = 255
"""Source: vendor docs, refund-an-invoice and create-one-or-more-credit-memos-max-100."""

MOST_TARGETS = 100


class RefundMethod(Enum):
    """How money goes back. Source: vendor docs, refund-an-invoice, newest."""

    CASH = "cash"
    CHECK = "check"
    CREDIT_CARD = "credit_card"
    ACH = "ach"
    CREDIT_BALANCE = "credit_balance"
    OTHER = "other"


@attrs.frozen(kw_only=True)
class RefundTarget:
    """A part of a refund.

    Attributes:
        line_id: Needed where less than the whole invoice is given back.
    """

    invoice_id: str
    amount: Money
    line_id: str | None = None
    memo: str | None = None


@attrs.frozen(kw_only=True)
class RefundOrder:
    """A refund as Asset knows it.

    Attributes:
        external_id: Your own id of it, the natural key.
        refunded_at: When the money went back; aware.
    """

    external_id: str
    targets: tuple[RefundTarget, ...]
    refunded_at: datetime
    method: RefundMethod = RefundMethod.OTHER
    memo: str | None = None
    processor: str | None = None
    is_return: bool = False

    def __attrs_post_init__(self) -> None:
        """Refuse what Asset cannot take."""
        if not 1 <= len(self.targets) <= MOST_TARGETS:
            raise UsageError(f"a refund names 1 to {MOST_TARGETS} targets")
        for text in (self.external_id, self.memo, self.processor, *(one.memo for one in self.targets)):
            if text is not None and not 1 <= len(text) <= TEXT_LIMIT:
                raise UsageError(f"texts of a refund have 1 to {TEXT_LIMIT} characters; nothing was sent")
        if any(one.amount.amount <= 0 for one in self.targets):
            raise InvalidAmount("each part of a refund must be more than nothing; nothing was sent")

    @property
    def amount(self) -> Money:
        """The sum of the parts.

        Raises:
            CurrencyMismatch: They are in several currencies.
        """
        return Money.sum((one.amount for one in self.targets), self.targets[0].amount.currency)


@attrs.frozen(kw_only=True)
class _WirePart:
    invoice_id: Text = MISSING
    amount: AnyNumber


@attrs.frozen(kw_only=True)
class _WireRefund:
    id: str
    external_id: Text = MISSING
    amount: AnyNumber
    refunded_at: Text = MISSING
    status: Text = MISSING
    refund_invoices: tuple[_WirePart, ...] | Absent | None = MISSING


@attrs.frozen(kw_only=True)
class Refund:
    """A refund that Asset holds.

    Attributes:
        status: pending, completed or voided, as sent.
        parts: What each invoice gave back of it; empty where the answer does not say.
        raw: Everything sent.
        headers: Of the answer that brought it.
    """

    id: str
    external_id: str | None
    amount: Money
    refunded_at: datetime | None
    status: str | None
    parts: tuple[tuple[str, Money], ...] = ()
    raw: Mapping[str, object] = attrs.field(repr=False, eq=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False, eq=False)

    def given_back(self, invoice_id: str) -> Money:
        """Return what one invoice gave back; all of it where the answer does not say."""
        if not self.parts:
            return self.amount
        amounts = (amount for part_of, amount in self.parts if part_of == invoice_id)
        return Money.sum(amounts, self.amount.currency)


def read_refund(body: bytes, currency: str, *, where: str, headers: Mapping[str, str] = NO_HEADERS) -> Refund:
    """Read one refund."""
    return _refund(data_of(body, where=where), currency, where, headers)


def read_refund_list(
    body: bytes, currency: str, *, where: str, headers: Mapping[str, str] = NO_HEADERS
) -> tuple[Refund, ...]:
    """Read the refunds of one invoice, which come unpaged."""
    rows = rows_of(data_of(body, where=where), where=where)
    return tuple(_refund(row, currency, where, headers) for row in rows)


def read_refund_page(
    body: bytes, currency: str, *, headers: Mapping[str, str] = NO_HEADERS
) -> tuple[tuple[Refund, ...], str | None]:
    """Read one page of refunds, and where the next one starts."""
    page = page_of(body, where="refunds")
    return tuple(_refund(row, currency, "refunds", headers) for row in page.rows), page.next_token


def _refund(row: object, currency: str, where: str, headers: Mapping[str, str]) -> Refund:
    wire = CODEC.structure(row, _WireRefund, where=where)
    at = text_or_none(wire.refunded_at)
    return Refund(
        id=wire.id,
        external_id=text_or_none(wire.external_id),
        amount=Money(wire.amount, currency),
        refunded_at=None if at is None else read_instant(at, where=where),
        status=text_or_none(wire.status),
        parts=tuple(
            (text_or_none(part.invoice_id) or "", Money(part.amount, currency))
            for part in (wire.refund_invoices if isinstance(wire.refund_invoices, tuple) else ())
        ),
        raw=document_of(row),
        headers=headers,
    )


def encode_refund(order: RefundOrder) -> bytes:
    """Write a refund.

    Shape: {amount, refund_external_id, refunded_at, method, is_return, invoices_to_refund: [{amount,
    invoice_id, invoice_line_id?, memo?}], memo?, processor?}.
    Source: vendor docs, refund-an-invoice: 201; a partial refund must name the line (bookkeeping/invoices).
    """
    body: dict[str, object] = {
        "amount": AMOUNT.write(order.amount),
        "refund_external_id": order.external_id,
        "refunded_at": write_instant(order.refunded_at, truncate=True),
        "method": order.method.value,
        "is_return": order.is_return,
        "invoices_to_refund": [_target(target) for target in order.targets],
    }
    if order.memo is not None:
        body["memo"] = order.memo
    if order.processor is not None:
        body["processor"] = order.processor
    return CODEC.encode(body)


def _target(target: RefundTarget) -> dict[str, object]:
    part: dict[str, object] = {"amount": AMOUNT.write(target.amount), "invoice_id": target.invoice_id}
    if target.line_id is not None:
        part["invoice_line_id"] = target.line_id
    if target.memo is not None:
        part["memo"] = target.memo
    return part


def provider_time(response: HttpResponse) -> datetime | None:
    """Return when the provider answered, by its own clock; None where it does not say."""
    try:
        at = parsedate_to_datetime(response.headers.get("date", ""))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


# --- credit memos ---------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class _WireMemo:
    id: str
    customer_id: Text = MISSING
    number: Text = MISSING
    amount: AnyNumber
    issued_at: Text = MISSING
    memo: Text = MISSING
    voided: Flag = MISSING


@attrs.frozen(kw_only=True)
class CreditMemo:
    """Credit granted to a customer under a number.

    Attributes:
        raw: Everything sent.
        headers: Of the answer that brought it.
    """

    id: str
    customer_id: str | None
    number: str | None
    amount: Money
    issued_on: date | Absent | None
    memo: Text
    is_voided: bool
    raw: Mapping[str, object] = attrs.field(repr=False, eq=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False, eq=False)

    def invoice(self) -> Invoice:
        """Say it as a document of the neutral kind; what it grants is its total."""
        return Invoice(
            id=self.id,
            number=self.number,
            status=InvoiceStatus.VOID if self.is_voided else InvoiceStatus.OPEN,
            is_status_derived=True,
            currency=self.amount.currency,
            issue_date=self.issued_on,
            customer_id=self.customer_id,
            total=self.amount,
            subject=self.memo,
            raw=self.raw,
            headers=self.headers,
        )


def memo_of(
    row: object, currency: str, *, where: str = "credit memo", headers: Mapping[str, str] = NO_HEADERS
) -> CreditMemo:
    """Read one credit memo."""
    wire = CODEC.structure(row, _WireMemo, where=where)
    return CreditMemo(
        id=wire.id,
        customer_id=text_or_none(wire.customer_id),
        number=text_or_none(wire.number),
        amount=Money(wire.amount, currency),
        issued_on=day_of(wire.issued_at, where=where),
        memo=wire.memo,
        is_voided=wire.voided is True,
        raw=document_of(row),
        headers=headers,
    )


def read_memo_page(
    body: bytes, currency: str, *, headers: Mapping[str, str] = NO_HEADERS
) -> tuple[tuple[CreditMemo, ...], str | None]:
    """Read one page of credit memos, and where the next one starts."""
    page = page_of(body, where="credit memos")
    return tuple(memo_of(row, currency, headers=headers) for row in page.rows), page.next_token


def read_created_memos(
    body: bytes, currency: str, *, headers: Mapping[str, str] = NO_HEADERS
) -> Sequence[CreditMemo]:
    """Read what a batch of new credit memos made."""
    where = "created credit memo"
    rows = rows_of(data_of(body, where=where), where=where)
    return [memo_of(row, currency, where=where, headers=headers) for row in rows]


def encode_memo(*, customer_id: str, number: str, amount: Money, issued_on: date, memo: str) -> bytes:
    """Write one credit memo, as the array that Asset wants.

    Source: vendor docs, create-one-or-more-credit-memos-max-100: the number is unique in a business.

    Raises:
        UsageError: A text is too long; nothing was sent.
        InvalidAmount: Not above zero, or too many decimals; nothing was sent.
    """
    if not 1 <= len(number) <= TEXT_LIMIT or len(memo) > TEXT_LIMIT:
        raise UsageError(f"number and reason have at most {TEXT_LIMIT} characters; nothing was sent")
    if amount.amount <= 0:
        raise InvalidAmount("a credit note must be more than nothing; nothing was sent")
    item: dict[str, object] = {
        "customer_id": customer_id,
        "number": number,
        "amount": AMOUNT.write(amount),
        "issued_at": write_midnight(issued_on),
    }
    if memo:
        item["memo"] = memo
    return CODEC.encode([item])
