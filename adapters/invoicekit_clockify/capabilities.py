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
        "refund": Capability(support=_NONE_SUCH, alternative="delete_payment, or a refund in your own books"),
        "create_credit_note": Capability(support=_NONE_SUCH, alternative="an invoice of its own"),
        "write_off": Capability(support=_NONE_SUCH, alternative="set_status(VOID)"),
    },
)
