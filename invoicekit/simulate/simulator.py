"""The contract of a provider simulator: what a subclass gives, and what the engine keeps for it."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from typing import ClassVar

from invoicekit.clock import Clock, SystemClock
from invoicekit.simulate.exchange import Answer, Call, Route
from invoicekit.simulate.fault_log import FaultLog
from invoicekit.simulate.late import LateWrites
from invoicekit.simulate.ledger import Ledger
from invoicekit.simulate.plan import FaultPlan
from invoicekit.simulate.rate import Rate
from invoicekit.simulate.record import RequestLog
from invoicekit.simulate.tally import Tally


class Simulator(ABC):
    """A provider over a real socket: subclasses give routes, state and the provider's own wording.

    A request passes: route, credentials, rate limit, fault plan, handler. Handlers are synchronous, so each
    call is one step that no other call interrupts.

    Attributes:
        name: The provider's name, e.g. "clockify".
        credential_headers: Headers whose values are never recorded.
        ignored: Parameters and members, dotted, that the provider knows and this simulator makes nothing of.
        requests: The latest requests, refused and lost ones included.
        faults: One row for each fault that struck.
        tally: Counts for the whole run.
        settle_seconds: A write that got no answer takes effect within this time, or never.
    """

    name: ClassVar[str]
    credential_headers: ClassVar[tuple[str, ...]] = ()
    ignored: ClassVar[frozenset[str]] = frozenset()

    def __init__(
        self,
        *,
        seed: int = 0,
        faults: FaultPlan | None = None,
        rate: Rate | None = None,
        clock: Clock | None = None,
        settle_seconds: float = 1.0,
        keep_requests: int = 4096,
    ) -> None:
        self.seed = seed
        self.plan = faults or FaultPlan.none()
        self.rate = rate or Rate()
        self.clock: Clock = clock or SystemClock()
        self.settle_seconds = settle_seconds
        self.requests = RequestLog(keep_requests)
        self.faults = FaultLog()
        self.tally = Tally(rate=self.rate)
        self.late = LateWrites(self.clock, seed=seed, settle_seconds=settle_seconds)

    @abstractmethod
    def routes(self) -> Iterable[Route]:
        """Return every operation; asked once, before the first request."""

    @property
    @abstractmethod
    def ledger(self) -> Ledger:
        """Return what really happened."""

    @abstractmethod
    def populate(self, order: Mapping[str, object]) -> Mapping[str, int]:
        """Add data drawn from the seed, as many of each kind as ordered, and return how many were added.

        Raises:
            ValueError: The order names something unknown, or not a whole number of at least 0.
        """

    @abstractmethod
    def rate_key(self, call: Call) -> str:
        """Check the credentials and return whose budget the call uses.

        Raises:
            Refusal: The credentials are wrong.
        """

    def settings(self, url: str) -> Mapping[str, object]:
        """Return what the provider's adapter must be told to reach this simulator at `url`."""
        return {"base_url": url}

    def provided(self) -> Mapping[str, object]:
        """Return what a caller must know to act here, beside the settings: for test kits.

        Members: ``currency`` of new invoices, ``customer_name`` to invoice, ``line_kind`` of new lines,
        ``change``: fields of an `InvoiceChange` that a draft takes.
        """
        return {}

    def no_route(self, method: str, path: str, allowed: tuple[str, ...]) -> Answer:
        """Answer a request that no route matches; `allowed` holds the verbs of the path, if it has any."""
        headers = {"Allow": ", ".join(allowed)} if allowed else {}
        return Answer.json({"message": "no such route"}, status=405 if allowed else 404, headers=headers)

    def throttled(self, *, retry_after: str | None, is_empty: bool) -> Answer:
        """Answer 429."""
        headers = {} if retry_after is None else {"Retry-After": retry_after}
        if is_empty:
            return Answer(status=429, headers=headers)
        return Answer.json({"message": "Too many requests"}, status=429, headers=headers)

    def failed(self, status: int) -> Answer:
        """Answer a 5xx."""
        return Answer(
            status=status, body=b"<html><body>upstream error</body></html>", content_type="text/html"
        )

    def mistaken(self, call: Call, answer: Answer) -> Answer | None:
        """Return the same answer naming another object, or None where that makes no sense."""
        return None

    def targets(self, call: Call) -> Mapping[str, object]:
        """Return what the call is about, for the fault log: ids, a payment's note."""
        return dict(call.params)

    async def close(self) -> None:
        """Let every late write take effect, so that the ledger tells the final truth."""
        await self.late.finish()
