"""Users, workspaces, clients and projects."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from invoicekit.simulate import Answer, Call, Route
from invoicekit_clockify.simulator import refusal
from invoicekit_clockify.simulator.account import Account
from invoicekit_clockify.simulator.directory_document import (
    client_document,
    project_document,
    user_document,
    workspace_document,
)
from invoicekit_clockify.simulator.fields import Body, query_choice, query_flag, query_text, query_texts
from invoicekit_clockify.simulator.paging import PageRequest

PATH = "/api/v1/workspaces/{workspace_id}"
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_SORT_ORDERS = ("ASCENDING", "DESCENDING")
Named = TypeVar("Named")


class DirectoryRoutes:
    """The calls about people, clients and projects."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        for operation, path, answer in (
            ("get_user", "/api/v1/user", self._user),
            ("list_workspaces", "/api/v1/workspaces", self._workspaces),
            ("get_workspace", PATH, self._workspace),
            ("list_users", PATH + "/users", self._users),
            ("list_clients", PATH + "/clients", self._clients),
            ("get_client", PATH + "/clients/{client_id}", self._client),
            ("list_projects", PATH + "/projects", self._projects),
            ("get_project", PATH + "/projects/{project_id}", self._project),
        ):
            yield Route(operation=operation, method="GET", path=path, answer=answer, is_write=False)
        yield Route(
            operation="create_client",
            method="POST",
            path=PATH + "/clients",
            answer=self._create_client,
            is_write=True,
        )

    def _user(self, call: Call) -> Answer:
        account = self._account
        caller = account.caller(call)
        home = account.workspaces[caller.workspace_ids[0]]
        user = next(one for one in home.users if one.id == caller.user_id)
        return Answer.json(user_document(user, home, account.time_zone))

    def _workspaces(self, call: Call) -> Answer:
        caller = self._account.caller(call)
        if caller.is_addon:
            raise refusal.forbidden("Add-on tokens cannot list workspaces")
        return Answer.json(
            [workspace_document(self._account.workspaces[one]) for one in caller.workspace_ids]
        )

    def _workspace(self, call: Call) -> Answer:
        return Answer.json(workspace_document(self._account.workspace(call)))

    def _users(self, call: Call) -> Answer:
        account = self._account
        workspace = account.workspace(call)
        if query_text(call, "include-roles") is None:
            raise refusal.missing_parameter("include-roles")
        name, email = query_text(call, "name"), query_text(call, "email")
        found = [user for user in workspace.users if _is_in(name, user.name) and _is_in(email, user.email)]
        rows, headers = PageRequest.of_query(call, account.behaviour).cut(found, account.behaviour)
        documents = [user_document(user, workspace, account.time_zone) for user in rows]
        return Answer.json(documents, headers=headers)

    def _clients(self, call: Call) -> Answer:
        account = self._account
        workspace = account.workspace(call)
        name, archived = query_text(call, "name"), query_flag(call, "archived")
        found = [
            client
            for client in workspace.clients.values()
            # Without `archived` both kinds are listed.
            if _is_in(name, client.name) and archived in (None, client.archived)
        ]
        ordered = _ordered(call, found, lambda client: client.name.lower())
        rows, headers = PageRequest.of_query(call, account.behaviour).cut(ordered, account.behaviour)
        return Answer.json([client_document(client, workspace) for client in rows], headers=headers)

    def _client(self, call: Call) -> Answer:
        workspace = self._account.workspace(call)
        client = workspace.clients.get(call.params["client_id"])
        if client is None:
            raise refusal.missing("Client", call.params["client_id"])
        return Answer.json(client_document(client, workspace))

    def _create_client(self, call: Call) -> Answer:
        workspace = self._account.workspace(call)
        body = Body.of(call)
        name = body.text("name", least=1, most=100)
        email = body.optional_text("email") or ""
        if email and _ADDRESS.fullmatch(email) is None:
            raise refusal.broken_rule(f"email is no address: {email}")
        if any(client.name == name for client in workspace.clients.values()):
            raise refusal.broken_rule(f"Client with name {name} already exists")
        client = workspace.add_client(
            name,
            email=email,
            address=body.optional_text("address", most=3000) or "",
            note=body.optional_text("note", most=3000) or "",
        )
        return Answer.json(client_document(client, workspace), status=201)

    def _projects(self, call: Call) -> Answer:
        account = self._account
        workspace = account.workspace(call)
        name, is_strict = query_text(call, "name"), query_flag(call, "strict-name-search")
        archived, billable = query_flag(call, "archived"), query_flag(call, "billable")
        clients = set(query_texts(call, "clients"))
        wants_clients = query_flag(call, "contains-client") is not False
        found = [
            project
            for project in workspace.projects
            if (project.name == name if is_strict and name is not None else _is_in(name, project.name))
            and archived in (None, project.archived)
            and billable in (None, project.billable)
            and (not clients or (project.client_id in clients) == wants_clients)
        ]
        query_choice(call, "client-status", ("ACTIVE", "ARCHIVED", "ALL"))
        ordered = _ordered(call, found, lambda project: project.name.lower())
        rows, headers = PageRequest.of_query(call, account.behaviour).cut(ordered, account.behaviour)
        return Answer.json([project_document(project, workspace) for project in rows], headers=headers)

    def _project(self, call: Call) -> Answer:
        workspace = self._account.workspace(call)
        wanted = call.params["project_id"]
        project = next((one for one in workspace.projects if one.id == wanted), None)
        if project is None:
            raise refusal.missing("Project", wanted)
        return Answer.json(project_document(project, workspace))


def _is_in(wanted: str | None, name: str) -> bool:
    return wanted is None or wanted.lower() in name.lower()


def _ordered(call: Call, rows: Sequence[Named], by_name: Callable[[Named], str]) -> Sequence[Named]:
    """Sort by name; other sort columns are accepted and sort by name too."""
    is_descending = query_choice(call, "sort-order", _SORT_ORDERS) == "DESCENDING"
    return sorted(rows, key=by_name, reverse=is_descending)
