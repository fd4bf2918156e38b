"""`invoicekit bulk pay`: payments from a file, each at most once."""

from typing import Annotated

import typer

from invoicekit.bulk import PAYMENT_CELLS, PAYMENT_COLUMNS, PayJob, payment_items
from invoicekit.cli.bulk_options import AmountFormOptions, JobOptions
from invoicekit.cli.bulk_run import BulkRun
from invoicekit.cli.option_groups import TellingOptions, WorkOptions, grouped


@grouped
def pay(
    *,
    files: Annotated[
        list[str],
        typer.Argument(
            help="CSV or JSONL with the columns reference, invoice_id, amount, currency, paid_at and "
            "perhaps note; amounts in major units; - reads a pipe."
        ),
    ],
    account: WorkOptions,
    form: AmountFormOptions,
    job: JobOptions,
    shown: TellingOptions,
) -> None:
    """Record payments, each reference at most once.

    After an interruption --resume does what is left. Without it, too, what stands at the provider already is
    found and not sent again.
    """
    source = form.inputs(files, PAYMENT_COLUMNS)
    command = BulkRun(
        name="payments",
        operation="record_payment",
        target=account.work(),
        source=source,
        rows_out=job.rows_out,
        as_json=shown.as_json,
        telling=shown.telling("bulk pay"),
        cells=PAYMENT_CELLS,
        resume=job.resume,
        accept_changes=job.accept_changes,
    )
    if job.dry_run:
        command.plan(payment_items(source), size=1)
    command.run(payment_items(source), lambda service, items: PayJob(service, items))
