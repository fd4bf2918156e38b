"""One call: the tries it takes, each from its slot in the rate limit to its verdict."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack
from random import Random

import attrs

from invoicekit.channel.address import AddressBook
from invoicekit.channel.announce import Announcer
from invoicekit.channel.budget import RetryBudget
from invoicekit.channel.deadline import DeadlineSweeper, Overdue
from invoicekit.channel.gate import SendGate
from invoicekit.channel.limiter import Lane, Limiter
from invoicekit.channel.retry import RetryPolicy
from invoicekit.channel.retry_after import LONGEST_BELIEVED_SECONDS
from invoicekit.channel.stats import Counters
from invoicekit.channel.token import TokenKeeper, bearer
from invoicekit.channel.verdict import Refusal, judge_answer, judge_loss, judge_overdue
from invoicekit.clock import Clock
from invoicekit.errors import (
    AuthenticationError,
    InvoiceKitError,
    NotApplied,
    OutcomeUnknown,
    RateLimited,
    ServiceClosed,
    Unavailable,
)
from invoicekit.operation import Operation
from invoicekit.transport import (
    Credentials,
    ExchangeFailed,
    HttpRequest,
    HttpResponse,
    Outgoing,
    Token,
    Transport,
    UnderWay,
)


class TokenRefused(Unavailable):
    """The token was refused before anything was looked at; the call goes on with a new one."""


@attrs.define(kw_only=True, eq=False)
class Wiring:
    """What all calls of one channel share."""

    provider: str
    addresses: AddressBook
    credentials: Credentials = attrs.field(repr=False)
    transport: Transport
    refusal: Refusal
    clock: Clock
    random: Random
    limiter: Limiter
    retry: RetryPolicy
    budget: RetryBudget
    sweeper: DeadlineSweeper
    counters: Counters
    announce: Announcer
    under_way: UnderWay = attrs.field(factory=UnderWay)
    tokens: TokenKeeper | None = None
    is_closed: bool = False


class Call:
    """One operation on its way: lives from the first try to the last."""

    __slots__ = (
        "_deadline_at",
        "_gate",
        "_has_renewed",
        "_lane",
        "_operation",
        "_request",
        "_sends",
        "_token",
        "_url",
        "_wiring",
    )

    def __init__(
        self,
        wiring: Wiring,
        operation: Operation,
        request: HttpRequest,
        url: str,
        *,
        gate: SendGate | None,
        deadline_at: float | None,
        lane: Lane,
    ) -> None:
        self._wiring = wiring
        self._operation = operation
        self._request = request
        self._url = url
        self._gate = gate
        self._deadline_at = deadline_at
        self._lane = lane
        self._sends = 0
        self._token: Token | None = None
        self._has_renewed = False

    @property
    def is_bulk(self) -> bool:
        """Whether a refusal by the rate limit is only a pause."""
        return self._lane is Lane.BULK

    def allows(self, failure: NotApplied, pause_seconds: float) -> bool:
        """Decide whether another try may follow `pause_seconds` from now, and announce it."""
        wiring = self._wiring
        now = wiring.clock.monotonic()
        if self._deadline_at is not None and now + pause_seconds >= self._deadline_at:
            return False
        if pause_seconds > LONGEST_BELIEVED_SECONDS:
            return False
        is_outage = isinstance(failure, Unavailable) and not isinstance(failure, TokenRefused)
        if is_outage and not wiring.budget.spend(now):
            return False
        wiring.counters.retries += 1
        wiring.announce.repeating(
            self._operation.name, self._sends + 1, failure=failure, seconds=pause_seconds
        )
        return True

    async def send(self) -> HttpResponse:
        """Try once.

        Raises:
            InvoiceKitError: As `Sender.send` declares.
        """
        wiring = self._wiring
        granted_at, outgoing = await self._prepare()
        sent_at = wiring.clock.monotonic()
        seconds = self._start(sent_at)
        wiring.under_way.begin()
        try:
            with wiring.sweeper.limit(seconds):
                response = await wiring.transport.exchange(outgoing)
        except ExchangeFailed as failure:
            error = self._lost(failure, sent_at)
        except Overdue:
            error = self._overdue(seconds, sent_at)
        else:
            judged = self._judged(response, granted_at, sent_at)
            if judged is None:
                return response
            error = judged
        finally:
            wiring.under_way.end()
        # Outside the handlers, so that nothing of the transport's hangs on as context.
        raise self._settled(error)

    async def open(self) -> tuple[AsyncExitStack, AsyncGenerator[bytes, None]]:
        """Try once to open a stream; the caller leaves the stack when it is done with the body.

        Raises:
            InvoiceKitError: As `Sender.stream` declares.
        """
        wiring = self._wiring
        granted_at, outgoing = await self._prepare()
        sent_at = wiring.clock.monotonic()
        seconds = self._start(sent_at)
        async with AsyncExitStack() as stack:
            try:
                with wiring.sweeper.limit(seconds):
                    exchange = wiring.transport.stream(outgoing)
                    response, chunks = await stack.enter_async_context(exchange)
            except ExchangeFailed as failure:
                error = self._lost(failure, sent_at)
            except Overdue:
                error = self._overdue(seconds, sent_at)
            else:
                judged = self._judged(response, granted_at, sent_at)
                if judged is None:
                    return stack.pop_all(), self._pieces(chunks, sent_at, seconds)
                error = judged
        raise self._settled(error)

    async def _pieces(
        self, chunks: AsyncIterator[bytes], sent_at: float, seconds: float
    ) -> AsyncGenerator[bytes, None]:
        # The consumer's time between the pieces counts, but only our own waiting is ever cancelled.
        wiring = self._wiring
        while True:
            left = sent_at + seconds - wiring.clock.monotonic()
            try:
                if left <= 0:
                    raise Overdue
                with wiring.sweeper.limit(left):
                    piece = await anext(chunks)
            except StopAsyncIteration:
                return
            except ExchangeFailed as failure:
                error = self._lost(failure, sent_at)
            except Overdue:
                error = self._overdue(seconds, sent_at)
            else:
                yield piece
                continue
            raise self._settled(error)

    async def _prepare(self) -> tuple[float, Outgoing]:
        """Wait for a slot, then pass the gate; nothing is awaited between the gate and the exchange."""
        wiring = self._wiring
        credentials: Mapping[str, str] = {}
        if wiring.tokens is not None and not self._request.foreign_url:
            self._token = await self._ready_token(wiring.tokens)
            credentials = bearer(self._token)
        granted_at = wiring.limiter.acquire_now(self._lane)
        if granted_at is None:
            granted_at = await self._wait_for_slot()
        if wiring.is_closed:
            raise ServiceClosed(f"{self._name}: the channel was closed meanwhile; nothing was sent")
        outgoing = Outgoing(
            method=self._request.method,
            url=self._url,
            headers=self._headers(credentials),
            body=self._request.body,
        )
        gate = self._gate
        if gate is not None:
            await gate.before_send()
            if self._deadline_at is not None and wiring.clock.monotonic() >= self._deadline_at:
                raise self._settled(Unavailable(f"{self._name}: the deadline passed before it was sent"))
        return granted_at, outgoing

    async def _ready_token(self, tokens: TokenKeeper) -> Token:
        wiring = self._wiring
        if self._deadline_at is None:
            return await tokens.ready()
        try:
            with wiring.sweeper.limit(self._deadline_at - wiring.clock.monotonic()):
                return await tokens.ready()
        except Overdue:
            error = Unavailable(f"{self._name}: no token within the deadline; nothing was sent")
        raise error

    async def _wait_for_slot(self) -> float:
        wiring = self._wiring
        limiter, deadline_at = wiring.limiter, self._deadline_at
        if deadline_at is None:
            return await limiter.acquire(self._lane)
        try:
            with wiring.sweeper.limit(deadline_at - wiring.clock.monotonic()):
                return await limiter.acquire(self._lane, deadline_at=deadline_at)
        except Overdue:
            error = RateLimited(
                f"{self._name}: the deadline passed in the line for the rate limit; nothing was sent"
            )
        except RateLimited as failure:
            error = failure
        error.attempts = self._sends
        raise error

    def _headers(self, credentials: Mapping[str, str]) -> dict[str, str]:
        request = self._request
        headers = {"Accept": request.accept}
        if request.foreign_url:
            return headers
        if request.body is not None:
            headers["Content-Type"] = request.content_type
        if request.headers:
            headers.update(request.headers)
        headers.update(self._wiring.credentials.headers())
        if credentials:
            headers.update(credentials)
        return headers

    def _start(self, now: float) -> float:
        """Count the try and return how long it may take, in seconds."""
        wiring = self._wiring
        self._sends += 1
        wiring.counters.sent += 1
        wiring.counters.reads += not self._operation.is_write
        if self._sends == 1:
            wiring.budget.count_call()
        if wiring.announce.is_heard:
            wiring.announce.sent(self._operation.name, self._sends)
        seconds = self._operation.timeout_seconds
        return seconds if self._deadline_at is None else min(seconds, self._deadline_at - now)

    def _judged(self, response: HttpResponse, granted_at: float, sent_at: float) -> InvoiceKitError | None:
        wiring = self._wiring
        status = response.status
        if wiring.announce.is_heard:
            seconds = wiring.clock.monotonic() - sent_at
            wiring.announce.received(self._operation.name, self._sends, status=status, seconds=seconds)
        if 200 <= status < 300:
            wiring.limiter.accepted(granted_at)
            return None
        error = judge_answer(wiring.provider, self._operation, response, wiring.refusal, wiring.clock.now())
        if isinstance(error, RateLimited):
            self._slow_down(error, granted_at)
        elif status < 500:
            wiring.limiter.accepted(granted_at)
        return error

    def _slow_down(self, refusal: RateLimited, granted_at: float) -> None:
        limiter = self._wiring.limiter
        rate, pause = limiter.rate, limiter.pause_seconds
        limiter.refused(granted_at, refusal.retry_after)
        self._wiring.announce.limited(
            self._operation.name,
            self._sends,
            refusal,
            limiter=limiter,
            rate_before=rate,
            pause_before_seconds=pause,
        )

    def _lost(self, failure: ExchangeFailed, sent_at: float) -> InvoiceKitError:
        self._announce_loss(failure.reason, sent_at)
        return judge_loss(self._wiring.provider, self._operation, failure)

    def _overdue(self, seconds: float, sent_at: float) -> InvoiceKitError:
        self._announce_loss("no whole answer in time", sent_at)
        return judge_overdue(self._wiring.provider, self._operation, seconds)

    def _announce_loss(self, reason: str, sent_at: float) -> None:
        seconds = self._wiring.clock.monotonic() - sent_at
        self._wiring.announce.lost(self._operation.name, self._sends, reason=reason, seconds=seconds)

    def _settled(self, error: InvoiceKitError) -> InvoiceKitError:
        """Count an error, and tell the gate of a write that certainly had no effect."""
        counters = self._wiring.counters
        if isinstance(error, AuthenticationError):
            error = self._renewing(error)
        if isinstance(error, NotApplied):
            error.attempts = self._sends
            counters.rate_limited += isinstance(error, RateLimited)
            counters.unavailable += isinstance(error, Unavailable)
            if self._gate is not None:
                self._gate.not_sent(error)
        elif isinstance(error, OutcomeUnknown):
            error.attempts = self._sends
            counters.in_doubt += 1
        return error

    def _renewing(self, refusal: AuthenticationError) -> NotApplied:
        """Let a refused token be renewed and the try repeated, once a call."""
        tokens, token = self._wiring.tokens, self._token
        if tokens is None or token is None or self._has_renewed:
            return refusal
        self._has_renewed = True
        tokens.refused(token)
        return TokenRefused(f"{self._name}: the token was refused; it is renewed", status=refusal.status)

    @property
    def _name(self) -> str:
        return f"{self._wiring.provider} {self._operation.name}"
