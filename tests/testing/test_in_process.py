"""The transport without sockets ends every exchange as sockets end it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from toy_simulator import WORDS, ToySimulator

from invoicekit.simulate import Fault, FaultKind, FaultPlan, serving
from invoicekit.testing import InProcessTransport, Line, LineFault, Trouble
from invoicekit.transport import AiohttpTransport, Departed, ExchangeFailed, HttpResponse, Outgoing, Transport

TOLD = ("content-type", "content-length", "retry-after", "location")
SHORT = 0.05

Told = tuple[object, ...]


def simulator(fault: Fault | None = None) -> ToySimulator:
    made = ToySimulator(faults=FaultPlan.scripted([fault] if fault else []))
    made.ledger.words.append("first")
    return made


def request(url: str, method: str = "POST", path: str = WORDS, **more: object) -> Outgoing:
    body = b"hello" if method == "POST" else None
    given = {"headers": {"X-Toy-Key": "k"}, "body": body, **more}
    return Outgoing(method=method, url=url + path, **given)  # type: ignore[arg-type]  # tests choose freely


async def told(transport: Transport, outgoing: Outgoing) -> Told:
    """Put everything that a caller can learn of an exchange into one value."""
    try:
        response = await transport.exchange(outgoing)
    except ExchangeFailed as failure:
        return (failure.reason, failure.departed, failure.is_oversized, failure.is_final)
    return (response.status, response.body, {name: response.headers.get(name) for name in TOLD})


async def by_sockets(toy: ToySimulator, ask: Callable[[Transport, str], Awaitable[Told]]) -> Told:
    transport = AiohttpTransport()
    async with serving(toy) as running:
        learned = await ask(transport, running.url)
        await transport.aclose()
    return (*learned, toy.ledger.words, [(row.kind, row.status, row.is_applied) for row in toy.faults])


async def in_process(toy: ToySimulator, ask: Callable[[Transport, str], Awaitable[Told]]) -> Told:
    learned = await ask(InProcessTransport(toy, delay_seconds=0.0), "http://127.0.0.1:1")
    await toy.close()
    return (*learned, toy.ledger.words, [(row.kind, row.status, row.is_applied) for row in toy.faults])


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("kind", [None, *FaultKind])
async def test_every_fault_looks_the_same(kind: FaultKind | None, method: str) -> None:
    """Answer or failure, what departed, what took effect, and the fault log agree with real sockets."""
    fault = None if kind is None else Fault(kind=kind, seconds=SHORT)
    path = WORDS if method == "POST" else WORDS + "/0"

    async def ask(transport: Transport, url: str) -> Told:
        return await told(transport, request(url, method, path))

    assert await in_process(simulator(fault), ask) == await by_sockets(simulator(fault), ask)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind=FaultKind.DROP_AFTER, is_reset=True),
        Fault(kind=FaultKind.ERROR_AFTER, status=502),
        Fault(kind=FaultKind.REDIRECT, status=301),
        Fault(kind=FaultKind.REDIRECT, status=308, location="/words"),
        Fault(kind=FaultKind.THROTTLE_RETRY_AFTER, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"),
    ],
)
async def test_the_details_of_a_fault_look_the_same(fault: Fault) -> None:
    """Statuses, hints and resets are carried as on a socket."""

    async def ask(transport: Transport, url: str) -> Told:
        return await told(transport, request(url))

    assert await in_process(simulator(fault), ask) == await by_sockets(simulator(fault), ask)


@pytest.mark.parametrize(
    "more",
    [
        {"headers": {"x-toy-key": "wrong"}},
        {"path": "/nowhere?a=b"},
        {"method": "DELETE"},
        {"method": "HEAD"},
        {"max_body_bytes": 3},
        {"body": b""},
    ],
)
async def test_ordinary_exchanges_look_the_same(more: dict[str, str]) -> None:
    """Refusals, unknown paths, bounds and empty bodies agree with real sockets."""

    async def ask(transport: Transport, url: str) -> Told:
        return await told(transport, request(url, **more))

    assert await in_process(simulator(), ask) == await by_sockets(simulator(), ask)


async def test_a_refused_connection_looks_the_same() -> None:
    """Where nobody listens, both prove that nothing departed, in the same words."""
    async with serving(simulator()) as running:
        url = running.url
    sockets = AiohttpTransport()
    line = Line([LineFault(trouble=Trouble.REFUSED)])

    by_socket = await told(sockets, request(url))
    without = await told(InProcessTransport(simulator(), line=line), request(url))

    await sockets.aclose()
    assert without == by_socket


@pytest.mark.parametrize(
    ("trouble", "departed"),
    [
        (Trouble.REFUSED, Departed.NO),
        (Trouble.UNRESOLVED, Departed.NO),
        (Trouble.CONNECT_TIMEOUT, Departed.NO),
        (Trouble.HANDSHAKE, Departed.NO),
        (Trouble.CERTIFICATE, Departed.NO),
        (Trouble.RESET_UPLOADING, Departed.MAYBE),
    ],
)
@pytest.mark.looptime
async def test_what_never_arrives_changes_nothing(trouble: Trouble, departed: Departed) -> None:
    """The provider sees no request; only what proves so says so."""
    toy = simulator()
    transport = InProcessTransport(toy, line=Line([LineFault(trouble=trouble)]))

    with pytest.raises(ExchangeFailed) as caught:
        await transport.exchange(request("http://toy"))

    assert caught.value.departed is departed
    assert caught.value.is_final is (trouble is Trouble.CERTIFICATE)
    assert (toy.ledger.words, len(toy.requests)) == (["first"], 0)


@pytest.mark.looptime
async def test_what_the_line_does_to_an_answer() -> None:
    """A body can be lost, a hint added, a bound broken: the provider has acted all the same."""
    toy = simulator()
    troubles = (Trouble.EMPTIED, Trouble.HINTED, Trouble.INFLATED)
    faults = [LineFault(trouble=trouble, nth=number) for number, trouble in enumerate(troubles, start=1)]
    transport = InProcessTransport(toy, line=Line(faults))

    emptied = await transport.exchange(request("http://toy"))
    hinted = await transport.exchange(request("http://toy"))
    with pytest.raises(ExchangeFailed) as caught:
        await transport.exchange(request("http://toy"))

    assert (emptied.status, emptied.body) == (201, b"")
    assert (hinted.status, hinted.headers["retry-after"]) == (201, "1")
    assert caught.value.is_oversized
    assert toy.ledger.words == ["first", "hello", "hello", "hello"]


@pytest.mark.looptime
async def test_a_cancelled_exchange_passes_the_cancellation_on() -> None:
    """The caller must assume that it departed: here it did."""
    toy = simulator(Fault(kind=FaultKind.STALL_AFTER, seconds=600))
    task = asyncio.create_task(InProcessTransport(toy).exchange(request("http://toy")))

    await asyncio.sleep(1)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert toy.ledger.words == ["first", "hello"]


@pytest.mark.looptime
async def test_a_streamed_body_is_whole() -> None:
    """The head comes without a body, the pieces with it."""
    pieces: list[bytes] = []
    async with InProcessTransport(simulator()).stream(request("http://toy", "GET")) as (response, body):
        head = response
        async for piece in body:
            pieces.append(piece)  # noqa: PERF401 - said as its user says it

    assert isinstance(head, HttpResponse)
    assert (head.status, head.body, b"".join(pieces)) == (200, b"", b'["first"]')


@pytest.mark.looptime
async def test_a_closed_transport_sends_nothing() -> None:
    """As the one on sockets."""
    toy = simulator()
    transport = InProcessTransport(toy)
    await transport.aclose()

    with pytest.raises(ExchangeFailed) as caught:
        await transport.exchange(request("http://toy"))

    assert caught.value.departed is Departed.NO
    assert transport.begun == 0
