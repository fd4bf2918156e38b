"""`invoicekit bulk mark-invoiced`: time entries from a file, in batches."""

from typing import Annotated

import typer

from invoicekit.bulk import ENTRY_COLUMNS, MarkJob, entry_items
from invoicekit.cli.bulk_input import (
    DelimiterOption,
    EncodingOption,
    MapOption,
    inputs_of,
)
from invoicekit.cli.bulk_resume import AcceptChangesOption, ResumeOption
from invoicekit.cli.bulk_run import BulkRun
from invoicekit.cli.connection import Target
from invoicekit.cli.display import ProgressKind
from invoicekit.cli.options import (
    BaseUrlOption,
    DryRunOption,
    JournalOption,
    JsonOption,
    OnDoubtOption,
    ProfileOption,
    ProgressOption,
    ProviderOption,
    QuietOption,
    ReportOption,
    RowsOutOption,
    SettingsOption,
    WorkspaceOption,
)
from invoicekit.cli.telling import Telling


def mark_invoiced(
    files: Annotated[
        list[str], typer.Argument(help="CSV or JSONL with the column time_entry_id; - reads a pipe.")
    ],
    provider: ProviderOption = None,
    profile: ProfileOption = None,
    settings: SettingsOption = None,
    base_url: BaseUrlOption = None,
    workspace: WorkspaceOption = None,
    journal: JournalOption = None,
    on_doubt: OnDoubtOption = None,
    not_invoiced: Annotated[
        bool, typer.Option("--not-invoiced", "--undo", help="Take the mark away instead.")
    ] = False,
    chunk: Annotated[
        int | None, typer.Option(min=1, help="Most entries in one request; never above the provider's limit.")
    ] = None,
    mapping: MapOption = None,
    delimiter: DelimiterOption = None,
    encoding: EncodingOption = None,
    resume: ResumeOption = False,
    accept_changes: AcceptChangesOption = False,
    dry_run: DryRunOption = False,
    rows_out: RowsOutOption = None,
    report: ReportOption = None,
    progress: ProgressOption = ProgressKind.AUTO,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Mark time entries as invoiced.

    Marking twice is harmless. After an interruption, --resume does what is left.
    """
    source = inputs_of(files, ENTRY_COLUMNS, mapping=mapping, delimiter=delimiter, encoding=encoding)
    target = Target.of(
        provider=provider,
        profile=profile,
        settings=settings,
        base_url=base_url,
        workspace=workspace,
        journal=journal,
        on_doubt=on_doubt,
    )
    command = BulkRun(
        name="time entries",
        operation="mark_time_entries",
        target=target,
        source=source,
        rows_out=rows_out,
        as_json=as_json,
        telling=Telling.of("bulk mark-invoiced", report=report, progress=progress, is_quiet=quiet),
        variant="not invoiced" if not_invoiced else "invoiced",
        resume=resume,
        accept_changes=accept_changes,
    )
    if dry_run:
        command.plan(entry_items(source), size=chunk)
    command.run(
        entry_items(source),
        lambda service, items: MarkJob(service, items, invoiced=not not_invoiced, size=chunk),
    )
