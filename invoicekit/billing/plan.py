"""One invoice for tracked time, worked out before anything is written."""

import hashlib
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Self

import attrs

from invoicekit.adapter import Capabilities
from invoicekit.billing.lines import LeftOut, TimeLine, lines_of
from invoicekit.billing.terms import TimeTerms
from invoicekit.errors import UsageError
from invoicekit.model import Money, TimeEntry, TimeWay, TimeWindow, currency_exponent
from invoicekit.wire import canonical

_RUNNING = "is still running; stop the timer"


@attrs.frozen(kw_only=True)
class Books:
    """One account at one provider."""

    provider: str
    account: str

    def __str__(self) -> str:
        return f"{self.provider} account {self.account}"


@attrs.frozen(kw_only=True)
class TimePlan:
    """What will be on the invoice, and what will not.

    Attributes:
        books: Where the invoice is made.
        tracker: Where the time was tracked: the same books, or another provider's.
        way: How the entries get onto the invoice.
        why: Why it is not the provider's own import, where it could have been; empty elsewhere.
        lines: Every entry to be billed stands on exactly one of them.
        left_out: Every other entry that was looked at, with the reason.
    """

    terms: TimeTerms
    books: Books
    tracker: Books
    way: TimeWay
    why: str = ""
    lines: tuple[TimeLine, ...]
    left_out: tuple[LeftOut, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse a plan that bills an entry twice.

        Raises:
            UsageError: An entry stands on two lines, or on one and among those left out.
        """
        ids = [*self.entry_ids, *(each.entry_id for each in self.left_out)]
        if len(ids) != len(set(ids)):
            raise UsageError("a time entry stands in this plan twice; plan again")

    @classmethod
    def of(
        cls,
        terms: TimeTerms,
        entries: Iterable[TimeEntry],
        *,
        books: Books,
        capabilities: Capabilities,
        tracker: Books | None = None,
        names: Mapping[str, str] | None = None,
    ) -> Self:
        """Work a plan out of entries as they were read.

        Args:
            capabilities: Those of the books' provider.
            tracker: Whose entries they are, where that is not the books' provider.
        """
        lines, left_out = lines_of(entries, terms, names=names)
        way, why = _way(terms, left_out, capabilities, is_elsewhere=tracker not in {None, books})
        return cls(
            terms=terms,
            books=books,
            tracker=tracker or books,
            way=way,
            why=why,
            lines=lines,
            left_out=left_out,
        )

    @property
    def entry_ids(self) -> tuple[str, ...]:
        """Every entry to be billed, in the order of the lines."""
        return tuple(one for line in self.lines for one in line.entry_ids)

    @property
    def subtotal(self) -> Money:
        """What the lines come to."""
        return Money.sum((line.amount for line in self.lines), self.terms.currency)

    @property
    def tax(self) -> Money:
        """The tax on the subtotal, to the minor unit; the provider may round the half otherwise."""
        percent = self.terms.tax_percent or Decimal(0)
        places = Decimal(1).scaleb(-currency_exponent(self.terms.currency))
        share = (self.subtotal.amount * percent / 100).quantize(places, rounding=ROUND_HALF_EVEN)
        return Money(share, self.terms.currency)

    @property
    def total(self) -> Money:
        """What the invoice comes to."""
        return self.subtotal + self.tax

    @property
    def window(self) -> TimeWindow:
        """The entries, as an import asks for them."""
        return TimeWindow(
            start=self.terms.start,
            end=self.terms.end,
            grouping=self.terms.grouping,
            project_ids=self.terms.project_ids,
            entry_ids=self.entry_ids,
        )

    @property
    def digest(self) -> str:
        """The same for plans that bill the same entries on the same lines of the same invoice."""
        lines = [(line.description, line.entry_ids, line.quantity, line.amount) for line in self.lines]
        terms = self.terms
        text = canonical(
            number=terms.number,
            customer_id=terms.customer_id,
            currency=terms.currency,
            issue_date=terms.issue_date,
            due_date=terms.due_date,
            tax=terms.tax_percent,
            way=self.way.value,
            lines=lines,
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def _way(
    terms: TimeTerms, left_out: tuple[LeftOut, ...], capabilities: Capabilities, *, is_elsewhere: bool
) -> tuple[TimeWay, str]:
    if is_elsewhere:
        return TimeWay.NONE, ""
    if capabilities.of("link_time_entries").is_offered:
        return TimeWay.LINK, ""
    can_mark = capabilities.of("mark_time_entries").is_offered
    if not capabilities.of("import_time_entries").is_offered:
        return (TimeWay.MARK if can_mark else TimeWay.NONE), ""
    if terms.is_adjusted:
        return TimeWay.MARK, "an import takes the provider's own rates and durations, not these"
    if terms.tax_percent is not None:
        return TimeWay.MARK, "whether imported lines bear the tax is documented nowhere"
    swept = [each for each in left_out if each.needs_attention and each.reason != _RUNNING]
    if swept:
        return TimeWay.MARK, f"an import would take {len(swept)} entries, too, that this plan leaves out"
    return TimeWay.IMPORT, ""
