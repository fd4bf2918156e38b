"""Make data up: the same data for the same seed and the same orders."""

import random
from collections.abc import Mapping
from decimal import Decimal

from invoicekit_asset.simulator.books import Books

_COUNTS = ("clients", "invoices")
_STATUSES = frozenset({"open", "OPEN", "SENT"})


class Population:
    """Fills one business, order by order."""

    def __init__(self, books: Books, *, seed: int, ledger_id: str, currency: str) -> None:
        self._books = books
        self._draw = random.Random(f"population:{seed}")  # noqa: S311
        self._ledger_id = ledger_id
        self._currency = currency

    def fill(self, order: Mapping[str, object]) -> dict[str, int]:
        """Add what is ordered; a client that invoices need is added too.

        Members: counts of "clients" and "invoices"; for the invoices "amount_minor" in hundredths (drawn
        when missing); "currency" and "status" may only say what Asset's invoices are anyway: of the
        configured currency, and open.

        Raises:
            ValueError: A member is unknown or has a wrong value.
        """
        counts = {name: _count(order, name) for name in _COUNTS}
        unknown = set(order) - set(_COUNTS) - {"amount_minor", "currency", "status"}
        if unknown:
            raise ValueError(f"cannot make up {', '.join(sorted(unknown))}")
        if order.get("currency", self._currency) != self._currency:
            raise ValueError(f"these books are in {self._currency}")
        if order.get("status", "open") not in _STATUSES:
            raise ValueError("invoices are made open")
        amount = _count(order, "amount_minor") if "amount_minor" in order else None
        if counts["invoices"] and not self._books.customers:
            counts["clients"] = max(1, counts["clients"])
        for _ in range(counts["clients"]):
            number = len(self._books.customers) + 1
            self._books.add_customer(f"Client {number}", email=f"client{number}@example.com")
        customers = list(self._books.customers)
        for number in range(counts["invoices"]):
            minor = self._draw.randrange(1_000, 1_000_000) if amount is None else amount
            self._books.add_invoice(
                Decimal(minor).scaleb(-2),
                customer_id=customers[number % len(customers)],
                ledger_id=self._ledger_id,
            )
        return counts


def _count(order: Mapping[str, object], name: str) -> int:
    value = order.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} is no count: {value!r}")
    return value
