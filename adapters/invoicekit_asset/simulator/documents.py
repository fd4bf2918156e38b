"""Asset's documents, in the three generations of its pages."""

from collections.abc import Mapping
from decimal import Decimal

from invoicekit_asset.simulator.behaviour import Behaviour, Generation
from invoicekit_asset.simulator.books import (
    ZERO,
    Books,
    CreditMemo,
    Customer,
    Invoice,
    Line,
    PaymentRow,
    Refund,
    Transaction,
)

Document = dict[str, object]


class Writer:
    """Writes what stands in the books as the switches say."""

    def __init__(self, books: Books, behaviour: Behaviour) -> None:
        self._books = books
        self._behaviour = behaviour
        self._is_newest = behaviour.generation is Generation.NEWEST

    def _amount(self, value: Decimal) -> object:
        return f"{value:f}" if self._behaviour.amounts_as_text else value

    def _tags(self, tags: Mapping[str, str]) -> object:
        if self._behaviour.tags_as_rows:
            return {group: [{"amount": "0.00", "value": value}] for group, value in tags.items()}
        return dict(tags)

    def invoice(self, invoice: Invoice) -> Document:
        """Write an invoice with its lines and payments."""
        document: Document = {
            "id": invoice.id,
            "business_id": self._books.business_id,
            "number": invoice.number,
            "description": invoice.description,
            "total_amount": self._amount(invoice.total),
            "total_paid": self._amount(invoice.paid),
            "due_at": invoice.due_at,
            "sent_at": invoice.sent_at,
            "voided_at": invoice.voided_at,
            "customer_id": invoice.customer_id,
            "lines": [self._line(invoice, line) for line in invoice.lines],
            "payments": [self.payment(row) for row in invoice.payments],
        }
        if not self._behaviour.hides_status:
            document |= {"status": invoice.status, "source": "manual"}
        if self._is_newest:
            return document | {"metadata": invoice.metadata or {}, "tags": self._tags(invoice.tags)}
        return document | {"metadata_": invoice.metadata or {}, "credit_amount": None}

    def _line(self, invoice: Invoice, line: Line) -> Document:
        document: Document = {
            "id": line.id,
            "invoice_id": invoice.id,
            "description": line.description,
            "ledger_id": line.ledger_id,
        }
        if self._is_newest:
            return document | {"amount": self._amount(line.amount), "metadata": line.metadata or {}}
        return document | {
            "unit_price": self._amount(line.unit_price),
            "quantity": self._amount(line.quantity),
            **dict.fromkeys(
                ("discount_amount", "discount_rate", "tax_amount", "tax_rate"), self._amount(ZERO)
            ),
            "is_prepayment": False,
            "metadata_": line.metadata or {},
        }

    def payment(self, row: PaymentRow) -> Document:
        """Write a payment row; its back reference is an empty object."""
        document: Document = {
            "id": row.id,
            "invoice_id": row.invoice_id,
            "payment_id": row.payment_id,
            "transaction_id": row.transaction_id,
            "datetime": row.at,
            "payment_amount": self._amount(row.amount),
            "invoice": {},
        }
        if self._is_newest:
            document |= {
                "credit_journal_entry_id": row.journal_entry_id,
                "credit_memo_id": None,
                "is_write_off": row.is_write_off,
            }
        return document

    def transaction(self, transaction: Transaction, *, with_payments: bool) -> Document:
        """Write a transaction; what it was applied to only where that was asked for."""
        payments = None
        if with_payments:
            payments = [
                self.payment(row)
                | {"invoice": {"id": row.invoice_id, "number": self._books.invoices[row.invoice_id].number}}
                for row in self._books.rows_of(transaction.id)
            ]
        return {
            "id": transaction.id,
            "external_id": transaction.external_id,
            "external_account_id": transaction.external_account_id,
            "amount": self._amount(transaction.amount),
            "datetime": transaction.at,
            "description": transaction.description,
            "posted": True,
            "type": "business",
            "reviewed": False,
            "metadata_": transaction.metadata or {},
            "invoice_payments": payments,
            "refund_payments": None,
            "bill_payments": None,
        }

    def refund(self, refund: Refund) -> Document:
        """Write a refund."""
        return {
            "id": refund.id,
            "business_id": self._books.business_id,
            "external_id": refund.external_id,
            "amount": self._amount(refund.amount),
            "amount_paid": self._amount(refund.amount_paid),
            "method": refund.method,
            "status": "completed" if refund.amount_paid >= refund.amount else "pending",
            "refunded_at": refund.refunded_at,
            "memo": refund.memo,
            "processor": refund.processor,
            "is_return": refund.is_return,
            "payments": [
                {"id": identifier, "transaction_id": transaction_id, "amount": self._amount(amount)}
                for identifier, transaction_id, amount in refund.payments
            ],
            "refund_invoices": [
                {
                    "id": part.id,
                    "invoice_id": part.invoice_id,
                    "invoice_line_id": part.line_id,
                    "external_id": None,
                    "amount": self._amount(part.amount),
                    "memo": part.memo,
                }
                for part in refund.parts
            ],
        }

    def memo(self, memo: CreditMemo) -> Document:
        """Write a credit memo."""
        return {
            "id": memo.id,
            "business_id": self._books.business_id,
            "customer_id": memo.customer_id,
            "number": memo.number,
            "amount": self._amount(memo.amount),
            "issued_at": memo.issued_at,
            "journal_entry_id": memo.journal_entry_id,
            "voided": memo.voided_at is not None,
            "memo": memo.memo,
            "void_journal_entry_id": None if memo.voided_at is None else f"{memo.journal_entry_id}v",
            "voided_at": memo.voided_at,
            "created_by": None,
            "tags": self._tags(memo.tags),
        }

    def customer(self, customer: Customer) -> Document:
        """Write a customer."""
        return {
            "id": customer.id,
            "name": customer.name,
            "external_id": customer.external_id,
            "email": customer.email,
            "billing_address": customer.billing_address,
            "shipping_address": customer.shipping_address,
            "phone_number": customer.phone_number,
        }
