"""What Kukkingu offers, as data."""

from invoicekit.adapter import Capabilities, Capability, Fields, Limits, Support
from invoicekit.model import Customer, Invoice, LineItem, Payment, TimeEntry
from invoicekit.wire import MINOR_BY_EXPONENT
from invoicekit_kukkingu import operations as sent
from invoicekit_kukkingu.config import UNKNOWN_LIMIT
from invoicekit_kukkingu.status import STATUS_RULES

_NONE_SUCH = Support.UNSUPPORTED
_WRITES = sent.Writes.settling_within(None)
"""As they are sent, but for the settle bound that a configuration may give."""

_INVOICE_READS = (sent.GET_INVOICE, sent.LIST_INVOICES)
"""No page shows the first; where it answers 404 the list is read."""

CAPABILITIES = Capabilities(
    statuses=STATUS_RULES,
    operations={
        "get_invoice": Capability(
            support=Support.EMULATED,
            calls=2,
            sends=(*_INVOICE_READS, sent.LIST_BILLABLES),
            note="the invoice, then its lines; where reading one invoice is no route, the list is read",
        ),
        "find_invoice": Capability(
            support=Support.EMULATED,
            sends=(sent.LIST_INVOICES,),
            note="there is no search: the whole list is read and compared",
        ),
        "list_invoices": Capability(
            support=Support.NATIVE,
            sends=(sent.LIST_CONTRACTS, sent.LIST_INVOICES),
            filters=frozenset({"statuses", "customer_id", "issued_from", "issued_to"}),
            note="the whole list at once, without lines; a customer's contracts are read first, dates are "
            "filtered here",
        ),
        "list_payments": Capability(
            support=Support.EMULATED,
            sends=_INVOICE_READS,
            note="at most one, of the whole amount, where paidAt is set",
        ),
        "list_time_entries": Capability(
            support=Support.NATIVE,
            sends=(sent.LIST_TIME_ENTRIES,),
            filters=frozenset({"start", "end", "invoiced", "customer_id", "project_id"}),
            note="the whole list at once; days, not instants; invoiced and customer are filtered here",
        ),
        "set_status": Capability(
            support=Support.NATIVE,
            calls=3,
            sends=(*_INVOICE_READS, _WRITES.set_status),
            read_back="the invoice's status",
            note="OPEN finalizes a draft, for good, and needs allow_irreversible=True; VOID voids; PAID "
            "comes of record_payment alone",
        ),
        "record_payment": Capability(
            support=Support.PARTIAL,
            calls=3,
            sends=(*_INVOICE_READS, _WRITES.record_payment),
            read_back="the invoice's paidAt",
            note="sets paidAt: the full amount of a finalized invoice, once; no parts, no notes; two "
            "payments of one instant are one",
            alternative="keep parts in your own books and record the full amount when the last has come",
        ),
        "mark_time_entries": Capability(
            support=Support.EMULATED,
            calls=4,
            batch_limit=1,
            sends=(sent.GET_TIME_ENTRY, _WRITES.mark_time_entries),
            read_back="the entry's line",
            note="hangs each entry on the line billable_id, by one replacement each: what another writer "
            "changes in between is lost",
        ),
        "link_time_entries": Capability(
            support=Support.EMULATED,
            calls=4,
            calls_each=4,
            batch_limit=100,
            sends=(sent.GET_TIME_ENTRY, _WRITES.mark_time_entries),
            read_back="the entry's line",
            note="hangs each entry on the line named, by one replacement each; one that hangs on another "
            "line is refused",
        ),
        "import_time_entries": Capability(
            support=_NONE_SUCH, alternative="lines of your own, then link_time_entries"
        ),
        "create_invoice": Capability(
            support=Support.EMULATED,
            calls=11,
            sends=(
                *_INVOICE_READS,
                sent.GET_CONTRACT,
                sent.LIST_BILLABLES,
                _WRITES.create_invoice,
                _WRITES.add_lines,
            ),
            read_back="the contract's invoices for the number; then the invoice's lines for their markers",
            note="found again by its number within contract_id; up to 100 lines are one further write, 7 of "
            "the 11 requests",
        ),
        "update_invoice": Capability(
            support=Support.PARTIAL,
            calls=3,
            sends=(*_INVOICE_READS, _WRITES.update_invoice),
            read_back="the invoice's fields",
            note="drafts alone: number, dates, exchange rate, currency together with its amount",
        ),
        "export_pdf": Capability(
            support=Support.NATIVE,
            calls=2,
            sends=(sent.GET_PDF_LINK, sent.DOWNLOAD_PDF),
            note="from a temporary address, without our credentials",
        ),
        "list_customers": Capability(support=Support.NATIVE, sends=(sent.LIST_CUSTOMERS,)),
        "get_customer": Capability(
            support=Support.EMULATED, sends=(sent.LIST_CUSTOMERS,), note="out of the whole list"
        ),
        "create_customer": Capability(
            support=Support.NATIVE,
            calls=3,
            sends=(sent.LIST_CUSTOMERS, _WRITES.create_customer),
            read_back="the clients of that name",
            note="found again by its name; no e-mail, no address",
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
    fields=(
        Fields(
            model=Invoice,
            unsupported=frozenset({"subtotal", "discount_percent", "tax_percents", "subject", "note"}),
            writable=frozenset({"number", "customer_id", "currency", "issue_date", "due_date", "line_items"}),
            scales=dict.fromkeys(("total", "amount_paid", "amount_due"), MINOR_BY_EXPONENT),
        ),
        Fields(
            model=LineItem,
            unsupported=frozenset({"position", "time_entry_ids"}),
            writable=frozenset({"description", "quantity", "unit_price", "kind"}),
            scales=dict.fromkeys(("unit_price", "amount"), MINOR_BY_EXPONENT),
        ),
        Fields(
            model=Payment,
            unsupported=frozenset({"id", "note", "author", "reference"}),
            writable=frozenset({"amount", "paid_at"}),
            scales={"amount": MINOR_BY_EXPONENT},
        ),
        Fields(
            model=TimeEntry,
            unsupported=frozenset({"user_id", "task_id", "is_billable", "is_locked", "end", "hourly_rate"}),
            writable=frozenset({"invoiced"}),
        ),
        Fields(
            model=Customer,
            unsupported=frozenset({"email", "address", "currency", "is_archived"}),
            writable=frozenset({"name", "note"}),
        ),
    ),
    limits=Limits(
        windows={"until told": UNKNOWN_LIMIT}, note="no page mentions a limit; lists have no pages"
    ),
)
