"""Bank statements matched to open invoices: plan, look, apply, report."""

from invoicekit.reconcile.apply import PlanMismatch, ReconcileJob, chosen_rows
from invoicekit.reconcile.gather import Owed, gather_owed
from invoicekit.reconcile.identity import payment_reference
from invoicekit.reconcile.invoice_check import PlanOutdated
from invoicekit.reconcile.line import Problem, Statement, StatementLine
from invoicekit.reconcile.match import Matching, match
from invoicekit.reconcile.other_books import read_books
from invoicekit.reconcile.plan import Plan, PlanRow, make_plan, plan_of
from invoicekit.reconcile.plan_file import plan_text, write_plan
from invoicekit.reconcile.plan_read import plan_from_text, read_plan
from invoicekit.reconcile.profile import CsvProfile, Sign, load_csv_profile, profile_of
from invoicekit.reconcile.proposal import Decision, Kind, Option, Part, Proposal
from invoicekit.reconcile.read import StatementForm, parse_statement, read_statement
from invoicekit.reconcile.receivable import Receivable, receivable_of
from invoicekit.reconcile.rules import Rules
from invoicekit.reconcile.summary import ClassSum, Summary, by_currency, summarize, totals
from invoicekit.reconcile.verify import Verified, verify_plan

__all__ = [
    "ClassSum",
    "CsvProfile",
    "Decision",
    "Kind",
    "Matching",
    "Option",
    "Owed",
    "Part",
    "Plan",
    "PlanMismatch",
    "PlanOutdated",
    "PlanRow",
    "Problem",
    "Proposal",
    "Receivable",
    "ReconcileJob",
    "Rules",
    "Sign",
    "Statement",
    "StatementForm",
    "StatementLine",
    "Summary",
    "Verified",
    "by_currency",
    "chosen_rows",
    "gather_owed",
    "load_csv_profile",
    "make_plan",
    "match",
    "parse_statement",
    "payment_reference",
    "plan_from_text",
    "plan_of",
    "plan_text",
    "profile_of",
    "read_books",
    "read_plan",
    "read_statement",
    "receivable_of",
    "summarize",
    "totals",
    "verify_plan",
    "write_plan",
]
