"""Put an answer on the socket, or fail to, in the ways a network fails."""

import asyncio
import socket
import struct

from aiohttp import web

from invoicekit.clock import Clock
from invoicekit.simulate.exchange import Answer
from invoicekit.simulate.outcome import Manner, Outcome

DRIP_PIECES = 8


async def deliver(request: web.Request, outcome: Outcome, clock: Clock) -> web.StreamResponse:
    """Send the outcome in its manner."""
    answer = outcome.answer
    if outcome.manner is Manner.STALL:
        return await stall(request, outcome.seconds, clock)
    if answer is None:
        return cut(request, is_reset=outcome.is_reset)
    if outcome.manner is Manner.DRIP:
        return await drip(request, answer, outcome.seconds, clock)
    if outcome.manner is Manner.TRUNCATED:
        return await truncate(request, answer)
    return respond(answer)


def respond(answer: Answer) -> web.Response:
    """Build the ordinary response."""
    headers = dict(answer.headers)
    if answer.content_type is not None:
        headers["Content-Type"] = answer.content_type
    return web.Response(status=answer.status, body=answer.body, headers=headers)


def cut(request: web.Request, *, is_reset: bool = False) -> web.Response:
    """Close the connection without one byte of an answer; what is returned can no longer be written."""
    transport = request.transport
    if transport is not None:
        connection = transport.get_extra_info("socket")
        if is_reset and connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=503)


async def stall(request: web.Request, seconds: float, clock: Clock) -> web.Response:
    """Keep the connection open and silent, then close it."""
    await clock.sleep(seconds)
    return cut(request)


async def drip(request: web.Request, answer: Answer, seconds: float, clock: Clock) -> web.StreamResponse:
    """Send the headers at once and the body slowly; the body arrives whole."""
    response = _stream(answer)
    await response.prepare(request)
    size = max(1, -(-len(answer.body) // DRIP_PIECES))
    try:
        for piece in range(DRIP_PIECES):
            await clock.sleep(seconds / DRIP_PIECES)
            await response.write(answer.body[piece * size : (piece + 1) * size])
        await response.write_eof()
    except ConnectionError:
        pass  # the client gave up, which is its right
    return response


async def truncate(request: web.Request, answer: Answer) -> web.StreamResponse:
    """Promise the whole body, send half of it and close the connection."""
    promised = max(len(answer.body), 64)
    response = _stream(answer)
    response.content_length = promised
    await response.prepare(request)
    try:
        await response.write(answer.body[: len(answer.body) // 2])
    except ConnectionError:
        return response
    if request.transport is not None:
        request.transport.close()
    # The server would otherwise complain that the promised length was not written.
    await asyncio.sleep(0)
    return response


def _stream(answer: Answer) -> web.StreamResponse:
    headers = dict(answer.headers)
    if answer.content_type is not None:
        headers["Content-Type"] = answer.content_type
    response = web.StreamResponse(status=answer.status, headers=headers)
    if answer.body:
        response.content_length = len(answer.body)
    return response
