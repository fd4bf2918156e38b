"""`invoicekit bulk set-status`: the status of invoices from a file."""

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
from invoicekit.cli.bulk_options import ConsentOptions, FormOptions, JobOptions
from invoicekit.cli.bulk_run import BulkRun
from invoicekit.cli.connection import Target
from invoicekit.cli.consent import Allowed, settled
from invoicekit.cli.option_groups import TellingOptions, WorkOptions, grouped
from invoicekit.errors import UnsupportedOperation, UsageError
from invoicekit.model import InvoiceStatus

_WORDS = ", ".join(STATUS_WORDS)
_EACH_ITS_OWN = attrs.evolve(STATUS_COLUMNS, otherwise="or give one status for all rows with --to")


@grouped
def set_status(
    *,
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
    account: WorkOptions,
    form: FormOptions,
    consent: ConsentOptions,
    job: JobOptions,
    shown: TellingOptions,
) -> None:
    """Set the status of invoices.

    An invoice that has its status already is left alone. What can never be taken back, or may cost recorded
    payments, is asked for by name first.
    """
    if to is not None and to not in STATUS_WORDS:
        raise UsageError(f"--to wants one of {_WORDS}")
    status = None if to is None else STATUS_WORDS[to]
    apply_statuses(
        form.inputs(files, columns_for(status)),
        to=status,
        target=account.work(),
        allowed=consent.allowed,
        job=job,
        shown=shown,
        title="bulk set-status",
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
    job: JobOptions,
    shown: TellingOptions,
    title: str,
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
        rows_out=job.rows_out,
        as_json=shown.as_json,
        cells=STATUS_CELLS,
        telling=shown.telling(title),
        variant="each its own" if to is None else to.value,
        resume=job.resume,
        accept_changes=job.accept_changes,
    )
    command.check_offered()
    if to is not None and (reason := steps.refusal(to)):
        raise UnsupportedOperation(f"{to.value!r} {reason}; nothing was sent")
    if job.dry_run:
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
