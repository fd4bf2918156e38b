"""What a job would do, worked out without key and network."""

from collections import Counter
from collections.abc import Iterable
from typing import Self

import attrs

from invoicekit.batch import Item, Seen
from invoicekit.bulk.places import Places
from invoicekit.bulk.ranges import Ranges
from invoicekit.bulk.status_rows import StatusRow
from invoicekit.bulk.status_steps import Consent, consent_word
from invoicekit.model import InvoiceStatus

_KEPT_PROBLEMS = 200
_KEPT_RANGES = 200


@attrs.frozen(kw_only=True)
class ConsentNeed:
    """Rows that are sent only where a person allows it by name.

    Attributes:
        rows: How many invoices are to get the status.
        lines: Where they stand, as ranges like ``4`` and ``17-2001``.
        lines_left_out: Further ranges.
    """

    consent: Consent
    status: InvoiceStatus
    rows: int
    lines: tuple[str, ...]
    lines_left_out: int = 0

    @classmethod
    def of(cls, consent: Consent, status: InvoiceStatus, *, rows: int, ranges: Ranges) -> Self:
        """Tell it with no more ranges than a reader can use."""
        texts = ranges.texts()
        return cls(
            consent=consent,
            status=status,
            rows=rows,
            lines=texts[:_KEPT_RANGES],
            lines_left_out=len(texts[_KEPT_RANGES:]),
        )

    @property
    def word(self) -> str:
        """What a person types to allow it."""
        return consent_word(self.consent, self.status)

    def as_json(self) -> dict[str, object]:
        """Return everything, ready for JSON."""
        return {
            "consent": self.consent.value,
            "status": self.status.value,
            "word": self.word,
            "rows": self.rows,
            "lines": list(self.lines),
            "lines_left_out": self.lines_left_out,
        }


@attrs.frozen(kw_only=True)
class Plan:
    """What a job over this input would do.

    Attributes:
        rows: Rows read.
        to_send: Distinct ids that would be sent.
        duplicates: Rows that repeat an earlier one.
        rejected: Rows that would be rejected before any request.
        problems: The first of those, each with file, line and column.
        chunks: Calls of the service: batches or payments.
        requests: Estimate of requests, looks before and after included, faults and bad ids not.
        seconds: Estimate at the documented rate; None where none is known.
        consents: What a person must allow before the job is run.
    """

    rows: int
    to_send: int
    duplicates: int
    rejected: int
    problems: tuple[str, ...]
    chunks: int
    requests: int
    seconds: float | None
    consents: tuple[ConsentNeed, ...] = ()

    @property
    def problems_left_out(self) -> int:
        """Return how many more rows would be rejected than `problems` names."""
        return self.rejected - len(self.problems)

    def as_json(self) -> dict[str, object]:
        """Return everything, ready for JSON."""
        return {
            **attrs.asdict(self),
            "consents": [need.as_json() for need in self.consents],
            "problems_left_out": self.problems_left_out,
        }


def plan_job(
    items: Iterable[Item[object]],
    *,
    size: int,
    calls: int = 1,
    requests_per_second: float | None = None,
    keep: int = _KEPT_PROBLEMS,
    places: Places | None = None,
) -> Plan:
    """Read the whole input and say what would be sent.

    Args:
        size: Items in one call of the service.
        calls: Requests a call of the service makes, as its capability says.
        requests_per_second: What the provider allows.
        keep: Most problems listed.
        places: Where the rows stand, if they come from several files.

    Raises:
        InputError: The input as a whole cannot be used.
    """
    rows = to_send = duplicates = rejected = 0
    problems: list[str] = []
    needs = _Needs()
    where = places or Places()
    with Seen() as seen:
        for item in items:
            rows += 1
            problem = item.problem
            if problem is None:
                first = seen.add(item.id, item.position, content=item.content)
                row = item.payload if isinstance(item.payload, StatusRow) else None
                if first is None and row is not None and row.refusal:
                    problem = row.refusal
                elif first is None:
                    to_send += 1
                    needs.add(item.position, row)
                    continue
                elif first.is_same_as(item.content):
                    duplicates += 1
                    continue
                else:
                    here, there = where.word(item.position), where.word(first.position)
                    problem = f"{here}: {item.id} stands in {there} with other content"
            rejected += 1
            if len(problems) < keep:
                problems.append(problem)
    chunks = -(-to_send // size)
    requests = chunks * calls
    return Plan(
        rows=rows,
        to_send=to_send,
        duplicates=duplicates,
        rejected=rejected,
        problems=tuple(problems),
        chunks=chunks,
        requests=requests,
        seconds=requests / requests_per_second if requests_per_second else None,
        consents=needs.told(),
    )


class _Needs:
    """Rows by what must be allowed for them."""

    def __init__(self) -> None:
        self._rows: Counter[tuple[Consent, InvoiceStatus]] = Counter()
        self._lines: dict[tuple[Consent, InvoiceStatus], Ranges] = {}

    def add(self, position: int, row: StatusRow | None) -> None:
        if row is None:
            return
        for consent in row.consents:
            kind = consent, row.status
            self._rows[kind] += 1
            self._lines.setdefault(kind, Ranges()).add(position)

    def told(self) -> tuple[ConsentNeed, ...]:
        return tuple(
            ConsentNeed.of(consent, status, rows=rows, ranges=self._lines[consent, status])
            for (consent, status), rows in self._rows.items()
        )
