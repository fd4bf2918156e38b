"""Tracked time on its way to an invoice."""

from datetime import datetime
from enum import Enum

import attrs


class TimeGrouping(Enum):
    """What becomes one line of an invoice."""

    SINGLE = "single"
    PROJECT = "project"
    USER = "user"
    TASK = "task"
    DAY = "day"
    DETAILED = "detailed"
    """Every entry is a line of its own."""


class TimeWay(Enum):
    """How tracked time gets onto an invoice."""

    IMPORT = "import"
    """The provider makes the lines of the entries itself, and ties them to the invoice."""
    LINK = "link"
    """The lines are ours; each entry is tied to its line or its invoice."""
    MARK = "mark"
    """The lines are ours; the entries are flagged as invoiced, and tied to nothing."""
    NONE = "none"
    """No time is tracked there: the entries come from elsewhere."""


@attrs.frozen(kw_only=True)
class TimeWindow:
    """Which uninvoiced, billable entries of an invoice's customer to take.

    Attributes:
        start, end: Aware instants; entries that started in [start, end).
        project_ids: Only these; empty means all of the customer's.
        entry_ids: What is expected to be taken, at least one. It chooses nothing: it is what an import
            that was done is known by.
    """

    start: datetime
    end: datetime
    grouping: TimeGrouping
    entry_ids: tuple[str, ...]
    project_ids: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class TimeLink:
    """Entries to tie to the invoice that bills them.

    Attributes:
        line_id: The line, where the provider's lines have ids and hold the time.
        entry_ids: Distinct ids, at least one.
    """

    invoice_id: str
    entry_ids: tuple[str, ...]
    line_id: str | None = None
