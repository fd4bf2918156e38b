"""What a person gets of finished jobs: one model, and from it JSON and a page with charts."""

from invoicekit.report.advice import next_step
from invoicekit.report.document import Document, Section, Step, Verdict
from invoicekit.report.page import headline, html_page, lead
from invoicekit.report.write import SUFFIXES, check_report_path, write_report

__all__ = [
    "SUFFIXES",
    "Document",
    "Section",
    "Step",
    "Verdict",
    "check_report_path",
    "headline",
    "html_page",
    "lead",
    "next_step",
    "write_report",
]
