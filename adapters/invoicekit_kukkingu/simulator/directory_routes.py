"""Health, clients, contracts and projects."""

from collections.abc import Iterable

from invoicekit.simulate import Answer, Call, Route
from invoicekit_kukkingu.simulator import refusal
from invoicekit_kukkingu.simulator.access import Access, kept, shown
from invoicekit_kukkingu.simulator.fields import Body, query_expand, query_text
from invoicekit_kukkingu.simulator.records import Client, Contract

PATH = "/api/v1"
_CONTRACT_EXPAND = frozenset({"client"})
_PROJECT_EXPAND = frozenset({"contract", "contract.client"})
_SORT = ("name", "order", "createdAt", "updatedAt", "contract.name")


class DirectoryRoutes:
    """The calls about whom and what is worked for."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        for operation, path, read in (
            ("get_health", "/health", self._health),
            ("list_clients", "/clients", self._clients),
            ("list_contracts", "/contracts", self._contracts),
            ("get_contract", "/contracts/{contract_id}", self._contract),
            ("list_projects", "/projects", self._projects),
        ):
            yield Route(operation=operation, method="GET", path=PATH + path, answer=read, is_write=False)
        for operation, method, path, write in (
            ("create_client", "POST", "/clients", self._create_client),
            ("delete_client", "DELETE", "/clients/{client_id}", self._delete_client),
            ("create_contract", "POST", "/contracts", self._create_contract),
            ("delete_contract", "DELETE", "/contracts/{contract_id}", self._delete_contract),
        ):
            yield Route(operation=operation, method=method, path=PATH + path, answer=write, is_write=True)

    def _health(self, call: Call) -> Answer:
        return Answer.json({"name": "contracting-sdk", "version": "0.1.0", "status": "ok"})

    def _clients(self, call: Call) -> Answer:
        tenant, writer = self._access.tenant(call), self._access.writer(call)
        return Answer.json({"data": [writer.client(client) for client in tenant.clients.all_shown()]})

    def _contracts(self, call: Call) -> Answer:
        tenant, writer = self._access.tenant(call), self._access.writer(call)
        expand = query_expand(call, _CONTRACT_EXPAND)
        client_id = query_text(call, "clientId")
        found = [
            writer.contract(contract, expand)
            for contract in tenant.contracts.all_shown()
            if client_id in (None, contract.client_id)
        ]
        return Answer.json({"data": found})

    def _contract(self, call: Call) -> Answer:
        expand = query_expand(call, _CONTRACT_EXPAND)
        contract = shown(self._access.tenant(call).contracts, "Contract", call.params["contract_id"])
        return Answer.json({"data": self._access.writer(call).contract(contract, expand)})

    def _projects(self, call: Call) -> Answer:
        tenant, writer = self._access.tenant(call), self._access.writer(call)
        expand = query_expand(call, _PROJECT_EXPAND)
        contract_id = query_text(call, "contractId")
        found = [
            writer.project(project, expand)
            for project in tenant.projects.all_shown()
            if contract_id in (None, project.contract_id)
        ]
        for part in reversed((query_text(call, "sort") or "").split(",")):
            field, _, direction = part.partition(":")
            if part and (field not in _SORT or direction not in ("asc", "desc")):
                raise refusal.invalid(f"sort: {part}")
            if part and field != "contract.name":
                found.sort(key=lambda row: str(row.get(field, "")), reverse=direction == "desc")
        return Answer.json({"data": found})

    def _create_client(self, call: Call) -> Answer:
        tenant = self._access.tenant(call)
        body = Body.of(call)
        client = tenant.add_client(
            body.text("name", least=1, most=255),
            description=body.optional_text("description", most=1024),
            order=body.whole("order") if body.has("order") else None,
        )
        tenant.did("create_client", client.id, client.name)
        return self._created(self._access.writer(call).client(client))

    def _delete_client(self, call: Call) -> Answer:
        tenant = self._access.tenant(call)
        client: Client = kept(tenant.clients, "Client", call.params["client_id"])
        if any(contract.client_id == client.id for contract in tenant.contracts):
            raise refusal.conflict("Client has contracts")
        tenant.clients.remove(client.id)
        tenant.did("delete_client", client.id)
        return Answer(status=204)

    def _create_contract(self, call: Call) -> Answer:
        tenant = self._access.tenant(call)
        body = Body.of(call)
        client = kept(tenant.clients, "Client", body.text("clientId"))
        now = tenant.now()
        contract = Contract(
            id=tenant.new_id("ctr"),
            created_at=now,
            updated_at=now,
            client_id=client.id,
            name=body.text("name", least=1, most=255),
            amount=body.whole("amountMinor"),
            currency=body.currency("currencyCode"),
            description=body.optional_text("description"),
            order=body.whole("order") if body.has("order") else None,
            valid_from=body.instant("validFrom") if body.has("validFrom") else None,
            valid_to=body.instant("validTo") if body.has("validTo") else None,
        )
        tenant.contracts.put(contract)
        tenant.did("create_contract", contract.id, contract.name)
        return self._created(self._access.writer(call).contract(contract))

    def _delete_contract(self, call: Call) -> Answer:
        tenant = self._access.tenant(call)
        contract: Contract = kept(tenant.contracts, "Contract", call.params["contract_id"])
        if any(one.contract_id == contract.id for one in (*tenant.invoices, *tenant.projects)):
            raise refusal.conflict("Contract has invoices or projects")
        tenant.contracts.remove(contract.id)
        tenant.did("delete_contract", contract.id)
        return Answer(status=204)

    def _created(self, document: dict[str, object]) -> Answer:
        return Answer.json({"data": document}, status=self._access.behaviour.created_status)
