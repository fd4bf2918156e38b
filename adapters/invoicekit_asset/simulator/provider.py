"""Asset as a simulator: the parts put together."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import ClassVar

import attrs

from invoicekit.clock import Clock
from invoicekit.simulate import Answer, Call, FaultPlan, Rate, Refusal, Route, Simulator
from invoicekit_asset.simulator import refusal
from invoicekit_asset.simulator.behaviour import Behaviour
from invoicekit_asset.simulator.books import Books, Transaction
from invoicekit_asset.simulator.customer_routes import CustomerRoutes
from invoicekit_asset.simulator.exact_json import read_json
from invoicekit_asset.simulator.invoice_routes import InvoiceRoutes
from invoicekit_asset.simulator.ledger import AssetLedger
from invoicekit_asset.simulator.matching import Matcher
from invoicekit_asset.simulator.memo_routes import MemoRoutes
from invoicekit_asset.simulator.payment_routes import PaymentRoutes
from invoicekit_asset.simulator.population import Population
from invoicekit_asset.simulator.refund_routes import RefundRoutes
from invoicekit_asset.simulator.tenant import TOKEN_OPERATION, Allowance, Tenant
from invoicekit_asset.simulator.token_routes import TokenRoutes
from invoicekit_asset.simulator.transaction_routes import TransactionRoutes

_ABOUT_ONE_INVOICE = frozenset({"get_invoice", "update_invoice", "apply_payment", "write_off"})
_SHOWN_MEMBERS = ("invoice_id", "transaction_id", "payment_amount", "amount", "number", "refund_external_id")


class AssetSimulator(Simulator):
    """Asset's receivables API on one port.

    Behaves as the providers sheet says, oddities included; what the sheet leaves open is a switch of
    `behaviour`. Shares no code with the adapter. Two allowances hold at once, the tenant's and the
    business's (`rate`); the first is charged even where the second refuses.

    Attributes:
        home: The default business's books; fill them with `add_customer`, `add_invoice` or `populate`.
    """

    name: ClassVar[str] = "asset"
    credential_headers: ClassVar[tuple[str, ...]] = ("Authorization",)

    CLIENT_ID: ClassVar[str] = "demo-client"
    CLIENT_SECRET: ClassVar[str] = "demo-secret"  # noqa: S105 - opens this simulator alone
    BUSINESS_ID: ClassVar[str] = "biz_GA6EG2qFxA97NZHtxeLPUy"
    LEDGER_ID: ClassVar[str] = "ldg_WQMDNUHpBThYSNh4AprDBo"
    ACCOUNT_ID: ClassVar[str] = "eac_7fQq8M3ZkW5vXyR2tNbHcD"
    CURRENCY: ClassVar[str] = "USD"

    def __init__(
        self,
        *,
        seed: int = 0,
        faults: FaultPlan | None = None,
        rate: Rate | None = None,
        tenant_rate: Rate | None = None,
        clock: Clock | None = None,
        settle_seconds: float = 1.0,
        keep_requests: int = 4096,
        behaviour: Behaviour | None = None,
    ) -> None:
        rate = rate or Rate.parse("300/min:window")
        super().__init__(
            seed=seed,
            faults=faults,
            rate=rate,
            clock=clock,
            settle_seconds=settle_seconds,
            keep_requests=keep_requests,
        )
        tenant_rate = tenant_rate or rate
        self.behaviour = behaviour or Behaviour()
        self._tenant = Tenant(
            behaviour=self.behaviour,
            clock=self.clock,
            seed=seed,
            allowance=Allowance(limit=tenant_rate.count, seconds=tenant_rate.period_seconds),
        )
        self._tenant.secrets[self.CLIENT_ID] = self.CLIENT_SECRET
        self._matcher = Matcher(self._tenant, self.late.schedule)
        self._ledger = AssetLedger(self._tenant)
        self.home = self.add_business(self.BUSINESS_ID)
        self._population = Population(self.home, seed=seed, ledger_id=self.LEDGER_ID, currency=self.CURRENCY)

    def add_business(self, identifier: str) -> Books:
        """Add a business of the same tenant."""
        books = Books(identifier, mint=self._tenant.mint)
        self._tenant.businesses[identifier] = books
        return books

    def end_tokens(self) -> None:
        """Let every token that was given out expire now."""
        for token, grant in self._tenant.tokens.items():
            self._tenant.tokens[token] = attrs.evolve(grant, ends_at=0.0)

    def feed(self, amount: Decimal | str, *, description: str = "") -> Transaction:
        """Let a transaction arrive from the bank, and be matched as the switches say."""
        transaction = self.home.add_transaction(amount, description=description)
        self._matcher.notice(self.home, transaction)
        return transaction

    def match(self, transaction: Transaction, invoice_id: str) -> None:
        """Let the provider match a transaction to this invoice, now and unasked."""
        self._matcher.match(self.home, transaction, self.home.invoices[invoice_id])

    def settings(self, url: str) -> Mapping[str, object]:
        """Return the settings that reach the home business, the declared settle bound among them."""
        return {
            "base_url": url,
            "client_id": self.CLIENT_ID,
            "client_secret": self.CLIENT_SECRET,
            "business_id": self.home.business_id,
            "currency": self.CURRENCY,
            "ledger_id": self.LEDGER_ID,
            "external_account_id": self.ACCOUNT_ID,
            "settle_seconds": self.settle_seconds,
        }

    def provided(self) -> Mapping[str, object]:
        """Return what a caller must know to act here."""
        return {"line_kind": self.LEDGER_ID, "change": {"extra": {"asset": {"tags": {"team": "blue"}}}}}

    @property
    def ledger(self) -> AssetLedger:
        """Return what really happened, in all businesses."""
        return self._ledger

    def routes(self) -> Iterable[Route]:
        """Return every operation."""
        tenant = self._tenant
        for group in (
            TokenRoutes(tenant),
            InvoiceRoutes(tenant),
            PaymentRoutes(tenant),
            TransactionRoutes(tenant, self._matcher),
            RefundRoutes(tenant),
            MemoRoutes(tenant),
            CustomerRoutes(tenant),
        ):
            for route in group.routes():
                yield attrs.evolve(route, answer=tenant.guarded(route.answer))

    def populate(self, order: Mapping[str, object]) -> Mapping[str, int]:
        """Make data up in the home business; the members of an order stand in `Population.fill`."""
        return self._population.fill(order)

    def rate_key(self, call: Call) -> str:
        """Check the token, charge the tenant, and return the business that is charged next."""
        key = TOKEN_OPERATION
        if call.operation != TOKEN_OPERATION:
            self._tenant.grant(call)
            key = call.params.get("business_id", "")
        now = self.clock.monotonic()
        if not self._tenant.allowance.take(now):
            self.tally.admitted(now, is_let_in=False)
            raise Refusal(self.throttled(retry_after=None, is_empty=False))
        return key

    def no_route(self, method: str, path: str, allowed: tuple[str, ...]) -> Answer:
        """Answer 404 for an unknown path and 405 with Allow for a wrong verb, as FastAPI does."""
        status, message = (405, "Method Not Allowed") if allowed else (404, "Not Found")
        answer = refusal.error(self.behaviour.error_shape, status, message)
        return attrs.evolve(answer, headers={"Allow": ", ".join(allowed)} if allowed else {})

    def throttled(self, *, retry_after: str | None, is_empty: bool) -> Answer:
        """Answer 429 in words, without one rate-limit header; Source: providers sheet, section 2.9 [fork]."""
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        body = b"" if is_empty else b"Rate limit exceeded: 300 per 1 minute"
        return Answer(status=429, body=body, content_type="text/plain", headers=headers)

    def failed(self, status: int) -> Answer:
        """Answer a 5xx as a bare FastAPI does."""
        return Answer(status=status, body=b"Internal Server Error", content_type="text/plain")

    def mistaken(self, call: Call, answer: Answer) -> Answer | None:
        """Answer with the document of another invoice, where the call has one invoice for an answer."""
        if call.operation not in _ABOUT_ONE_INVOICE:
            return None
        asked = call.params.get("invoice_id") or self._members(call).get("invoice_id")
        other = next((one.id for one in self.home.invoices.values() if one.id != asked), None)
        if not isinstance(asked, str) or other is None:
            return None
        return attrs.evolve(answer, body=answer.body.replace(asked.encode(), other.encode()))

    def targets(self, call: Call) -> Mapping[str, object]:
        """Name the ids of the path, and of the body what tells one write from another."""
        named: dict[str, object] = {
            name: value for name, value in call.params.items() if name != "business_id"
        }
        members = self._members(call)
        named |= {name: str(members[name]) for name in _SHOWN_MEMBERS if name in members}
        if call.operation == "create_transactions":
            named["payment_note"] = str(members.get("description", ""))
        applied = self.home.transactions.get(str(members.get("transaction_id")))
        if applied is not None:
            named["payment_note"] = applied.description
        return named

    @staticmethod
    def _members(call: Call) -> Mapping[str, object]:
        try:
            parsed = read_json(call.body)
        except ValueError:
            return {}
        if isinstance(parsed, list) and len(parsed) == 1:
            parsed = parsed[0]
        return parsed if isinstance(parsed, dict) else {}
