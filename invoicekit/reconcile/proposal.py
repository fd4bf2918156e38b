"""What is proposed for a statement line."""

from enum import Enum

import attrs

from invoicekit.model import Money
from invoicekit.reconcile.line import StatementLine
from invoicekit.reconcile.receivable import Receivable


class Kind(Enum):
    """What a line is, seen from the invoices."""

    EXACT = "exact"
    """Pays what one invoice owes."""
    PARTIAL = "partial"
    """Names one invoice and pays less than it owes."""
    COMBINED = "combined"
    """Pays what several invoices owe together."""
    OVERPAID = "overpaid"
    """Names invoices and pays more than they owe; the surplus is stated and never recorded."""
    AMBIGUOUS = "ambiguous"
    """Several invoices fit as well, or none well enough; a person decides."""
    DUPLICATE = "duplicate"
    """The same line stands in the input before."""
    ALREADY_APPLIED = "already applied"
    """An earlier run recorded it."""
    UNMATCHED = "unmatched"
    NOT_A_PAYMENT = "not a payment"
    """Money that went out, a reversal, or a line that is not booked yet."""


class Decision(Enum):
    """What is to be done; a person may change it in the plan."""

    APPLY = "apply"
    SKIP = "skip"
    ASK = "ask"


@attrs.frozen(kw_only=True)
class Part:
    """What of a line goes to one invoice.

    Attributes:
        amount: At most what the line and the invoice have left.
        points: How well they fit.
        reasons: Each criterion in words, with its points.
    """

    invoice: Receivable
    amount: Money
    points: int
    reasons: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Option:
    """One way to use a line: all of its parts together."""

    parts: tuple[Part, ...]

    @property
    def points(self) -> int:
        """Return the points of its weakest part."""
        return min(part.points for part in self.parts)

    @property
    def amount(self) -> Money:
        """Return what is recorded of the line."""
        return Money.sum((part.amount for part in self.parts), self.parts[0].amount.currency)


@attrs.frozen(kw_only=True)
class Proposal:
    """What is proposed for one line.

    Attributes:
        options: Ways to use the line, the best one first; a decision to apply has exactly one.
        surplus: What nobody knows a place for.
        reason: What a person should know first.
    """

    line: StatementLine
    kind: Kind
    decision: Decision
    options: tuple[Option, ...] = ()
    surplus: Money | None = None
    reason: str = ""

    @property
    def needs_a_person(self) -> bool:
        """Whether something is left to be decided."""
        return self.decision is Decision.ASK or bool(self.surplus)
