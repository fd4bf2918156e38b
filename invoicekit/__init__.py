"""One async interface to invoices at many providers, which never pays, bills or marks twice."""

from invoicekit._version import __version__
from invoicekit.errors import (
    DuplicateDetected,
    InvoiceKitError,
    NotApplied,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
    UsageError,
)
from invoicekit.guard import OnDoubt
from invoicekit.model import (
    Customer,
    Invoice,
    InvoiceChange,
    InvoiceStatus,
    LineItem,
    Money,
    NewLineItem,
    Outcome,
    Pager,
    Payment,
    PaymentStatus,
    TimeEntry,
    WriteResult,
)
from invoicekit.secret import Secret
from invoicekit.service import InvoiceService

__all__ = [
    "Customer",
    "DuplicateDetected",
    "Invoice",
    "InvoiceChange",
    "InvoiceKitError",
    "InvoiceService",
    "InvoiceStatus",
    "LineItem",
    "Money",
    "NewLineItem",
    "NotApplied",
    "OnDoubt",
    "Outcome",
    "OutcomeUnknown",
    "Pager",
    "Payment",
    "PaymentStatus",
    "RateLimited",
    "Rejected",
    "Secret",
    "TimeEntry",
    "Unavailable",
    "UsageError",
    "WriteResult",
    "__version__",
]
