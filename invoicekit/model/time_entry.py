"""Tracked time, as far as invoicing needs it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from invoicekit.model.absence import MISSING, Absent
from invoicekit.model.headers import NO_HEADERS
from invoicekit.model.money import Money


@attrs.frozen(kw_only=True)
class TimeEntry:
    """One stretch of tracked time.

    Attributes:
        invoiced: True or False as read; None means this read cannot tell.
        invoice_id: The invoice it is linked to, where the provider says.
        end, duration: None while the timer runs.
        hourly_rate: Price of one hour.
        raw: Everything the provider sent.
        headers: Of the answer that brought it; rows of one page share theirs. See `Headers`.
    """

    id: str
    invoiced: bool | None = None
    invoice_id: str | Absent | None = MISSING
    user_id: str | Absent | None = MISSING
    project_id: str | Absent | None = MISSING
    task_id: str | Absent | None = MISSING
    customer_id: str | Absent | None = MISSING
    description: str | Absent | None = MISSING
    is_billable: bool | Absent | None = MISSING
    is_locked: bool | Absent | None = MISSING
    start: datetime | Absent | None = MISSING
    end: datetime | Absent | None = MISSING
    duration: timedelta | Absent | None = MISSING
    hourly_rate: Money | Absent | None = MISSING
    raw: Mapping[str, object] = attrs.field(factory=dict, repr=False, eq=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False, eq=False)
