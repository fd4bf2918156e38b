"""What to invoice: whose time, of when, how grouped, rounded and priced."""

from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal

import attrs

from invoicekit.billing.rounding import Rounding
from invoicekit.errors import InvalidAmount, UsageError
from invoicekit.model import Money, TimeGrouping, currency_exponent


@attrs.frozen(kw_only=True)
class TimeTerms:
    """The terms of one invoice for tracked time.

    Attributes:
        number: The new invoice's; what tells a rerun from a second invoice.
        customer_id: Whom to invoice, and whose entries.
        start, end: Aware instants; entries that started in [start, end).
        zone: Whose midnight ends a day, for lines by day and their dates.
        currency: Of the invoice; an entry priced in another one is left out, with the reason.
        project_ids: Only these; empty means all of the customer's.
        grouping: What becomes one line. Entries of different rates never share one.
        rounding: None bills what was worked.
        hourly_rate: For every entry; None takes each entry's own.
        tax_percent: Of the whole invoice; None leaves it to the provider's default.
        kind: The provider's item type, where its lines need one.
    """

    number: str
    customer_id: str
    start: datetime
    end: datetime
    currency: str
    issue_date: date
    due_date: date
    zone: tzinfo = UTC
    project_ids: tuple[str, ...] = ()
    grouping: TimeGrouping = TimeGrouping.PROJECT
    rounding: Rounding | None = None
    hourly_rate: Money | None = None
    tax_percent: Decimal | None = None
    subject: str | None = None
    note: str | None = None
    kind: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse terms that contradict themselves.

        Raises:
            UsageError: An empty period, no number, an instant without a zone.
            InvalidAmount: A rate below zero or in another currency, a tax outside of 0 to 100.
        """
        if not self.number.strip():
            raise UsageError("an invoice needs a number: it is what a rerun finds it by")
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise UsageError("start and end need a time zone; or name days, and use whole_days()")
        if self.start >= self.end:
            raise UsageError("the period is empty: end must be after start, and is not part of it")
        if self.due_date < self.issue_date:
            raise UsageError("due_date is before issue_date")
        currency_exponent(self.currency)
        rate = self.hourly_rate
        if rate is not None and (rate.amount < 0 or rate.currency != self.currency):
            raise InvalidAmount(f"an hourly rate is in {self.currency} and not below zero, not {rate}")
        if self.tax_percent is not None and not 0 <= self.tax_percent <= 100:
            raise InvalidAmount(f"a tax is 0 to 100 percent, not {self.tax_percent}")

    @property
    def is_adjusted(self) -> bool:
        """Whether prices or durations differ from what was tracked, so that only our own lines say them."""
        return self.rounding is not None or self.hourly_rate is not None


def whole_days(first: date, after: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the instants of a period of days, from the first's midnight to that of the day `after` it."""
    return datetime.combine(first, time(), zone), datetime.combine(after, time(), zone)
