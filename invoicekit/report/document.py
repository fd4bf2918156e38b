"""One report of one or more jobs, from which every form of it is made: the same numbers everywhere."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import Enum

import attrs

from invoicekit.batch import ItemOutcome, Standing
from invoicekit.bulk import (
    ConservationError,
    Latency,
    Pause,
    Report,
    Sample,
    Sums,
    Usage,
    added,
    joined,
    row_of,
)
from invoicekit.report.advice import LEFT, UNSHOWN, next_step, step_group

SCHEMA = 1
_NEED_SOMEBODY = (Standing.UNKNOWN, Standing.REJECTED)


class Verdict(Enum):
    """What a report says first; the worst thing names it."""

    DONE = "done"
    REJECTED = "rejected"
    UNFINISHED = "unfinished"
    IN_DOUBT = "in doubt"


@attrs.frozen(kw_only=True)
class Section:
    """One job's part.

    Attributes:
        name: What its rows are, e.g. ``payments``.
        report: How it ended.
        rows_file: Where every row's outcome stands, if it was written.
        left: Where the rows that were not attempted stand, e.g. ``lines 4, 17-20``.
        input_failure: Why the rest of the input could not be read, where it could not.
    """

    name: str
    report: Report
    rows_file: str | None = None
    left: str = ""
    input_failure: str = ""


@attrs.frozen(kw_only=True)
class Step:
    """What a person has to do, and for how many of the rows that are listed.

    Attributes:
        standing: How these rows ended.
        text: What to do.
        rows: How many of the listed rows want it.
    """

    standing: Standing
    text: str
    rows: int


@attrs.frozen(kw_only=True)
class Document:
    """The report.

    Attributes:
        title: What was run, e.g. the command.
        provider: The adapter's name.
        account: The workspace, tenant or business.
        sections: One for each job, in order.
    """

    title: str
    provider: str
    account: str
    sections: tuple[Section, ...]

    def __attrs_post_init__(self) -> None:
        for section in self.sections:
            report = section.report
            if sum(report.counts.values()) != report.rows:
                raise ConservationError(
                    f"{section.name}: {report.rows} rows were read, but the counts come to "
                    f"{sum(report.counts.values())}"
                )

    @property
    def rows(self) -> int:
        """How many rows were read."""
        return sum(section.report.rows for section in self.sections)

    @property
    def counts(self) -> Mapping[Standing, int]:
        """How many ended which way; they add up to `rows`."""
        total: Counter[Standing] = Counter()
        for section in self.sections:
            total.update(section.report.counts)
        return {standing: total[standing] for standing in Standing}

    @property
    def unread(self) -> int | None:
        """Further rows that were never read; None where nobody knows how many."""
        known = [section.report.unread for section in self.sections]
        return None if None in known else sum(each for each in known if each is not None)

    @property
    def money(self) -> Sums:
        """What the payments come to, by how they ended."""
        return added(tuple(section.report.money for section in self.sections))

    @property
    def usage(self) -> Usage:
        """What was asked of the provider."""
        each = [section.report.usage for section in self.sections]
        shares = [one.share_of_rate for one in each if one.share_of_rate is not None]
        return Usage(
            requests=sum(one.requests for one in each),
            retries=sum(one.retries for one in each),
            rate_limited=sum(one.rate_limited for one in each),
            # Each job tells the share since the service's first request: the last one tells it of all.
            share_of_rate=shares[-1] if shares else None,
            began_per_second=each[0].began_per_second if each else None,
            learned_per_second=each[-1].learned_per_second if each else None,
            part_of_rate=each[-1].part_of_rate if each else 1.0,
            seconds=sum(one.seconds for one in each),
        )

    @property
    def latency(self) -> Latency:
        """How long answers took."""
        whole = Latency()
        for section in self.sections:
            whole += section.report.course.latency
        return whole

    @property
    def began_at(self) -> datetime | None:
        """When the first job began, in UTC."""
        return min(
            (each for section in self.sections if (each := section.report.course.began_at)), default=None
        )

    @property
    def ended_at(self) -> datetime | None:
        """When the last job ended, in UTC."""
        return max(
            (each for section in self.sections if (each := section.report.course.ended_at)), default=None
        )

    @property
    def samples(self) -> tuple[Sample, ...]:
        """What went on, over the time of all jobs; at most 240 stretches."""
        if len(self.sections) == 1:
            return self.sections[0].report.course.samples
        return joined((self._offset(section), section.report.course.samples) for section in self.sections)

    @property
    def pauses(self) -> tuple[Pause, ...]:
        """The pauses that the provider asked for, over the same time."""
        return tuple(
            attrs.evolve(pause, start_seconds=pause.start_seconds + self._offset(section))
            for section in self.sections
            for pause in section.report.course.pauses
        )

    @property
    def problems(self) -> tuple[tuple[Section, ItemOutcome[object]], ...]:
        """The rows in doubt that are listed, then the rejected ones; what was only left is not among them."""
        listed = [(section, each) for section in self.sections for each in section.report.problems]
        return tuple(pair for standing in _NEED_SOMEBODY for pair in listed if pair[1].standing is standing)

    @property
    def problems_left_out(self) -> int:
        """How many more there are, beyond those that are listed."""
        return sum(self.counts[standing] for standing in _NEED_SOMEBODY) - len(self.problems)

    @property
    def steps(self) -> tuple[Step, ...]:
        """What a person has to do, the worst first, then what most rows want."""
        counted = Counter((each.standing, step_group(each)) for _, each in self.problems)
        ranked = sorted(
            counted.items(), key=lambda pair: (_NEED_SOMEBODY.index(pair[0][0]), -pair[1], pair[0][1])
        )
        steps = [Step(standing=standing, text=text, rows=rows) for (standing, text), rows in ranked]
        if unshown := self.unshown:
            steps.insert(0, Step(standing=Standing.UNKNOWN, text=UNSHOWN, rows=unshown))
        if left := self.counts[Standing.NOT_ATTEMPTED]:
            steps.append(Step(standing=Standing.NOT_ATTEMPTED, text=LEFT, rows=left))
        return tuple(steps)

    @property
    def verdict(self) -> Verdict:
        """What is said first."""
        counts = self.counts
        if counts[Standing.UNKNOWN] or self.unshown:
            return Verdict.IN_DOUBT
        if counts[Standing.NOT_ATTEMPTED] or self.unread != 0 or any(self._early()):
            return Verdict.UNFINISHED
        return Verdict.REJECTED if counts[Standing.REJECTED] else Verdict.DONE

    @property
    def unshown(self) -> int:
        """How many entries were read back and are not shown as asked for."""
        found = [section.report.verification for section in self.sections]
        return sum(each.entries - each.verified for each in found if each is not None)

    @property
    def early_ends(self) -> tuple[str, ...]:
        """Why jobs ended before their input did."""
        return tuple(self._early())

    def as_json(self) -> dict[str, object]:
        """Return everything, ready for JSON.

        Shape: ``schema`` is 1; members may be added, none changes its meaning within one schema.
        """
        usage = self.usage
        return {
            "schema": SCHEMA,
            "title": self.title,
            "provider": self.provider,
            "account": self.account,
            "verdict": self.verdict.value,
            "began_at": _text(self.began_at),
            "ended_at": _text(self.ended_at),
            "rows": self.rows,
            "unread": self.unread,
            "counts": {standing.name.lower(): count for standing, count in self.counts.items()},
            "money": {
                standing.name.lower(): {money.currency: format(money.amount, "f") for money in amounts}
                for standing, amounts in self.money.items()
            },
            "requests": usage.requests,
            "retries": usage.retries,
            "rate_limited": usage.rate_limited,
            "share_of_rate": usage.share_of_rate,
            "seconds": round(usage.seconds, 3),
            "latency": self.latency.as_json(),
            "samples": [sample.as_json() for sample in self.samples],
            "pauses": [
                {"start_seconds": round(each.start_seconds, 3), "seconds": round(each.seconds, 3)}
                for each in self.pauses
            ],
            "steps": [
                {"standing": each.standing.value, "next_step": each.text, "rows": each.rows}
                for each in self.steps
            ],
            "problems": [
                {
                    "job": section.name,
                    **row_of(each, section.report.places),
                    "next_step": next_step(each, section.report.places),
                }
                for section, each in self.problems
            ],
            "problems_left_out": self.problems_left_out,
            "jobs": [
                {
                    "name": section.name,
                    "rows_file": section.rows_file,
                    "lines_not_attempted": section.left,
                    "input_failure": section.input_failure or None,
                    **{k: v for k, v in section.report.as_json().items() if k not in _SAID_ABOVE},
                }
                for section in self.sections
            ],
        }

    def _offset(self, section: Section) -> float:
        first, own = self.began_at, section.report.course.began_at
        return 0.0 if first is None or own is None else (own - first).total_seconds()

    def _early(self) -> Iterator[str]:
        for section in self.sections:
            report = section.report
            if report.stopped_by is not None:
                yield f"{section.name}: {type(report.stopped_by).__name__}: {report.stopped_by}"
            elif report.is_interrupted:
                yield f"{section.name}: interrupted"
            if section.input_failure:
                yield f"{section.name}: the rest of the input cannot be read: {section.input_failure}"


_SAID_ABOVE = frozenset({"problems", "problems_left_out"})


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat(timespec="seconds").replace("+00:00", "Z")
