"""What Clockify offers, as data."""

from invoicekit.adapter import Capabilities, Capability, Fields, Limits, Support, Webhooks
from invoicekit.model import Customer, Invoice, LineItem, Payment, TimeEntry
from invoicekit.wire import PERCENT_X100, QUANTITY_X100
from invoicekit_clockify import operations as sent
from invoicekit_clockify.config import FREE_PLAN, MOST_PAGE_SIZE, PAGE_SIZE, PAID_PLAN, UNKNOWN_PLAN
from invoicekit_clockify.status import STATUS_RULES
from invoicekit_clockify.wire import AMOUNT
from invoicekit_clockify.wire_time import REPORT_PAGE_LIMIT

_NONE_SUCH = Support.UNSUPPORTED
_WRITES = sent.Writes.settling_within(None)
"""As they are sent, but for the settle bound that a configuration may give."""

CAPABILITIES = Capabilities(
    statuses=STATUS_RULES,
    operations={
        "get_invoice": Capability(support=Support.NATIVE, sends=(sent.GET_INVOICE,)),
        "find_invoice": Capability(support=Support.NATIVE, sends=(sent.SEARCH_INVOICES,)),
        "list_invoices": Capability(
            support=Support.NATIVE,
            sends=(sent.LIST_INVOICES, sent.SEARCH_INVOICES),
            filters=frozenset({"statuses", "customer_id", "issued_from", "issued_to"}),
            note="rows without lines and taxes",
        ),
        "list_payments": Capability(
            support=Support.NATIVE,
            calls=2,
            sends=(sent.GET_INVOICE, sent.LIST_PAYMENTS),
            note="the list has no currency: the invoice is read with it",
        ),
        "list_time_entries": Capability(
            support=Support.PARTIAL,
            calls=2,
            sends=(sent.DETAILED_REPORT, sent.LIST_USER_TIME_ENTRIES),
            filters=frozenset(
                {"start", "end", "invoiced", "billable", "customer_id", "project_id", "user_id"}
            ),
            note="with start and end from the detailed report, which alone shows what is invoiced, may lag, "
            "and ends with an empty page; else one user's entries",
        ),
        "set_status": Capability(
            support=Support.NATIVE,
            calls=3,
            sends=(sent.GET_INVOICE, _WRITES.set_status),
            read_back="the invoice's status",
            note="leaving PAID or PARTIALLY_PAID may cost the recorded payments and needs consent",
        ),
        "record_payment": Capability(
            support=Support.NATIVE,
            calls=4,
            sends=(sent.LIST_PAYMENTS, sent.GET_INVOICE, _WRITES.record_payment),
            read_back="all pages of the payments, for the marker in a note",
            note="found again by a marker in its note; no refunds, no edits",
        ),
        "delete_payment": Capability(
            support=Support.NATIVE,
            calls=3,
            sends=(sent.LIST_PAYMENTS, _WRITES.delete_payment),
            read_back="all pages of the payments: gone is done",
        ),
        "mark_time_entries": Capability(
            support=Support.NATIVE,
            batch_limit=200,
            sends=(_WRITES.mark_time_entries, sent.GET_TIME_ENTRIES),
            note="needs a paid plan; links nothing to an invoice; the largest batch is not documented",
        ),
        "import_time_entries": Capability(
            support=Support.NATIVE,
            calls=4,
            sends=(sent.GET_INVOICE, sent.GET_CURRENT_USER, _WRITES.import_time_entries),
            read_back="the entries on the invoice's lines",
            note="takes all that is billable and not invoiced in the window, at the workspace's rates; known "
            "again by the entries it was to take",
        ),
        "link_time_entries": Capability(
            support=_NONE_SUCH, alternative="import_time_entries, the only way that ties them to an invoice"
        ),
        "create_invoice": Capability(
            support=Support.EMULATED,
            calls=6,
            calls_each=3,
            sends=(
                sent.SEARCH_INVOICES,
                sent.GET_INVOICE,
                _WRITES.create_invoice,
                _WRITES.complete_invoice,
                _WRITES.add_line,
            ),
            read_back="a search for the number; then the invoice, for each line",
            note="found again by its number; note and subject together are a further write of 4 requests",
        ),
        "update_invoice": Capability(
            support=Support.EMULATED,
            calls=4,
            sends=(sent.GET_INVOICE, _WRITES.update_invoice),
            read_back="the invoice's fields",
            note="read, then replaced as a whole: what another writer changes in between is lost",
        ),
        "delete_invoice": Capability(
            support=Support.NATIVE,
            calls=3,
            sends=(sent.GET_INVOICE, _WRITES.delete_invoice),
            read_back="the invoice: gone is done",
            note="refused while the invoice holds payments",
        ),
        "duplicate_invoice": Capability(
            support=Support.NATIVE, sends=(_WRITES.duplicate_invoice,), note="never repeated"
        ),
        "export_pdf": Capability(support=Support.NATIVE, sends=(sent.EXPORT_PDF,)),
        "list_customers": Capability(support=Support.NATIVE, sends=(sent.LIST_CUSTOMERS,)),
        "get_customer": Capability(support=Support.NATIVE, sends=(sent.GET_CUSTOMER,)),
        "create_customer": Capability(
            support=Support.NATIVE,
            calls=3,
            sends=(sent.LIST_CUSTOMERS, _WRITES.create_customer),
            read_back="the clients of that name",
            note="found again by its name, unique among archived ones too",
        ),
        "refund": Capability(support=_NONE_SUCH, alternative="delete_payment, or a refund in your own books"),
        "create_credit_note": Capability(support=_NONE_SUCH, alternative="an invoice of its own"),
        "write_off": Capability(support=_NONE_SUCH, alternative="set_status(VOID)"),
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
            scales={
                **dict.fromkeys(("subtotal", "total", "amount_paid", "amount_due"), AMOUNT),
                **dict.fromkeys(("discount_percent", "tax_percents"), PERCENT_X100),
            },
        ),
        Fields(
            model=LineItem,
            writable=frozenset({"description", "quantity", "unit_price", "kind"}),
            scales={"quantity": QUANTITY_X100, "unit_price": AMOUNT, "amount": AMOUNT},
        ),
        Fields(
            model=Payment,
            unsupported=frozenset({"reference"}),
            writable=frozenset({"amount", "paid_at", "note"}),
            scales={"amount": AMOUNT},
        ),
        Fields(model=TimeEntry, writable=frozenset({"invoiced"}), scales={"hourly_rate": AMOUNT}),
        Fields(model=Customer, writable=frozenset({"name", "email", "address", "note"})),
    ),
    limits=Limits(
        windows={"a paid plan": PAID_PLAN, "a free plan": FREE_PLAN, "until told": UNKNOWN_PLAN},
        page_size=PAGE_SIZE,
        most_page_size=MOST_PAGE_SIZE,
        note=f"the detailed report gives at most {REPORT_PAGE_LIMIT} rows a page",
    ),
    webhooks=Webhooks(
        events=("NEW_INVOICE", "INVOICE_UPDATED"),
        proof="a stored token in a header, which signs neither body nor time",
        note="none for payments, and deliveries get lost: read the invoice again, and poll",
    ),
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
        "import_time_entries",
    }
)
"""What a workspace without the INVOICING feature cannot do.

Source: vendor help for invoices (Standard and up); an R client for the invoiced flag.
"""
