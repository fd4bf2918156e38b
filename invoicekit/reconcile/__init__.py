"""Bank statements matched to open invoices: plan, look, apply, report."""

from invoicekit.reconcile.identity import payment_reference
from invoicekit.reconcile.line import Problem, Statement, StatementLine
from invoicekit.reconcile.match import Matching, match
from invoicekit.reconcile.profile import CsvProfile, Sign, load_csv_profile, profile_of
from invoicekit.reconcile.proposal import Decision, Kind, Option, Part, Proposal
from invoicekit.reconcile.read import StatementForm, parse_statement, read_statement
from invoicekit.reconcile.receivable import Receivable, receivable_of
from invoicekit.reconcile.rules import Rules

__all__ = [
    "CsvProfile",
    "Decision",
    "Kind",
    "Matching",
    "Option",
    "Part",
    "Problem",
    "Proposal",
    "Receivable",
    "Rules",
    "Sign",
    "Statement",
    "StatementForm",
    "StatementLine",
    "load_csv_profile",
    "match",
    "parse_statement",
    "payment_reference",
    "profile_of",
    "read_statement",
    "receivable_of",
]
