"""Whom we talk to is proven before anything is said."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
import trustme

from invoicekit.errors import ConfigurationError
from invoicekit.transport import AiohttpTransport, Departed, ExchangeFailed, Outgoing

Make = Callable[..., Outgoing]
Serve = Callable[..., Awaitable[Any]]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Return an authority nobody trusts by default."""
    return trustme.CA()


def server_side(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def failure_of(transport: AiohttpTransport, request: Outgoing) -> ExchangeFailed:
    """Exchange what must fail, and close."""
    with pytest.raises(ExchangeFailed) as caught:
        await asyncio.wait_for(transport.exchange(request), 10)
    await transport.aclose()
    return caught.value


async def test_a_trusted_certificate_is_fine(serve: Serve, outgoing: Make, authority: trustme.CA) -> None:
    """An authority of one's own comes in as an SSL context, and connections are kept."""
    server = await serve(lambda visit: visit.reply(b"ok"), tls=server_side(authority.issue_cert("127.0.0.1")))
    transport = AiohttpTransport(ssl_context=trusting(authority))

    answers = [await transport.exchange(outgoing(server.url)) for _ in range(2)]
    await transport.aclose()

    assert [answer.body for answer in answers] == [b"ok", b"ok"]
    assert server.connections == 1


async def test_an_unknown_authority_is_refused(serve: Serve, outgoing: Make, authority: trustme.CA) -> None:
    """By default the system's authorities decide; no keyword turns that off."""
    server = await serve(lambda visit: visit.reply(), tls=server_side(authority.issue_cert("127.0.0.1")))

    failure = await failure_of(AiohttpTransport(), outgoing(server.url))

    assert (failure.departed, failure.is_final) == (Departed.NO, True)
    assert "certificate" in failure.reason
    assert server.visits == []


async def test_a_certificate_of_another_host_is_refused(
    serve: Serve, outgoing: Make, authority: trustme.CA
) -> None:
    """A good certificate of the wrong host is a wrong host."""
    server = await serve(
        lambda visit: visit.reply(), tls=server_side(authority.issue_cert("api.example.com"))
    )

    failure = await failure_of(AiohttpTransport(ssl_context=trusting(authority)), outgoing(server.url))

    assert (failure.departed, failure.is_final) == (Departed.NO, True)
    assert server.visits == []


async def test_an_expired_certificate_is_refused(serve: Serve, outgoing: Make, authority: trustme.CA) -> None:
    """And the reason says so."""
    long_ago, yesterday = (datetime.now(UTC) - timedelta(days=days) for days in (30, 1))
    expired = authority.issue_cert("127.0.0.1", not_before=long_ago, not_after=yesterday)
    server = await serve(lambda visit: visit.reply(), tls=server_side(expired))

    failure = await failure_of(AiohttpTransport(ssl_context=trusting(authority)), outgoing(server.url))

    assert (failure.departed, failure.is_final) == (Departed.NO, True)
    assert failure.reason == "the host's certificate was refused (certificate has expired)"


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say nothing at all."""


async def speak_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the handshake as if it were a request."""
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Let the handshake hang until the other side gives up."""
    await reader.read()


@pytest.mark.parametrize("conduct", [hang_up, speak_plainly, stay_silent])
async def test_a_failed_handshake_sent_nothing(outgoing: Make, conduct: Any) -> None:
    """It ends before the request; where it hangs, the bound on connecting ends it."""
    done = asyncio.Event()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await conduct(reader, writer)
        writer.close()
        await writer.wait_closed()
        done.set()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    transport = AiohttpTransport(connect_seconds=0.5)

    failure = await failure_of(transport, outgoing(f"https://127.0.0.1:{port}/"))
    await asyncio.wait_for(done.wait(), 10)
    server.close()

    assert failure.departed is Departed.NO


async def test_a_host_that_hangs_up_after_the_request_is_doubt(
    serve: Serve, outgoing: Make, authority: trustme.CA
) -> None:
    """TLS around it changes nothing about what was read."""

    async def answer(visit: Any) -> None:
        visit.writer.transport.abort()

    server = await serve(answer, tls=server_side(authority.issue_cert("127.0.0.1")))

    failure = await failure_of(AiohttpTransport(ssl_context=trusting(authority)), outgoing(server.url))

    assert failure.departed is Departed.MAYBE
    assert len(server.visits) == 1


async def test_a_missing_client_certificate_is_no_proof(
    serve: Serve, outgoing: Make, authority: trustme.CA
) -> None:
    """In TLS 1.3 the host's refusal may come after the request has gone out."""
    demanding = server_side(authority.issue_cert("127.0.0.1"))
    demanding.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(demanding)
    server = await serve(lambda visit: visit.reply(), tls=demanding)

    failure = await failure_of(AiohttpTransport(ssl_context=trusting(authority)), outgoing(server.url))

    assert failure.departed is Departed.MAYBE
    assert server.visits == []


async def test_a_cancelled_exchange_over_tls_cuts_its_connection(
    serve: Serve, outgoing: Make, authority: trustme.CA
) -> None:
    """No farewell is waited for."""
    server = await serve(
        lambda visit: visit.reader.read(), tls=server_side(authority.issue_cert("127.0.0.1"))
    )
    transport = AiohttpTransport(ssl_context=trusting(authority))
    exchange = asyncio.create_task(transport.exchange(outgoing(server.url)))
    await server.came.wait()

    exchange.cancel()
    await asyncio.wait({exchange})
    await asyncio.wait_for(server.lost.wait(), 10)
    await transport.aclose()

    assert exchange.cancelled()


async def never_end(visit: Any) -> None:
    """Send for as long as the connection stands, and take no notice of farewells."""
    visit.writer.transport.pause_reading()
    await visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
    while True:
        await visit.send(bytes(65536))


async def test_a_stream_over_tls_left_early_is_cut_off(
    serve: Serve, outgoing: Make, authority: trustme.CA
) -> None:
    """A host that goes on sending is not listened to until it says goodbye."""
    server = await serve(never_end, tls=server_side(authority.issue_cert("127.0.0.1")))
    transport = AiohttpTransport(ssl_context=trusting(authority))

    async with transport.stream(outgoing(server.url, "GET", None, max_body_bytes=10**9)) as (_, pieces):
        await anext(pieces)

    await asyncio.wait_for(server.lost.wait(), 10)
    await transport.aclose()


async def test_old_protocols_are_not_spoken() -> None:
    """What our own session verifies with starts at TLS 1.2."""
    transport = AiohttpTransport()
    session = transport._new_session()

    context = session.connector._get_ssl_context(_Https())  # type: ignore[union-attr]
    await session.close()

    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


class _Https:
    ssl = True

    def is_ssl(self) -> bool:
        return True


async def test_a_borrowed_session_brings_its_own_tls() -> None:
    """A context that would be ignored is refused."""
    async with aiohttp.ClientSession() as session:
        with pytest.raises(ConfigurationError, match="ssl_context"):
            AiohttpTransport(session=session, ssl_context=ssl.create_default_context())
