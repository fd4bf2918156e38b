"""How much of an answer is taken in."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest

from invoicekit.transport import AiohttpTransport, Departed, ExchangeFailed, Outgoing

Make = Callable[..., Outgoing]
Serve = Callable[..., Awaitable[Any]]
MIB = 1024 * 1024
CHUNK = b"10000\r\n" + b"x" * 65536 + b"\r\n"


@pytest.fixture
def peak() -> Iterator[Callable[[], int]]:
    """Return a function that tells the most memory allocated at once since the test began, in bytes."""
    tracemalloc.start()
    yield lambda: tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()


def zeros(size: int) -> bytes:
    """Compress `size` zero bytes about a thousandfold."""
    packer = zlib.compressobj(9, wbits=31)
    packed = [packer.compress(bytes(MIB)) for _ in range(size // MIB)]
    return b"".join([*packed, packer.flush()])


async def oversized(exchange: Awaitable[object]) -> ExchangeFailed:
    """Await what must break a bound."""
    with pytest.raises(ExchangeFailed) as caught:
        await asyncio.wait_for(exchange, 10)
    assert caught.value.is_oversized
    assert caught.value.departed is Departed.MAYBE
    return caught.value


async def send_chunks(visit: Any, count: int) -> None:
    """Send that many chunks of 64 KiB, for as long as anyone takes them."""
    await visit.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(count):
        await visit.send(CHUNK)
    await visit.send(b"0\r\n\r\n")


async def test_a_body_of_exactly_the_bound_is_whole(
    serve: Serve, either: AiohttpTransport, outgoing: Make
) -> None:
    """The bound itself is still fine."""
    server = await serve(lambda visit: send_chunks(visit, 4))

    answer = await either.exchange(outgoing(server.url, max_body_bytes=4 * 65536))

    assert len(answer.body) == 4 * 65536


@pytest.mark.parametrize("bound", [0, 1, 65535, 4 * 65536 - 1])
async def test_one_byte_more_is_too_much(
    serve: Serve, either: AiohttpTransport, outgoing: Make, bound: int
) -> None:
    """Over the bound there is no answer, not half of one."""
    server = await serve(lambda visit: send_chunks(visit, 4))

    failure = await oversized(either.exchange(outgoing(server.url, max_body_bytes=bound)))

    assert failure.reason == f"the answer is larger than {bound} bytes"


async def test_a_small_answer_can_be_too_much(serve: Serve, either: AiohttpTransport, outgoing: Make) -> None:
    """The bound holds as well where everything came at once."""
    server = await serve(lambda visit: visit.reply(b"abc"))

    await oversized(either.exchange(outgoing(server.url, max_body_bytes=2)))


async def test_a_declared_size_is_refused_unread(
    serve: Serve, either: AiohttpTransport, outgoing: Make
) -> None:
    """200 MB are never taken in: the host is cut off after its head."""
    sent = 0

    async def answer(visit: Any) -> None:
        nonlocal sent
        await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n")
        while sent < 200_000_000:
            await visit.send(bytes(65536))
            sent += 65536

    server = await serve(answer)
    await oversized(either.exchange(outgoing(server.url)))
    await asyncio.wait_for(server.lost.wait(), 10)

    assert sent < 16 * MIB


async def test_an_endless_answer_ends_at_the_bound(
    serve: Serve, either: AiohttpTransport, outgoing: Make
) -> None:
    """A host that never stops is cut off, and does not go on sending to us in the background."""
    server = await serve(lambda visit: send_chunks(visit, 1_000_000))

    await oversized(either.exchange(outgoing(server.url, max_body_bytes=MIB)))

    await asyncio.wait_for(server.lost.wait(), 10)


async def test_a_bomb_is_put_out(
    serve: Serve, either: AiohttpTransport, outgoing: Make, peak: Callable[[], int]
) -> None:
    """Compression far beyond what text reaches is refused long before the bound on size."""
    packed = zeros(64 * MIB)
    server = await serve(lambda visit: visit.reply(packed, headers=("Content-Encoding: gzip",)))
    tracemalloc.reset_peak()

    failure = await oversized(either.exchange(outgoing(server.url)))

    assert "compressed" in failure.reason
    assert peak() < 12 * MIB


async def test_short_repetitive_text_may_be_dense(
    serve: Serve, either: AiohttpTransport, outgoing: Make
) -> None:
    """Below a megabyte no ratio is refused: a page of like rows is not a bomb."""
    text = b" " * (MIB - 1)
    server = await serve(lambda visit: visit.reply(gzip.compress(text), headers=("Content-Encoding: gzip",)))

    answer = await either.exchange(outgoing(server.url))

    assert answer.body == text


async def test_the_bound_counts_what_comes_out(
    serve: Serve, either: AiohttpTransport, outgoing: Make
) -> None:
    """Ordinary compression does not get an answer past the bound."""
    text = b"".join(b"%08x" % (number * 2654435761 % 2**32) for number in range(MIB // 4))
    server = await serve(lambda visit: visit.reply(gzip.compress(text), headers=("Content-Encoding: gzip",)))

    failure = await oversized(either.exchange(outgoing(server.url, max_body_bytes=2 * MIB - 1)))

    assert "larger" in failure.reason


async def test_an_answer_is_not_held_twice(
    serve: Serve, either: AiohttpTransport, outgoing: Make, peak: Callable[[], int]
) -> None:
    """A whole answer of the largest size costs little more memory than itself."""
    server = await serve(lambda visit: send_chunks(visit, 256))
    tracemalloc.reset_peak()

    answer = await either.exchange(outgoing(server.url))

    assert len(answer.body) == 16 * MIB
    assert peak() < 1.5 * 16 * MIB


@pytest.mark.parametrize(
    "head",
    [
        b"X-Many: 1\r\n" * 100_000,
        b"X-Long: " + b"x" * 10_000_000 + b"\r\n",
        b"X" * 10_000_000 + b": 1\r\n",
    ],
)
async def test_a_flood_of_headers_is_cut_off(
    serve: Serve, either: AiohttpTransport, outgoing: Make, head: bytes
) -> None:
    """A head has bounds as well."""
    server = await serve(lambda visit: visit.send(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n"))

    failure = await oversized(either.exchange(outgoing(server.url)))

    assert failure.reason == "the answer is not valid HTTP"


async def test_a_long_status_line_is_cut_off(serve: Serve, either: AiohttpTransport, outgoing: Make) -> None:
    """So has its first line."""
    server = await serve(lambda visit: visit.send(b"HTTP/1.1 200 " + b"x" * 10_000_000 + b"\r\n\r\n"))

    await oversized(either.exchange(outgoing(server.url)))


async def test_a_stream_has_the_same_bound(serve: Serve, either: AiohttpTransport, outgoing: Make) -> None:
    """A download that grows beyond its bound ends with an error, not short."""
    server = await serve(lambda visit: send_chunks(visit, 1_000_000))

    async with either.stream(outgoing(server.url, "GET", None, max_body_bytes=MIB)) as (_, pieces):
        await oversized(drain(pieces))

    await asyncio.wait_for(server.lost.wait(), 10)


async def drain(pieces: AsyncIterator[bytes]) -> bytes:
    """Join a stream."""
    return b"".join([piece async for piece in pieces])
