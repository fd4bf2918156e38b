"""`invoicekit bulk void`: invoices from a file, made void."""

from typing import Annotated

import typer

from invoicekit.cli.bulk_input import DelimiterOption, EncodingOption, MapOption, inputs_of
from invoicekit.cli.bulk_resume import AcceptChangesOption, ResumeOption
from invoicekit.cli.bulk_status import apply_statuses, columns_for
from invoicekit.cli.connection import Target
from invoicekit.cli.consent import Allowed
from invoicekit.cli.display import ProgressKind
from invoicekit.cli.options import (
    AllowIrreversibleOption,
    BaseUrlOption,
    DryRunOption,
    JournalOption,
    JsonOption,
    OnDoubtOption,
    PaymentLossOption,
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
from invoicekit.model import InvoiceStatus


def void(
    files: Annotated[
        list[str], typer.Argument(help="CSV or JSONL with the column invoice_id; - reads a pipe.")
    ],
    provider: ProviderOption = None,
    profile: ProfileOption = None,
    settings: SettingsOption = None,
    base_url: BaseUrlOption = None,
    workspace: WorkspaceOption = None,
    journal: JournalOption = None,
    on_doubt: OnDoubtOption = None,
    mapping: MapOption = None,
    delimiter: DelimiterOption = None,
    encoding: EncodingOption = None,
    allow_irreversible: AllowIrreversibleOption = False,
    allow_payment_loss: PaymentLossOption = None,
    resume: ResumeOption = False,
    accept_changes: AcceptChangesOption = False,
    dry_run: DryRunOption = False,
    rows_out: RowsOutOption = None,
    report: ReportOption = None,
    progress: ProgressOption = ProgressKind.AUTO,
    quiet: QuietOption = False,
    as_json: JsonOption = False,
) -> None:
    """Void invoices.

    One that is void already is left alone. Where that may cost recorded payments, it is asked for by name
    first.
    """
    apply_statuses(
        inputs_of(
            files,
            columns_for(InvoiceStatus.VOID),
            mapping=mapping,
            delimiter=delimiter,
            encoding=encoding,
        ),
        to=InvoiceStatus.VOID,
        target=Target.of(
            provider=provider,
            profile=profile,
            settings=settings,
            base_url=base_url,
            workspace=workspace,
            journal=journal,
            on_doubt=on_doubt,
        ),
        allowed=Allowed(irreversible=allow_irreversible, payment_loss=allow_payment_loss),
        is_dry=dry_run,
        resume=resume,
        accept_changes=accept_changes,
        rows_out=rows_out,
        as_json=as_json,
        telling=Telling.of("bulk void", report=report, progress=progress, is_quiet=quiet),
    )
