"""What a job would do, worked out without key and network."""

from collections.abc import Iterable

import attrs

from invoicekit.batch import Item, Seen

_KEPT_PROBLEMS = 200


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
    """

    rows: int
    to_send: int
    duplicates: int
    rejected: int
    problems: tuple[str, ...]
    chunks: int
    requests: int
    seconds: float | None

    @property
    def problems_left_out(self) -> int:
        """Return how many more rows would be rejected than `problems` names."""
        return self.rejected - len(self.problems)

    def as_json(self) -> dict[str, object]:
        """Return everything, ready for JSON."""
        return {**attrs.asdict(self), "problems_left_out": self.problems_left_out}


def plan_job(
    items: Iterable[Item[object]],
    *,
    size: int,
    calls: int = 1,
    requests_per_second: float | None = None,
    keep: int = _KEPT_PROBLEMS,
) -> Plan:
    """Read the whole input and say what would be sent.

    Args:
        size: Items in one call of the service.
        calls: Requests a call of the service makes, as its capability says.
        requests_per_second: What the provider allows.
        keep: Most problems listed.

    Raises:
        InputError: The input as a whole cannot be used.
    """
    rows = to_send = duplicates = rejected = 0
    problems: list[str] = []
    with Seen() as seen:
        for item in items:
            rows += 1
            problem = item.problem
            if problem is None:
                first = seen.add(item.id, item.position, content=item.content)
                if first is None:
                    to_send += 1
                    continue
                if first.is_same_as(item.content):
                    duplicates += 1
                    continue
                problem = (
                    f"line {item.position}: {item.id} stands in line {first.position} with other content"
                )
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
    )
