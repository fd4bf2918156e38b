"""What Asset does on its own: it matches transactions to invoices by description, amount and date.

Source: providers sheet, section 2.7 [A32]. How it weighs the three is documented nowhere.
"""

from collections.abc import Callable

from invoicekit_asset.simulator.behaviour import Matching
from invoicekit_asset.simulator.books import Books, Invoice, PaymentRow, Transaction
from invoicekit_asset.simulator.tenant import Tenant

Schedule = Callable[[Callable[[], None], float], None]


class Matcher:
    """Matches new transactions, at once or later."""

    def __init__(self, tenant: Tenant, schedule: Schedule) -> None:
        self._tenant = tenant
        self._schedule = schedule

    def notice(self, books: Books, transaction: Transaction) -> None:
        """Match a new transaction when the switches say so."""
        behaviour = self._tenant.behaviour
        if behaviour.matching is Matching.OFF:
            return
        if behaviour.match_after_seconds <= 0:
            self.match(books, transaction)
        else:
            self._schedule(lambda: self._late(books, transaction), behaviour.match_after_seconds)

    def _late(self, books: Books, transaction: Transaction) -> None:
        self.match(books, transaction)

    def match(
        self, books: Books, transaction: Transaction, invoice: Invoice | None = None
    ) -> PaymentRow | None:
        """Apply what is left of a transaction to the invoice given, or to the one that fits best."""
        left = transaction.amount - books.applied(transaction.id)
        target = invoice or self._best(books, transaction)
        if target is None or left <= 0:
            return None
        return books.apply(target, left, transaction=transaction, by="matching", at=transaction.at)

    def _best(self, books: Books, transaction: Transaction) -> Invoice | None:
        candidates = [invoice for invoice in books.invoices.values() if invoice.status == "open"]
        if self._tenant.behaviour.matching is not Matching.BY_AMOUNT:
            for invoice in candidates:
                if invoice.id in transaction.description or invoice.number in transaction.description:
                    return invoice
        return next((one for one in candidates if one.open_amount == transaction.amount), None)
