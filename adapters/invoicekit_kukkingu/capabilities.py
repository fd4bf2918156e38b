"""What Kukkingu offers, as data."""

from invoicekit.adapter import Capabilities, Capability, Support
from invoicekit_kukkingu.status import STATUS_RULES

_NONE_SUCH = Support.UNSUPPORTED

CAPABILITIES = Capabilities(
    statuses=STATUS_RULES,
    operations={
        "get_invoice": Capability(
            support=Support.EMULATED,
            calls=2,
            note="the invoice and its lines; no page shows the first call, and where it answers 404 the list "
            "is read",
        ),
        "find_invoice": Capability(
            support=Support.EMULATED, note="there is no search: the whole list is read and compared"
        ),
        "list_invoices": Capability(
            support=Support.NATIVE, note="the whole list at once, without lines; dates are filtered here"
        ),
        "list_payments": Capability(
            support=Support.EMULATED, note="at most one, of the whole amount, where paidAt is set"
        ),
        "list_time_entries": Capability(
            support=Support.NATIVE,
            note="days, not instants; invoiced and customer are filtered here; no users, no billable flag",
        ),
        "set_status": Capability(
            support=Support.NATIVE,
            calls=3,
            note="OPEN finalizes a draft, which is irreversible and needs allow_irreversible=True; VOID "
            "voids; PAID comes of record_payment alone",
        ),
        "record_payment": Capability(
            support=Support.PARTIAL,
            calls=3,
            note="sets paidAt: the full amount of a finalized invoice, once; no parts, no notes, and two "
            "payments of one instant are one",
            alternative="keep parts in your own books and record the full amount when the last has come",
        ),
        "mark_time_entries": Capability(
            support=Support.EMULATED,
            calls=4,
            batch_limit=1,
            note="hangs each entry on the line billable_id, one read and one replacement each",
        ),
        "create_invoice": Capability(
            support=Support.EMULATED,
            calls=4,
            note="found again by its number within contract_id; up to 100 lines are one further write of six "
            "requests",
        ),
        "update_invoice": Capability(
            support=Support.PARTIAL,
            calls=3,
            note="drafts alone: number, dates, currency with its amount, exchange rate",
        ),
        "export_pdf": Capability(
            support=Support.NATIVE, calls=2, note="from a temporary address, without our credentials"
        ),
        "list_customers": Capability(support=Support.NATIVE),
        "get_customer": Capability(support=Support.EMULATED, note="out of the whole list"),
        "create_customer": Capability(
            support=Support.NATIVE, calls=3, note="found again by its name; no e-mail, no address"
        ),
        "delete_invoice": Capability(support=_NONE_SUCH, alternative="set_status(VOID)"),
        "delete_payment": Capability(
            support=_NONE_SUCH,
            alternative="void the invoice with allow_payment_loss=True and create another; paidAt stays",
        ),
        "duplicate_invoice": Capability(
            support=_NONE_SUCH, alternative="get_invoice, then create_invoice under a new number"
        ),
        "refund": Capability(support=_NONE_SUCH, alternative="a refund in your own books"),
        "create_credit_note": Capability(
            support=_NONE_SUCH, alternative="set_status(VOID) and a new invoice of the right amount"
        ),
        "write_off": Capability(support=_NONE_SUCH, alternative="set_status(VOID)"),
    },
)
