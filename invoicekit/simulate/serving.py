"""Run a simulator: inside a test, or as a process of its own."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import attrs
from aiohttp import web

from invoicekit.simulate.engine import Engine
from invoicekit.simulate.server import application
from invoicekit.simulate.simulator import Simulator

# Requests still under way at the end are cut: a simulator has nobody to be polite to.
_SHUTDOWN_SECONDS = 0.01


@attrs.frozen(kw_only=True)
class RunningSimulator:
    """A simulator that listens.

    Attributes:
        url: The address without a path, e.g. "http://127.0.0.1:40123".
    """

    url: str
    host: str
    port: int
    simulator: Simulator


@asynccontextmanager
async def serving(
    simulator: Simulator | Engine,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    delay_seconds: float = 0.0,
) -> AsyncIterator[RunningSimulator]:
    """Listen while the block runs; port 0 takes a free one.

    On leaving, open connections are closed at once and late writes take effect.

    Args:
        delay_seconds: How long a request is on its way, and its answer on the way back.
    """
    served = application(simulator, delay_seconds=delay_seconds)
    simulator = simulator.simulator if isinstance(simulator, Engine) else simulator
    runner = web.AppRunner(served, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, backlog=1024)
        await site.start()
        bound = int(runner.addresses[0][1])
        shown = f"[{host}]" if ":" in host else host
        yield RunningSimulator(url=f"http://{shown}:{bound}", host=host, port=bound, simulator=simulator)
    finally:
        await runner.cleanup()
        await simulator.close()
        # A closed transport gives its socket up one turn of the loop later, and there may be no loop then.
        await asyncio.sleep(0)


async def run_forever(
    simulator: Simulator | Engine,
    host: str,
    port: int,
    *,
    ready: Callable[[str], None],
    delay_seconds: float = 0.0,
) -> None:
    """Serve until SIGTERM or SIGINT; `ready` is told the URL once connections are accepted."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    try:
        async with serving(simulator, host, port, delay_seconds=delay_seconds) as running:
            ready(running.url)
            await ended.wait()
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
