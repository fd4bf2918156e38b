"""An invoice with its lines and payments, and the arithmetic between them."""

from decimal import ROUND_HALF_UP, Decimal

import attrs

STATUSES = ("UNSENT", "SENT", "PAID", "PARTIALLY_PAID", "VOID", "OVERDUE")
TAX_TYPES = ("COMPOUND", "SIMPLE", "NONE")
APPLIED_TAXES = ("TAX1", "TAX2", "TAX1TAX2", "NONE")
ZERO_FIELDS = ("TAX", "TAX_2", "DISCOUNT")
SETTLED = frozenset({"PAID", "PARTIALLY_PAID"})


@attrs.define(kw_only=True)
class Item:
    """One invoice line; its order is its place in the list.

    Attributes:
        quantity: In hundredths.
        unit_price: In minor units.
        entries: Numbers of the imported time entries.
    """

    description: str
    item_type: str
    quantity: int
    unit_price: int
    apply_taxes: str = "NONE"
    entries: tuple[int, ...] = ()

    @property
    def amount(self) -> int:
        """Return unit price times quantity / 100, in minor units."""
        return _whole(Decimal(self.unit_price * self.quantity) / 100)


@attrs.define(kw_only=True)
class Payment:
    """One recorded payment.

    Attributes:
        amount: In minor units.
        date: Seconds since 1970.
        recorded_at: When it was recorded, on the simulator's monotonic clock.
        status_before: The invoice's status until then, which a lagging read goes on to show.
    """

    id: str
    amount: int
    note: str
    date: int
    author: str
    recorded_at: float
    status_before: str


@attrs.define(kw_only=True)
class Invoice:
    """One invoice as the provider stores it.

    Attributes:
        issued, due: Seconds since 1970.
        status: As last set or reached; OVERDUE by date is derived on reading.
        open_status: The status to return to when the last payment is deleted.
        discount, tax, tax2: Plain percents.
    """

    id: str
    number: str
    client_id: str
    currency: str
    issued: int
    due: int
    user_id: str
    company_id: str
    bill_from: str
    client_address: str
    note: str
    subject: str
    status: str = "UNSENT"
    open_status: str = "UNSENT"
    tax_type: str = "SIMPLE"
    discount: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    tax2: Decimal = Decimal(0)
    visible_zero_fields: tuple[str, ...] = ()
    items: list[Item] = attrs.field(factory=list)
    payments: list[Payment] = attrs.field(factory=list)

    @property
    def totals(self) -> "Totals":
        """Return the sums of the lines with discount and taxes."""
        subtotal = sum(item.amount for item in self.items)
        kept = 1 - self.discount / 100
        tax = tax2 = Decimal(0)
        if self.tax_type != "NONE":
            taxed = sum(item.amount for item in self.items if "TAX1" in item.apply_taxes) * kept
            tax = taxed * self.tax / 100
            taxed2 = sum(item.amount for item in self.items if "TAX2" in item.apply_taxes) * kept
            compound = tax if self.tax_type == "COMPOUND" else Decimal(0)
            tax2 = (taxed2 + compound) * self.tax2 / 100
        return Totals(
            subtotal=subtotal,
            discount=_whole(subtotal * self.discount / 100),
            tax=_whole(tax),
            tax2=_whole(tax2),
        )

    @property
    def amount(self) -> int:
        """Return what is billed, in minor units."""
        return self.totals.amount

    def paid(self, *, as_of: float | None = None) -> int:
        """Return the sum of the payments, or of those recorded by a monotonic time."""
        return sum(
            payment.amount for payment in self.payments if as_of is None or payment.recorded_at <= as_of
        )

    @property
    def balance(self) -> int:
        """Return what is still owed; negative after an overpayment."""
        return self.amount - self.paid()

    def shown_status(self, *, now: int, as_of: float | None = None) -> str:
        """Return the status that a read gives: OVERDUE by date, and behind by the reads' lag."""
        status = self.status
        if as_of is not None:
            hidden = next((payment for payment in self.payments if payment.recorded_at > as_of), None)
            status = hidden.status_before if hidden is not None else status
        return "OVERDUE" if status == "SENT" and self.due < now else status

    def add_payment(self, payment: Payment) -> None:
        """Record a payment; never compared with earlier ones."""
        if self.status not in SETTLED:
            self.open_status = self.status
        self.payments.append(payment)
        self._settle()

    def remove_payment(self, payment: Payment) -> None:
        """Take a payment back; without any left the invoice returns to its earlier state."""
        self.payments.remove(payment)
        if self.status not in SETTLED:
            return
        if self.payments:
            self._settle()
        else:
            self.status = self.open_status

    def drop_payments(self) -> None:
        """Destroy all payments."""
        self.payments.clear()

    def _settle(self) -> None:
        self.status = "PAID" if self.balance <= 0 else "PARTIALLY_PAID"


@attrs.frozen(kw_only=True)
class Totals:
    """The sums of an invoice, in minor units."""

    subtotal: int
    discount: int
    tax: int
    tax2: int

    @property
    def amount(self) -> int:
        """Return what is billed."""
        return self.subtotal - self.discount + self.tax + self.tax2


def _whole(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP))
