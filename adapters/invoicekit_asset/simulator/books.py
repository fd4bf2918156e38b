"""The books of one business: what Asset keeps, and the arithmetic it does."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

import attrs

from invoicekit_asset.simulator.identity import IdMint

STATUSES = ("open", "paid", "uncollectible", "voided", "refunded", "partially_refunded")
ZERO = Decimal(0)


@attrs.define(kw_only=True)
class Line:
    """One line; a document shows unit price and quantity, or their product."""

    id: str
    description: str
    ledger_id: str
    unit_price: Decimal
    quantity: Decimal = Decimal(1)
    metadata: Mapping[str, object] | None = None

    @property
    def amount(self) -> Decimal:
        """What the line adds to the invoice."""
        return self.unit_price * self.quantity


@attrs.define(kw_only=True)
class PaymentRow:
    """Money applied to an invoice.

    Attributes:
        transaction_id: None where it came from credit, or is a write-off.
        by: "api", "matching" or "credit".
        asked: What the caller asked to apply; the surplus over `amount` became credit.
    """

    id: str
    payment_id: str
    invoice_id: str
    transaction_id: str | None
    amount: Decimal
    at: str
    by: str
    asked: Decimal
    is_write_off: bool = False
    journal_entry_id: str | None = None


@attrs.define(kw_only=True)
class Invoice:
    """One invoice.

    Attributes:
        word: What a PATCH or a refund set it to; None while payments decide.
        actors: The x-user-id of every write, in order.
    """

    id: str
    number: str
    description: str
    due_at: str
    sent_at: str
    customer_id: str | None
    lines: list[Line]
    payments: list[PaymentRow] = attrs.field(factory=list)
    word: str | None = None
    voided_at: str | None = None
    metadata: Mapping[str, object] | None = None
    tags: Mapping[str, str] = attrs.field(factory=dict)
    actors: list[str | None] = attrs.field(factory=list)

    @property
    def total(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def paid(self) -> Decimal:
        """The sum of what is applied, write-offs included."""
        return sum((row.amount for row in self.payments), ZERO)

    @property
    def open_amount(self) -> Decimal:
        """What is still to be paid, never below zero."""
        return max(ZERO, self.total - self.paid)

    @property
    def status(self) -> str:
        """The status word."""
        if self.word is not None:
            return self.word
        return "paid" if self.payments and self.paid >= self.total else "open"


@attrs.define(kw_only=True)
class Transaction:
    """Money that moved on an account.

    Attributes:
        external_id: The caller's own id of it.
        visible_at: Monotonic seconds from which reads show it.
    """

    id: str
    external_id: str
    external_account_id: str
    amount: Decimal
    at: str
    description: str
    visible_at: float
    metadata: Mapping[str, object] | None = None


@attrs.define(kw_only=True)
class Customer:
    """Who is invoiced; `credit` is what may be spent on invoices."""

    id: str
    name: str
    external_id: str | None = None
    email: str | None = None
    billing_address: Mapping[str, object] | None = None
    shipping_address: Mapping[str, object] | None = None
    phone_number: str | None = None
    credit: Decimal = ZERO


@attrs.frozen(kw_only=True)
class RefundPart:
    """What a refund takes from one invoice."""

    id: str
    invoice_id: str
    line_id: str | None
    amount: Decimal
    memo: str | None


@attrs.define(kw_only=True)
class Refund:
    """Money given back."""

    id: str
    external_id: str
    amount: Decimal
    refunded_at: str
    method: str
    memo: str | None
    processor: str | None
    is_return: bool
    parts: list[RefundPart]
    payments: list[tuple[str, str, Decimal]] = attrs.field(factory=list)

    @property
    def amount_paid(self) -> Decimal:
        """What outgoing transactions settled."""
        return sum((amount for _, _, amount in self.payments), ZERO)


@attrs.define(kw_only=True)
class CreditMemo:
    """Credit granted to a customer."""

    id: str
    customer_id: str
    number: str
    amount: Decimal
    issued_at: str
    journal_entry_id: str
    memo: str | None = None
    tags: Mapping[str, str] = attrs.field(factory=dict)
    voided_at: str | None = None


class Books:
    """Everything one business has."""

    def __init__(self, business_id: str, *, mint: IdMint) -> None:
        self.business_id = business_id
        self.mint = mint
        self.invoices: dict[str, Invoice] = {}
        self.transactions: dict[str, Transaction] = {}
        self._by_external_id: defaultdict[str, list[Transaction]] = defaultdict(list)
        self._rows: defaultdict[str, list[PaymentRow]] = defaultdict(list)
        self.customers: dict[str, Customer] = {}
        self.refunds: dict[str, Refund] = {}
        self.memos: dict[str, CreditMemo] = {}

    def add_customer(self, name: str = "Acme", **fields: str) -> Customer:
        """Add a customer."""
        # The fields given are its texts; the checker sees that it has one that is none, the credit.
        customer = Customer(id=self.mint.take("cus"), name=name, **fields)  # type: ignore[arg-type]
        self.customers[customer.id] = customer
        return customer

    def new_line(
        self, amount: Decimal, *, description: str = "Work", ledger_id: str, quantity: Decimal = Decimal(1)
    ) -> Line:
        """Make a line that belongs to no invoice yet."""
        return Line(
            id=self.mint.take("inl"),
            description=description,
            ledger_id=ledger_id,
            unit_price=amount,
            quantity=quantity,
        )

    def add_invoice(
        self,
        *amounts: Decimal | str,
        customer_id: str | None = None,
        number: str | None = None,
        due_at: str = "2026-03-31T00:00:00Z",
        sent_at: str = "2026-03-01T00:00:00Z",
        ledger_id: str = "ldg_default",
    ) -> Invoice:
        """Add an open invoice with one line for each amount."""
        invoice = Invoice(
            id=self.mint.take("inv"),
            number=number or f"SIM-{len(self.invoices) + 1:06}",
            description="Simulated invoice",
            due_at=due_at,
            sent_at=sent_at,
            customer_id=customer_id,
            lines=[self.new_line(Decimal(amount), ledger_id=ledger_id) for amount in amounts],
        )
        self.invoices[invoice.id] = invoice
        return invoice

    def add_transaction(
        self,
        amount: Decimal | str,
        *,
        external_id: str | None = None,
        at: str = "2026-03-01T00:00:00Z",
        description: str = "",
        account: str = "eac_feed",
        visible_at: float = 0.0,
    ) -> Transaction:
        """Add a transaction, as a bank feed would."""
        identifier = self.mint.take("txn")
        transaction = Transaction(
            id=identifier,
            external_id=external_id or f"feed-{identifier}",
            external_account_id=account,
            amount=Decimal(amount),
            at=at,
            description=description,
            visible_at=visible_at,
        )
        self.keep(transaction)
        return transaction

    def keep(self, transaction: Transaction) -> None:
        """Enter a transaction."""
        self.transactions[transaction.id] = transaction
        self._by_external_id[transaction.external_id].append(transaction)

    def known_as(self, external_id: str) -> Sequence[Transaction]:
        """Return the transactions that carry the caller's id."""
        return tuple(self._by_external_id.get(external_id, ()))

    def apply(
        self, invoice: Invoice, amount: Decimal, *, transaction: Transaction | None, by: str, at: str
    ) -> PaymentRow:
        """Apply money; what lies above the open amount becomes the customer's credit without a word."""
        within = min(amount, invoice.open_amount)
        row = PaymentRow(
            id=self.mint.take("inp"),
            payment_id=self.mint.take("pay"),
            invoice_id=invoice.id,
            transaction_id=None if transaction is None else transaction.id,
            amount=within,
            asked=amount,
            at=at,
            by=by,
            journal_entry_id=self.mint.take("je") if transaction is None else None,
        )
        invoice.payments.append(row)
        if transaction is not None:
            self._rows[transaction.id].append(row)
        customer = self.customers.get(invoice.customer_id or "")
        if customer is not None and transaction is not None:
            customer.credit += amount - within
        return row

    def rows_of(self, transaction_id: str) -> Sequence[PaymentRow]:
        """Return what a transaction was applied to."""
        return tuple(self._rows.get(transaction_id, ()))

    def applied(self, transaction_id: str) -> Decimal:
        """Return how much of a transaction is used up, credit given for surplus included."""
        return sum((row.asked for row in self.rows_of(transaction_id)), ZERO)

    def refunded(self, invoice_id: str) -> Decimal:
        """Return how much of an invoice was given back."""
        parts = (part for refund in self.refunds.values() for part in refund.parts)
        return sum((part.amount for part in parts if part.invoice_id == invoice_id), ZERO)
