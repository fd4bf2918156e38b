"""Every request as a value: which verb, path and query go with which body.

Every id is checked against its pattern before it becomes part of a path or query, so a function raises
`InvalidIdentifier` where an id could lead elsewhere; nothing was sent then.
"""

from datetime import date

from invoicekit.transport import HttpRequest
from invoicekit.wire import PathTemplate, checked_id
from invoicekit_kukkingu.ids import BILLABLE_ID, CLIENT_ID, CONTRACT_ID, ENTRY_ID, INVOICE_ID, PROJECT_ID

_INVOICE = PathTemplate("/invoices/{invoice}", pattern=INVOICE_ID)
_FINALIZE = PathTemplate("/invoices/{invoice}/finalize", pattern=INVOICE_ID)
_VOID = PathTemplate("/invoices/{invoice}/void", pattern=INVOICE_ID)
_PDF = PathTemplate("/invoices/{invoice}/pdf", pattern=INVOICE_ID)
_ENTRY = PathTemplate("/time-entries/{entry}", pattern=ENTRY_ID)
_CLIENT = PathTemplate("/clients/{customer}", pattern=CLIENT_ID)
_CONTRACT = PathTemplate("/contracts/{contract}", pattern=CONTRACT_ID)

_INVOICE_EXPAND = ("expand", "contract,contract.client")
_ENTRY_EXPAND = ("expand", "project,project.contract,billable")
_PROJECT_EXPAND = ("expand", "contract")

HEALTH = HttpRequest(method="GET", path="/health")
CLIENTS = HttpRequest(method="GET", path="/clients")


def _get(path: str, *query: tuple[str, str]) -> HttpRequest:
    return HttpRequest(method="GET", path=path, query=query)


def _send(method: str, path: str, body: bytes | None = None) -> HttpRequest:
    return HttpRequest(method=method, path=path, body=body)


# --- invoices -----------------------------------------------------------------------------------


def get_invoice(invoice_id: str) -> HttpRequest:
    """Read one invoice, its contract and client written out.

    Unverified: that the route is there; no page shows it, though all its siblings have one.
    """
    return _get(_INVOICE.fill(invoice=invoice_id), _INVOICE_EXPAND)


def list_invoices(*, contract_id: str | None = None, status: str | None = None) -> HttpRequest:
    """Read all invoices, or those of a contract or a status."""
    query = [_INVOICE_EXPAND]
    if contract_id is not None:
        query.append(("contractId", checked_id("contract", contract_id, CONTRACT_ID)))
    if status is not None:
        query.append(("status", status))
    return _get("/invoices", *query)


def create_invoice(body: bytes) -> HttpRequest:
    """Create a draft."""
    return _send("POST", "/invoices", body)


def patch_invoice(invoice_id: str, body: bytes) -> HttpRequest:
    """Change some fields of an invoice."""
    return _send("PATCH", _INVOICE.fill(invoice=invoice_id), body)


def finalize_invoice(invoice_id: str) -> HttpRequest:
    """Finalize a draft. Unverified: the path, taken by analogy from the void call."""
    return _send("POST", _FINALIZE.fill(invoice=invoice_id))


def void_invoice(invoice_id: str) -> HttpRequest:
    """Void an invoice."""
    return _send("POST", _VOID.fill(invoice=invoice_id))


def get_pdf_link(invoice_id: str) -> HttpRequest:
    """Ask for the temporary address of an invoice's PDF."""
    return _get(_PDF.fill(invoice=invoice_id))


def download_pdf(url: str) -> HttpRequest:
    """Fetch a PDF from where it waits: another host, which gets none of our credentials."""
    return HttpRequest(method="GET", path="/", accept="application/pdf", foreign_url=url)


# --- lines --------------------------------------------------------------------------------------


def list_billables(invoice_id: str | None) -> HttpRequest:
    """Read all lines of an invoice, or of the tenant."""
    if invoice_id is None:
        return _get("/billables")
    return _get("/billables", ("invoiceId", checked_id("invoice", invoice_id, INVOICE_ID)))


def create_billables(body: bytes) -> HttpRequest:
    """Add 1 to 100 lines to an invoice."""
    return _send("POST", "/billables", body)


# --- time ---------------------------------------------------------------------------------------


def get_entry(entry_id: str) -> HttpRequest:
    """Read one time entry, with its project, contract and line written out."""
    return _get(_ENTRY.fill(entry=entry_id), _ENTRY_EXPAND)


def create_entry(body: bytes) -> HttpRequest:
    """Record time on a project."""
    return _send("POST", "/time-entries", body)


def replace_entry(entry_id: str, body: bytes) -> HttpRequest:
    """Replace a time entry as a whole."""
    return _send("PUT", _ENTRY.fill(entry=entry_id), body)


def list_entries(
    *,
    project_id: str | None = None,
    billable_id: str | None = None,
    first: date | None = None,
    last: date | None = None,
) -> HttpRequest:
    """Read all time entries of a project, a line and a range of days, both ends included."""
    query = [_ENTRY_EXPAND]
    if project_id is not None:
        query.append(("projectId", checked_id("project", project_id, PROJECT_ID)))
    if billable_id is not None:
        query.append(("billableId", checked_id("billable", billable_id, BILLABLE_ID)))
    query += [(name, day.isoformat()) for name, day in (("dateFrom", first), ("dateTo", last)) if day]
    return _get("/time-entries", *query)


# --- clients, contracts, projects ---------------------------------------------------------------


def create_client(body: bytes) -> HttpRequest:
    """Create a client."""
    return _send("POST", "/clients", body)


def delete_client(customer_id: str) -> HttpRequest:
    """Delete a client."""
    return _send("DELETE", _CLIENT.fill(customer=customer_id))


def list_contracts(client_id: str | None) -> HttpRequest:
    """Read all contracts, or those of one client."""
    if client_id is None:
        return _get("/contracts")
    return _get("/contracts", ("clientId", checked_id("customer", client_id, CLIENT_ID)))


def get_contract(contract_id: str) -> HttpRequest:
    """Read one contract."""
    return _get(_CONTRACT.fill(contract=contract_id))


def create_contract(body: bytes) -> HttpRequest:
    """Create a contract for a client."""
    return _send("POST", "/contracts", body)


def delete_contract(contract_id: str) -> HttpRequest:
    """Delete a contract."""
    return _send("DELETE", _CONTRACT.fill(contract=contract_id))


def list_projects(contract_id: str | None) -> HttpRequest:
    """Read all projects, or those of one contract."""
    if contract_id is None:
        return _get("/projects", _PROJECT_EXPAND)
    return _get(
        "/projects", _PROJECT_EXPAND, ("contractId", checked_id("contract", contract_id, CONTRACT_ID))
    )
