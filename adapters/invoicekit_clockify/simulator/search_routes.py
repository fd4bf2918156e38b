"""Invoice search: a read that is a POST, with its own spelling of everything."""

from collections.abc import Callable, Iterable

from invoicekit.simulate import Answer, Call, Route
from invoicekit_clockify.simulator.account import Account
from invoicekit_clockify.simulator.fields import Body
from invoicekit_clockify.simulator.invoice import STATUSES, Invoice
from invoicekit_clockify.simulator.invoice_document import search_row
from invoicekit_clockify.simulator.invoice_routes import SORT_ORDERS, invoice_sort_keys
from invoicekit_clockify.simulator.paging import PageRequest
from invoicekit_clockify.simulator.workspace import Workspace
from invoicekit_clockify.simulator.zone import instant_text

PATH = "/api/v1/workspaces/{workspace_id}/invoices/info"
CONTAINS = ("CONTAINS", "DOES_NOT_CONTAIN", "CONTAINS_ONLY")
ENTITY_STATES = ("ACTIVE", "ARCHIVED", "ALL")

Test = Callable[[Invoice], bool]


class SearchRoutes:
    """The search call of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> Iterable[Route]:
        """Return the route."""
        yield Route(
            operation="search_invoices", method="POST", path=PATH, answer=self._search, is_write=False
        )

    def _search(self, call: Call) -> Answer:
        account = self._account
        workspace = account.billing(call)
        body = Body.of(call)
        page = PageRequest.of_body(body, account.behaviour.largest_page)
        tests = [*self._tests(body, workspace), *_amount_tests(body)]
        sort_keys = invoice_sort_keys(workspace)
        column = body.optional_choice("sortColumn", sort_keys, "ID")
        is_descending = body.optional_choice("sortOrder", SORT_ORDERS, "ASCENDING") == "DESCENDING"
        found = [invoice for invoice in workspace.invoices.values() if all(test(invoice) for test in tests)]
        found.sort(key=lambda invoice: (sort_keys[column](invoice), invoice.id), reverse=is_descending)
        rows, headers = page.cut(found, account.behaviour)
        listed = [search_row(account, workspace, invoice) for invoice in rows]
        return Answer.json({"total": len(found), "invoices": listed}, headers=headers)

    def _tests(self, body: Body, workspace: Workspace) -> Iterable[Test]:
        account = self._account
        if body.has("statuses"):
            wanted = frozenset(body.choices("statuses", STATUSES))
            now, as_of = account.now_seconds(), account.payments_seen_until()
            if wanted:
                yield lambda invoice: invoice.shown_status(now=now, as_of=as_of) in wanted
        number = body.optional_text("invoiceNumber")
        is_strict = body.has("strictSearch") and body.flag("strictSearch")
        if number is not None and is_strict:
            yield lambda invoice: invoice.number == number
        elif number:
            part = number.lower()
            yield lambda invoice: part in invoice.number.lower()
        issued = body.optional_part("issueDate")
        if issued is not None:
            first, last = issued.day("issue-date-start") or "", issued.day("issue-date-end") or "9999"
            yield lambda invoice: first <= instant_text(invoice.issued)[:10] <= last
        companies = body.optional_part("companies")
        if companies is not None:
            yield from _id_test(companies, lambda invoice: invoice.company_id)
        clients = body.optional_part("clients")
        if clients is not None:
            yield from _id_test(clients, lambda invoice: invoice.client_id)
            state = clients.optional_choice("status", ENTITY_STATES, "ALL")
            if state != "ALL":
                is_archived = state == "ARCHIVED"
                yield lambda invoice: workspace.clients[invoice.client_id].archived == is_archived


def _id_test(part: Body, identifier_of: Callable[[Invoice], str]) -> Iterable[Test]:
    contains = part.optional_choice("contains", CONTAINS, "CONTAINS")
    wanted = frozenset(part.texts("ids")) if part.has("ids") else frozenset()
    # Unverified: an empty list of ids filters nothing.
    if wanted:
        yield lambda invoice: (identifier_of(invoice) in wanted) == (contains != "DOES_NOT_CONTAIN")


def _amount_tests(body: Body) -> Iterable[Test]:
    """Compare amounts. Unverified: that they are minor units, and that the limits are excluded."""
    for suffix, amount_of in (("Amount", _amount), ("Balance", _balance)):
        exact = body.optional_integer("exact" + suffix)
        above = body.optional_integer("greaterThan" + suffix)
        below = body.optional_integer("lessThan" + suffix)
        if (exact, above, below) != (None, None, None):
            yield _between(amount_of, exact, above, below)


def _between(
    amount_of: Callable[[Invoice], int], exact: int | None, above: int | None, below: int | None
) -> Test:
    def test(invoice: Invoice) -> bool:
        amount = amount_of(invoice)
        return (
            (exact is None or amount == exact)
            and (above is None or amount > above)
            and (below is None or amount < below)
        )

    return test


def _amount(invoice: Invoice) -> int:
    return invoice.amount


def _balance(invoice: Invoice) -> int:
    return invoice.balance
