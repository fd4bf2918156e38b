"""Exchanges past aiohttp's session: they happen, they let go in order, and they give way where in doubt."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import aiohttp
import pytest
from aiohttp.client_proto import ResponseHandler

from invoicekit.transport import AiohttpTransport, Departed, ExchangeFailed, Outgoing
from invoicekit.transport.direct import DirectExchange
from invoicekit.transport.trial import Echo, is_fit

Make = Callable[..., Outgoing]
Serve = Callable[..., Awaitable[Any]]

LARGE: Final = b"x" * 32_000_000
"""More than a socket takes without being read."""


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing go by a session."""

    def refuse(*_: object, **__: object) -> object:
        raise AssertionError("this went by a session")

    monkeypatch.setattr(aiohttp.ClientSession, "request", refuse)


@pytest.fixture
async def direct() -> Any:
    """Yield a transport that takes the direct way."""
    transport = AiohttpTransport()
    yield transport
    await transport.aclose()


@pytest.mark.usefixtures("no_session")
@pytest.mark.parametrize("start", ["", "/", "/a/b?c=d"])
async def test_our_own_exchanges_pass_the_session_by(
    serve: Serve, direct: AiohttpTransport, outgoing: Make, start: str
) -> None:
    """That is what makes them cheap."""
    server = await serve(lambda visit: visit.reply(b"ok"))

    assert (await direct.exchange(outgoing(f"{server.url}{start}"))).body == b"ok"
    assert server.visits[0].head.startswith(f"POST {start or '/'} HTTP/1.1\r\nHost: 127".encode())


@pytest.mark.parametrize(
    ("name", "value"),
    [("Content-Length", "2"), ("Host", "elsewhere.example"), ("User-Agent", "me"), ("Connection", "close")],
)
async def test_headers_that_frame_or_route_are_left_to_a_session(
    serve: Serve, direct: AiohttpTransport, name: str, value: str
) -> None:
    """aiohttp then says each of them once, as given."""
    server = await serve(lambda visit: visit.reply())

    await direct.exchange(Outgoing(method="POST", url=server.url, headers={name: value}, body=b"{}"))

    lines = server.visits[0].head.decode().split("\r\n")
    assert [line for line in lines if line.lower().startswith(f"{name.lower()}:")] == [f"{name}: {value}"]


async def test_an_unusual_method_is_left_to_a_session(
    serve: Serve, direct: AiohttpTransport, outgoing: Make
) -> None:
    """What is written here is known for the methods that requests have."""
    server = await serve(lambda visit: visit.reply())

    await direct.exchange(outgoing(server.url, "options", None))

    assert server.visits[0].head.startswith(b"OPTIONS / HTTP/1.1\r\n")


async def test_headers_are_those_of_the_request_and_of_no_other(
    serve: Serve, direct: AiohttpTransport
) -> None:
    """What was written last is kept only for a request that says exactly the same."""
    server = await serve(lambda visit: visit.reply())
    headers = {"X-Api-Key": "1"}
    said = [{"X-Api-Key": "1"}, {"X-Api-Key": "2"}, {"X-Api-Key": "2", "X-More": "3"}, {}, {"X-Api-Key": "1"}]

    for step in said:
        headers.clear()
        headers.update(step)
        await direct.exchange(Outgoing(method="GET", url=server.url, headers=headers))

    heads = [visit.head.decode() for visit in server.visits]
    found = [[line for line in head.split("\r\n") if line.startswith("X-")] for head in heads]
    assert found == [[f"{name}: {value}" for name, value in step.items()] for step in said]


@pytest.mark.parametrize(
    "url",
    [
        "http://u:p@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}/#x",
        "http://127.0.0.1:{port}?x=/",
        "HTTP://127.0.0.1:{port}/",
    ],
)
async def test_an_address_written_oddly_is_left_to_a_session(
    serve: Serve, direct: AiohttpTransport, outgoing: Make, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Two readings of one address never lead to two places: only the plain form is read here."""
    asked: list[str] = []
    ask = aiohttp.ClientSession.request

    def asking(session: aiohttp.ClientSession, method: str, *given: Any, **more: Any) -> Any:
        asked.append(method)
        return ask(session, method, *given, **more)

    monkeypatch.setattr(aiohttp.ClientSession, "request", asking)
    server = await serve(lambda visit: visit.reply())

    await direct.exchange(outgoing(url.format(port=server.port)))

    assert (asked, len(server.visits)) == (["POST"], 1)


async def test_a_host_that_answers_before_it_has_read_gets_no_second_request(
    serve: Serve, direct: AiohttpTransport, outgoing: Make
) -> None:
    """It would take the rest of the first request's body for the beginning of the second."""
    server = await serve(lambda visit: visit.reply(), waits_for_body=False)

    first = await direct.exchange(outgoing(server.url, "POST", LARGE))
    second = await direct.exchange(outgoing(server.url))

    assert (first.status, second.status) == (200, 200)
    assert server.connections == 2


async def test_a_connection_that_changed_its_protocol_gets_no_second_request(
    serve: Serve, direct: AiohttpTransport, outgoing: Make
) -> None:
    """Nobody asked for it; the answer is passed on and the connection given up."""
    upgraded = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"
    server = await serve(lambda visit: visit.send(upgraded))

    answers = [await direct.exchange(outgoing(server.url, "GET", None)) for _ in range(2)]

    assert [answer.status for answer in answers] == [101, 101]
    assert server.connections == 2


class Closing(Echo):
    """A new connection that its host has hung up on already."""

    def is_closing(self) -> bool:
        return True


async def test_what_was_never_written_never_left(outgoing: Make) -> None:
    """A connection that ended before the first byte proves it, even for a write."""
    closing = Closing(ResponseHandler(asyncio.get_running_loop()))
    direct = DirectExchange(closing, aiohttp.ClientTimeout())
    request = outgoing("https://api.example.com/")
    prepared = direct.prepare(request)
    assert prepared is not None

    with pytest.raises(ExchangeFailed) as caught:
        await direct.exchange(request, *prepared)

    assert (caught.value.departed, closing.written) == (Departed.NO, b"")


async def test_this_aiohttp_is_fit() -> None:
    """Otherwise every test above would prove something about the session."""
    assert is_fit()


def _waits_for_ever(self: Any) -> Awaitable[object]:
    return self._loop.create_future()  # type: ignore[no-any-return] # aiohttp's loop has no type here


async def _reads_something_else(self: Any) -> object:
    return b"HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    ("owner", "name", "other"),
    [
        (ResponseHandler, "set_response_params", lambda self, **given: None),
        (ResponseHandler, "set_response_params", lambda self, timer: None),
        (ResponseHandler, "read", _waits_for_ever),
        (ResponseHandler, "read", _reads_something_else),
        (ResponseHandler, "should_close", False),
        (ResponseHandler, "should_close", True),
        (aiohttp.ClientRequest, "__init__", lambda self, arguments: None),
        (aiohttp.StreamReader, "is_eof", None),
        (aiohttp.StreamReader, "read_nowait", lambda self: b"other"),
    ],
)
async def test_another_aiohttp_is_not_fit(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str, other: object
) -> None:
    """Whatever it does otherwise shows in the trial, and never in a payment."""
    monkeypatch.setattr(owner, name, other)

    assert not is_fit()


async def test_an_aiohttp_without_such_a_module_is_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that moved is no error either."""
    monkeypatch.delattr("aiohttp.client_proto.ResponseHandler")

    assert not is_fit()
