"""`invoicekit bulk void`: invoices from a file, made void."""

from typing import Annotated

import typer

from invoicekit.cli.bulk_options import ConsentOptions, FormOptions, JobOptions
from invoicekit.cli.bulk_status import apply_statuses, columns_for
from invoicekit.cli.option_groups import TellingOptions, WorkOptions, grouped
from invoicekit.model import InvoiceStatus


@grouped
def void(
    *,
    files: Annotated[
        list[str], typer.Argument(help="CSV or JSONL with the column invoice_id; - reads a pipe.")
    ],
    account: WorkOptions,
    form: FormOptions,
    consent: ConsentOptions,
    job: JobOptions,
    shown: TellingOptions,
) -> None:
    """Void invoices.

    One that is void already is left alone. Where that may cost recorded payments, it is asked for by name
    first.
    """
    apply_statuses(
        form.inputs(files, columns_for(InvoiceStatus.VOID)),
        to=InvoiceStatus.VOID,
        target=account.work(),
        allowed=consent.allowed,
        job=job,
        shown=shown,
        title="bulk void",
    )
