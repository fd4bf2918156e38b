"""Run one bulk job to its end, its bar on the terminal and its rows in a file."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack, aclosing
from pathlib import Path
from typing import Protocol

import attrs

from invoicekit.bulk import (
    NEXT_STEP,
    InputError,
    JobEvent,
    JobStarted,
    JobState,
    JobVerified,
    Places,
    Ranges,
    Report,
    RowEnded,
    RowsFile,
    Standing,
)
from invoicekit.cli.display import Display
from invoicekit.cli.interrupt import interruptible
from invoicekit.report import Document, Section, next_step, write_report


@attrs.frozen(kw_only=True)
class Finished:
    """A job that ended.

    Attributes:
        label: What its bar was called.
        not_attempted: The lines of the rows that were left.
        input_failure: What made the rest of the input unusable; the rows before it are done.
        rows_out: Where every row's outcome stands.
        provider: Whom it asked.
        account: The workspace, tenant or business there.
        can_resume: Whether ``--resume`` would go on from here.
    """

    label: str
    report: Report
    not_attempted: Ranges
    input_failure: InputError | None = None
    rows_out: Path | None = None
    provider: str = ""
    account: str = ""
    can_resume: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to go on with: no row in doubt, none not attempted, none unread."""
        report = self.report
        left = report.count(Standing.UNKNOWN) + report.count(Standing.NOT_ATTEMPTED)
        return not left and report.unread == 0 and self.input_failure is None


class Runnable(Protocol):
    """A job, whatever its rows carry."""

    def events(self, name: str = "", *, total: int | None = None) -> AsyncGenerator[JobEvent, None]:
        """Run, and yield what happens."""
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
    bars: Display,
    total: int | None = None,
    rows_out: Path | None = None,
    cells: tuple[str, ...] = (),
    places: Places | None = None,
    report_to: Path | None = None,
    state: JobState | None = None,
) -> Finished:
    """Carry a job out; whatever ends it early, it never ends without its report.

    Args:
        places: Where the rows stand, if they come from several files.
        bars: Where its progress is shown.
        rows_out: Where each row's outcome is written.
        report_to: Of a report; the one that ends in .csv has a line for every row, so it is written here.
        state: Where the rows' ends are kept for a later run.
    """
    input_failure = None
    not_attempted = Ranges()
    provider = account = ""
    with ExitStack() as stack:
        files = []
        if rows_out is not None:
            files.append(stack.enter_context(RowsFile(rows_out, cells=cells, places=places)))
        if report_to is not None and report_to.suffix.lower() == ".csv":
            with_step = RowsFile(
                report_to,
                cells=(*cells, NEXT_STEP),
                places=places,
                more=lambda outcome: {NEXT_STEP: next_step(outcome, places)},
            )
            files.append(stack.enter_context(with_step))
        stack.enter_context(interruptible(job, say=bars.warn))
        async with bars.show(label, total=total) as tell, aclosing(job.events(label, total=total)) as events:
            try:
                async for event in events:
                    tell(event)
                    if isinstance(event, JobStarted):
                        provider, account = event.provider, event.account
                    elif isinstance(event, JobVerified):
                        for file in files:
                            file.verify(event.is_verified)
                    if not isinstance(event, RowEnded):
                        continue
                    for file in files:
                        file.write(event.outcome)
                    if state is not None:
                        state.note(event.outcome)
                    if event.outcome.standing is Standing.NOT_ATTEMPTED:
                        not_attempted.add(event.outcome.position)
            except InputError as failure:
                input_failure = failure
    return Finished(
        label=label,
        report=attrs.evolve(job.report(), places=places),
        not_attempted=not_attempted,
        can_resume=state is not None,
        input_failure=input_failure,
        rows_out=rows_out,
        provider=provider,
        account=account,
    )


def write_finished(path: Path | None, *, title: str, finished: Sequence[Finished]) -> None:
    """Write the report of jobs that ended as .html or .json; one as .csv stands there already.

    Raises:
        UsageError: It cannot be written.
    """
    if path is None or path.suffix.lower() == ".csv" or not finished:
        return
    sections = tuple(
        Section(
            name=each.label,
            report=each.report,
            rows_file=None if each.rows_out is None else str(each.rows_out),
            left=(each.report.places or Places()).lines(each.not_attempted) if each.not_attempted else "",
            input_failure=str(each.input_failure or ""),
        )
        for each in finished
    )
    first = finished[0]
    write_report(
        path,
        Document(title=title, provider=first.provider, account=first.account, sections=sections),
    )
