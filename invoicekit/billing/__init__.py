"""From tracked time to a draft invoice: worked out, carried out, looked at, taken back."""

from invoicekit.billing.apply import BilledTime, bill, release
from invoicekit.billing.lines import LeftOut, TimeLine, lines_of
from invoicekit.billing.needs import BillingService
from invoicekit.billing.plan import Books, TimePlan
from invoicekit.billing.plan_file import plan_of_text, plan_text, read_plan
from invoicekit.billing.rounding import RoundedPer, Rounding, RoundingMode, billed, hours
from invoicekit.billing.terms import TimeTerms, whole_days
from invoicekit.billing.verify import entries_not_shown, invoice_problems

__all__ = [
    "BilledTime",
    "BillingService",
    "Books",
    "LeftOut",
    "RoundedPer",
    "Rounding",
    "RoundingMode",
    "TimeLine",
    "TimePlan",
    "TimeTerms",
    "bill",
    "billed",
    "entries_not_shown",
    "hours",
    "invoice_problems",
    "lines_of",
    "plan_of_text",
    "plan_text",
    "read_plan",
    "release",
    "whole_days",
]
