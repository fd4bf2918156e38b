"""Nothing that goes wrong shows the key."""

import asyncio
import logging
import pickle
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import invoicekit
from invoicekit.transport import AiohttpTransport, ExchangeFailed, Outgoing

Make = Callable[..., Outgoing]
Serve = Callable[..., Awaitable[Any]]
OURS = str(Path(invoicekit.__file__).parent)


def reply(*pieces: bytes, then: str = "close") -> Callable[[Any], Awaitable[None]]:
    """Answer with these bytes, then close, reset or stay."""

    async def answer(visit: Any) -> None:
        await visit.send(*pieces)
        if then == "reset":
            visit.reset()
        elif then == "close":
            visit.writer.close()
        else:
            await visit.reader.read()

    return answer


ANSWERS = {
    "hang up": reply(),
    "reset": reply(then="reset"),
    "half a head": reply(b"HTTP/1.1 200 OK\r\nX: y"),
    "half a body": reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
    "reset in the body": reply(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", then="reset"),
    "half a chunk": reply(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"),
    "bad chunk": reply(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", then="stay"),
    "not gzip": reply(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", then="stay"
    ),
    "not http": reply(b"220 smtp\r\n", then="stay"),
    "too large": reply(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n", then="stay"),
    "many headers": reply(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n", then="stay"),
    "long header": reply(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", then="stay"),
    "two lengths": reply(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", then="stay"),
}

URLS = [
    "http://127.0.0.1:1/",
    "http://no-such-host.invalid/",
    "ftp://127.0.0.1/",
    "nowhere",
    "http://127.0.0.1:{port}/a\nb",
    "http://127.0.0.1:99999/",
]


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error with all its causes and contexts, suppressed ones too."""
    while error is not None:
        yield error
        if error.__cause__ is not None:
            yield from chain(error.__cause__)
        error = error.__context__


def shown(error: BaseException) -> str:
    """Write down whatever a debugger, a log or a crash report would show of an error."""
    parts = []
    for link in chain(error):
        parts += [str(link), repr(link), repr(link.args), repr(vars(link)), *getattr(link, "__notes__", [])]
        parts += traceback.TracebackException.from_exception(link, capture_locals=True).format()
        with suppress(Exception):
            parts.append(repr(pickle.dumps(link)))
    return "\n".join(parts)


def below_the_test(error: BaseException) -> BaseException:
    """Cut the test's own frames off: what they hold is not what users see."""
    frame = error.__traceback__
    while frame is not None and not frame.tb_frame.f_code.co_filename.startswith(OURS):
        frame = frame.tb_next
    return error.with_traceback(frame)


async def error_of(exchange: Awaitable[object]) -> BaseException:
    """Return what an exchange ends with."""
    try:
        await asyncio.wait_for(exchange, 10)
    except (ExchangeFailed, asyncio.CancelledError) as error:
        return below_the_test(error)
    raise AssertionError("it should have failed")


def assert_clean(error: BaseException, key: str) -> None:
    """Find neither the key nor anything of aiohttp in an error."""
    assert key not in shown(error)
    assert [link for link in chain(error) if isinstance(link, aiohttp.ClientError)] == []
    assert [link for link in chain(error) if link is not error] == []


@pytest.fixture
async def logged(caplog: pytest.LogCaptureFixture, key: str) -> AsyncIterator[None]:
    """Log everything there is to log, and find no key in it."""
    loop = asyncio.get_running_loop()
    complaints: list[str] = []
    loop.set_exception_handler(lambda _, context: complaints.append(repr(context)))
    loop.set_debug(True)
    caplog.set_level(logging.DEBUG)
    yield
    assert key not in caplog.text
    assert key not in "\n".join(complaints)


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ANSWERS)
async def test_a_failed_answer_shows_no_key(
    serve: Serve, either: AiohttpTransport, outgoing: Make, key: str, name: str, method: str
) -> None:
    """Text, representation, arguments, pickle, causes, contexts, locals and logs are clean."""
    server = await serve(ANSWERS[name])

    error = await error_of(either.exchange(outgoing(server.url, method)))

    assert_clean(error, key)
    assert key.encode() in server.visits[0].head


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize("url", URLS)
async def test_a_failed_connection_shows_no_key(
    serve: Serve, either: AiohttpTransport, outgoing: Make, key: str, url: str
) -> None:
    """Before the request as well."""
    server = await serve(lambda visit: visit.reply())

    error = await error_of(either.exchange(outgoing(url.format(port=server.port))))

    assert_clean(error, key)


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize("name", ["half a body", "too large", "not gzip"])
async def test_a_failed_stream_shows_no_key(
    serve: Serve, either: AiohttpTransport, outgoing: Make, key: str, name: str
) -> None:
    """In a download as well."""
    server = await serve(ANSWERS[name])

    async def download() -> None:
        async with either.stream(outgoing(server.url, "GET", None, max_body_bytes=2)) as (_, pieces):
            async for _piece in pieces:
                pass

    assert_clean(await error_of(download()), key)


@pytest.mark.usefixtures("logged")
@pytest.mark.parametrize("pieces", [(), (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",)])
async def test_a_cancellation_shows_no_key(
    serve: Serve, either: AiohttpTransport, outgoing: Make, key: str, pieces: tuple[bytes, ...]
) -> None:
    """aiohttp's frames hold the headers as locals; the cancellation leaves them behind."""
    server = await serve(reply(*pieces, then="stay"))
    exchange = asyncio.create_task(either.exchange(outgoing(server.url)))
    await server.came.wait()

    exchange.cancel()
    error = await error_of(exchange)

    assert isinstance(error, asyncio.CancelledError)
    assert key not in shown(error)


@pytest.mark.usefixtures("logged")
async def test_a_middlewares_error_shows_no_key(serve: Serve, outgoing: Make, key: str) -> None:
    """Foreign code may put the request into its error; it does not get out."""
    server = await serve(lambda visit: visit.reply())

    async def leaking(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        raise RuntimeError(str(request.headers))

    async with aiohttp.ClientSession(middlewares=(leaking,)) as session:
        error = await error_of(AiohttpTransport(session=session).exchange(outgoing(server.url)))

    assert_clean(error, key)


async def test_the_scan_finds_what_aiohttp_shows(serve: Serve, key: str) -> None:
    """The plain client does show the key, so that the scan above is worth something."""
    server = await serve(ANSWERS["not http"])

    async with aiohttp.ClientSession() as session:
        exchange = asyncio.create_task(session.post(server.url, headers={"X-Api-Key": key})._coro)
        await asyncio.wait({exchange})
    error = exchange.exception()

    assert error is not None
    assert key in shown(error)


async def test_an_error_in_the_callers_handler_keeps_the_callers_context(
    either: AiohttpTransport, outgoing: Make
) -> None:
    """Only what lies below is cut; what the caller was handling stays visible."""

    async def handle() -> None:
        try:
            raise LookupError("before")
        except LookupError:
            await either.exchange(outgoing("nowhere"))

    with pytest.raises(ExchangeFailed) as caught:
        await handle()

    assert isinstance(caught.value.__context__, LookupError)
