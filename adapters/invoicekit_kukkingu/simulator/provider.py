"""Kukkingu as a simulator: the parts put together."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import ClassVar

from invoicekit.clock import Clock
from invoicekit.simulate import Answer, Call, FaultPlan, Rate, Route, Simulator
from invoicekit_kukkingu.simulator import refusal
from invoicekit_kukkingu.simulator.access import AUTHORIZATION, TENANT_HEADER, Access
from invoicekit_kukkingu.simulator.behaviour import Behaviour
from invoicekit_kukkingu.simulator.billable_routes import BillableRoutes
from invoicekit_kukkingu.simulator.directory_routes import DirectoryRoutes
from invoicekit_kukkingu.simulator.entry_routes import EntryRoutes
from invoicekit_kukkingu.simulator.file_routes import FileRoutes
from invoicekit_kukkingu.simulator.files import FileShelf
from invoicekit_kukkingu.simulator.invoice_routes import InvoiceRoutes
from invoicekit_kukkingu.simulator.ledger import KukkinguLedger
from invoicekit_kukkingu.simulator.population import Population
from invoicekit_kukkingu.simulator.tenant import Tenant

_OPEN = frozenset({"get_health", "download_file"})


class KukkinguSimulator(Simulator):
    """Kukkingu's contracting API on one port, under /api/v1.

    Behaves as the providers sheet says; what that sheet leaves open is a switch of `behaviour`. Shares no
    code with the adapter. A new one holds one client, its contract, a project, and a draft with one line
    that tracked time can be hung on.

    Attributes:
        home: The default tenant; fill it with `add_client`, `add_invoice`, `add_entry` or `populate`.
        files: What waits at temporary addresses, and who came there with credentials.
    """

    name: ClassVar[str] = "kukkingu"
    credential_headers: ClassVar[tuple[str, ...]] = (AUTHORIZATION, TENANT_HEADER)

    TOKEN: ClassVar[str] = "demo-token"  # noqa: S105 - made up
    TENANT_ID: ClassVar[str] = "tnt_demo0demo0demo0demo0demo"

    def __init__(
        self,
        *,
        seed: int = 0,
        faults: FaultPlan | None = None,
        rate: Rate | None = None,
        clock: Clock | None = None,
        settle_seconds: float = 1.0,
        keep_requests: int = 4096,
        behaviour: Behaviour | None = None,
        token: str = TOKEN,
        tenant_id: str = TENANT_ID,
    ) -> None:
        super().__init__(
            seed=seed,
            faults=faults,
            rate=rate or Rate.parse("50/s"),
            clock=clock,
            settle_seconds=settle_seconds,
            keep_requests=keep_requests,
        )
        self.behaviour = behaviour or Behaviour()
        self._access = Access(behaviour=self.behaviour, clock=self.clock)
        self._ledger = KukkinguLedger(self._access)
        self.files = FileShelf(self.clock, seed=seed)
        self._file_routes = FileRoutes(self._access, self.files)
        self._token = token
        self.add_token(token)
        self.home = self.add_tenant(tenant_id)
        self.client = self.home.add_client("Client 1")
        self.contract = self.home.add_contract(self.client.id, "Contract 1")
        self.project = self.home.add_project(self.contract.id, "Project 1")
        collecting = self.home.add_invoice(self.contract.id, number="TIME-1")
        self.time_line = self.home.add_billable(collecting.id, "Tracked time")
        self._population = Population(self.home, seed=seed)

    def add_tenant(self, identifier: str) -> Tenant:
        """Add a tenant; every token reaches it."""
        tenant = Tenant(identifier, behaviour=self.behaviour, clock=self.clock, seed=self.seed)
        self._access.tenants[identifier] = tenant
        return tenant

    def add_token(self, token: str, *, ends: datetime | None = None) -> None:
        """Let a token in, until it ends."""
        self._access.tokens[token] = ends

    def revoke(self, token: str) -> None:
        """Let a token in no longer."""
        self._access.tokens.pop(token, None)

    @property
    def files_origin(self) -> str | None:
        """Where files are fetched from; None for this port under another name."""
        return self._file_routes.origin

    @files_origin.setter
    def files_origin(self, origin: str | None) -> None:
        self._file_routes.origin = origin

    @property
    def files_live_seconds(self) -> int:
        """How long the address of a file is good."""
        return self._file_routes.lives_seconds

    @files_live_seconds.setter
    def files_live_seconds(self, seconds: int) -> None:
        self._file_routes.lives_seconds = seconds

    def settings(self, url: str) -> Mapping[str, object]:
        """Return the settings that reach the home tenant, the declared settle bound among them."""
        return {
            "base_url": url,
            "token": self._token,
            "tenant_id": self.home.id,
            "contract_id": self.contract.id,
            "exchange_rate": "1",
            "billable_id": self.time_line.id,
            "settle_seconds": self.settle_seconds,
        }

    def provided(self) -> Mapping[str, object]:
        """Return what a caller must know to act here."""
        return {"customer_name": self.client.name, "line_kind": "Service"}

    @property
    def ledger(self) -> KukkinguLedger:
        """Return what really happened, in all tenants."""
        return self._ledger

    def routes(self) -> Iterable[Route]:
        """Return every operation."""
        yield from InvoiceRoutes(self._access).routes()
        yield from BillableRoutes(self._access).routes()
        yield from EntryRoutes(self._access).routes()
        yield from DirectoryRoutes(self._access).routes()
        yield from self._file_routes.routes()

    def populate(self, order: Mapping[str, object]) -> Mapping[str, int]:
        """Make data up in the home tenant; the members of an order stand in `Population.fill`."""
        return self._population.fill(order)

    def rate_key(self, call: Call) -> str:
        """Check the token; the budget is the tenant's. Unverified: that there is a limit at all."""
        if call.operation in _OPEN:
            return call.operation
        self._access.check_token(call)
        return call.headers.get(TENANT_HEADER, "")

    def no_route(self, method: str, path: str, allowed: tuple[str, ...]) -> Answer:
        """Answer 404, for a wrong verb too, as the web framework does."""
        return refusal.no_route(method, path)

    def mistaken(self, call: Call, answer: Answer) -> Answer | None:
        """Answer with the document of another record, where the call has one record for an answer."""
        named = call.params.get("invoice_id") or call.params.get("entry_id")
        if call.operation == "create_invoice":
            named = str(json.loads(answer.body)["data"]["id"])
        if named is None or call.operation == "get_invoice_pdf":
            return None
        tenant = self._access.tenant(call)
        shelf = tenant.entries if "entry_id" in call.params else tenant.invoices
        other = next((one.id for one in shelf if one.id != named), None)
        if other is None:
            return None
        swapped = answer.body.replace(named.encode(), other.encode())
        return Answer(
            status=answer.status, body=swapped, content_type=answer.content_type, headers=answer.headers
        )

    def targets(self, call: Call) -> Mapping[str, object]:
        """Name the ids of the path, and of the body what tells one write from another."""
        shown: dict[str, object] = dict(call.params)
        if call.operation in ("finalize_invoice", "void_invoice"):
            shown["invoice_status"] = call.operation.partition("_")[0]
        try:
            body = call.json() if call.body else None
        except ValueError:
            body = None
        if isinstance(body, dict):
            shown |= {name: body[member] for member, name in _SHOWN_MEMBERS if member in body}
        return shown


_SHOWN_MEMBERS = (("paidAt", "paid_at"), ("billableId", "billable_id"), ("invoiceNumber", "number"))
