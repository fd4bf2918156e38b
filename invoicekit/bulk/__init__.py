"""Thousands of changes from a file or a stream, each with one outcome."""

from invoicekit.batch import Item, ItemOutcome, Progress, Standing
from invoicekit.bulk.audit import AuditVerdict, audit_entries, audit_payments
from invoicekit.bulk.bulk_job import BulkJob
from invoicekit.bulk.days import Days
from invoicekit.bulk.dialect import Dialect, dialect_of, load_dialect, pairs_of
from invoicekit.bulk.dry_run import ConsentNeed, Plan, plan_job
from invoicekit.bulk.generate import InputFiles, OpenInvoice, Spoilage, write_inputs
from invoicekit.bulk.inputs import Inputs
from invoicekit.bulk.items import entry_items, payment_items, status_items
from invoicekit.bulk.job import BulkService, Job
from invoicekit.bulk.job_event import (
    EVENT_SCHEMA,
    JobEnded,
    JobEvent,
    JobPaused,
    JobProgressed,
    JobResumed,
    JobStarted,
    JobVerified,
    RowEnded,
    event_json,
)
from invoicekit.bulk.job_state import JobState, forget_ended, state_file
from invoicekit.bulk.latency import Latency
from invoicekit.bulk.line_changes import LineChanges, LineHashes
from invoicekit.bulk.mark_job import MOST_ENTRIES_A_REQUEST, MarkJob
from invoicekit.bulk.pay_job import PayJob
from invoicekit.bulk.places import Places
from invoicekit.bulk.ranges import Ranges
from invoicekit.bulk.record import Columns, Format, Record
from invoicekit.bulk.recorder import Course
from invoicekit.bulk.report import ConservationError, JobExit, Report, Tally, Usage
from invoicekit.bulk.rows import ENTRY_COLUMNS, PAYMENT_COLUMNS, PaymentRow
from invoicekit.bulk.rows_file import NEXT_STEP, PAYMENT_CELLS, STATUS_CELLS, RowsFile, row_of
from invoicekit.bulk.source import STDIN, Source
from invoicekit.bulk.spool import kept
from invoicekit.bulk.status_job import StatusJob, StepRefused
from invoicekit.bulk.status_rows import INVOICE_COLUMNS, STATUS_COLUMNS, StatusRow
from invoicekit.bulk.status_steps import STATUS_WORDS, Consent, StatusSteps, consent_word
from invoicekit.bulk.sums import Sums, added
from invoicekit.bulk.timeline import Pause, Sample, joined
from invoicekit.bulk.toml_words import encoding_of, known_keys, load_toml, mark_of, table_of, text_of
from invoicekit.bulk.verification import Unverified, Verification, Verify
from invoicekit.bulk.wording import InputError, shown

__all__ = [
    "ENTRY_COLUMNS",
    "EVENT_SCHEMA",
    "INVOICE_COLUMNS",
    "MOST_ENTRIES_A_REQUEST",
    "NEXT_STEP",
    "PAYMENT_CELLS",
    "PAYMENT_COLUMNS",
    "STATUS_CELLS",
    "STATUS_COLUMNS",
    "STATUS_WORDS",
    "STDIN",
    "AuditVerdict",
    "BulkJob",
    "BulkService",
    "Columns",
    "Consent",
    "ConsentNeed",
    "ConservationError",
    "Course",
    "Days",
    "Dialect",
    "Format",
    "InputError",
    "InputFiles",
    "Inputs",
    "Item",
    "ItemOutcome",
    "Job",
    "JobEnded",
    "JobEvent",
    "JobExit",
    "JobPaused",
    "JobProgressed",
    "JobResumed",
    "JobStarted",
    "JobState",
    "JobVerified",
    "Latency",
    "LineChanges",
    "LineHashes",
    "MarkJob",
    "OpenInvoice",
    "Pause",
    "PayJob",
    "PaymentRow",
    "Places",
    "Plan",
    "Progress",
    "Ranges",
    "Record",
    "Report",
    "RowEnded",
    "RowsFile",
    "Sample",
    "Source",
    "Spoilage",
    "Standing",
    "StatusJob",
    "StatusRow",
    "StatusSteps",
    "StepRefused",
    "Sums",
    "Tally",
    "Unverified",
    "Usage",
    "Verification",
    "Verify",
    "added",
    "audit_entries",
    "audit_payments",
    "consent_word",
    "dialect_of",
    "encoding_of",
    "entry_items",
    "event_json",
    "forget_ended",
    "joined",
    "kept",
    "known_keys",
    "load_dialect",
    "load_toml",
    "mark_of",
    "pairs_of",
    "payment_items",
    "plan_job",
    "row_of",
    "shown",
    "state_file",
    "status_items",
    "table_of",
    "text_of",
    "write_inputs",
]
