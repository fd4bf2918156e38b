"""Who may call, which books they reach, and the two allowances that every call uses up."""

from collections.abc import Callable
from datetime import UTC, datetime

import attrs

from invoicekit.clock import Clock
from invoicekit.simulate import Answer, Call, Refusal
from invoicekit_asset.simulator import refusal
from invoicekit_asset.simulator.behaviour import Behaviour
from invoicekit_asset.simulator.books import Books, Customer, Invoice
from invoicekit_asset.simulator.documents import Writer
from invoicekit_asset.simulator.identity import IdMint

TOKEN_OPERATION = "create_token"  # noqa: S105 - the name of a route


@attrs.frozen(kw_only=True)
class TokenGrant:
    """What one token is good for.

    Attributes:
        ends_at: Wall clock, in seconds since 1970.
        business_id: Narrowed to this business; None reaches all.
    """

    ends_at: float
    business_id: str | None


@attrs.define(kw_only=True)
class Allowance:
    """A fixed window of requests, and what its headers say.

    Attributes:
        limit: Requests in one window; None means no limit.
    """

    limit: int | None
    seconds: float
    window: int = -1
    used: int = 0

    def take(self, now: float) -> bool:
        """Count a request; False where the window is used up."""
        window = int(now // self.seconds)
        if window != self.window:
            self.window, self.used = window, 0
        self.used += 1
        return self.limit is None or self.used <= self.limit

    def headers(self, now: float, wall: float) -> dict[str, str]:
        """Write the three headers; the reset is a fractional UNIX time."""
        limit = 1_000_000 if self.limit is None else self.limit
        reset = wall + (self.window + 1) * self.seconds - now
        return {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(max(0, limit - self.used)),
            "x-ratelimit-reset": f"{reset:.2f}",
        }


class Tenant:
    """All state behind one simulator, and the checks that every call passes."""

    def __init__(self, *, behaviour: Behaviour, clock: Clock, seed: int, allowance: Allowance) -> None:
        self.behaviour = behaviour
        self.clock = clock
        self.mint = IdMint(seed)
        self.allowance = allowance
        self.secrets: dict[str, str] = {}
        self.tokens: dict[str, TokenGrant] = {}
        self.businesses: dict[str, Books] = {}

    def grant(self, call: Call) -> TokenGrant:
        """Check the bearer token.

        Raises:
            Refusal: 401.
        """
        scheme, _, token = call.headers.get("Authorization", "").partition(" ")
        found = self.tokens.get(token) if scheme.lower() == "bearer" else None
        if found is None or found.ends_at <= self.wall():
            raise self.refused(401, "The token is missing, wrong or expired")
        return found

    def books(self, call: Call) -> Books:
        """Return the books of the path."""
        grant = self.grant(call)
        identifier = call.params["business_id"]
        found = self.businesses.get(identifier)
        if found is None or grant.business_id not in (None, identifier):
            raise self.refused(403, "The token does not cover this business")
        return found

    def invoice(self, call: Call) -> tuple[Books, Invoice]:
        """Return the invoice of the path and its books."""
        books = self.books(call)
        return books, self.invoice_in(books, call.params["invoice_id"])

    def invoice_in(self, books: Books, identifier: str) -> Invoice:
        """Return an invoice of the books."""
        found = books.invoices.get(identifier)
        if found is None:
            raise self.refused(404, "Invoice not found")
        return found

    def customer_in(self, books: Books, identifier: str) -> Customer:
        """Return a customer of the books."""
        found = books.customers.get(identifier)
        if found is None:
            raise self.refused(404, "Customer not found")
        return found

    def writer(self, books: Books) -> Writer:
        """Return the writer of the books' documents."""
        return Writer(books, self.behaviour)

    def refused(self, status: int, message: str) -> Refusal:
        """Make a refusal in the error shape of the switches."""
        return refusal.refused(self.behaviour.error_shape, status, message)

    def wall(self) -> float:
        """Return the wall clock in seconds since 1970."""
        return self.clock.now().timestamp()

    def now_text(self) -> str:
        """Return the wall clock as Asset writes it."""
        moment = datetime.fromtimestamp(int(self.wall()), tz=UTC)
        return moment.isoformat().replace("+00:00", "Z")

    def guarded(self, answer: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        """Wrap a handler: malformed members and broken rules become 422, and limit headers go with it.

        Retry-After stands on every success and on nothing else.
        Source: providers sheet, section 2.9 [fork].
        """

        def guard(call: Call) -> Answer:
            try:
                given = answer(call)
            except refusal.BadField as fault:
                given = refusal.bad_field(fault)
            except refusal.BrokenRule as fault:
                given = refusal.error(self.behaviour.error_shape, 422, str(fault))
            except Refusal as ended:
                given = ended.answer
            headers = self.allowance.headers(self.clock.monotonic(), self.wall())
            if given.is_success:
                headers["Retry-After"] = "60"
            return attrs.evolve(given, headers={**given.headers, **headers})

        return guard
