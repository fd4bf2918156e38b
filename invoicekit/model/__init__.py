"""The neutral vocabulary: frozen values that say what every provider's records mean."""

from invoicekit.model.absence import MISSING, UNSUPPORTED, Absent
from invoicekit.model.command import (
    EntryMarks,
    InvoiceChange,
    InvoiceQuery,
    NewCreditNote,
    NewCustomer,
    NewInvoice,
    NewLineItem,
    NewPayment,
    NewRefund,
    StatusChange,
    TimeEntryQuery,
)
from invoicekit.model.customer import Customer
from invoicekit.model.exact import shift_point
from invoicekit.model.headers import NO_HEADERS, Headers
from invoicekit.model.invoice import Invoice, LineItem
from invoicekit.model.money import Money, currency_exponent
from invoicekit.model.page import Page, Pager
from invoicekit.model.payment import Payment
from invoicekit.model.result import Outcome, WriteResult
from invoicekit.model.status import InvoiceStatus, PaymentStatus, StatusRule
from invoicekit.model.time_billing import TimeGrouping, TimeLink, TimeWay, TimeWindow
from invoicekit.model.time_entry import TimeEntry

__all__ = [
    "MISSING",
    "NO_HEADERS",
    "UNSUPPORTED",
    "Absent",
    "Customer",
    "EntryMarks",
    "Headers",
    "Invoice",
    "InvoiceChange",
    "InvoiceQuery",
    "InvoiceStatus",
    "LineItem",
    "Money",
    "NewCreditNote",
    "NewCustomer",
    "NewInvoice",
    "NewLineItem",
    "NewPayment",
    "NewRefund",
    "Outcome",
    "Page",
    "Pager",
    "Payment",
    "PaymentStatus",
    "StatusChange",
    "StatusRule",
    "TimeEntry",
    "TimeEntryQuery",
    "TimeGrouping",
    "TimeLink",
    "TimeWay",
    "TimeWindow",
    "WriteResult",
    "currency_exponent",
    "shift_point",
]
