"""Lines of invoices, which Kukkingu calls billables: read, and written as they are found again."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs

from invoicekit.adapter import Sender
from invoicekit.errors import InvalidAmount, UnsupportedOperation, UsageError
from invoicekit.model import MISSING, Absent, LineItem, Money, NewLineItem
from invoicekit.wire import canonical, named
from invoicekit_kukkingu import requests
from invoicekit_kukkingu.config import BillableAmount
from invoicekit_kukkingu.operations import LIST_BILLABLES
from invoicekit_kukkingu.wire import (
    CODEC,
    Number,
    Related,
    Relation,
    Text,
    Units,
    document_of,
    minor_of,
    money_of,
    read_all,
    text_or_none,
)

MOST_IN_A_CALL = 100
"""Source: vendor's page, create billables: 1 to 100 a call."""

REFERENCE_TYPE = "invoicekit"
_MOST_DIGITS = 15


@attrs.frozen(kw_only=True)
class WireBillable:
    """One line.

    Source: vendor's pages, list billables and create billables.
    """

    id: str
    invoice: Relation = MISSING
    description: Text = MISSING
    quantity: Number = MISSING
    amount: Units = attrs.field(default=MISSING, metadata=named("amountMinor"))
    currency: Text = attrs.field(default=MISSING, metadata=named("currencyCode"))
    reference_type: Text = attrs.field(default=MISSING, metadata=named("referenceType"))
    reference_id: Text = attrs.field(default=MISSING, metadata=named("referenceId"))
    order: Units = MISSING


@attrs.frozen(kw_only=True)
class BillableRecord:
    """A line as the wire had it, beside its raw document."""

    wire: WireBillable
    raw: Mapping[str, object] = attrs.field(repr=False)

    @property
    def is_ours(self) -> bool:
        """Whether it carries a marker of this library's."""
        return self.wire.reference_type == REFERENCE_TYPE

    @property
    def marker(self) -> str | None:
        """The marker, where it carries one."""
        return text_or_none(self.wire.reference_id) if self.is_ours else None

    @property
    def invoice_id(self) -> str | None:
        """The invoice it stands on, where the answer tells."""
        return Related.of(self.wire.invoice).id

    def item(self, amounts: BillableAmount) -> LineItem:
        """Say the same in the neutral words."""
        wire = self.wire
        money = money_of(wire.amount, text_or_none(wire.currency))
        quantity = wire.quantity
        price: Money | Absent | None = money
        amount: Money | Absent | None = money
        if quantity != 1 and amounts is BillableAmount.LINE_TOTAL:
            price = MISSING
        elif quantity != 1:
            amount = MISSING
            if isinstance(money, Money) and isinstance(quantity, Decimal):
                amount = money * quantity
        kind = text_or_none(document_of(self.raw.get("metadata")).get("kind"))
        return LineItem(
            id=wire.id,
            description=wire.description,
            quantity=quantity,
            unit_price=price,
            amount=amount,
            kind=MISSING if kind is None else kind,
            raw=self.raw,
        )


def read_billables(body: bytes, *, where: str = "billables") -> list[BillableRecord]:
    """Read all lines of an answer, in their order: those that have none come last."""
    records = [BillableRecord(wire=wire, raw=raw) for wire, raw in read_all(body, WireBillable, where=where)]
    return sorted(records, key=_order)


def _order(record: BillableRecord) -> tuple[bool, int]:
    order = record.wire.order
    return (False, order) if isinstance(order, int) else (True, 0)


async def fetch_lines(sender: Sender, invoice_id: str | None) -> list[BillableRecord]:
    """Read all lines of an invoice, or of the tenant, in one request."""
    response = await sender.send(LIST_BILLABLES, requests.list_billables(invoice_id))
    where = "billables" if invoice_id is None else f"billables of invoice {invoice_id}"
    return read_billables(response.body, where=where)


@attrs.frozen(kw_only=True)
class Line:
    """A line in the wire's own units, as it is sent and as it is recognised again.

    Attributes:
        amount: What stands in amountMinor: a price or a total, as `BillableAmount` says.
        total: What the line comes to, in minor units.
    """

    description: str
    quantity: Decimal
    amount: int
    total: int
    currency: str
    kind: str | None

    @classmethod
    def of(cls, new: NewLineItem, currency: str, amounts: BillableAmount) -> "Line":
        """Turn a neutral line into the wire's.

        Raises:
            UsageError: It is in another currency than the invoice.
            UnsupportedOperation: It names taxes, which Kukkingu does not have.
            InvalidAmount: A negative price or quantity, a quantity of more than 15 digits, or a product
                that is no whole number of minor units; nothing was sent.
        """
        if new.unit_price.currency != currency:
            raise UsageError(
                f"the invoice is in {currency}, a line in {new.unit_price.currency}; nothing was sent"
            )
        if new.taxes:
            raise UnsupportedOperation("Kukkingu has no taxes; instead: a line of its own; nothing was sent")
        quantity = _quantity(new.quantity)
        price = minor_of(new.unit_price, what="the price")
        try:
            total = minor_of(new.unit_price * quantity, what="the sum")
        except InvalidAmount as error:
            raise InvalidAmount(
                f"{quantity:f} times {new.unit_price} cannot be billed: {error}; round it and bill it as a "
                "quantity of 1"
            ) from None
        return cls(
            description=new.description,
            quantity=quantity,
            amount=price if amounts is BillableAmount.UNIT_PRICE else total,
            total=total,
            currency=currency,
            kind=new.kind,
        )

    def document(self, marker: str, order: int) -> Mapping[str, object]:
        """Return the line as it is sent.

        Source: vendor's page, create billables: description, quantity, amountMinor and currencyCode are
            required; referenceType and referenceId may carry a key of the caller's own.
        """
        document: dict[str, object] = {
            "description": self.description,
            "quantity": self.quantity,
            "amountMinor": self.amount,
            "currencyCode": self.currency,
            "referenceType": REFERENCE_TYPE,
            "referenceId": marker,
            "order": order,
        }
        if self.kind is not None:
            document["metadata"] = {"kind": self.kind}
        return document

    def is_like(self, record: BillableRecord) -> bool:
        """Tell whether a line that was read bills the same."""
        wire = record.wire
        return (wire.amount, wire.currency, wire.quantity) == (self.amount, self.currency, self.quantity)


def _quantity(value: object) -> Decimal:
    quantity = value if isinstance(value, Decimal) else Decimal("NaN")
    if isinstance(value, int) and not isinstance(value, bool):
        quantity = Decimal(value)
    is_sane = quantity.is_finite() and quantity >= 0 and abs(quantity.adjusted()) <= _MOST_DIGITS
    if not is_sane or len(quantity.as_tuple().digits) > _MOST_DIGITS:
        raise InvalidAmount(f"a quantity is a Decimal of 0 or more with at most {_MOST_DIGITS} digits")
    return quantity


def markers_of(invoice_id: str, lines: Sequence[Line]) -> tuple[str, ...]:
    """Name each line of one creation: by the invoice, by all lines together, and by its position.

    The same lines get the same names in every process; other lines under the same invoice get others, so
    that they are seen and refused rather than added to what is there.
    """
    whole = canonical(invoice_id=invoice_id, lines=lines)
    return tuple(
        f"ik:{hashlib.sha256(f'{whole} {position}'.encode()).hexdigest()[:24]}"
        for position in range(1, len(lines) + 1)
    )


def encode_lines(invoice_id: str, documents: Sequence[Mapping[str, object]]) -> bytes:
    """Write 1 to 100 lines for one invoice."""
    return CODEC.encode({"invoiceId": invoice_id, "billables": list(documents)})
