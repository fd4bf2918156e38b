"""The detailed report, on the reports host: the only read that shows whether an entry is invoiced."""

from collections.abc import Callable, Iterable, Sequence
from datetime import tzinfo

import attrs

from invoicekit.simulate import Answer, Call, Route
from invoicekit_clockify.simulator import refusal
from invoicekit_clockify.simulator.account import Account
from invoicekit_clockify.simulator.entries import RUNNING, EntryStore, TimeEntry
from invoicekit_clockify.simulator.fields import Body
from invoicekit_clockify.simulator.paging import PageRequest
from invoicekit_clockify.simulator.workspace import DAY, Workspace
from invoicekit_clockify.simulator.zone import seconds_of, zone_of, zoned_text

PATH = "/report/v1/workspaces/{workspace_id}/reports/detailed"
FREE_RANGE_DAYS = 31
_STATES = ("INVOICED", "UNINVOICED", "ALL")
_STATUSES = ("ALL", "ACTIVE", "ARCHIVED", "INACTIVE", "PENDING")
_CONTAINS = ("CONTAINS", "DOES_NOT_CONTAIN", "CONTAINS_ONLY")
_COLUMNS = ("ID", "DESCRIPTION", "USER", "DURATION", "DATE", "ZONED_DATE", "NATURAL", "USER_DATE")


@attrs.frozen(kw_only=True)
class _Question:
    """What one report asks for; equal questions select the same rows."""

    first: int
    last: int
    state: str
    billable: bool | None
    description: str
    users: tuple[str, frozenset[int]] | None
    projects: tuple[str, frozenset[int]] | None
    column: str
    is_descending: bool


class ReportRoutes:
    """The report call of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> Iterable[Route]:
        """Return the route."""
        yield Route(
            operation="detailed_report", method="POST", path=PATH, answer=self._report, is_write=False
        )

    def _report(self, call: Call) -> Answer:
        account = self._account
        workspace = account.workspace(call)
        body = Body.of(call)
        zone = zone_of(body.optional_text("timeZone") or account.time_zone)
        question = _read_question(body, workspace, zone)
        options = body.part("detailedFilter")
        page = PageRequest.of_body(options, account.behaviour.largest_report_page)
        as_of = account.clock.monotonic() - account.behaviour.report_lag_seconds
        store = workspace.entries
        selected = store.select(question, lambda: _select(store, question, as_of))
        rows, headers = page.cut(selected, account.behaviour)
        totals = options.optional_part("options")
        wants_totals = (
            totals is None or totals.optional_choice("totals", ("CALCULATE", "EXCLUDE"), "") != "EXCLUDE"
        )
        document = {
            "totals": [_totals(workspace, selected)] if wants_totals else [],
            "timeentries": [_row(workspace, store[number], zone, as_of) for number in rows],
        }
        return Answer.json(document, headers=headers)


def _read_question(body: Body, workspace: Workspace, zone: tzinfo) -> _Question:
    options = body.part("detailedFilter")
    body.optional_choice("exportType", ("JSON", "JSON_V1"), "JSON")
    # Unverified: what the other range types do with the dates given; the simulator does not offer them.
    body.optional_choice("dateRangeType", ("ABSOLUTE",), "ABSOLUTE")
    first = seconds_of(body.wall_clock("dateRangeStart"), zone)
    last = seconds_of(body.wall_clock("dateRangeEnd"), zone)
    if last < first:
        raise refusal.broken_rule("dateRangeEnd is before dateRangeStart")
    if workspace.plan == "free" and last - first > FREE_RANGE_DAYS * DAY:
        raise refusal.broken_rule(f"The range is limited to {FREE_RANGE_DAYS} days")
    clients = _filter(body, "clients")
    projects = _filter(body, "projects")
    chosen = _numbers(projects, {one.id: one.number for one in workspace.projects})
    if clients is not None:
        of_clients = frozenset(one.number for one in workspace.projects if one.client_id in clients[1])
        # One filter at a time keeps the simulator simple; a client's projects stand for the client.
        chosen = (clients[0], of_clients) if chosen is None else (chosen[0], chosen[1] & of_clients)
    return _Question(
        first=first,
        last=last,
        state=body.optional_choice("invoicingState", _STATES, "ALL"),
        billable=body.flag("billable") if body.has("billable") else None,
        description=(body.optional_text("description") or "").lower(),
        users=_numbers(_filter(body, "users"), {one.id: one.number for one in workspace.users}),
        projects=chosen,
        column=options.optional_choice("sortColumn", _COLUMNS, "DATE"),
        is_descending=body.optional_choice("sortOrder", ("ASCENDING", "DESCENDING"), "DESCENDING")
        == "DESCENDING",
    )


def _filter(body: Body, name: str) -> tuple[str, frozenset[str]] | None:
    part = body.optional_part(name)
    if part is None or not part.has("ids"):
        return None
    part.optional_choice("status", _STATUSES, "ALL")  # known by its words alone: what is named is found
    return part.optional_choice("contains", _CONTAINS, "CONTAINS"), frozenset(part.texts("ids"))


def _numbers(
    chosen: tuple[str, frozenset[str]] | None, numbers: dict[str, int]
) -> tuple[str, frozenset[int]] | None:
    if chosen is None or not chosen[1]:
        return None
    contains, identifiers = chosen
    return contains, frozenset(numbers[one] for one in identifiers if one in numbers)


def _select(store: EntryStore, question: _Question, as_of: float) -> Sequence[int]:
    numbers = store.window(store.by_start(), question.first, question.last)
    tests = _tests(store, question, as_of)
    if tests:
        numbers = [number for number in numbers if all(test(number) for test in tests)]
    if question.column in ("ID", "DESCRIPTION", "USER", "DURATION"):
        numbers = sorted(numbers, key=_sort_key(store, question.column))
    return numbers[::-1] if question.is_descending else numbers


def _tests(store: EntryStore, question: _Question, as_of: float) -> list[Callable[[int], bool]]:
    tests: list[Callable[[int], bool]] = []
    if store.has_running:
        # Unverified: a running timer is in no report.
        tests.append(lambda number: store[number].seconds != RUNNING)
    if question.state != "ALL":
        wanted = question.state == "INVOICED"
        tests.append(lambda number: store.mark_shown(number, as_of=as_of).invoiced == wanted)
    if question.billable is not None:
        tests.append(lambda number: store[number].billable == question.billable)
    if question.description:
        tests.append(lambda number: question.description in store[number].description.lower())
    if question.users is not None:
        contains, users = question.users
        tests.append(lambda number: (store[number].user in users) == (contains != "DOES_NOT_CONTAIN"))
    if question.projects is not None:
        within, projects = question.projects
        tests.append(lambda number: (store[number].project in projects) == (within != "DOES_NOT_CONTAIN"))
    return tests


def _sort_key(store: EntryStore, column: str) -> Callable[[int], tuple[str | int, int]]:
    keys: dict[str, Callable[[TimeEntry], str | int]] = {
        "ID": lambda entry: entry.id,
        "DESCRIPTION": lambda entry: entry.description,
        "USER": lambda entry: entry.user,
        "DURATION": lambda entry: entry.seconds,
    }
    return lambda number: (keys[column](store[number]), number)


def _row(workspace: Workspace, entry: TimeEntry, zone: tzinfo, as_of: float) -> dict[str, object]:
    project = workspace.project_of(entry.project)
    client = workspace.clients[project.client_id] if project else None
    user = workspace.users[entry.user]
    rate = project.rate if project and entry.billable else 0
    return {
        "_id": entry.id,
        "description": entry.description,
        "userId": user.id,
        "userName": user.name,
        "userEmail": user.email,
        "billable": entry.billable,
        "projectId": project.id if project else None,
        "projectName": project.name if project else None,
        "projectColor": "#03A9F4" if project else None,
        "clientId": client.id if client else None,
        "clientName": client.name if client else None,
        "taskId": None,
        "taskName": None,
        "tags": [],
        "isLocked": False,
        "approvalRequestId": None,
        "customFields": [],
        "rate": rate,
        "amount": rate * entry.seconds / 3600,
        "timeInterval": {
            "start": zoned_text(entry.start, zone),
            "end": zoned_text(entry.start + entry.seconds, zone),
            "duration": entry.seconds,
        },
        "invoicingInfo": _invoicing_info(workspace, entry, as_of),
    }


def _invoicing_info(workspace: Workspace, entry: TimeEntry, as_of: float) -> dict[str, object] | None:
    mark = workspace.entries.mark_shown(entry.number, as_of=as_of)
    if not mark.invoiced:
        return None
    invoice = workspace.invoices.get(mark.invoice_id) if mark.invoice_id else None
    return {
        "invoiceId": invoice.id if invoice else None,
        "invoiceNumber": invoice.number if invoice else None,
        "manuallyInvoiced": mark.invoice_id is None,
    }


def _totals(workspace: Workspace, numbers: Sequence[int]) -> dict[str, object]:
    seconds = billable_seconds = 0
    earned = 0.0
    for number in numbers:
        entry = workspace.entries[number]
        seconds += entry.seconds
        if entry.billable:
            billable_seconds += entry.seconds
            project = workspace.project_of(entry.project)
            earned += project.rate * entry.seconds / 3600 if project else 0
    return {
        "id": "",
        "entriesCount": len(numbers),
        "totalTime": seconds,
        "totalBillableTime": billable_seconds,
        "amounts": [{"type": "EARNED", "value": earned}],
    }
