"""The façade: one account's way out, for reads and for guarded writes."""

from collections.abc import Sequence
from random import Random

from invoicekit.channel.address import AddressBook
from invoicekit.channel.announce import Announcer
from invoicekit.channel.budget import RetryBudget
from invoicekit.channel.call import Wiring
from invoicekit.channel.deadline import DeadlineSweeper, Overdue
from invoicekit.channel.gate import SendGate
from invoicekit.channel.limiter import Lane, Limiter
from invoicekit.channel.retry import RetryPolicy
from invoicekit.channel.retry_after import parse_retry_after
from invoicekit.channel.sender import ChannelSender
from invoicekit.channel.stats import ChannelStats, Counters
from invoicekit.channel.token import TokenKeeper
from invoicekit.channel.verdict import Refusal
from invoicekit.clock import Clock
from invoicekit.errors import Unavailable
from invoicekit.events import Hook
from invoicekit.transport import (
    ExchangeFailed,
    HttpRequest,
    HttpResponse,
    Outgoing,
    Sender,
    Site,
    Transport,
)

_TOKEN_SECONDS = 20.0


class Channel:
    """Send declared operations to one account within its rate limit, with deadlines and retries.

    A channel belongs to one event loop. Several channels on one account share its limiter.

    Attributes:
        limiter: The account's; give the same one to every channel on the account.
    """

    def __init__(
        self,
        *,
        site: Site,
        transport: Transport,
        refusal: Refusal,
        provider: str,
        clock: Clock,
        random: Random,
        limiter: Limiter | None = None,
        retry: RetryPolicy = RetryPolicy(),  # noqa: B008 - a frozen value
        hooks: Sequence[Hook] = (),
    ) -> None:
        self.limiter = limiter if limiter is not None else Limiter(site.windows, clock)
        self._wiring = Wiring(
            provider=provider,
            addresses=AddressBook(site.hosts),
            credentials=site.credentials,
            transport=transport,
            refusal=refusal,
            clock=clock,
            random=random,
            limiter=self.limiter,
            budget=RetryBudget(),
            sweeper=DeadlineSweeper(),
            counters=Counters(),
            announce=Announcer(provider, hooks),
            retry=retry,
        )
        if site.token_source is not None:
            self._wiring.tokens = TokenKeeper(site.token_source, clock, self._ask_for_token)

    def reader(
        self,
        *,
        deadline_seconds: float | None = 30.0,
        deadline_at: float | None = None,
        lane: Lane = Lane.INTERACTIVE,
    ) -> Sender:
        """Return a sender of reads.

        Args:
            deadline_seconds: How long each of its sends may take, repeats included.
            deadline_at: Monotonic seconds by which all of them end instead.
        """
        each = deadline_seconds if deadline_at is None else None
        return ChannelSender(
            self._wiring, gate=None, deadline_at=deadline_at, deadline_seconds=each, lane=lane
        )

    def writer(self, gate: SendGate, *, deadline_at: float | None, lane: Lane) -> Sender:
        """Return a sender of reads and writes, all of which end by `deadline_at` (monotonic seconds).

        Every try of a write passes `gate`. Only tries that certainly had no effect are repeated.
        """
        return ChannelSender(
            self._wiring, gate=gate, deadline_at=deadline_at, deadline_seconds=None, lane=lane
        )

    def stats(self) -> ChannelStats:
        """Return the counts so far."""
        return self._wiring.counters.snapshot()

    async def aclose(self) -> None:
        """Refuse further sends, and wait for the exchanges under way; the transport is its owner's.

        What an answer means is written down after it came, so the journal must be closed later than this.
        Each exchange ends within its operation's time.
        """
        self._wiring.is_closed = True
        if self._wiring.tokens is not None:
            await self._wiring.tokens.aclose()
        await self._wiring.under_way.ended()

    async def _ask_for_token(self, request: HttpRequest) -> HttpResponse:
        """Send one request without credentials, under the same limit; its answer may have any status."""
        wiring = self._wiring
        url = wiring.addresses.url(request)
        headers = {"Accept": request.accept, "Content-Type": request.content_type, **dict(request.headers)}
        granted_at = await wiring.limiter.acquire(Lane.INTERACTIVE)
        outgoing = Outgoing(method=request.method, url=url, headers=headers, body=request.body)
        wiring.counters.sent += 1
        wiring.counters.reads += 1
        try:
            with wiring.sweeper.limit(_TOKEN_SECONDS):
                response = await wiring.transport.exchange(outgoing)
            if response.status == 429:
                hint = response.headers.get("retry-after")
                wiring.limiter.refused(granted_at, parse_retry_after(hint, wiring.clock.now()))
            return response
        except ExchangeFailed as failure:
            reason = failure.reason
        except Overdue:
            reason = "no whole answer in time"
        raise Unavailable(f"{wiring.provider}: no token: {reason}; nothing else was sent")
