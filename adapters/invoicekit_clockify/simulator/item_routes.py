"""Invoice lines: add one, import tracked time, remove by position."""

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from invoicekit.simulate import Answer, Call, Route
from invoicekit_clockify.simulator import refusal
from invoicekit_clockify.simulator.account import Account
from invoicekit_clockify.simulator.entries import Mark, TimeEntry
from invoicekit_clockify.simulator.fields import Body
from invoicekit_clockify.simulator.invoice import APPLIED_TAXES, Invoice, Item
from invoicekit_clockify.simulator.invoice_document import invoice_document
from invoicekit_clockify.simulator.invoice_routes import release
from invoicekit_clockify.simulator.search_routes import CONTAINS, ENTITY_STATES
from invoicekit_clockify.simulator.workspace import Workspace
from invoicekit_clockify.simulator.zone import instant_text, seconds_of, zone_of

PATH = "/api/v1/workspaces/{workspace_id}/invoices/{invoice_id}/items"
_DETAIL_FIELDS = ("PROJECT", "TASK", "TAGS", "DESCRIPTION", "DATE", "USER")
_GROUPS = ("SINGLE_ITEM", "GROUPED", "DETAILED")
_PRIMARY = ("USER", "PROJECT", "DATE")
_SECONDARY = ("PROJECT", "USER", "TASK", "DATE", "DESCRIPTION", "NONE")

Key = tuple[str | int, ...]


class ItemRoutes:
    """The invoice line calls of one account; all three answer 200 with the invoice."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        yield Route(operation="add_item", method="POST", path=PATH, answer=self._add, is_write=True)
        yield Route(
            operation="import_items", method="POST", path=PATH + "/import", answer=self._import, is_write=True
        )
        yield Route(
            operation="remove_item",
            method="DELETE",
            path=PATH + "/{order}",
            answer=self._remove,
            is_write=True,
        )

    def _add(self, call: Call) -> Answer:
        workspace, invoice = self._account.invoice(call)
        body = Body.of(call)
        item = Item(
            description=body.text("description"),
            item_type=body.text("itemType", least=1),
            quantity=body.integer("quantity"),
            unit_price=body.integer("unitPrice"),
            apply_taxes=body.choice("applyTaxes", APPLIED_TAXES),
        )
        if item.item_type not in workspace.item_types:
            raise refusal.unknown_item_type(item.item_type)
        invoice.items.append(item)
        return self._whole(workspace, invoice)

    def _remove(self, call: Call) -> Answer:
        workspace, invoice = self._account.invoice(call)
        text = call.params["order"]
        if re.fullmatch(r"[0-9]{1,9}", text) is None:
            raise refusal.unreadable_parameter("order", text)
        order = int(text)
        if order < 1:
            raise refusal.broken_rule(f"order must be at least 1: {order}")
        if order > len(invoice.items):
            raise refusal.missing("Invoice item", text)
        # The lines below move up: the same request sent again removes another line.
        removed = invoice.items.pop(order - 1)
        release(self._account, workspace, invoice, removed)
        return self._whole(workspace, invoice)

    def _import(self, call: Call) -> Answer:
        account = self._account
        workspace, invoice = account.invoice(call)
        body = Body.of(call)
        zone = zone_of(account.time_zone)
        first, last = (seconds_of(body.wall_clock(name), zone) for name in ("from", "to"))
        if last < first:
            raise refusal.broken_rule("to is before from")
        body.flag("importExpenses")  # there are no expenses here
        projects = _projects(body.part("projectFilter"), workspace, invoice)
        key = _grouping(body, workspace)
        store = workspace.entries
        numbers = [
            number
            for number in store.window(store.by_start(), first, last)
            if store.is_importable(number) and store[number].project in projects
        ]
        groups: dict[Key, list[TimeEntry]] = {}
        for number in numbers:
            entry = store[number]
            # Lines hold one price each, so entries of different rates never share one.
            groups.setdefault((*key(entry), _rate(workspace, entry)), []).append(entry)
        invoice.items += [_line(workspace, entries) for entries in groups.values()]
        store.mark(
            numbers,
            Mark(invoiced=True, invoice_id=invoice.id),
            now=account.clock.monotonic(),
            lag_seconds=account.behaviour.report_lag_seconds,
        )
        return self._whole(workspace, invoice)

    def _whole(self, workspace: Workspace, invoice: Invoice) -> Answer:
        return Answer.json(invoice_document(self._account, workspace, invoice, is_fresh=True))


def _projects(filters: Body, workspace: Workspace, invoice: Invoice) -> frozenset[int]:
    """Return the numbers of the invoice client's projects that the filter leaves."""
    contains = filters.optional_choice("contains", CONTAINS, "CONTAINS")
    state = filters.optional_choice("status", ENTITY_STATES, "ALL")
    wanted = frozenset(filters.texts("ids")) if filters.has("ids") else frozenset()
    return frozenset(
        project.number
        for project in workspace.projects
        if project.client_id == invoice.client_id
        and (not wanted or (project.id in wanted) == (contains != "DOES_NOT_CONTAIN"))
        and (state == "ALL" or project.archived == (state == "ARCHIVED"))
    )


def _grouping(body: Body, workspace: Workspace) -> Callable[[TimeEntry], Key]:
    group = body.choice("timeEntryGroupType", _GROUPS)
    primary = body.optional_choice("timeEntryPrimaryGroupBy", _PRIMARY, "PROJECT")
    secondary = body.optional_choice("timeEntrySecondaryGroupBy", _SECONDARY, "NONE")
    if body.has("timeEntryFieldsForDetailedGroup"):
        body.choices("timeEntryFieldsForDetailedGroup", _DETAIL_FIELDS)
    if body.has("roundTimeEntryDuration"):
        body.flag("roundTimeEntryDuration")  # the workspace rounds nothing
    if group == "SINGLE_ITEM":
        return lambda entry: ()
    if group == "DETAILED":
        return lambda entry: (entry.number,)
    values: dict[str, Callable[[TimeEntry], str | int]] = {
        "USER": lambda entry: entry.user,
        "PROJECT": lambda entry: entry.project,
        "DATE": lambda entry: instant_text(entry.start)[:10],
        "DESCRIPTION": lambda entry: entry.description,
        "TASK": lambda entry: "",
        "NONE": lambda entry: "",
    }
    return lambda entry: (values[primary](entry), values[secondary](entry))


def _rate(workspace: Workspace, entry: TimeEntry) -> int:
    project = workspace.project_of(entry.project)
    return project.rate if project else 0


def _line(workspace: Workspace, entries: Sequence[TimeEntry]) -> Item:
    """Write one line: its hours are rounded to hundredths, which is why grouping changes totals."""
    seconds = sum(entry.seconds for entry in entries)
    hundredths = (Decimal(seconds) / 36).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    project = workspace.project_of(entries[0].project)
    name = project.name if project else "Time"
    return Item(
        description=f"{name} - {entries[0].description}" if len(entries) == 1 else name,
        item_type=workspace.item_types[0],
        quantity=int(hundredths),
        unit_price=_rate(workspace, entries[0]),
        entries=tuple(entry.number for entry in entries),
    )
