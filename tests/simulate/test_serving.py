"""Starting and ending a simulator."""

import asyncio
import signal
import sys
import time

import aiohttp
import pytest
from manual_clock import ManualClock
from simulator_client import connected
from toy_simulator import WORDS, ToySimulator

from invoicekit.simulate import Fault, FaultKind, FaultPlan, serving

PROCESS = """
import asyncio
from toy_simulator import ToySimulator
from invoicekit.simulate import run_forever
asyncio.run(run_forever(ToySimulator(), "127.0.0.1", 0, ready=lambda url: print(url, flush=True)))
"""


async def test_the_url_is_where_it_listens() -> None:
    """Port 0 becomes a real one."""
    async with connected(ToySimulator()) as wire:
        reply = await wire.send("GET", WORDS)

    assert reply.status == 200
    assert wire.running.url == f"http://127.0.0.1:{wire.running.port}"
    assert wire.running.port > 0


async def test_after_the_block_nobody_listens() -> None:
    """The next test starts from nothing."""
    async with serving(ToySimulator()) as running:
        pass

    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(running.host, running.port)


async def test_an_open_request_does_not_hold_up_the_end() -> None:
    """Neither an idle kept-alive connection nor one in the middle of a stall."""
    plan = FaultPlan.scripted([Fault(kind=FaultKind.STALL_BEFORE, nth=2, seconds=3600)])
    clock = ManualClock()
    async with connected(ToySimulator(faults=plan, clock=clock)) as wire:
        await wire.send("GET", WORDS)
        stalled = asyncio.create_task(wire.send("POST", WORDS, b"hello"))
        await clock.until_sleeping()
        began = time.monotonic()

    assert time.monotonic() - began < 1.0
    with pytest.raises(aiohttp.ClientError):
        await stalled


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_process_at_once(number: signal.Signals) -> None:
    """Cleanly, and even while a client keeps its connection open."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        f"import sys; sys.path[:] = {sys.path!r}\n{PROCESS}",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    url = (await process.stdout.readline()).decode().strip()
    async with aiohttp.ClientSession() as session:
        async with session.get(url + WORDS) as answer:
            await answer.read()
        process.send_signal(number)
        _, errors = await asyncio.wait_for(process.communicate(), timeout=5)

    assert (process.returncode, errors) == (0, b"")


async def test_a_request_and_its_answer_take_their_time() -> None:
    """The effect lies between the two ways, as with a provider that is far away."""
    clock = ManualClock()
    simulator = ToySimulator(clock=clock)
    async with serving(simulator, delay_seconds=0.2) as running, aiohttp.ClientSession() as session:
        sent = asyncio.create_task(session.post(running.url + WORDS, data=b"hello"))
        await clock.until_sleeping()
        on_its_way = list(simulator.ledger.words)
        await clock.advance(0.2)
        await clock.until_sleeping()
        arrived = list(simulator.ledger.words)
        is_answered = sent.done()
        await clock.advance(0.2)
        async with await sent as answer:
            assert answer.status == 201

    assert (on_its_way, arrived, is_answered) == ([], ["hello"], False)
