"""`invoicekit bulk mark-invoiced`: time entries from a file, in batches."""

from datetime import UTC, timedelta
from enum import Enum
from typing import Annotated

import typer

from invoicekit.billing import whole_days
from invoicekit.bulk import ENTRY_COLUMNS, Days, MarkJob, Verify, entry_items
from invoicekit.cli.bulk_options import FormOptions, JobOptions
from invoicekit.cli.bulk_run import BulkRun
from invoicekit.cli.option_groups import TellingOptions, WorkOptions, grouped
from invoicekit.cli.time_terms import day
from invoicekit.errors import UsageError


class VerifyKind(Enum):
    """How marks are read back."""

    REPORT = "report"


@grouped
def mark_invoiced(
    *,
    files: Annotated[
        list[str], typer.Argument(help="CSV or JSONL with the column time_entry_id; - reads a pipe.")
    ],
    account: WorkOptions,
    not_invoiced: Annotated[
        bool, typer.Option("--not-invoiced", "--undo", help="Take the mark away instead.")
    ] = False,
    chunk: Annotated[
        int | None, typer.Option(min=1, help="Most entries in one request; never above the provider's limit.")
    ] = None,
    form: FormOptions,
    verify: Annotated[
        VerifyKind | None,
        typer.Option(
            "--verify",
            help="Read the marks back once all are sent: report reads the days of the entries, as the column "
            "start or --from and --to tell them; else their days are fetched.",
        ),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="With --verify: the first day of the entries.")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="With --verify: the day after their last.")
    ] = None,
    job: JobOptions,
    shown: TellingOptions,
) -> None:
    """Mark time entries as invoiced.

    Marking twice is harmless. After an interruption, --resume does what is left.
    """
    checking = None if verify is None else _checking(first, last)
    if checking is None and (first or last):
        raise UsageError("--from and --to say which days --verify report reads; name that, too")
    days = None if checking is None else checking.days
    source = form.inputs(files, ENTRY_COLUMNS)
    command = BulkRun(
        name="time entries",
        operation="mark_time_entries",
        target=account.work(),
        source=source,
        rows_out=job.rows_out,
        as_json=shown.as_json,
        telling=shown.telling("bulk mark-invoiced"),
        variant="not invoiced" if not_invoiced else "invoiced",
        resume=job.resume,
        accept_changes=job.accept_changes,
    )
    if job.dry_run:
        command.plan(entry_items(source, days=days), size=chunk)
    command.run(
        entry_items(source, days=days),
        lambda service, items: MarkJob(
            service, items, invoiced=not not_invoiced, size=chunk, verify=checking
        ),
    )


def _checking(first: str | None, last: str | None) -> Verify:
    if first is None or last is None:
        if first != last:
            raise UsageError("--verify report needs both --from and --to, or none of them")
        return Verify(days=Days())
    # A day is somebody's: midnight may be elsewhere, so a day more is read at each end.
    start, end = whole_days(day("--from", first), day("--to", last), UTC)
    return Verify(start=start - timedelta(days=1), end=end + timedelta(days=1))
