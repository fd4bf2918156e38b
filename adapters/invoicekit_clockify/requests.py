"""Every request as a value: which verb, path and query go with which body."""

from collections.abc import Sequence

import attrs

from invoicekit.transport import HttpRequest
from invoicekit.wire import HEX_24, PathTemplate

_POSITION_DIGITS = 9


def _path(template: str) -> PathTemplate:
    return PathTemplate(f"/v1/workspaces/{{workspace}}{template}", pattern=HEX_24)


_WORKSPACE = _path("")
_USERS = _path("/users")
_CLIENTS = _path("/clients")
_CLIENT = _path("/clients/{customer}")
_PROJECTS = _path("/projects")
_PROJECT = _path("/projects/{project}")
_INVOICES = _path("/invoices")
_SEARCH = _path("/invoices/info")
_SETTINGS = _path("/invoices/settings")
_INVOICE = _path("/invoices/{invoice}")
_STATUS = _path("/invoices/{invoice}/status")
_DUPLICATE = _path("/invoices/{invoice}/duplicate")
_EXPORT = _path("/invoices/{invoice}/export")
_ITEMS = _path("/invoices/{invoice}/items")
_IMPORT = _path("/invoices/{invoice}/items/import")
_PAYMENTS = _path("/invoices/{invoice}/payments")
_PAYMENT = _path("/invoices/{invoice}/payments/{payment}")
_INVOICED = _path("/time-entries/invoiced")
_ENTRY = _path("/time-entries/{entry}")
_ENTRIES = _path("/time-entries/batch")
_USER_ENTRIES = _path("/user/{user}/time-entries")
_REPORT = _path("/reports/detailed")

Query = tuple[tuple[str, str], ...]


def get(path: str, *query: tuple[str, str], accept: str = "application/json") -> HttpRequest:
    """Build a read without a body."""
    return HttpRequest(method="GET", path=path, query=query, accept=accept)


def send(method: str, path: str, body: bytes | None = None, *, host: str = "api") -> HttpRequest:
    """Build a request that may have a body."""
    return HttpRequest(method=method, path=path, body=body, host=host)


@attrs.frozen(kw_only=True)
class Requests:
    """The requests of one workspace.

    Every id is checked against its pattern before it becomes part of a path, so a method raises
    `InvalidIdentifier` where an id could lead elsewhere; nothing was sent then.

    Attributes:
        workspace: The workspace's id.
        page_size: Rows asked for in one page. On GET the query key is ``page-size``: ``pageSize`` is
            ignored there. Source: peer's live probes of 2026.
        item_type: For lines that name none.
    """

    workspace: str
    page_size: int
    item_type: str | None = None

    def _page(self, page: int) -> Query:
        return (("page", str(page)), ("page-size", str(self.page_size)))

    # --- invoices -----------------------------------------------------------------------------

    def invoice(self, invoice_id: str) -> HttpRequest:
        """Read one invoice."""
        return get(_INVOICE.fill(workspace=self.workspace, invoice=invoice_id))

    def invoices(self, page: int, statuses: Sequence[str]) -> HttpRequest:
        """Read one page of invoices; the key ``statuses`` is repeated, ``status`` is not read."""
        wanted = tuple(("statuses", raw) for raw in statuses)
        order = (("sort-column", "ID"), ("sort-order", "ASCENDING"))
        return get(_INVOICES.fill(workspace=self.workspace), *self._page(page), *wanted, *order)

    def search(self, body: bytes) -> HttpRequest:
        """Search invoices: a read, although a POST."""
        return send("POST", _SEARCH.fill(workspace=self.workspace), body)

    def create_invoice(self, body: bytes) -> HttpRequest:
        """Create an invoice."""
        return send("POST", _INVOICES.fill(workspace=self.workspace), body)

    def replace_invoice(self, invoice_id: str, body: bytes) -> HttpRequest:
        """Replace an invoice as a whole."""
        return send("PUT", _INVOICE.fill(workspace=self.workspace, invoice=invoice_id), body)

    def set_status(self, invoice_id: str, body: bytes) -> HttpRequest:
        """Set an invoice's status."""
        return send("PATCH", _STATUS.fill(workspace=self.workspace, invoice=invoice_id), body)

    def delete_invoice(self, invoice_id: str) -> HttpRequest:
        """Delete an invoice."""
        return send("DELETE", _INVOICE.fill(workspace=self.workspace, invoice=invoice_id))

    def duplicate_invoice(self, invoice_id: str) -> HttpRequest:
        """Copy an invoice."""
        return send("POST", _DUPLICATE.fill(workspace=self.workspace, invoice=invoice_id))

    def export_pdf(self, invoice_id: str) -> HttpRequest:
        """Read an invoice's PDF; the query key is required."""
        path = _EXPORT.fill(workspace=self.workspace, invoice=invoice_id)
        return get(path, ("userLocale", "en"), accept="*/*")

    def settings(self) -> HttpRequest:
        """Read the invoice settings."""
        return get(_SETTINGS.fill(workspace=self.workspace))

    def replace_settings(self, body: bytes) -> HttpRequest:
        """Replace the invoice settings as a whole."""
        return send("PUT", _SETTINGS.fill(workspace=self.workspace), body)

    # --- lines and payments -------------------------------------------------------------------

    def add_item(self, invoice_id: str, body: bytes) -> HttpRequest:
        """Add a line."""
        return send("POST", _ITEMS.fill(workspace=self.workspace, invoice=invoice_id), body)

    def remove_item(self, invoice_id: str, position: int) -> HttpRequest:
        """Remove the line at a position, counted from 1."""
        if not 1 <= position < 10**_POSITION_DIGITS:
            raise ValueError("a line's position counts from 1")
        path = _ITEMS.fill(workspace=self.workspace, invoice=invoice_id)
        return send("DELETE", f"{path}/{position:d}")

    def import_items(self, invoice_id: str, body: bytes) -> HttpRequest:
        """Import time."""
        return send("POST", _IMPORT.fill(workspace=self.workspace, invoice=invoice_id), body)

    def payments(self, invoice_id: str, page: int) -> HttpRequest:
        """Read one page of an invoice's payments."""
        return get(_PAYMENTS.fill(workspace=self.workspace, invoice=invoice_id), *self._page(page))

    def record_payment(self, listing: HttpRequest, body: bytes) -> HttpRequest:
        """Record a payment where `payments` lists them."""
        return send("POST", listing.path, body)

    def delete_payment(self, invoice_id: str, payment_id: str) -> HttpRequest:
        """Delete a payment."""
        path = _PAYMENT.fill(workspace=self.workspace, invoice=invoice_id, payment=payment_id)
        return send("DELETE", path)

    # --- time ---------------------------------------------------------------------------------

    def mark_entries(self, body: bytes) -> HttpRequest:
        """Set the invoiced flag of a batch."""
        return send("PATCH", _INVOICED.fill(workspace=self.workspace), body)

    def entry(self, entry_id: str) -> HttpRequest:
        """Read one time entry."""
        return get(_ENTRY.fill(workspace=self.workspace, entry=entry_id))

    def entries(self, body: bytes) -> HttpRequest:
        """Read a batch of time entries: a read, although a POST."""
        return send("POST", _ENTRIES.fill(workspace=self.workspace), body)

    def user_entries(self, user_id: str, page: int, *query: tuple[str, str]) -> HttpRequest:
        """Read one page of a user's time entries, the latest first."""
        return get(_USER_ENTRIES.fill(workspace=self.workspace, user=user_id), *query, *self._page(page))

    def report(self, body: bytes) -> HttpRequest:
        """Read one page of the detailed report: a read, although a POST, on the reports host."""
        return send("POST", _REPORT.fill(workspace=self.workspace), body, host="reports")

    # --- the workspace ------------------------------------------------------------------------

    def customers(self, page: int, *, name: str | None = None) -> HttpRequest:
        """Read one page of clients; without ``archived`` both archived and active ones come."""
        wanted = () if name is None else (("name", name),)
        return get(_CLIENTS.fill(workspace=self.workspace), *wanted, *self._page(page))

    def customer(self, customer_id: str) -> HttpRequest:
        """Read one client."""
        return get(_CLIENT.fill(workspace=self.workspace, customer=customer_id))

    def create_customer(self, body: bytes) -> HttpRequest:
        """Create a client."""
        return send("POST", _CLIENTS.fill(workspace=self.workspace), body)

    def projects(self, page: int, customer_ids: Sequence[str] = ()) -> HttpRequest:
        """Read one page of projects; without ``archived`` both archived and active ones come."""
        wanted = tuple(("clients", one) for one in customer_ids)
        if wanted:
            wanted += (("contains-client", "true"),)
        return get(_PROJECTS.fill(workspace=self.workspace), *wanted, *self._page(page))

    def project(self, project_id: str) -> HttpRequest:
        """Read one project."""
        return get(_PROJECT.fill(workspace=self.workspace, project=project_id))

    def users(self, page: int) -> HttpRequest:
        """Read one page of users; ``include-roles`` is marked as required."""
        return get(_USERS.fill(workspace=self.workspace), *self._page(page), ("include-roles", "false"))

    def this_workspace(self) -> HttpRequest:
        """Read the workspace."""
        return get(_WORKSPACE.fill(workspace=self.workspace))


CURRENT_USER = get("/v1/user")
WORKSPACES = get("/v1/workspaces")
