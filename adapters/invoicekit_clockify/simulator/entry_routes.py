"""Time entries on the core host: mark, list, get, get many. None of the reads shows the invoiced flag."""

from collections.abc import Iterable, Sequence

from invoicekit.simulate import Answer, Call, Route
from invoicekit_clockify.simulator import refusal
from invoicekit_clockify.simulator.account import Account
from invoicekit_clockify.simulator.behaviour import BadIdInBatch, Keeping
from invoicekit_clockify.simulator.entries import RUNNING, Mark, TimeEntry
from invoicekit_clockify.simulator.fields import Body, query_flag, query_text, query_texts, read_wall_clock
from invoicekit_clockify.simulator.paging import PageRequest
from invoicekit_clockify.simulator.workspace import Workspace
from invoicekit_clockify.simulator.zone import instant_text, seconds_of, zone_of

PATH = "/api/v1/workspaces/{workspace_id}"
_EARLIEST, _LATEST = -(2**53), 2**53


class EntryRoutes:
    """The time entry calls of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        yield Route(
            operation="mark_time_entries",
            method="PATCH",
            path=PATH + "/time-entries/invoiced",
            answer=self._mark,
            is_write=True,
        )
        yield Route(
            operation="batch_time_entries",
            method="POST",
            path=PATH + "/time-entries/batch",
            answer=self._batch,
            is_write=False,
        )
        yield Route(
            operation="get_time_entry",
            method="GET",
            path=PATH + "/time-entries/{entry_id}",
            answer=self._get,
            is_write=False,
        )
        yield Route(
            operation="list_time_entries",
            method="GET",
            path=PATH + "/user/{user_id}/time-entries",
            answer=self._list,
            is_write=False,
        )

    def _mark(self, call: Call) -> Answer:
        account = self._account
        workspace = account.billing(call)
        body = Body.of(call)
        identifiers = body.texts("timeEntryIds")
        is_invoiced = body.flag("invoiced")
        if not identifiers:
            raise refusal.broken_rule("timeEntryIds must not be empty")
        if len(set(identifiers)) < len(identifiers):
            raise refusal.broken_rule("timeEntryIds must be unique")
        found = [workspace.entries.find(identifier) for identifier in identifiers]
        known = [number for number in found if number is not None]
        choice = account.behaviour.bad_id_in_batch
        is_complete = len(known) == len(identifiers)
        if is_complete or choice is not BadIdInBatch.REFUSE_ALL:
            self._set_flags(workspace, known, is_invoiced=is_invoiced)
        if not is_complete and choice is not BadIdInBatch.SKIP:
            raise refusal.missing("Time entry", identifiers[found.index(None)])
        return Answer()

    def _set_flags(self, workspace: Workspace, numbers: Sequence[int], *, is_invoiced: bool) -> None:
        account = self._account
        if not is_invoiced and account.behaviour.unmark_imported is Keeping.DROP:
            _detach(workspace, set(numbers))
        # A manual mark links to no invoice; marking again what an import marked changes nothing.
        changed = [number for number in numbers if workspace.entries.mark_of(number).invoiced != is_invoiced]
        workspace.entries.mark(
            changed,
            Mark(invoiced=is_invoiced, invoice_id=None),
            now=account.clock.monotonic(),
            lag_seconds=account.behaviour.report_lag_seconds,
        )

    def _batch(self, call: Call) -> Answer:
        workspace = self._account.workspace(call)
        body = Body.of(call)
        identifiers = body.texts("timeEntryIds")
        if not identifiers:
            raise refusal.broken_rule("timeEntryIds must not be empty")
        # Unverified: unknown ids are left out rather than refused.
        found = (workspace.entries.find(identifier) for identifier in dict.fromkeys(identifiers))
        return Answer.json(
            [entry_document(workspace, workspace.entries[number]) for number in found if number is not None]
        )

    def _get(self, call: Call) -> Answer:
        workspace = self._account.workspace(call)
        query_flag(call, "hydrated")
        number = workspace.entries.find(call.params["entry_id"])
        if number is None:
            raise refusal.missing("Time entry", call.params["entry_id"])
        return Answer.json(entry_document(workspace, workspace.entries[number]))

    def _list(self, call: Call) -> Answer:
        account = self._account
        workspace = account.workspace(call)
        page = PageRequest.of_query(call, account.behaviour)
        user = next((one for one in workspace.users if one.id == call.params["user_id"]), None)
        if user is None:
            raise refusal.missing("User", call.params["user_id"])
        store = workspace.entries
        first = self._instant(call, "start", _EARLIEST)
        last = self._instant(call, "end", _LATEST)
        numbers = store.window(store.of_user(user.number), first, last)
        narrowed = _narrowed(call, workspace, numbers)
        latest_first = narrowed[::-1]
        rows, headers = page.cut(latest_first, account.behaviour)
        return Answer.json([entry_document(workspace, store[number]) for number in rows], headers=headers)

    def _instant(self, call: Call, name: str, default: int) -> int:
        """Read a window's edge as a wall clock of the account's zone; a Z in it changes nothing."""
        value = query_text(call, name)
        if value is None:
            return default
        return seconds_of(read_wall_clock(value), zone_of(self._account.time_zone))


def entry_document(workspace: Workspace, entry: TimeEntry) -> dict[str, object]:
    """Write one entry as the core host does: without a word about invoices."""
    project = workspace.project_of(entry.project)
    is_running = entry.seconds == RUNNING
    currency = workspace.currency
    return {
        "id": entry.id,
        "description": entry.description,
        "tagIds": [],
        "userId": workspace.users[entry.user].id,
        "billable": entry.billable,
        "taskId": None,
        "projectId": project.id if project else None,
        "workspaceId": workspace.id,
        "timeInterval": {
            "start": instant_text(entry.start),
            "end": None if is_running else instant_text(entry.start + entry.seconds),
            "duration": None if is_running else _iso_duration(entry.seconds),
        },
        "hourlyRate": {"amount": project.rate if project else 0, "currency": currency},
        "costRate": {"amount": 0, "currency": currency},
        "customFieldValues": [],
        "type": "REGULAR",
        "kioskId": None,
        "isLocked": False,
        "approvalRequestId": None,
    }


def _narrowed(call: Call, workspace: Workspace, numbers: Sequence[int]) -> Sequence[int]:
    store = workspace.entries
    project_id = query_text(call, "project")
    description = query_text(call, "description")
    is_running = query_flag(call, "in-progress")
    needs_project = query_flag(call, "project-required") or False
    if query_text(call, "task") is not None or query_texts(call, "tags") or query_flag(call, "task-required"):
        return ()  # no entry here has a task or a tag
    if project_id is not None:
        projects = [project.number for project in workspace.projects if project.id == project_id]
        numbers = [number for number in numbers if store[number].project in projects]
    if needs_project:
        numbers = [number for number in numbers if store[number].project >= 0]
    if description:
        wanted = description.lower()
        numbers = [number for number in numbers if wanted in store[number].description.lower()]
    if is_running is not None:
        numbers = [number for number in numbers if (store[number].seconds == RUNNING) == is_running]
    return numbers


def _detach(workspace: Workspace, numbers: set[int]) -> None:
    for number in numbers:
        identifier = workspace.entries.mark_of(number).invoice_id
        invoice = workspace.invoices.get(identifier) if identifier else None
        for item in invoice.items if invoice else ():
            item.entries = tuple(one for one in item.entries if one not in numbers)


def _iso_duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "H"), (minutes, "M"), (rest, "S"))
    return "PT" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0S")
