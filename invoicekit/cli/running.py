"""Run one bulk job to its end, its bar on the terminal and its rows in a file."""

from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import attrs

from invoicekit.bulk import InputError, ItemOutcome, Places, Ranges, Report, RowsFile, Standing, Tally
from invoicekit.cli.interrupt import interruptible
from invoicekit.cli.progress import Bars


@attrs.frozen(kw_only=True)
class Finished:
    """A job that ended.

    Attributes:
        label: What its bar was called.
        not_attempted: The lines of the rows that were left.
        input_failure: What made the rest of the input unusable; the rows before it are done.
    """

    label: str
    report: Report
    not_attempted: Ranges
    input_failure: InputError | None = None


class Runnable(Protocol):
    """A job, whatever its rows carry."""

    @property
    def tally(self) -> Tally:
        """The counts so far."""
        ...

    def outcomes(self) -> AsyncIterator[ItemOutcome[object]]:
        """Run."""
        ...

    def stop(self) -> None:
        """Send nothing new."""
        ...

    def abort(self) -> None:
        """Cut off what is under way."""
        ...

    def report(self) -> Report:
        """Close the books."""
        ...


async def run_job(
    job: Runnable,
    *,
    label: str,
    bars: Bars,
    total: int | None = None,
    rows_out: Path | None = None,
    cells: tuple[str, ...] = (),
    places: Places | None = None,
) -> Finished:
    """Carry a job out; whatever ends it early, it never ends without its report.

    Args:
        places: Where the rows stand, if they come from several files.
    """
    input_failure = None
    not_attempted = Ranges()
    with ExitStack() as stack:
        rows = None
        if rows_out is not None:
            rows = stack.enter_context(RowsFile(rows_out, cells=cells, places=places))
        stack.enter_context(interruptible(job, say=bars.say))
        async with bars.show(label, job.tally, total=total):
            try:
                async for outcome in job.outcomes():
                    if rows is not None:
                        rows.write(outcome)
                    if outcome.standing is Standing.NOT_ATTEMPTED:
                        not_attempted.add(outcome.position)
            except InputError as failure:
                input_failure = failure
    return Finished(
        label=label,
        report=attrs.evolve(job.report(), places=places),
        not_attempted=not_attempted,
        input_failure=input_failure,
    )
