"""What the books can do: everything, natively, and each in one transaction."""

from invoicekit.adapter import Capabilities, Capability, Support
from invoicekit_local.rows import STATUS_RULES

_OPERATIONS = (
    "get_invoice",
    "find_invoice",
    "list_invoices",
    "create_invoice",
    "update_invoice",
    "set_status",
    "delete_invoice",
    "duplicate_invoice",
    "export_pdf",
    "list_payments",
    "record_payment",
    "delete_payment",
    "refund",
    "create_credit_note",
    "write_off",
    "list_time_entries",
    "mark_time_entries",
    "list_customers",
    "get_customer",
    "create_customer",
)

CAPABILITIES = Capabilities(
    operations={name: Capability(support=Support.NATIVE, calls=0) for name in _OPERATIONS},
    statuses=STATUS_RULES,
)
