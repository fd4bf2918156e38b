"""Clockify as a simulator: the parts put together."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from invoicekit.clock import Clock
from invoicekit.simulate import Answer, Call, FaultPlan, Rate, Route, Simulator
from invoicekit_clockify.simulator import refusal
from invoicekit_clockify.simulator.account import ADDON_HEADER, API_KEY_HEADER, Account, Caller
from invoicekit_clockify.simulator.behaviour import Behaviour
from invoicekit_clockify.simulator.directory_routes import DirectoryRoutes
from invoicekit_clockify.simulator.entry_routes import EntryRoutes
from invoicekit_clockify.simulator.invoice_routes import InvoiceRoutes
from invoicekit_clockify.simulator.item_routes import ItemRoutes
from invoicekit_clockify.simulator.ledger import ClockifyLedger
from invoicekit_clockify.simulator.payment_routes import PaymentRoutes
from invoicekit_clockify.simulator.population import Population
from invoicekit_clockify.simulator.report_routes import ReportRoutes
from invoicekit_clockify.simulator.search_routes import SearchRoutes
from invoicekit_clockify.simulator.settings_routes import SettingsRoutes
from invoicekit_clockify.simulator.webhook_routes import WebhookRoutes
from invoicekit_clockify.simulator.workspace import Workspace


class ClockifySimulator(Simulator):
    """Clockify's invoicing API on one port: core at /api/v1, reports at /report/v1, like a regional host.

    Behaves as the providers/clockify sheet says, oddities included; what that sheet leaves open is a
    switch of `behaviour`. Shares no code with the adapter.

    Attributes:
        home: The default workspace; fill it with `add_client`, `add_invoice`, `add_entry` or `populate`.
    """

    name: ClassVar[str] = "clockify"
    credential_headers: ClassVar[tuple[str, ...]] = (API_KEY_HEADER, ADDON_HEADER, "Authorization")

    API_KEY: ClassVar[str] = "demo-key"
    WORKSPACE_ID: ClassVar[str] = "6a1b2c3d4e5f60718293a4b5"
    USER_ID: ClassVar[str] = "6a1b2c3d4e5f60718293a4c6"
    CORE_PATH: ClassVar[str] = "/api/v1"
    REPORTS_PATH: ClassVar[str] = "/report/v1"

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
        api_key: str = API_KEY,
        workspace_id: str = WORKSPACE_ID,
        plan: str = "paid",
        time_zone: str = "UTC",
    ) -> None:
        if plan not in ("paid", "free"):
            raise ValueError(f"plan {plan!r} is neither paid nor free")
        super().__init__(
            seed=seed,
            faults=faults,
            rate=rate or Rate.parse("50/s" if plan == "paid" else "30/h"),
            clock=clock,
            settle_seconds=settle_seconds,
            keep_requests=keep_requests,
        )
        self.behaviour = behaviour or Behaviour()
        self._account = Account(behaviour=self.behaviour, clock=self.clock, time_zone=time_zone)
        self._ledger = ClockifyLedger(self._account)
        self._api_key = api_key
        self.home = self.add_workspace(workspace_id, plan=plan)
        self.add_key(api_key, workspace_id)
        self._population = Population(self.home, seed=seed)

    def add_workspace(self, identifier: str, *, plan: str = "paid") -> Workspace:
        """Add a workspace with its first user; no key reaches it yet."""
        workspace = Workspace(identifier, seed=self.seed, plan=plan)
        workspace.add_user("User 1", identifier=None if self._account.workspaces else self.USER_ID)
        self._account.workspaces[identifier] = workspace
        return workspace

    def add_key(self, key: str, *workspace_ids: str) -> None:
        """Let an API key into these workspaces, as the first user of the first one."""
        self._account.keys[key] = self._caller(workspace_ids)

    def add_addon_token(self, token: str, workspace_id: str) -> None:
        """Let an add-on token into a workspace."""
        caller = self._caller((workspace_id,))
        self._account.addon_tokens[token] = Caller(
            user_id=caller.user_id, workspace_ids=caller.workspace_ids, is_addon=True
        )

    def _caller(self, workspace_ids: tuple[str, ...]) -> Caller:
        user = self._account.workspaces[workspace_ids[0]].users[0]
        return Caller(user_id=user.id, workspace_ids=workspace_ids)

    def settings(self, url: str) -> Mapping[str, object]:
        """Return the settings that reach the home workspace, the declared settle bound among them."""
        return {
            "base_url": url + self.CORE_PATH.removesuffix("/v1"),
            "api_key": self._api_key,
            "workspace_id": self.home.id,
            "item_type": self.home.item_types[0],
            "settle_seconds": self.settle_seconds,
        }

    def provided(self) -> Mapping[str, object]:
        """Return what a caller must know to act here."""
        return {"line_kind": self.home.item_types[0]}

    @property
    def ledger(self) -> ClockifyLedger:
        """Return what really happened, in all workspaces."""
        return self._ledger

    def routes(self) -> Iterable[Route]:
        """Return every operation."""
        account = self._account
        yield from EntryRoutes(account).routes()
        yield from InvoiceRoutes(account).routes()
        yield from PaymentRoutes(account).routes()
        yield from ReportRoutes(account).routes()
        yield from SearchRoutes(account).routes()
        yield from SettingsRoutes(account).routes()
        yield from ItemRoutes(account).routes()
        yield from WebhookRoutes(account, seed=self.seed).routes()
        yield from DirectoryRoutes(account).routes()

    def populate(self, order: Mapping[str, object]) -> Mapping[str, int]:
        """Make data up in the home workspace; the members of an order stand in `Population.fill`."""
        return self._population.fill(order, today=self._account.now_seconds())

    def rate_key(self, call: Call) -> str:
        """Check the credentials; the budget is the workspace's, whoever calls."""
        return self._account.budget_of(call)

    def no_route(self, method: str, path: str, allowed: tuple[str, ...]) -> Answer:
        """Answer 404/3000 for an unknown path and 405/3000 with Allow for a wrong verb."""
        if allowed:
            message = f"Request method '{method}' is not supported"
            return refusal.error(405, refusal.PARAMETER_UNREADABLE, message, Allow=", ".join(allowed))
        return refusal.error(404, refusal.PARAMETER_UNREADABLE, f"No static resource {path.lstrip('/')}.")

    def mistaken(self, call: Call, answer: Answer) -> Answer | None:
        """Answer with the document of another invoice, where the call has one invoice for an answer."""
        if call.operation not in ("get_invoice", "update_invoice", "add_payment", "delete_payment"):
            return None
        asked = call.params["invoice_id"]
        others = (one for one in self._ledger.invoices() if one.id != asked)
        other = next(others, None)
        if other is None:
            return None
        swapped = answer.body.replace(asked.encode(), other.id.encode())
        return Answer(
            status=answer.status, body=swapped, content_type=answer.content_type, headers=answer.headers
        )

    def targets(self, call: Call) -> Mapping[str, object]:
        """Name the ids of the path, and of the body what tells one write from another."""
        named: dict[str, object] = {
            name: value for name, value in call.params.items() if name != "workspace_id"
        }
        if call.operation not in ("add_payment", "mark_time_entries", "set_status", "create_invoice"):
            return named
        try:
            body = call.json()
        except ValueError:
            return named
        if isinstance(body, dict):
            for member, shown in _SHOWN_MEMBERS:
                if member in body:
                    named[shown] = body[member]
        return named


_SHOWN_MEMBERS = (
    ("note", "payment_note"),
    ("amount", "amount"),
    ("timeEntryIds", "time_entry_ids"),
    ("invoiced", "invoiced"),
    ("invoiceStatus", "invoice_status"),
    ("number", "number"),
)
