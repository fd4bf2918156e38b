"""Money applied to invoices: transactions, customer credit, write-offs."""

from collections.abc import Iterable
from decimal import Decimal

from invoicekit.simulate import Answer, Call, Route
from invoicekit_asset.simulator.behaviour import Verdict
from invoicekit_asset.simulator.books import ZERO, Books, Invoice, PaymentRow
from invoicekit_asset.simulator.exact_json import answer_json
from invoicekit_asset.simulator.fields import body_of
from invoicekit_asset.simulator.refusal import BrokenRule
from invoicekit_asset.simulator.tenant import Tenant

PATH = "/v0/business/{business_id}"
_CLOSED = frozenset({"voided", "uncollectible", "refunded"})


class PaymentRoutes:
    """The calls that settle invoices: additive, without a key of the caller's."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        yield Route(
            operation="apply_payment",
            method="POST",
            path=f"{PATH}/invoice-payment",
            answer=self._apply,
            is_write=True,
        )
        yield Route(
            operation="write_off",
            method="POST",
            path=f"{PATH}/invoice/{{invoice_id}}/write-off",
            answer=self._write_off,
            is_write=True,
        )

    def _apply(self, call: Call) -> Answer:
        tenant = self._tenant
        books = tenant.books(call)
        body = body_of(call)
        invoice = tenant.invoice_in(books, body.text("invoice_id"))
        transaction_id = body.optional_text("transaction_id")
        amount = body.optional_amount("payment_amount", least=ZERO)
        if tenant.behaviour.pay_closed is Verdict.REFUSE and invoice.status in _CLOSED:
            raise BrokenRule(f"The invoice is {invoice.status}")
        if transaction_id is None:
            self._from_credit(books, invoice, amount)
        else:
            self._from_transaction(books, invoice, transaction_id, amount)
        invoice.actors.append(call.headers.get("x-user-id"))
        return self._shown(books, invoice)

    def _from_transaction(
        self, books: Books, invoice: Invoice, transaction_id: str, amount: Decimal | None
    ) -> None:
        tenant = self._tenant
        found = books.transactions.get(transaction_id)
        if found is None or found.visible_at > tenant.clock.monotonic():
            raise tenant.refused(404, "Transaction not found")
        amount = found.amount if amount is None else amount
        if tenant.behaviour.reapplying is Verdict.REFUSE:
            if any(row.invoice_id == invoice.id for row in books.rows_of(found.id)):
                raise tenant.refused(409, "The transaction is applied to this invoice already")
            if amount > found.amount - books.applied(found.id):
                raise BrokenRule("The transaction has less left")
        if tenant.behaviour.overpaying is Verdict.REFUSE and amount > invoice.open_amount:
            raise BrokenRule("The payment is above what is open")
        books.apply(invoice, amount, transaction=found, by="api", at=found.at)

    def _from_credit(self, books: Books, invoice: Invoice, amount: Decimal | None) -> None:
        if amount is None or amount <= 0:
            raise BrokenRule("Without a transaction a positive payment_amount is needed")
        customer = books.customers.get(invoice.customer_id or "")
        if customer is None or customer.credit < amount:
            raise BrokenRule("The customer has less credit")
        if amount > invoice.open_amount:
            raise BrokenRule("The payment is above what is open")
        customer.credit -= amount
        books.apply(invoice, amount, transaction=None, by="credit", at=self._tenant.now_text())

    def _write_off(self, call: Call) -> Answer:
        tenant = self._tenant
        books, invoice = tenant.invoice(call)
        body = body_of(call)
        amount = body.amount("amount", above=ZERO)
        body.optional_text("description")
        if amount > invoice.open_amount:
            raise BrokenRule("The write-off is above what is open")
        invoice.payments.append(
            PaymentRow(
                id=books.mint.take("inp"),
                payment_id=books.mint.take("pay"),
                invoice_id=invoice.id,
                transaction_id=None,
                amount=amount,
                asked=amount,
                at=tenant.now_text(),
                by="api",
                is_write_off=True,
                journal_entry_id=books.mint.take("je"),
            )
        )
        invoice.actors.append(call.headers.get("x-user-id"))
        return self._shown(books, invoice)

    def _shown(self, books: Books, invoice: Invoice) -> Answer:
        document = self._tenant.writer(books).invoice(invoice)
        return answer_json({"data": document}, status=self._tenant.behaviour.created_status)
