"""What Clockify offers, as data."""

from invoicekit.adapter import Capabilities, Capability, Support
from invoicekit_clockify.status import STATUS_RULES

_NONE_SUCH = Support.UNSUPPORTED

CAPABILITIES = Capabilities(
    statuses=STATUS_RULES,
    operations={
        "get_invoice": Capability(support=Support.NATIVE),
        "find_invoice": Capability(support=Support.NATIVE),
        "list_invoices": Capability(support=Support.NATIVE),
        "list_payments": Capability(
            support=Support.NATIVE, calls=2, note="the list has no currency: the invoice is read with it"
        ),
        "list_time_entries": Capability(
            support=Support.PARTIAL,
            note="with start and end from the detailed report, which alone shows what is invoiced and may "
            "lag; else one user's entries",
        ),
        "set_status": Capability(
            support=Support.NATIVE,
            calls=3,
            note="leaving PAID or PARTIALLY_PAID may cost the recorded payments and needs consent",
        ),
        "record_payment": Capability(
            support=Support.NATIVE,
            calls=4,
            note="found again by a marker in its note; no refunds, no edits",
        ),
        "delete_payment": Capability(support=Support.NATIVE, calls=3),
        "mark_time_entries": Capability(
            support=Support.NATIVE,
            batch_limit=200,
            note="needs a paid plan; links nothing to an invoice; the largest batch is not documented",
        ),
        "create_invoice": Capability(
            support=Support.EMULATED,
            calls=3,
            note="found again by its number; note, subject and each line are further writes",
        ),
        "update_invoice": Capability(
            support=Support.EMULATED,
            calls=4,
            note="read, then replaced as a whole: what another writer changes in between is lost",
        ),
        "delete_invoice": Capability(
            support=Support.NATIVE, calls=3, note="refused while the invoice holds payments"
        ),
        "duplicate_invoice": Capability(support=Support.NATIVE, note="never repeated"),
        "export_pdf": Capability(support=Support.NATIVE),
        "list_customers": Capability(support=Support.NATIVE),
        "get_customer": Capability(support=Support.NATIVE),
        "create_customer": Capability(
            support=Support.NATIVE, calls=3, note="found again by its name, unique among archived ones too"
        ),
        "refund": Capability(support=_NONE_SUCH, alternative="delete_payment, or a refund in your own books"),
        "create_credit_note": Capability(support=_NONE_SUCH, alternative="an invoice of its own"),
        "write_off": Capability(support=_NONE_SUCH, alternative="set_status(VOID)"),
    },
)

NEEDS_INVOICING = frozenset(
    {
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
        "mark_time_entries",
    }
)
"""What a workspace without the INVOICING feature cannot do.

Source: vendor help for invoices (Standard and up); an R client for the invoiced flag.
"""
