"""`invoicekit bulk pay`: payments from a file, each at most once."""

from typing import Annotated

import typer

from invoicekit.bulk import PAYMENT_CELLS, PAYMENT_COLUMNS, PayJob, payment_items
from invoicekit.cli.bulk_input import (
    DecimalOption,
    DelimiterOption,
    EncodingOption,
    MapOption,
    ValueOption,
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


def pay(
    files: Annotated[
        list[str],
        typer.Argument(
            help="CSV or JSONL with the columns reference, invoice_id, amount, currency, paid_at and "
            "perhaps note; amounts in major units; - reads a pipe."
        ),
    ],
    provider: ProviderOption = None,
    profile: ProfileOption = None,
    settings: SettingsOption = None,
    base_url: BaseUrlOption = None,
    workspace: WorkspaceOption = None,
    journal: JournalOption = None,
    on_doubt: OnDoubtOption = None,
    mapping: MapOption = None,
    values: ValueOption = None,
    delimiter: DelimiterOption = None,
    decimal: DecimalOption = None,
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
    """Record payments, each reference at most once.

    After an interruption --resume does what is left. Without it, too, what stands at the provider already is
    found and not sent again.
    """
    source = inputs_of(
        files,
        PAYMENT_COLUMNS,
        mapping=mapping,
        values=values,
        delimiter=delimiter,
        decimal=decimal,
        encoding=encoding,
    )
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
        name="payments",
        operation="record_payment",
        target=target,
        source=source,
        rows_out=rows_out,
        as_json=as_json,
        telling=Telling.of("bulk pay", report=report, progress=progress, is_quiet=quiet),
        cells=PAYMENT_CELLS,
        resume=resume,
        accept_changes=accept_changes,
    )
    if dry_run:
        command.plan(payment_items(source), size=1)
    command.run(payment_items(source), lambda service, items: PayJob(service, items))
