"""Bank statements matched to open invoices: plan, look, apply, report."""

from invoicekit.reconcile.identity import payment_reference
from invoicekit.reconcile.line import Problem, Statement, StatementLine
from invoicekit.reconcile.profile import CsvProfile, Sign, load_csv_profile, profile_of
from invoicekit.reconcile.read import StatementForm, parse_statement, read_statement

__all__ = [
    "CsvProfile",
    "Problem",
    "Sign",
    "Statement",
    "StatementForm",
    "StatementLine",
    "load_csv_profile",
    "parse_statement",
    "payment_reference",
    "profile_of",
    "read_statement",
]
