"""Who may call, and the workspaces they reach."""

import attrs

from invoicekit.clock import Clock
from invoicekit.simulate import Call
from invoicekit_clockify.simulator import refusal
from invoicekit_clockify.simulator.behaviour import Behaviour
from invoicekit_clockify.simulator.invoice import Invoice
from invoicekit_clockify.simulator.workspace import Workspace

API_KEY_HEADER = "X-Api-Key"
ADDON_HEADER = "X-Addon-Token"


@attrs.frozen(kw_only=True)
class Caller:
    """Who a credential stands for.

    Attributes:
        workspace_ids: Where it is valid; the first is the caller's own.
    """

    user_id: str
    workspace_ids: tuple[str, ...]
    is_addon: bool = False


class Account:
    """All state behind one simulator, and the checks that every call passes.

    Attributes:
        time_zone: The zone of the user's account, in which the core host reads windows.
    """

    def __init__(self, *, behaviour: Behaviour, clock: Clock, time_zone: str) -> None:
        self.behaviour = behaviour
        self.clock = clock
        self.time_zone = time_zone
        self.workspaces: dict[str, Workspace] = {}
        self.keys: dict[str, Caller] = {}
        self.addon_tokens: dict[str, Caller] = {}

    def caller(self, call: Call) -> Caller:
        """Check the credentials: exactly one of the two headers, holding something known.

        Raises:
            Refusal: 401 with code 1000, 4003 or 4017.
        """
        key = call.headers.get(API_KEY_HEADER)
        token = call.headers.get(ADDON_HEADER)
        if (key is None) == (token is None):
            raise refusal.unauthorised(refusal.CREDENTIALS_MISSING, "Exactly one credential is needed")
        if key is not None:
            known = self.keys.get(key)
            if known is None:
                raise refusal.unauthorised(refusal.KEY_UNKNOWN, "Api key does not exist")
            return known
        known = self.addon_tokens.get(token or "")
        if known is None:
            raise refusal.unauthorised(refusal.ADDON_TOKEN_BAD, "Add-on token is not valid")
        return known

    def budget_of(self, call: Call) -> str:
        """Return whose rate limit the call uses: its workspace's, or the caller's own workspace's."""
        caller = self.caller(call)
        named = call.params.get("workspace_id")
        return named if named in self.workspaces else caller.workspace_ids[0]

    def workspace(self, call: Call) -> Workspace:
        """Return the workspace of the path. Unverified: the status for one that the caller does not reach."""
        identifier = call.params["workspace_id"]
        if identifier not in self.caller(call).workspace_ids or identifier not in self.workspaces:
            raise refusal.forbidden("Access is denied")
        return self.workspaces[identifier]

    def billing(self, call: Call) -> Workspace:
        """Return the workspace of the path, if its plan includes invoicing."""
        workspace = self.workspace(call)
        if not workspace.has_invoicing:
            raise refusal.forbidden("Invoicing is not part of this plan")
        return workspace

    def invoice(self, call: Call) -> tuple[Workspace, Invoice]:
        """Return the invoice of the path and its workspace."""
        workspace = self.billing(call)
        identifier = call.params["invoice_id"]
        invoice = workspace.invoices.get(identifier)
        if invoice is None:
            raise refusal.missing("Invoice", identifier)
        return workspace, invoice

    def now_seconds(self) -> int:
        """Return the wall clock in whole seconds since 1970."""
        return int(self.clock.now().timestamp())

    def payments_seen_until(self) -> float | None:
        """Return the monotonic time up to which reads show payments, or None for all."""
        lag = self.behaviour.payment_lag_seconds
        return self.clock.monotonic() - lag if lag > 0 else None
