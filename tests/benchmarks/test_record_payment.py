"""Whether the comparison is one: the same requests from every side, and answers that a payment needs."""

import json
from collections.abc import Awaitable, Callable

import pytest
from fake_clockify import Books, listen, port_of
from payment_peers import connect, paying, paying_barely, paying_sparingly, session_for_peers, spare_session

INVOICE = "64c7f00dfcab07cfbb2f0001"
REFERENCE = "ik:00000001e1f428e7"

Seen = list[tuple[str, str, object]]


async def by_ours(base: str) -> None:
    async with connect(base) as service:
        await paying(service)(INVOICE, REFERENCE)


async def barely(base: str) -> None:
    async with session_for_peers() as session:
        await paying_barely(session, base)(INVOICE, REFERENCE)


async def sparingly(base: str) -> None:
    async with spare_session() as session:
        await paying_sparingly(session, base)(INVOICE, REFERENCE)


async def seen_of(pay: Callable[[str], Awaitable[None]]) -> Seen:
    """Let one side pay; method, target and JSON of what it sent, with a note of the same length for all."""
    books = Books(keep_requests=True)
    server = await listen(books)
    try:
        await pay(f"http://127.0.0.1:{port_of(server)}/api")
    finally:
        server.close()
        await server.wait_closed()
    assert books.seen is not None
    return [(method, target, _shape(body)) for method, target, body in books.seen]


def _shape(body: bytes) -> object:
    document = json.loads(body) if body else None
    return document and {**document, "note": len(document["note"])}


@pytest.mark.parametrize("peer", [barely, sparingly])
async def test_every_side_sends_the_same_requests(peer: Callable[[str], Awaitable[None]]) -> None:
    """Same methods, addresses, queries and JSON, in the same order."""
    ours, theirs = await seen_of(by_ours), await seen_of(peer)

    assert len(ours) == 4
    assert theirs == ours
