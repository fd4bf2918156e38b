"""Thousands of changes from a file or a stream, each with one outcome."""

from invoicekit.batch import Item, ItemOutcome, Standing
from invoicekit.bulk.audit import AuditVerdict, audit_entries, audit_payments
from invoicekit.bulk.dry_run import Plan, plan_job
from invoicekit.bulk.generate import InputFiles, OpenInvoice, Spoilage, write_inputs
from invoicekit.bulk.items import entry_items, payment_items
from invoicekit.bulk.job import MOST_ENTRIES_A_REQUEST, BulkService, Job, MarkJob, PayJob
from invoicekit.bulk.record import Columns, Format, Record
from invoicekit.bulk.report import ConservationError, JobExit, Report, Tally, Usage
from invoicekit.bulk.rows import ENTRY_COLUMNS, PAYMENT_COLUMNS, PaymentRow
from invoicekit.bulk.rows_file import RowsFile, row_of
from invoicekit.bulk.source import STDIN, Source
from invoicekit.bulk.wording import InputError, shown

__all__ = [
    "ENTRY_COLUMNS",
    "MOST_ENTRIES_A_REQUEST",
    "PAYMENT_COLUMNS",
    "STDIN",
    "AuditVerdict",
    "BulkService",
    "Columns",
    "ConservationError",
    "Format",
    "InputError",
    "InputFiles",
    "Item",
    "ItemOutcome",
    "Job",
    "JobExit",
    "MarkJob",
    "OpenInvoice",
    "PayJob",
    "PaymentRow",
    "Plan",
    "Record",
    "Report",
    "RowsFile",
    "Source",
    "Spoilage",
    "Standing",
    "Tally",
    "Usage",
    "audit_entries",
    "audit_payments",
    "entry_items",
    "payment_items",
    "plan_job",
    "row_of",
    "shown",
    "write_inputs",
]
