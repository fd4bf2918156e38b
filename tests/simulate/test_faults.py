"""What each fault does on a real socket, and whether the write took effect."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from manual_clock import ManualClock
from simulator_client import connected
from toy_simulator import WORDS, ToySimulator

from invoicekit.simulate import Fault, FaultKind, FaultPlan, RunningSimulator, serving

ADD = b"POST /words HTTP/1.1\r\nHost: toy\r\nContent-Length: 5\r\n\r\nhello"


def toy(fault: Fault, clock: ManualClock | None = None, **settings: object) -> ToySimulator:
    return ToySimulator(faults=FaultPlan.scripted([fault]), clock=clock, **settings)


async def exchange(running: RunningSimulator, request: bytes = ADD) -> bytes:
    """Send raw bytes and return every byte that comes back until the server closes."""
    reader, writer = await asyncio.open_connection(running.host, running.port)
    writer.write(request)
    await writer.drain()
    try:
        return await reader.read()
    finally:
        writer.close()


@asynccontextmanager
async def raw(running: RunningSimulator) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(running.host, running.port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def test_drop_before_cuts_without_a_byte_and_does_nothing() -> None:
    """The client cannot tell this from a lost answer."""
    simulator = toy(Fault(kind=FaultKind.DROP_BEFORE))
    async with serving(simulator) as running:
        received = await exchange(running)

    assert received == b""
    assert simulator.ledger.words == []
    assert [row.is_applied for row in simulator.faults] == [False]


async def test_drop_after_cuts_without_a_byte_and_has_acted() -> None:
    """The write is there although no byte of an answer was sent."""
    simulator = toy(Fault(kind=FaultKind.DROP_AFTER))
    async with serving(simulator) as running:
        received = await exchange(running)

    assert received == b""
    assert simulator.ledger.words == ["hello"]
    assert [row.is_applied for row in simulator.faults] == [True]


async def test_a_drop_can_be_a_reset() -> None:
    """Some clients treat a reset otherwise than an orderly close."""
    simulator = toy(Fault(kind=FaultKind.DROP_AFTER, is_reset=True))
    async with serving(simulator) as running:
        with pytest.raises(ConnectionResetError):
            await exchange(running)

    assert simulator.ledger.words == ["hello"]


async def test_a_late_write_happens_after_the_cut() -> None:
    """Nothing at first, everything within the settle bound, and the row says so then."""
    clock = ManualClock()
    simulator = toy(Fault(kind=FaultKind.LATE), clock, settle_seconds=4.0)
    async with serving(simulator) as running:
        received = await exchange(running)
        before, known_before = list(simulator.ledger.words), simulator.faults[0].is_applied
        await clock.advance(0.7)
        too_early = list(simulator.ledger.words)
        await clock.advance(3.3)

    assert received == b""
    assert before == too_early == []
    assert known_before is None
    assert simulator.ledger.words == ["hello"]
    assert simulator.faults[0].is_applied is True


async def test_a_late_write_can_miss_the_settle_bound() -> None:
    """A script may break the provider's promise, to see that a client notices."""
    clock = ManualClock()
    simulator = toy(Fault(kind=FaultKind.LATE, seconds=10.0), clock, settle_seconds=1.0)
    async with serving(simulator) as running:
        await exchange(running)
        await clock.advance(9.9)
        before = list(simulator.ledger.words)
        await clock.advance(0.1)

    assert before == []
    assert simulator.ledger.words == ["hello"]


async def test_late_writes_happen_before_the_simulator_ends() -> None:
    """The ledger of an ended simulator tells the final truth."""
    simulator = toy(Fault(kind=FaultKind.LATE), ManualClock())
    async with serving(simulator) as running:
        await exchange(running)

    assert simulator.ledger.words == ["hello"]


async def test_a_refused_late_write_is_not_applied() -> None:
    """Being late makes no write valid."""
    clock = ManualClock()
    simulator = toy(Fault(kind=FaultKind.LATE), clock)
    async with serving(simulator) as running:
        await exchange(running, b"POST /words HTTP/1.1\r\nHost: toy\r\nContent-Length: 0\r\n\r\n")
        await clock.advance(1.0)

    assert simulator.ledger.words == []
    assert simulator.faults[0].is_applied is False


@pytest.mark.parametrize(
    ("kind", "words"), [(FaultKind.ERROR_BEFORE, []), (FaultKind.ERROR_AFTER, ["hello"])]
)
async def test_an_error_comes_before_or_after_the_write(kind: FaultKind, words: list[str]) -> None:
    """The same answer both times; only the ledger knows."""
    simulator = toy(Fault(kind=kind, status=502))
    async with connected(simulator) as wire:
        reply = await wire.send("POST", WORDS, b"hello")

    assert reply.status == 502
    assert simulator.ledger.words == words
    assert [row.is_applied for row in simulator.faults] == [bool(words)]


@pytest.mark.parametrize(
    ("kind", "hint", "is_empty"),
    [
        (FaultKind.THROTTLE, None, False),
        (FaultKind.THROTTLE_RETRY_AFTER, "7", False),
        (FaultKind.THROTTLE_EMPTY, None, True),
    ],
)
async def test_a_throttle_has_many_forms(kind: FaultKind, hint: str | None, is_empty: bool) -> None:
    """With a hint, without one, without a body; nothing is applied."""
    simulator = toy(Fault(kind=kind, retry_after="7"))
    async with connected(simulator) as wire:
        reply = await wire.send("POST", WORDS, b"hello")

    assert reply.status == 429
    assert reply.headers.get("Retry-After") == hint
    assert (reply.body == b"") == is_empty
    assert simulator.ledger.words == []


@pytest.mark.parametrize("hint", ["Wed, 21 Oct 2026 07:28:00 GMT", "-5", "1000000000"])
async def test_a_hint_may_be_anything(hint: str) -> None:
    """The header's text goes out as the script says, and no silly value hurts the simulator."""
    simulator = toy(Fault(kind=FaultKind.THROTTLE_RETRY_AFTER, retry_after=hint))
    async with connected(simulator) as wire:
        reply = await wire.send("POST", WORDS, b"hello")
        stats = await wire.stats()

    assert reply.headers["Retry-After"] == hint
    assert stats["seeded_429"] == 1


async def test_a_slow_body_comes_whole_but_not_at_once() -> None:
    """Headers first, then the body piece by piece."""
    clock = ManualClock()
    simulator = toy(Fault(kind=FaultKind.SLOW_BODY, seconds=8.0), clock)
    async with serving(simulator) as running, raw(running) as (reader, writer):
        writer.write(ADD)
        head = await reader.readuntil(b"\r\n\r\n")
        await clock.until_sleeping()
        await clock.advance(1.0)
        first = await reader.read(100)
        for _ in range(7):
            await clock.until_sleeping()
            await clock.advance(1.0)
        rest = await reader.read(100)

    assert head.startswith(b"HTTP/1.1 201 ")
    assert 0 < len(first) < 10
    assert json.loads(first + rest) == {"word": "hello", "count": 1}
    assert simulator.ledger.words == ["hello"]


async def test_a_client_that_leaves_a_slow_body_disturbs_nothing() -> None:
    """The next request is answered."""
    clock = ManualClock()
    simulator = toy(Fault(kind=FaultKind.SLOW_BODY, seconds=8.0), clock)
    async with connected(simulator) as wire:
        async with raw(wire.running) as (reader, writer):
            writer.write(ADD)
            await reader.readuntil(b"\r\n\r\n")
            await clock.until_sleeping()
        for _ in range(8):
            await clock.advance(1.0)
        reply = await wire.send("GET", WORDS)

    assert reply.json() == ["hello"]


async def test_a_truncated_body_promises_more_than_it_holds() -> None:
    """A 2xx whose body ends early says that the write is done, and not what it made."""
    simulator = toy(Fault(kind=FaultKind.TRUNCATED))
    async with serving(simulator) as running:
        received = await exchange(running)

    head, _, body = received.partition(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    assert head.startswith(b"HTTP/1.1 201 ")
    assert 0 < len(body) < int(length.split(b":")[1])
    assert simulator.ledger.words == ["hello"]


async def test_garbage_is_a_whole_answer_that_is_no_json() -> None:
    """A proxy's page in the place of the provider's document."""
    simulator = toy(Fault(kind=FaultKind.GARBAGE))
    async with connected(simulator) as wire:
        reply = await wire.send("POST", WORDS, b"hello")

    assert reply.status == 201
    with pytest.raises(json.JSONDecodeError):
        reply.json()
    assert simulator.ledger.words == ["hello"]


async def test_a_redirect_points_elsewhere_and_applies_nothing() -> None:
    """Whoever follows it sends its key and its payment to a stranger."""
    simulator = toy(Fault(kind=FaultKind.REDIRECT, location="http://stranger.invalid/x"))
    async with connected(simulator) as wire:
        reply = await wire.send("POST", WORDS, b"hello")

    assert (reply.status, reply.headers["Location"]) == (307, "http://stranger.invalid/x")
    assert simulator.ledger.words == []


async def test_a_wrong_body_names_another_object() -> None:
    """As a confused cache or proxy would answer."""
    simulator = toy(Fault(kind=FaultKind.WRONG_BODY, at="get_word"))
    simulator.populate({"words": 3})
    async with connected(simulator) as wire:
        reply = await wire.send("GET", WORDS + "/1")

    assert (reply.status, reply.json()["number"]) == (200, "another")


async def test_where_no_mistake_makes_sense_nothing_strikes() -> None:
    """The fault log holds only what happened."""
    simulator = toy(Fault(kind=FaultKind.WRONG_BODY))
    async with connected(simulator) as wire:
        reply = await wire.send("POST", WORDS, b"hello")

    assert reply.json() == {"word": "hello", "count": 1}
    assert len(simulator.faults) == 0


@pytest.mark.parametrize(
    ("kind", "words"), [(FaultKind.STALL_BEFORE, []), (FaultKind.STALL_AFTER, ["hello"])]
)
async def test_a_stall_says_nothing_for_long(kind: FaultKind, words: list[str]) -> None:
    """Silence on an open connection, then its end."""
    clock = ManualClock()
    simulator = toy(Fault(kind=kind, seconds=60.0), clock)
    async with serving(simulator) as running, raw(running) as (reader, writer):
        writer.write(ADD)
        await clock.until_sleeping()
        await clock.advance(59.0)
        is_open = not reader.at_eof()
        await clock.advance(1.0)
        received = await reader.read()

    assert is_open
    assert received == b""
    assert simulator.ledger.words == words


async def test_a_replay_lets_one_request_happen_twice() -> None:
    """Answered as usual; the second time comes later, by nobody's wish."""
    clock = ManualClock()
    simulator = toy(Fault(kind=FaultKind.REPLAY, seconds=0.5), clock)
    async with connected(simulator) as wire:
        reply = await wire.send("POST", WORDS, b"hello")
        before = list(simulator.ledger.words)
        await clock.advance(0.5)

    assert reply.json() == {"word": "hello", "count": 1}
    assert before == ["hello"]
    assert simulator.ledger.words == ["hello", "hello"]


async def test_an_unanswered_request_is_remembered_without_a_status() -> None:
    """Lost answers show in the counts too."""
    simulator = toy(Fault(kind=FaultKind.DROP_AFTER))
    async with serving(simulator) as running:
        await exchange(running)

    assert [(record.operation, record.status) for record in simulator.requests] == [("add_word", None)]
    assert simulator.tally.by_operation["add_word"] == {"none": 1}
