"""What happened to the money, by how its rows ended."""

from collections.abc import Mapping
from decimal import Decimal

from invoicekit.batch import ItemOutcome, Standing
from invoicekit.bulk.rows import PaymentRow
from invoicekit.model import Money

Sums = Mapping[Standing, tuple[Money, ...]]


class MoneyCount:
    """Add amounts up, each payment once: a second row of the same payment adds nothing."""

    def __init__(self) -> None:
        self._sums: dict[Standing, dict[str, Decimal]] = {}

    def add(self, outcome: ItemOutcome[object]) -> None:
        """Count one row; one that carries no payment has no amount."""
        payment = outcome.payload
        if isinstance(payment, PaymentRow) and outcome.first_position is None:
            by_currency = self._sums.setdefault(outcome.standing, {})
            currency = payment.amount.currency
            by_currency[currency] = by_currency.get(currency, Decimal(0)) + payment.amount.amount

    def snapshot(self) -> Sums:
        """Return the sums as they stand, currencies in order."""
        return {
            standing: tuple(Money(amount, currency) for currency, amount in sorted(by_currency.items()))
            for standing, by_currency in self._sums.items()
        }


def added(parts: tuple[Sums, ...]) -> Sums:
    """Add the sums of several jobs up."""
    totals: dict[Standing, dict[str, Money]] = {}
    for part in parts:
        for standing, amounts in part.items():
            by_currency = totals.setdefault(standing, {})
            for money in amounts:
                known = by_currency.get(money.currency)
                by_currency[money.currency] = money if known is None else known + money
    return {
        standing: tuple(by_currency[currency] for currency in sorted(by_currency))
        for standing, by_currency in totals.items()
    }
