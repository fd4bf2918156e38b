"""`invoicekit bulk set-status`: the status of invoices from a file."""

from pathlib import Path
from typing import Annotated, NoReturn

import attrs
import typer

from invoicekit.bulk import (
    INVOICE_COLUMNS,
    STATUS_CELLS,
    STATUS_COLUMNS,
    STATUS_WORDS,
    Columns,
    Inputs,
    StatusJob,
    StatusSteps,
    status_items,
)
from invoicekit.cli.bulk_input import (
    DelimiterOption,
    EncodingOption,
    MapOption,
    inputs_of,
)
from invoicekit.cli.bulk_resume import AcceptChangesOption, ResumeOption
from invoicekit.cli.bulk_run import BulkRun
from invoicekit.cli.connection import Target
from invoicekit.cli.consent import Allowed, settled
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
from invoicekit.errors import UnsupportedOperation, UsageError
from invoicekit.model import InvoiceStatus

_WORDS = ", ".join(STATUS_WORDS)
_EACH_ITS_OWN = attrs.evolve(STATUS_COLUMNS, otherwise="or give one status for all rows with --to")


def set_status(
    files: Annotated[
        list[str],
        typer.Argument(
            help=f"CSV or JSONL with the columns invoice_id and status ({_WORDS}), or with invoice_id alone "
            "and --to; - reads a pipe."
        ),
    ],
    to: Annotated[
        str | None, typer.Option("--to", metavar="STATUS", help="One status for every row of the file.")
    ] = None,
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
    """Set the status of invoices.

    An invoice that has its status already is left alone. What can never be taken back, or may cost recorded
    payments, is asked for by name first.
    """
    if to is not None and to not in STATUS_WORDS:
        raise UsageError(f"--to wants one of {_WORDS}")
    status = None if to is None else STATUS_WORDS[to]
    apply_statuses(
        inputs_of(files, columns_for(status), mapping=mapping, delimiter=delimiter, encoding=encoding),
        to=status,
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
        telling=Telling.of("bulk set-status", report=report, progress=progress, is_quiet=quiet),
    )


def columns_for(to: InvoiceStatus | None) -> Columns:
    """Return what the rows hold: their own status, unless one is given for all of them."""
    return _EACH_ITS_OWN if to is None else INVOICE_COLUMNS


def apply_statuses(
    source: Inputs,
    *,
    to: InvoiceStatus | None,
    target: Target,
    allowed: Allowed,
    is_dry: bool,
    resume: bool,
    accept_changes: bool,
    rows_out: Path | None,
    as_json: bool,
    telling: Telling,
) -> None:
    """Plan the file's steps or take them, once what they need is allowed.

    Args:
        to: The status of every row; None where each names its own.

    Raises:
        UsageError: The provider has no such step, the input as a whole cannot be used, or a step was not
            allowed; nothing was sent.
    """
    adapter = target.adapter_type()
    steps = StatusSteps(provider=adapter.name, rules=adapter.capabilities.statuses)
    command = BulkRun(
        name="invoices",
        operation="set_status",
        target=target,
        source=source,
        rows_out=rows_out,
        as_json=as_json,
        cells=STATUS_CELLS,
        telling=telling,
        variant="each its own" if to is None else to.value,
        resume=resume,
        accept_changes=accept_changes,
    )
    command.check_offered()
    if to is not None and (reason := steps.refusal(to)):
        raise UnsupportedOperation(f"{to.value!r} {reason}; nothing was sent")
    if is_dry:
        command.plan(status_items(command.source, steps, to=to), size=1, allowed=allowed)
    asked_for = STATUS_WORDS.values() if to is None else (to,)
    if all(allowed.decides(consent) for status in asked_for for consent in steps.consents(status)):
        _take(command, steps, to, allowed)
    with command.source.kept() as looked_at:
        command = attrs.evolve(command, source=looked_at)
        plan = command.worked_out(status_items(looked_at, steps, to=to), size=1)
        _take(command, steps, to, settled(plan.consents, allowed, provider=adapter.name))


def _take(command: BulkRun, steps: StatusSteps, to: InvoiceStatus | None, allowed: Allowed) -> NoReturn:
    command.run(
        status_items(command.source, steps, to=to),
        lambda service, items: StatusJob(
            service,
            items,
            allow_payment_loss=allowed.payment_loss is True,
            allow_irreversible=allowed.irreversible,
        ),
    )
