"""A channel over a transport that answers as the test says."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from random import Random

import attrs

from invoicekit.channel import Channel, Limiter, RetryPolicy
from invoicekit.clock import Clock, LoopClock
from invoicekit.errors import NotApplied
from invoicekit.events import Hook
from invoicekit.operation import Effect, Operation
from invoicekit.transport import HttpRequest, HttpResponse, Outgoing, RateWindow, Site

READ = Operation(name="get_invoice")
SET = Operation(name="set_status", effect=Effect.SET)
APPEND = Operation(name="record_payment", effect=Effect.APPEND)
GET = HttpRequest(method="GET", path="/invoices/1")
POST = HttpRequest(method="POST", path="/invoices/1/payments", body=b"{}")
WIDE_OPEN = (RateWindow(limit=1_000_000, seconds=1.0),)


def answer(status: int, **headers: str) -> HttpResponse:
    """Return an answer with these headers, written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(status=status, headers=named, body=b"")


@attrs.frozen
class Slow:
    """An answer after some time."""

    seconds: float
    response: HttpResponse


class Hang:
    """No answer at all."""


Step = HttpResponse | Exception | Slow | Hang


class Keys:
    """Credentials that sign every attempt differently."""

    def __init__(self) -> None:
        self.calls = 0

    def headers(self) -> Mapping[str, str]:
        self.calls += 1
        return {"X-Api-Key": f"key-{self.calls}"}


class ScriptedTransport:
    """Play one step for each exchange, then 200; note what was sent and when."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.sent: list[Outgoing] = []
        self.sent_at: list[float] = []
        self.pieces: list[bytes | Exception | float] = []
        self.cancelled = 0
        self.left = 0

    async def exchange(self, outgoing: Outgoing) -> HttpResponse:
        self.sent.append(outgoing)
        self.sent_at.append(asyncio.get_running_loop().time())
        step = self.steps.pop(0) if self.steps else answer(200)
        try:
            return await self._play(step)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    async def _play(self, step: Step) -> HttpResponse:
        if isinstance(step, Exception):
            raise step
        if isinstance(step, Hang):
            await asyncio.Event().wait()
            raise AssertionError("unreachable")
        if isinstance(step, Slow):
            await asyncio.sleep(step.seconds)
            return step.response
        return step

    def stream(
        self, outgoing: Outgoing
    ) -> AbstractAsyncContextManager[tuple[HttpResponse, AsyncIterator[bytes]]]:
        return self._stream(outgoing)

    @asynccontextmanager
    async def _stream(self, outgoing: Outgoing) -> AsyncIterator[tuple[HttpResponse, AsyncIterator[bytes]]]:
        response = await self.exchange(outgoing)
        try:
            yield response, self._pieces()
        finally:
            self.left += 1

    async def _pieces(self) -> AsyncIterator[bytes]:
        for piece in self.pieces:
            if isinstance(piece, Exception):
                raise piece
            if isinstance(piece, float):
                await asyncio.sleep(piece)
            else:
                yield piece

    async def aclose(self) -> None: ...


class RecordingGate:
    """Note what the channel tells; `failure` is what making a try durable raises."""

    def __init__(self, *, seconds: float = 0.0, failure: Exception | None = None) -> None:
        self.log: list[str] = []
        self.seconds = seconds
        self.failure = failure

    async def before_send(self) -> None:
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if self.failure is not None:
            raise self.failure
        self.log.append("before")

    def not_sent(self, failure: NotApplied) -> None:
        self.log.append(type(failure).__name__)


def no_refusal(response: HttpResponse) -> NotApplied | None:
    """Know no error shape at all."""
    return None


def make_channel(
    transport: ScriptedTransport,
    *,
    windows: Sequence[RateWindow] = WIDE_OPEN,
    hosts: Mapping[str, str] | None = None,
    keys: Keys | None = None,
    refusal: Callable[[HttpResponse], NotApplied | None] = no_refusal,
    clock: Clock | None = None,
    limiter: Limiter | None = None,
    retry: RetryPolicy | None = None,
    hooks: Sequence[Hook] = (),
    seed: int = 7,
) -> Channel:
    """Build a channel in virtual time."""
    site = Site(
        hosts=hosts or {"api": "https://api.example.com/v1"},
        credentials=keys or Keys(),
        account="w1",
        windows=tuple(windows),
    )
    return Channel(
        site=site,
        transport=transport,
        refusal=refusal,
        provider="acme",
        clock=clock or LoopClock(),
        random=Random(seed),
        limiter=limiter,
        retry=retry or RetryPolicy(),
        hooks=hooks,
    )
