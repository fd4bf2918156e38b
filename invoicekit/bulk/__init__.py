"""Thousands of changes from a file or a stream, each with one outcome."""

from invoicekit.batch import Item, ItemOutcome, Standing
from invoicekit.bulk.audit import AuditVerdict, audit_entries, audit_payments
from invoicekit.bulk.dry_run import ConsentNeed, Plan, plan_job
from invoicekit.bulk.generate import InputFiles, OpenInvoice, Spoilage, write_inputs
from invoicekit.bulk.items import entry_items, payment_items, status_items
from invoicekit.bulk.job import MOST_ENTRIES_A_REQUEST, BulkService, Job, MarkJob, PayJob
from invoicekit.bulk.ranges import Ranges
from invoicekit.bulk.record import Columns, Format, Record
from invoicekit.bulk.report import ConservationError, JobExit, Report, Tally, Usage
from invoicekit.bulk.rows import ENTRY_COLUMNS, PAYMENT_COLUMNS, PaymentRow
from invoicekit.bulk.rows_file import PAYMENT_CELLS, STATUS_CELLS, RowsFile, row_of
from invoicekit.bulk.source import STDIN, Source
from invoicekit.bulk.spool import kept
from invoicekit.bulk.status_job import StatusJob, StepRefused
from invoicekit.bulk.status_rows import INVOICE_COLUMNS, STATUS_COLUMNS, StatusRow
from invoicekit.bulk.status_steps import STATUS_WORDS, Consent, StatusSteps, consent_word
from invoicekit.bulk.wording import InputError, shown

__all__ = [
    "ENTRY_COLUMNS",
    "INVOICE_COLUMNS",
    "MOST_ENTRIES_A_REQUEST",
    "PAYMENT_CELLS",
    "PAYMENT_COLUMNS",
    "STATUS_CELLS",
    "STATUS_COLUMNS",
    "STATUS_WORDS",
    "STDIN",
    "AuditVerdict",
    "BulkService",
    "Columns",
    "Consent",
    "ConsentNeed",
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
    "Ranges",
    "Record",
    "Report",
    "RowsFile",
    "Source",
    "Spoilage",
    "Standing",
    "StatusJob",
    "StatusRow",
    "StatusSteps",
    "StepRefused",
    "Tally",
    "Usage",
    "audit_entries",
    "audit_payments",
    "consent_word",
    "entry_items",
    "kept",
    "payment_items",
    "plan_job",
    "row_of",
    "shown",
    "status_items",
    "write_inputs",
]
