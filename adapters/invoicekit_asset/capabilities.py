"""What Asset offers, as data."""

from invoicekit.adapter import Capabilities, Capability, Fields, Limits, Support, Webhooks
from invoicekit.model import Customer, Invoice, LineItem, Payment, TimeEntry
from invoicekit_asset import operations as sent
from invoicekit_asset.config import BOTH_ALLOWANCES, MOST_PAGE_SIZE, PAGE_SIZE
from invoicekit_asset.status import STATUS_RULES
from invoicekit_asset.wire import AMOUNT

_NONE_SUCH = Support.UNSUPPORTED
_WRITES = sent.Writes.settling_within(None)
"""As they are sent, but for the settle bound that a configuration may give."""

CAPABILITIES = Capabilities(
    statuses=STATUS_RULES,
    operations={
        "get_invoice": Capability(support=Support.NATIVE, sends=(sent.GET_INVOICE,)),
        "find_invoice": Capability(
            support=Support.EMULATED,
            sends=(sent.LIST_INVOICES,),
            note="the whole list is read, 100 invoices a request",
        ),
        "list_invoices": Capability(
            support=Support.NATIVE,
            sends=(sent.LIST_INVOICES,),
            filters=frozenset({"statuses", "customer_id", "issued_from", "issued_to"}),
            note="the provider filters by status; customer and issue date are filtered here",
        ),
        "list_payments": Capability(
            support=Support.NATIVE,
            sends=(sent.GET_INVOICE,),
            note="they stand in the invoice; write-offs are not payments",
        ),
        "create_invoice": Capability(
            support=Support.NATIVE,
            calls=3,
            sends=(sent.LIST_INVOICES, _WRITES.create_invoice),
            read_back="the invoices due at the same instant, for the number",
            note="open at once, no drafts; found again by number among invoices of the same due date; "
            "up to 100 a request with native.create_invoices",
        ),
        "update_invoice": Capability(
            support=Support.PARTIAL,
            calls=3,
            sends=(sent.GET_INVOICE, _WRITES.update_invoice),
            read_back="the invoice's tags",
            note="tags here and lines with native.change_lines; no other field can change",
            alternative="set_status(VOID) and a new invoice",
        ),
        "set_status": Capability(
            support=Support.NATIVE,
            calls=3,
            sends=(sent.GET_INVOICE, _WRITES.set_status),
            read_back="the invoice's status",
            note="OPEN, UNCOLLECTIBLE and VOID; PAID follows from payments, refunds from refund()",
        ),
        "record_payment": Capability(
            support=Support.NATIVE,
            calls=8,
            sends=(
                sent.LIST_TRANSACTIONS,
                sent.GET_INVOICE,
                _WRITES.create_transaction,
                _WRITES.record_payment,
            ),
            read_back="the transactions of our own id, then the invoice's payments for that transaction",
            note="two writes, a transaction of our own id and its application; the provider may match "
            "transactions by itself; needs external_account_id",
        ),
        "refund": Capability(
            support=Support.PARTIAL,
            calls=5,
            sends=(sent.LIST_INVOICE_REFUNDS, sent.GET_INVOICE, _WRITES.refund),
            read_back="the invoice's refunds, for our own id",
            note="found again by refund_external_id; a part only of an invoice with one line",
            alternative="native.refund_invoice, which names lines, dates and method",
        ),
        "create_credit_note": Capability(
            support=Support.NATIVE,
            calls=4,
            sends=(sent.LIST_CREDIT_MEMOS, sent.GET_INVOICE, _WRITES.create_credit_note),
            read_back="all credit memos, for the number",
            note="credit for the invoice's customer, under a unique number; native.apply_credit spends it",
        ),
        "write_off": Capability(
            support=Support.NATIVE,
            calls=4,
            sends=(sent.GET_INVOICE, _WRITES.write_off),
            read_back="the invoice: nothing open, and a row that is a write-off",
            note="all that is owed; never repeated when in doubt",
        ),
        "list_customers": Capability(support=Support.NATIVE, sends=(sent.LIST_CUSTOMERS,)),
        "get_customer": Capability(
            support=Support.EMULATED,
            sends=(sent.LIST_CUSTOMERS,),
            note="the list is read until it comes",
        ),
        "create_customer": Capability(
            support=Support.NATIVE,
            calls=2,
            sends=(sent.LIST_CUSTOMERS, _WRITES.create_customer),
            read_back="all customers, for the name",
            note="found again by its name over the whole list; addresses only in parts, by "
            "native.update_customer",
        ),
        "delete_invoice": Capability(support=_NONE_SUCH, alternative="set_status(VOID)"),
        "duplicate_invoice": Capability(
            support=_NONE_SUCH, alternative="get_invoice, then create_invoice under a new number"
        ),
        "delete_payment": Capability(support=_NONE_SUCH, alternative="refund"),
        "export_pdf": Capability(support=_NONE_SUCH, alternative="a PDF of your own; Asset makes none"),
        "list_time_entries": Capability(support=_NONE_SUCH, alternative="a provider that tracks time"),
        "link_time_entries": Capability(
            support=_NONE_SUCH, alternative="bill what another provider tracked: lines of an invoice"
        ),
        "import_time_entries": Capability(
            support=_NONE_SUCH, alternative="bill what another provider tracked: lines of an invoice"
        ),
        "mark_time_entries": Capability(support=_NONE_SUCH, alternative="a provider that tracks time"),
    },
    fields=(
        Fields(
            model=Invoice,
            unsupported=frozenset({"customer_name", "subtotal", "discount_percent", "tax_percents"}),
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
                }
            ),
            scales=dict.fromkeys(("total", "amount_paid", "amount_due"), AMOUNT),
        ),
        Fields(
            model=LineItem,
            unsupported=frozenset({"time_entry_ids"}),
            writable=frozenset({"description", "quantity", "unit_price", "kind"}),
            scales=dict.fromkeys(("unit_price", "amount"), AMOUNT),
        ),
        Fields(
            model=Payment,
            unsupported=frozenset({"note", "author", "reference"}),
            writable=frozenset({"amount", "paid_at"}),
            scales={"amount": AMOUNT},
        ),
        Fields(
            model=TimeEntry,
            unsupported=Fields(model=TimeEntry).every,
        ),
        Fields(
            model=Customer,
            unsupported=frozenset({"note", "is_archived"}),
            writable=frozenset({"name", "email"}),
        ),
    ),
    limits=Limits(
        windows={"a tenant, and each business of it": BOTH_ALLOWANCES},
        page_size=PAGE_SIZE,
        most_page_size=MOST_PAGE_SIZE,
        note="both hold at once and are counted apart; a 429 may come without any hint",
    ),
    webhooks=Webhooks(
        events=(),
        proof="an RSA signature over id and body, by a published key; its digest is documented nowhere",
        note="none about invoices or payments is documented: poll",
    ),
)
