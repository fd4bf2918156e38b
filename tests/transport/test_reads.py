"""What is read asks for no more memory than is at hand."""

import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trustme

from invoicekit.transport import AiohttpTransport, Outgoing

Make = Callable[..., Outgoing]
Serve = Callable[..., Awaitable[Any]]

LARGE = b"[" + b"1," * 100_000 + b"1]"
MOST = 100 * 1024
"""Well below the 128 KiB from which glibc asks the system for every piece, and gives each back."""


async def test_no_read_of_a_connection_is_mapped_by_the_system(
    serve: Serve, transport: AiohttpTransport, outgoing: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """asyncio's own size costs three system calls and the page faults for an answer of a kilobyte."""
    server = await serve(lambda visit: visit.reply(LARGE))
    asked: list[int] = []
    recv = socket.socket.recv

    def spying(self: socket.socket, size: int, *flags: int) -> bytes:
        if self.getpeername()[1] == server.port:
            asked.append(size)
        return recv(self, size, *flags)

    monkeypatch.setattr(socket.socket, "recv", spying, raising=False)

    for _ in range(2):
        assert (await transport.exchange(outgoing(server.url))).body == LARGE

    assert asked
    assert max(asked) <= MOST


async def test_nor_is_one_by_tls(serve: Serve, outgoing: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """There, what is decrypted is asked for in the same size."""
    authority = trustme.CA()
    server_side = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(server_side)
    client_side = ssl.create_default_context()
    authority.configure_trust(client_side)
    server = await serve(lambda visit: visit.reply(LARGE), tls=server_side)
    asked: list[int] = []
    read = ssl.SSLObject.read

    def spying(self: ssl.SSLObject, size: int = 1024, *buffer: Any) -> Any:
        if not self.server_side:
            asked.append(size)
        return read(self, size, *buffer)

    monkeypatch.setattr(ssl.SSLObject, "read", spying)
    transport = AiohttpTransport(ssl_context=client_side)

    await transport.exchange(outgoing(server.url))
    asked.clear()  # the handshake reads before anybody can say how
    answer = await transport.exchange(outgoing(server.url))
    await transport.aclose()

    assert answer.body == LARGE
    assert asked
    assert max(asked) <= MOST
