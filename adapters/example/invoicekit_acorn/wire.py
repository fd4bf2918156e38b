"""Acorn's JSON: read strictly, written exactly. Pure: no HTTP here."""

import re
from collections.abc import Mapping

import attrs
from invoicekit.errors import (
    AuthenticationError,
    InvalidRequest,
    MalformedResponse,
    NotApplied,
    NotFound,
)
from invoicekit.model import (
    MISSING,
    Absent,
    Customer,
    Invoice,
    InvoiceStatus,
    Payment,
    PaymentStatus,
    StatusRule,
)
from invoicekit.transport import HttpResponse
from invoicekit.wire import MINOR_BY_EXPONENT, Codec, read_instant

CODEC = Codec()
ID = re.compile(r"[a-z]{3}-[0-9]{6}")
_CODE = re.compile(r"[a-z_]{1,40}")
DRAFT, OPEN, PAID, VOID = "draft", "open", "paid", "void"

STATUSES = (
    StatusRule(
        raw=DRAFT,
        status=InvoiceStatus.DRAFT,
        payment_status=PaymentStatus.UNPAID,
        is_settable=True,
        destroys_payments_from=frozenset({OPEN, PAID}),
    ),
    StatusRule(raw=OPEN, status=InvoiceStatus.OPEN, payment_status=PaymentStatus.UNPAID, is_settable=True),
    StatusRule(raw=PAID, status=InvoiceStatus.PAID, payment_status=PaymentStatus.PAID, is_derived=True),
    StatusRule(raw=VOID, status=InvoiceStatus.VOID, payment_status=PaymentStatus.UNPAID, is_settable=True),
)
_BY_WORD = {rule.raw: rule for rule in STATUSES}
WORDS = {rule.status: rule.raw for rule in STATUSES if rule.is_settable}


@attrs.frozen(kw_only=True)
class WireInvoice:
    """One invoice as Acorn writes it; amounts in minor units."""

    id: str
    number: str
    customer: str
    currency: str
    status: str
    total: int
    paid: int

    def invoice(self, raw: Mapping[str, object], headers: Mapping[str, str]) -> Invoice:
        """Say the same in the neutral words; a status nobody knows is UNKNOWN."""
        rule = _BY_WORD.get(self.status)
        total, paid = (MINOR_BY_EXPONENT.read(units, self.currency) for units in (self.total, self.paid))
        in_part = PaymentStatus.PARTIALLY_PAID if 0 < paid.amount < total.amount else None
        return Invoice(
            id=self.id,
            number=self.number,
            customer_id=self.customer,
            currency=self.currency,
            status=rule.status if rule else InvoiceStatus.UNKNOWN,
            payment_status=in_part or (rule.payment_status if rule else None) or PaymentStatus.UNKNOWN,
            raw_status=self.status,
            total=total,
            amount_paid=paid,
            amount_due=total - paid,
            raw=raw,
            headers=headers,
        )


@attrs.frozen(kw_only=True)
class WirePayment:
    """One payment; the note carries our marker."""

    id: str
    amount: int
    paid_at: str
    note: str

    def payment(
        self, invoice_id: str, currency: str, raw: Mapping[str, object], headers: Mapping[str, str]
    ) -> Payment:
        """Say the same in the neutral words."""
        return Payment(
            id=self.id,
            invoice_id=invoice_id,
            amount=MINOR_BY_EXPONENT.read(self.amount, currency),
            paid_at=read_instant(self.paid_at),
            note=self.note,
            raw=raw,
            headers=headers,
        )


@attrs.frozen(kw_only=True)
class WireCustomer:
    """One customer."""

    id: str
    name: str

    def customer(self, raw: Mapping[str, object], headers: Mapping[str, str]) -> Customer:
        """Say the same in the neutral words."""
        return Customer(id=self.id, name=self.name, raw=raw, headers=headers)


@attrs.frozen(kw_only=True)
class WirePage:
    """One page of any list; `next` is null at the end, and only there."""

    data: tuple[object, ...]
    next: str | Absent | None = MISSING

    @classmethod
    def read(cls, response: HttpResponse, *, where: str) -> "WirePage":
        """Read a page; one that does not say how it goes on is no page.

        Raises:
            MalformedResponse: It is none.
        """
        page = CODEC.decode(response.body, cls, where=where)
        if page.next is MISSING:
            raise MalformedResponse(f"{where}: a page without `next` may be the last one or not")
        return page

    @property
    def cursor(self) -> str | None:
        """Where the next page starts."""
        return self.next if isinstance(self.next, str) else None


@attrs.frozen(kw_only=True)
class _WireError:
    code: str


@attrs.frozen(kw_only=True)
class _WireRefusal:
    error: _WireError


_KINDS: Mapping[str, type[InvalidRequest | NotFound | AuthenticationError]] = {
    "bad_key": AuthenticationError,
    "not_found": NotFound,
}


def read_refusal(response: HttpResponse) -> NotApplied | None:
    """Classify an error answer: Acorn says 400 for what is not there, and its code tells."""
    if not 400 <= response.status < 500 or response.status == 408:
        return None
    try:
        code = CODEC.decode(response.body, _WireRefusal, where="error").error.code
    except MalformedResponse:
        return None
    kind = _KINDS.get(code, InvalidRequest)
    shown = code if _CODE.fullmatch(code) else "in no words of its own"
    return kind(f"Acorn refused it: {shown}", status=response.status, code=code[:40])
