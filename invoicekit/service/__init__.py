"""The service: names become domain commands, checked against what the provider can do."""

from invoicekit.service.audit import AuditedPayment, PaymentAudit, Standing
from invoicekit.service.connection import CallOptions, Connection
from invoicekit.service.doubt import Resolution
from invoicekit.service.service import InvoiceService
from invoicekit.service.time_entries import MarkReport

__all__ = [
    "AuditedPayment",
    "CallOptions",
    "Connection",
    "InvoiceService",
    "MarkReport",
    "PaymentAudit",
    "Resolution",
    "Standing",
]
