"""A transport that calls a simulator instead of a socket, in whatever time the clock tells."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from invoicekit.clock import Clock, LoopClock
from invoicekit.simulate import Answer, Engine, Manner, Outcome, Simulator
from invoicekit.testing.line import Line, LineFault, Trouble
from invoicekit.transport import Departed, ExchangeFailed, HttpResponse, Outgoing

_BODILESS = frozenset({204, 304})
_PIECE_BYTES = 16 * 1024
_RESET = "the connection broke before the whole answer came (ECONNRESET)"
_CLOSED = "the host closed the connection without an answer"


class InProcessTransport:
    """Carry exchanges to a simulator without sockets, ending each as sockets would end it.

    Several transports may share one engine: they are then several processes at one provider.

    Args:
        simulator: The provider, or the engine of one that others call too.
        line: What goes wrong on the way.
        delay_seconds: How long a request is on its way, and its answer on the way back.
        clock: Shared with the simulator where its timing matters.

    Attributes:
        begun: Exchanges that set out.
    """

    def __init__(
        self,
        simulator: Simulator | Engine,
        *,
        line: Line | None = None,
        delay_seconds: float = 0.01,
        clock: Clock | None = None,
    ) -> None:
        self._engine = simulator if isinstance(simulator, Engine) else Engine(simulator)
        self._line = line or Line()
        self._delay_seconds = delay_seconds
        self._clock = clock or LoopClock()
        self._is_closed = False
        self.begun = 0

    async def exchange(self, outgoing: Outgoing) -> HttpResponse:
        """Send once and read the whole answer, whatever its status.

        Raises:
            ExchangeFailed: No whole answer came; `departed` tells whether it may have been seen.
        """
        if self._is_closed:
            raise ExchangeFailed("the transport is closed", departed=Departed.NO, is_final=True)
        self.begun += 1
        fault = self._line.draw(outgoing)
        trouble = Trouble.PASSED if fault is None else fault.trouble
        if fault is not None and fault.meanwhile is not None:
            fault.meanwhile()
        if trouble is Trouble.CONNECT_TIMEOUT and fault is not None:
            await self._clock.sleep(fault.seconds)
        if (loss := trouble.loss) is not None:
            await self._clock.sleep(self._delay_seconds)
            raise loss
        await self._clock.sleep(self._delay_seconds)
        outcome = self._receive(outgoing, trouble)
        await self._clock.sleep(self._delay_seconds)
        return _changed(await self._delivered(outcome, outgoing), fault, outgoing)

    def _receive(self, outgoing: Outgoing, trouble: Trouble) -> Outcome:
        parts = urlsplit(outgoing.url)
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = _CaseBlind({"Host": parts.netloc, **outgoing.headers})
        body = outgoing.body or b""
        if trouble is Trouble.UNSIGNED:
            headers = headers.without(self._engine.simulator.credential_headers)
        if trouble is Trouble.MANGLED:
            if body:
                body = body[: len(body) // 2] + b"\x00"
            else:
                target = f"{parts.path}%00"
        return self._engine.receive(outgoing.method, target, headers, body)

    async def _delivered(self, outcome: Outcome, outgoing: Outgoing) -> HttpResponse:
        answer = outcome.answer
        if outcome.manner is Manner.STALL:
            await self._clock.sleep(outcome.seconds)
        if answer is None:
            raise ExchangeFailed(_RESET if outcome.is_reset else _CLOSED, departed=Departed.MAYBE)
        if outcome.manner is Manner.DRIP:
            await self._clock.sleep(outcome.seconds)
        if outcome.manner is Manner.TRUNCATED:
            raise ExchangeFailed(
                "the body of the answer broke off or cannot be decoded", departed=Departed.MAYBE
            )
        body = b"" if answer.status in _BODILESS or outgoing.method == "HEAD" else answer.body
        if len(body) > outgoing.max_body_bytes:
            raise _oversized(outgoing)
        now = self._engine.simulator.clock.now()
        return HttpResponse(status=answer.status, headers=_shown(answer, now), body=body)

    @asynccontextmanager
    async def stream(self, outgoing: Outgoing) -> AsyncIterator[tuple[HttpResponse, AsyncIterator[bytes]]]:
        """Send once and hand out the body in pieces; a broken body fails before its first piece."""
        response = await self.exchange(outgoing)
        if not 200 <= response.status < 300:
            yield response, _pieces(b"")
            return
        yield (
            HttpResponse(status=response.status, headers=response.headers, body=b""),
            _pieces(response.body),
        )

    async def aclose(self) -> None:
        """Refuse further exchanges."""
        self._is_closed = True


class _CaseBlind(Mapping[str, str]):
    """Header fields, found in any case."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = {name.lower(): (name, value) for name, value in fields.items()}

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._fields.values())

    def __len__(self) -> int:
        return len(self._fields)

    def without(self, names: tuple[str, ...]) -> "_CaseBlind":
        unwanted = {name.lower() for name in names}
        return _CaseBlind({name: value for name, value in self.items() if name.lower() not in unwanted})


def _shown(answer: Answer, now: datetime) -> dict[str, str]:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    headers.setdefault("date", format_datetime(now, usegmt=True))  # as the web server says
    if answer.content_type is not None:
        headers["content-type"] = answer.content_type
    elif answer.body:
        headers.setdefault("content-type", "application/octet-stream")  # as the web server says
    headers["content-length"] = str(len(answer.body))
    return headers


def _changed(response: HttpResponse, fault: LineFault | None, outgoing: Outgoing) -> HttpResponse:
    """Do to an answer what the line does."""
    if fault is None:
        return response
    if fault.trouble is Trouble.INFLATED:
        raise _oversized(outgoing)
    if fault.trouble is Trouble.FOREIGN:
        body = b'{"id":"of-somebody-else"}'
        headers = {"content-type": "application/json", "content-length": str(len(body))}
        return HttpResponse(status=200, headers=headers, body=body)
    if fault.trouble is Trouble.EMPTIED:
        return HttpResponse(status=response.status, headers={"content-length": "0"}, body=b"")
    if fault.trouble is Trouble.HINTED:
        headers = {**response.headers, "retry-after": fault.hint}
        return HttpResponse(status=response.status, headers=headers, body=response.body)
    return response


def _oversized(outgoing: Outgoing) -> ExchangeFailed:
    return ExchangeFailed(
        f"the answer is larger than {outgoing.max_body_bytes} bytes",
        departed=Departed.MAYBE,
        is_oversized=True,
    )


async def _pieces(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), _PIECE_BYTES):
        yield body[start : start + _PIECE_BYTES]
