"""Every request as a value: which verb, path and query go with which body."""

import re
from collections.abc import Sequence

import attrs

from invoicekit.errors import UsageError
from invoicekit.transport import HttpRequest
from invoicekit.wire import PathTemplate

INVOICE_ID = re.compile(r"inv_[A-Za-z0-9_-]{1,64}")
CUSTOMER_ID = re.compile(r"cus_[A-Za-z0-9_-]{1,64}")
MEMO_ID = re.compile(r"cm_[A-Za-z0-9_-]{1,64}")
LINE_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
"""``inl_…`` on some pages, ``inv_line_…`` on others. Source: vendor docs; ids are opaque but for prefixes."""

_LONGEST_CURSOR = 4096
_BUSINESS = re.compile(r"biz_[A-Za-z0-9]{1,64}")


def _path(template: str) -> PathTemplate:
    return PathTemplate(
        f"/v0/business/{{business}}{template}",
        pattern=_BUSINESS,
        patterns={
            name: pattern
            for name, pattern in (("invoice", INVOICE_ID), ("memo", MEMO_ID), ("customer", CUSTOMER_ID))
            if f"{{{name}}}" in template
        },
    )


_INVOICES = _path("/invoice")
_INVOICE = _path("/invoice/{invoice}")
_INVOICE_REFUNDS = _path("/invoice/{invoice}/refunds")
_WRITE_OFF = _path("/invoice/{invoice}/write-off")
_PAYMENT = _path("/invoice-payment")
_REFUND = _path("/refund")
_REFUNDS = _path("/refunds")
_MEMOS = _path("/credit-memo")
_VOID_MEMO = _path("/credit-memo/{memo}/void")
_MEMO = _path("/credit-memo/{memo}")
_CUSTOMERS = _path("/customers")
_CUSTOMER = _path("/customers/{customer}")
_TRANSACTIONS = _path("/transactions")
_CREDITS = _path("/reports/customer-credits")

Query = tuple[tuple[str, str], ...]


@attrs.frozen(kw_only=True)
class Requests:
    """The requests of one business.

    Every id is checked against its pattern before it becomes part of a path, so a method raises
    `InvalidIdentifier` where an id could lead elsewhere; nothing was sent then.

    Attributes:
        business: The business's id.
        page_size: Sent with every list: the pages disagree about what is assumed without it.
        user_id: Who acts, for the provider's audit; sent on writes.
    """

    business: str
    page_size: int
    user_id: str | None = None

    def _page(self, cursor: str | None, size: int | None = None) -> Query:
        if cursor is not None and not (cursor.isprintable() and len(cursor) <= _LONGEST_CURSOR):
            raise UsageError("a cursor is what an earlier page gave as its next; nothing was sent")
        token = () if cursor is None else (("page_token", cursor),)
        return (*token, ("page_size", str(size or self.page_size)))

    def _write(self, method: str, path: str, body: bytes | None = None) -> HttpRequest:
        headers = () if self.user_id is None else (("x-user-id", self.user_id),)
        return HttpRequest(method=method, path=path, body=body, headers=headers)

    # --- invoices -----------------------------------------------------------------------------

    def invoice(self, invoice_id: str) -> HttpRequest:
        """Read one invoice with its lines and payments."""
        return HttpRequest(method="GET", path=_INVOICE.fill(business=self.business, invoice=invoice_id))

    def invoices(
        self, cursor: str | None, *, statuses: Sequence[str] = (), due_at: str | None = None
    ) -> HttpRequest:
        """Read one page of invoices, of these statuses or due at exactly this instant.

        Unverified: the status filter's name in the newest version, where the page breaks off after its
            first letters; a server that does not know it ignores it, so rows are filtered again here.
        """
        due = () if due_at is None else (("due_at_start", due_at), ("due_at_end", due_at))
        wanted = tuple(("status", raw) for raw in statuses)
        path = _INVOICES.fill(business=self.business)
        return HttpRequest(method="GET", path=path, query=(*due, *wanted, *self._page(cursor)))

    def create_invoices(self, body: bytes) -> HttpRequest:
        """Create up to 100 invoices."""
        return self._write("POST", _INVOICES.fill(business=self.business), body)

    def update_invoice(self, invoice_id: str, body: bytes) -> HttpRequest:
        """Change status, lines or tags."""
        return self._write("PATCH", _INVOICE.fill(business=self.business, invoice=invoice_id), body)

    def write_off(self, invoice_id: str, body: bytes) -> HttpRequest:
        """Write off a part of an invoice."""
        return self._write("POST", _WRITE_OFF.fill(business=self.business, invoice=invoice_id), body)

    # --- money --------------------------------------------------------------------------------

    def transactions(self, external_id: str, cursor: str | None) -> HttpRequest:
        """Read one page of the transactions of one caller-chosen id, with what they were applied to.

        Unverified: that every tenant's version knows `external_ids`; one that ignores it lists all.
        """
        query = (("external_ids", external_id), ("includes", "invoice_payments.invoice"))
        path = _TRANSACTIONS.fill(business=self.business)
        return HttpRequest(method="GET", path=path, query=(*query, *self._page(cursor)))

    def create_transactions(self, body: bytes) -> HttpRequest:
        """Record up to 100 transactions."""
        return self._write("POST", _TRANSACTIONS.fill(business=self.business), body)

    def apply_payment(self, body: bytes) -> HttpRequest:
        """Apply a transaction, or customer credit, to an invoice."""
        return self._write("POST", _PAYMENT.fill(business=self.business), body)

    def refund(self, body: bytes) -> HttpRequest:
        """Refund invoices."""
        return self._write("POST", _REFUND.fill(business=self.business), body)

    def refunds(self, cursor: str | None) -> HttpRequest:
        """Read one page of all refunds."""
        path = _REFUNDS.fill(business=self.business)
        return HttpRequest(method="GET", path=path, query=self._page(cursor))

    def invoice_refunds(self, invoice_id: str) -> HttpRequest:
        """Read the refunds of one invoice, which come on one page."""
        path = _INVOICE_REFUNDS.fill(business=self.business, invoice=invoice_id)
        return HttpRequest(method="GET", path=path)

    def memos(self, cursor: str | None, *, customer_id: str | None = None) -> HttpRequest:
        """Read one page of credit memos."""
        wanted = () if customer_id is None else (("customer_id", customer_id),)
        path = _MEMOS.fill(business=self.business)
        return HttpRequest(method="GET", path=path, query=(*wanted, *self._page(cursor)))

    def memo(self, memo_id: str) -> HttpRequest:
        """Read one credit memo."""
        return HttpRequest(method="GET", path=_MEMO.fill(business=self.business, memo=memo_id))

    def create_memos(self, body: bytes) -> HttpRequest:
        """Issue up to 100 credit memos."""
        return self._write("POST", _MEMOS.fill(business=self.business), body)

    def void_memo(self, memo_id: str) -> HttpRequest:
        """Void a credit memo."""
        return self._write("POST", _VOID_MEMO.fill(business=self.business, memo=memo_id))

    # --- customers ----------------------------------------------------------------------------

    def customers(self, cursor: str | None, *, size: int | None = None) -> HttpRequest:
        """Read one page of customers; there is no filter, and no way to read one."""
        path = _CUSTOMERS.fill(business=self.business)
        return HttpRequest(method="GET", path=path, query=self._page(cursor, size))

    def create_customer(self, body: bytes) -> HttpRequest:
        """Create a customer."""
        return self._write("POST", _CUSTOMERS.fill(business=self.business), body)

    def update_customer(self, customer_id: str, body: bytes) -> HttpRequest:
        """Change some fields of a customer."""
        return self._write("PATCH", _CUSTOMER.fill(business=self.business, customer=customer_id), body)

    def credits(self) -> HttpRequest:
        """Read what credit each customer has."""
        return HttpRequest(method="GET", path=_CREDITS.fill(business=self.business))
