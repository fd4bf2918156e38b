"""What a bulk job came to, counted so that nothing can be lost or stand twice."""

from collections import Counter
from collections.abc import Callable, Mapping
from enum import IntEnum

import attrs

from invoicekit.batch import ItemOutcome, Standing
from invoicekit.bulk.places import Places
from invoicekit.bulk.recorder import Course
from invoicekit.bulk.rows_file import row_of
from invoicekit.bulk.sums import MoneyCount, Sums
from invoicekit.bulk.verification import Verification
from invoicekit.errors import AuthenticationError, InvoiceKitError, JournalUnavailable, UsageError

_KEPT_PROBLEMS = 1000
_WORST_FIRST = (Standing.UNKNOWN, Standing.REJECTED, Standing.NOT_ATTEMPTED)


class ConservationError(InvoiceKitError):
    """The outcomes do not match the rows read: a defect of ours; trust the journal, not the report."""


class JobExit(IntEnum):
    """What a job's process ends with."""

    DONE = 0
    REJECTED = 1
    USAGE = 2
    IN_DOUBT = 3
    INTERRUPTED = 130


@attrs.frozen(kw_only=True)
class Usage:
    """What the job asked of the provider.

    Attributes:
        requests: Sent, repeats included.
        reads: Reads among them; the rest are writes.
        retries: Repeats among them.
        rate_limited: Answers 429.
        share_of_rate: Part of the allowed rate that the service used since its first request, pauses not
            counted; None where no rate is documented.
        began_per_second: The rate it began with because an earlier run had found it; else None.
        learned_per_second: The rate the account was found to allow, where that is not the documented one.
        part_of_rate: Which part of the account's rate was granted at the end; others on the same journal
            had the rest.
        seconds: From the first row to the last outcome.
    """

    requests: int = 0
    reads: int = 0
    retries: int = 0
    rate_limited: int = 0
    share_of_rate: float | None = None
    began_per_second: float | None = None
    learned_per_second: float | None = None
    part_of_rate: float = 1.0
    seconds: float = 0.0


@attrs.frozen(kw_only=True)
class Report:
    """A finished job; every row of the input stands in exactly one of the counts.

    Attributes:
        rows: Rows read.
        counts: How many ended which way.
        problems: Rows that did not end well: first those in doubt, then the rejected ones, then those not
            attempted; each by its place in the input.
        problems_left_out: Further ones, to be found in the rows file.
        stopped_by: The error that ended the job early; None where it ran to its end.
        is_interrupted: Whether a person ended it early.
        unread: Further rows of the input, which a run that was cut off never read; None where nobody knows
            how many. They were not attempted.
        verified: How many of those that are there the provider showed as asked for.
        verification: What reading them back at the end showed; None where nobody asked for that.
        money: What the payments among the rows come to, by how they ended; each payment counts once.
        course: How it went over its time.
        places: Where the rows stand, if they come from several files.
    """

    rows: int
    counts: Mapping[Standing, int]
    problems: tuple[ItemOutcome[object], ...] = ()
    problems_left_out: int = 0
    usage: Usage = attrs.field(factory=Usage)
    stopped_by: InvoiceKitError | None = None
    is_interrupted: bool = False
    unread: int | None = 0
    verified: int = 0
    verification: Verification | None = None
    money: Sums = attrs.field(factory=dict)
    course: Course = attrs.field(factory=Course)
    places: Places | None = None

    def count(self, standing: Standing) -> int:
        """Return how many rows ended this way."""
        return self.counts.get(standing, 0)

    def exit_code(self) -> JobExit:
        """Return the exit code: an interrupt wins over doubt, doubt over usage, usage over refusals.

        What was to be read back and is not shown as asked for is doubt.
        """
        if self.is_interrupted:
            return JobExit.INTERRUPTED
        if self.count(Standing.UNKNOWN) or not (self.verification is None or self.verification.is_complete):
            return JobExit.IN_DOUBT
        if _is_usage(self.stopped_by):
            return JobExit.USAGE
        if self.count(Standing.REJECTED) or self.count(Standing.NOT_ATTEMPTED):
            return JobExit.REJECTED
        return JobExit.DONE

    def as_json(self) -> dict[str, object]:
        """Return everything, ready for JSON."""
        return {
            "rows": self.rows,
            "counts": {standing.name.lower(): self.count(standing) for standing in Standing},
            "requests": self.usage.requests,
            "reads": self.usage.reads,
            "retries": self.usage.retries,
            "rate_limited": self.usage.rate_limited,
            "share_of_rate": self.usage.share_of_rate,
            "began_per_second": self.usage.began_per_second,
            "learned_per_second": self.usage.learned_per_second,
            "part_of_rate": round(self.usage.part_of_rate, 3),
            "seconds": round(self.usage.seconds, 3),
            "stopped_by": None
            if self.stopped_by is None
            else f"{type(self.stopped_by).__name__}: {self.stopped_by}",
            "is_interrupted": self.is_interrupted,
            "unread": self.unread,
            "verified": self.verified,
            "verification": None if self.verification is None else self.verification.as_json(),
            "money": {
                standing.name.lower(): {
                    money.currency: format(money.amount, "f") for money in self.money.get(standing, ())
                }
                for standing in Standing
                if self.money.get(standing)
            },
            "latency": self.course.latency.as_json(),
            "exit_code": int(self.exit_code()),
            "problems": [row_of(outcome, self.places) for outcome in self.problems],
            "problems_left_out": self.problems_left_out,
        }


class Tally:
    """Counts rows in and outcomes out; one bit a line of the input is all it keeps of the good ones.

    Args:
        keep: Most problem rows kept for display. What is in doubt is never pushed out by the others.
    """

    def __init__(self, *, keep: int = _KEPT_PROBLEMS) -> None:
        self._keep = keep
        self._rows = 0
        self._ended = bytearray()
        self._counts: Counter[Standing] = Counter()
        self._verified = 0
        self._verification: Verification | None = None
        self._money = MoneyCount()
        self._problems: dict[Standing, list[ItemOutcome[object]]] = {kind: [] for kind in _WORST_FIRST}

    @property
    def rows(self) -> int:
        """Return how many rows were read so far."""
        return self._rows

    @property
    def ended(self) -> int:
        """Return how many of them have ended."""
        return self._counts.total()

    @property
    def attempted(self) -> int:
        """Return how many of those were not simply left."""
        return self.ended - self._counts[Standing.NOT_ATTEMPTED]

    @property
    def counts(self) -> Mapping[Standing, int]:
        """Return how many ended which way so far."""
        return dict(self._counts)

    def read(self) -> None:
        """Note that a row came in."""
        self._rows += 1

    def add(self, outcome: ItemOutcome[object]) -> None:
        """Note how a row ended.

        Raises:
            ConservationError: It had ended already.
        """
        place, bit = outcome.position >> 3, 1 << (outcome.position & 7)
        if place >= len(self._ended):
            self._ended.extend(bytes(place + 4096 - len(self._ended)))
        if self._ended[place] & bit:
            raise ConservationError(f"row {outcome.position} ended twice")
        self._ended[place] |= bit
        self._counts[outcome.standing] += 1
        self._verified += outcome.standing.is_there and outcome.verified
        self._money.add(outcome)
        alike = self._problems.get(outcome.standing)
        if alike is not None and len(alike) < self._keep:
            alike.append(outcome)

    def verify(self, verification: Verification, is_verified: Callable[[str], bool]) -> None:
        """Note what reading back showed: what was in doubt and is there is applied now.

        Args:
            is_verified: Tells whether the item of an id was shown as asked for.
        """
        self._verification = verification
        self._verified = verification.rows
        self._counts[Standing.UNKNOWN] -= verification.settled
        self._counts[Standing.APPLIED] += verification.settled
        doubted = self._problems[Standing.UNKNOWN]
        doubted[:] = [outcome for outcome in doubted if not is_verified(outcome.id)]

    def report(
        self,
        usage: Usage,
        *,
        stopped_by: InvoiceKitError | None = None,
        is_interrupted: bool = False,
        unread: int | None = 0,
        course: Course | None = None,
    ) -> Report:
        """Close the books.

        Raises:
            ConservationError: A row that was read has no outcome.
        """
        if self.ended != self._rows:
            raise ConservationError(f"{self._rows} rows were read, but {self.ended} have an outcome")
        worst_first = [
            outcome
            for kind in _WORST_FIRST
            for outcome in sorted(self._problems[kind], key=lambda outcome: outcome.position)
        ]
        return Report(
            rows=self._rows,
            counts=dict(self._counts),
            problems=tuple(worst_first[: self._keep]),
            problems_left_out=max(0, sum(self._counts[kind] for kind in _WORST_FIRST) - self._keep),
            usage=usage,
            stopped_by=stopped_by,
            is_interrupted=is_interrupted,
            unread=unread,
            verified=self._verified,
            verification=self._verification,
            money=self._money.snapshot(),
            course=course or Course(),
        )


def _is_usage(failure: InvoiceKitError | None) -> bool:
    return isinstance(failure, UsageError | AuthenticationError | JournalUnavailable)
