"""Time entries: list, read, record, replace."""

from collections.abc import Iterable

import attrs

from invoicekit.simulate import Answer, Call, Route
from invoicekit_kukkingu.simulator.access import Access, kept, shown
from invoicekit_kukkingu.simulator.fields import MOST, Body, query_day, query_expand, query_text
from invoicekit_kukkingu.simulator.records import TimeEntry
from invoicekit_kukkingu.simulator.tenant import Tenant

PATH = "/api/v1/time-entries"
_EXPAND = frozenset(
    {
        "project",
        "project.contract",
        "project.contract.client",
        "billable",
        "billable.invoice",
        "billable.invoice.contract",
        "billable.invoice.contract.client",
    }
)


class EntryRoutes:
    """The calls about tracked time. No version is checked: of two writers the later one wins whole."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        one = PATH + "/{entry_id}"
        yield Route(operation="list_time_entries", method="GET", path=PATH, answer=self._list, is_write=False)
        yield Route(operation="get_time_entry", method="GET", path=one, answer=self._get, is_write=False)
        yield Route(
            operation="create_time_entry", method="POST", path=PATH, answer=self._create, is_write=True
        )
        yield Route(
            operation="replace_time_entry", method="PUT", path=one, answer=self._replace, is_write=True
        )

    def _list(self, call: Call) -> Answer:
        tenant, writer = self._access.tenant(call), self._access.writer(call)
        expand = query_expand(call, _EXPAND)
        project_id, billable_id = query_text(call, "projectId"), query_text(call, "billableId")
        first, last = query_day(call, "dateFrom"), query_day(call, "dateTo")
        found = [
            writer.entry(entry, expand)
            for entry in tenant.entries.all_shown()
            if project_id in (None, entry.project_id)
            and billable_id in (None, entry.billable_id)
            and (first is None or first <= entry.date)
            and (last is None or entry.date <= last)
        ]
        return Answer.json({"data": found})

    def _get(self, call: Call) -> Answer:
        expand = query_expand(call, _EXPAND)
        entry = shown(self._access.tenant(call).entries, "TimeEntry", call.params["entry_id"])
        return Answer.json({"data": self._access.writer(call).entry(entry, expand)})

    def _create(self, call: Call) -> Answer:
        tenant = self._access.tenant(call)
        body = Body.of(call)
        now = tenant.now()
        entry = TimeEntry(
            id=tenant.new_id("tsh"),
            created_at=now,
            updated_at=now,
            project_id=kept(tenant.projects, "Project", body.text("projectId")).id,
            date=body.day("date"),
            seconds=body.whole("durationSeconds", least=-MOST),
            billable_id=_billable(tenant, body),
            description=body.optional_text("description"),
            reference_source=body.optional_text("referenceSource"),
            reference_id=body.optional_text("referenceId"),
        )
        tenant.entries.put(entry)
        tenant.did("create_time_entry", entry.id)
        answer = {"data": self._access.writer(call).entry(entry)}
        return Answer.json(answer, status=self._access.behaviour.created_status)

    def _replace(self, call: Call) -> Answer:
        tenant = self._access.tenant(call)
        former = kept(tenant.entries, "TimeEntry", call.params["entry_id"])
        body = Body.of(call)
        billable_id = _billable(tenant, body)
        if billable_id is None and not self._access.behaviour.put_unlinks:
            billable_id = former.billable_id
        entry = attrs.evolve(
            former,
            date=body.day("date"),
            seconds=body.whole("durationSeconds", least=-MOST),
            billable_id=billable_id,
            description=body.optional_text("description"),
            reference_source=body.optional_text("referenceSource"),
            reference_id=body.optional_text("referenceId"),
            updated_at=tenant.now(),
        )
        tenant.entries.put(entry)
        if billable_id != former.billable_id:
            tenant.did("unlink" if billable_id is None else "link", entry.id, billable_id or "")
        return Answer.json({"data": self._access.writer(call).entry(entry)})


def _billable(tenant: Tenant, body: Body) -> str | None:
    identifier = body.optional_text("billableId")
    return None if identifier is None else kept(tenant.billables, "Billable", identifier).id
