"""What is left to be paid while lines are matched, and how invoices are found."""

from collections.abc import Iterable, Iterator, Mapping

from invoicekit.model import Money
from invoicekit.reconcile.line import StatementLine
from invoicekit.reconcile.names import words_of
from invoicekit.reconcile.numbers import Mention, NumberIndex
from invoicekit.reconcile.proposal import Option, Part
from invoicekit.reconcile.receivable import Receivable
from invoicekit.reconcile.rules import Rules
from invoicekit.reconcile.score import scored


class OpenBooks:
    """The invoices of one matching, and what each of them still owes.

    Args:
        recorded: What earlier runs recorded, by line and invoice; `due` of the invoices has it off already.
    """

    def __init__(
        self,
        receivables: Iterable[Receivable],
        *,
        rules: Rules,
        recorded: Mapping[tuple[str, str], Money],
    ) -> None:
        self.rules = rules
        self.known = {each.id: each for each in sorted(receivables, key=lambda each: each.id)}
        self._left = {each.id: each.due for each in self.known.values() if each.is_open}
        self._recorded: dict[str, Money] = {}
        for (line_id, _), amount in recorded.items():
            so_far = self._recorded.get(line_id)
            self._recorded[line_id] = amount if so_far is None else so_far + amount
        self._numbers = NumberIndex(self.known.values(), shortest=rules.shortest_number)
        self._by_due: dict[Money, set[str]] = {}
        self._by_customer: dict[frozenset[str], list[str]] = {}
        for invoice_id, due in self._left.items():
            self._by_due.setdefault(due, set()).add(invoice_id)
            words = words_of(self.known[invoice_id].customer)
            if words:
                self._by_customer.setdefault(words, []).append(invoice_id)

    def left_of_line(self, line: StatementLine) -> Money:
        """Return what of a line no earlier run recorded."""
        recorded = self._recorded.get(line.id)
        return line.amount if recorded is None else line.amount - recorded

    def recorded_of_line(self, line: StatementLine) -> Money | None:
        """Return what earlier runs recorded of a line."""
        return self._recorded.get(line.id)

    def left(self, invoice_id: str) -> Money | None:
        """Return what an invoice still owes; None where it takes no money at all."""
        return self._left.get(invoice_id)

    def owes(self, invoice_id: str, currency: str) -> bool:
        """Tell whether an invoice still takes money of this currency."""
        left = self._left.get(invoice_id)
        return left is not None and left.amount > 0 and left.currency == currency

    def mentions(self, line: StatementLine) -> tuple[Mention, ...]:
        """Return the invoices that a line names."""
        return self._numbers.mentions(line)

    def owing(self, amount: Money) -> Iterator[str]:
        """Walk the invoices that owe exactly this."""
        yield from sorted(self._by_due.get(amount, ()))

    def of_customer(self, name: str, currency: str) -> list[str]:
        """Return the invoices of the customer of this name that still owe."""
        found = self._by_customer.get(words_of(name), ())
        return [each for each in found if self.owes(each, currency)]

    def part(
        self,
        line: StatementLine,
        invoice_id: str,
        mention: Mention | None,
        *,
        most: Money,
        is_share: bool = False,
    ) -> Part:
        """Judge what a line would pay of an invoice."""
        due = self._left[invoice_id]
        return scored(
            line,
            self.known[invoice_id],
            min(most, due),
            due=due,
            mention=mention,
            rules=self.rules,
            is_share=is_share,
        )

    def take(self, option: Option) -> None:
        """Count what is going to be applied."""
        for part in option.parts:
            due = self._left[part.invoice.id]
            self._by_due[due].discard(part.invoice.id)
            self._left[part.invoice.id] = due - part.amount
            self._by_due.setdefault(due - part.amount, set()).add(part.invoice.id)
