"""What really stands in the simulated Asset, lag and faults aside."""

from collections.abc import Callable, Iterator, Mapping

from invoicekit.simulate import Ledger
from invoicekit_asset.simulator.books import Books, Invoice, PaymentRow, Transaction
from invoicekit_asset.simulator.tenant import Tenant


class AssetLedger(Ledger):
    """The books of all businesses; amounts are decimal text, those of payments hundredths too.

    A payment's `note` is its transaction's description, which is where a client can leave a word of its own.
    """

    histories = frozenset({"invoices.actors"})

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of rows."""
        return tuple(self._writers())

    def rows(self, kind: str) -> Iterator[Mapping[str, object]]:
        """Yield every row of a kind."""
        for books in list(self._tenant.businesses.values()):
            yield from self._writers()[kind](books)

    def payments(self, invoice_id: str | None = None) -> list[PaymentRow]:
        """Return what is applied to one invoice, or to all."""
        invoices = self.invoices() if invoice_id is None else [self.invoice(invoice_id)]
        return [row for invoice in invoices for row in invoice.payments]

    def transactions(self) -> list[Transaction]:
        """Return all transactions, those included that no read shows yet."""
        return [one for books in self._tenant.businesses.values() for one in books.transactions.values()]

    def invoices(self) -> list[Invoice]:
        """Return all invoices."""
        return [one for books in self._tenant.businesses.values() for one in books.invoices.values()]

    def invoice(self, identifier: str) -> Invoice:
        """Return one invoice.

        Raises:
            KeyError: There is none.
        """
        for invoice in self.invoices():
            if invoice.id == identifier:
                return invoice
        raise KeyError(identifier)

    def _writers(self) -> dict[str, Callable[[Books], Iterator[Mapping[str, object]]]]:
        return {
            "payments": self._payment_rows,
            "invoices": self._invoice_rows,
            "transactions": self._transaction_rows,
            "refunds": self._refund_rows,
            "credit-memos": self._memo_rows,
            "customers": self._customer_rows,
        }

    def _payment_rows(self, books: Books) -> Iterator[Mapping[str, object]]:
        for invoice in list(books.invoices.values()):
            for row in list(invoice.payments):
                behind = books.transactions.get(row.transaction_id or "")
                yield {
                    "id": row.id,
                    "invoice_id": invoice.id,
                    "transaction_id": row.transaction_id,
                    "external_id": None if behind is None else behind.external_id,
                    "note": "" if behind is None else behind.description,
                    "amount": int(row.amount.scaleb(2)),
                    "amount_major": str(row.amount),
                    "asked_major": str(row.asked),
                    "by": row.by,
                    "is_write_off": row.is_write_off,
                }

    def _invoice_rows(self, books: Books) -> Iterator[Mapping[str, object]]:
        for invoice in list(books.invoices.values()):
            yield {
                "id": invoice.id,
                "number": invoice.number,
                "customer_id": invoice.customer_id,
                "status": invoice.status,
                "tags": dict(sorted(invoice.tags.items())),
                "amount": str(invoice.total),
                "paid": str(invoice.paid),
                "actors": list(invoice.actors),
            }

    def _transaction_rows(self, books: Books) -> Iterator[Mapping[str, object]]:
        now = self._tenant.clock.monotonic()
        for transaction in list(books.transactions.values()):
            yield {
                "id": transaction.id,
                "external_id": transaction.external_id,
                "amount": str(transaction.amount),
                "datetime": transaction.at,
                "description": transaction.description,
                "applied": str(books.applied(transaction.id)),
                "is_visible": transaction.visible_at <= now,
            }

    def _refund_rows(self, books: Books) -> Iterator[Mapping[str, object]]:
        for refund in list(books.refunds.values()):
            yield {
                "id": refund.id,
                "external_id": refund.external_id,
                "amount": str(refund.amount),
                "invoice_ids": [part.invoice_id for part in refund.parts],
            }

    def _memo_rows(self, books: Books) -> Iterator[Mapping[str, object]]:
        for memo in list(books.memos.values()):
            yield {
                "id": memo.id,
                "number": memo.number,
                "customer_id": memo.customer_id,
                "amount": str(memo.amount),
                "is_voided": memo.voided_at is not None,
            }

    def _customer_rows(self, books: Books) -> Iterator[Mapping[str, object]]:
        for customer in list(books.customers.values()):
            yield {"id": customer.id, "name": customer.name, "credit": str(customer.credit)}
