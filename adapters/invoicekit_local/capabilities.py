"""What the books can do: everything, natively, and each in one transaction."""

from invoicekit.adapter import Capabilities, Capability, Fields, Limits, Operation, Support
from invoicekit.model import Customer, Invoice, LineItem, Payment, TimeEntry
from invoicekit.wire import MAJOR_DECIMAL, MINOR_BY_EXPONENT
from invoicekit_local.operations import (
    CREATE_CREDIT_NOTE,
    CREATE_CUSTOMER,
    CREATE_INVOICE,
    DELETE_INVOICE,
    DELETE_PAYMENT,
    DUPLICATE_INVOICE,
    LINK_TIME_ENTRIES,
    MARK_TIME_ENTRIES,
    RECORD_PAYMENT,
    REFUND,
    SET_STATUS,
    UPDATE_INVOICE,
)
from invoicekit_local.reading import PAGE_SIZE
from invoicekit_local.rows import STATUS_RULES


def _read(*filters: str) -> Capability:
    return Capability(support=Support.NATIVE, calls=0, filters=frozenset(filters))


def _write(operation: Operation, read_back: str = "", note: str = "") -> Capability:
    return Capability(support=Support.NATIVE, calls=0, sends=(operation,), read_back=read_back, note=note)


CAPABILITIES = Capabilities(
    statuses=STATUS_RULES,
    operations={
        "get_invoice": _read(),
        "find_invoice": _read(),
        "list_invoices": _read("statuses", "customer_id", "issued_from", "issued_to"),
        "create_invoice": _write(CREATE_INVOICE, "the invoice of that number"),
        "update_invoice": _write(UPDATE_INVOICE, note="of a draft; the currency never"),
        "set_status": _write(SET_STATUS, "the invoice's status"),
        "delete_invoice": _write(DELETE_INVOICE, "the invoice: gone is done", "of an unpaid draft"),
        "duplicate_invoice": _write(DUPLICATE_INVOICE, note="never repeated"),
        "export_pdf": _read(),
        "list_payments": _read(),
        "record_payment": _write(RECORD_PAYMENT, "the payment of that reference", "at most what is owed"),
        "delete_payment": _write(DELETE_PAYMENT, "the payment: gone is done"),
        "refund": _write(REFUND, "the refund of that reference", "at most what was paid"),
        "create_credit_note": _write(
            CREATE_CREDIT_NOTE, "the credit note of that number", "takes its amount off what the invoice owes"
        ),
        "write_off": _write(SET_STATUS, "the invoice's status"),
        "list_time_entries": _read(
            "start", "end", "invoiced", "billable", "customer_id", "project_id", "user_id"
        ),
        "mark_time_entries": _write(MARK_TIME_ENTRIES, note="all of a batch, or none"),
        "link_time_entries": _write(
            LINK_TIME_ENTRIES,
            "the entries' invoice",
            "all of a batch, or none; never one billed elsewhere",
        ),
        "import_time_entries": Capability(
            support=Support.UNSUPPORTED, alternative="lines of your own, then link_time_entries"
        ),
        "list_customers": _read(),
        "get_customer": _read(),
        "create_customer": _write(CREATE_CUSTOMER, "the customer of that name"),
    },
    fields=(
        Fields(
            model=Invoice,
            writable=frozenset(
                {
                    "number",
                    "customer_id",
                    "currency",
                    "issue_date",
                    "due_date",
                    "line_items",
                    "subject",
                    "note",
                    "discount_percent",
                    "tax_percents",
                }
            ),
            scales=dict.fromkeys(("subtotal", "total", "amount_paid", "amount_due"), MINOR_BY_EXPONENT),
        ),
        Fields(
            model=LineItem,
            unsupported=frozenset({"time_entry_ids"}),
            writable=frozenset({"description", "quantity", "unit_price", "kind"}),
            scales={"unit_price": MAJOR_DECIMAL, "amount": MINOR_BY_EXPONENT},
        ),
        Fields(
            model=Payment,
            unsupported=frozenset({"author"}),
            writable=frozenset({"amount", "paid_at", "note", "reference"}),
            scales={"amount": MINOR_BY_EXPONENT},
        ),
        Fields(
            model=TimeEntry,
            unsupported=frozenset({"task_id", "is_locked"}),
            writable=frozenset({"invoiced"}),
            scales={"hourly_rate": MINOR_BY_EXPONENT},
        ),
        Fields(
            model=Customer,
            unsupported=frozenset({"currency"}),
            writable=frozenset({"name", "email", "address", "note"}),
        ),
    ),
    limits=Limits(page_size=PAGE_SIZE, most_page_size=PAGE_SIZE, note="none but the disk's"),
)
