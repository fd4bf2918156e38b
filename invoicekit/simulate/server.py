"""A simulator on a web server: the control routes, and one catch-all for the provider's own."""

from aiohttp import web

from invoicekit.simulate import control
from invoicekit.simulate.delivery import deliver
from invoicekit.simulate.engine import Engine
from invoicekit.simulate.simulator import Simulator

MAX_BODY_BYTES = 64 * 1024 * 1024


def application(simulator: Simulator | Engine, *, delay_seconds: float = 0.0) -> web.Application:
    """Build the server side of a simulator, or of an engine that answers for one.

    Args:
        delay_seconds: How long a request is on its way, and its answer on the way back.
    """
    engine = simulator if isinstance(simulator, Engine) else Engine(simulator)
    simulator = engine.simulator
    built = web.Application(client_max_size=MAX_BODY_BYTES)
    control.add_routes(built, engine)

    async def receive(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if delay_seconds:
            await simulator.clock.sleep(delay_seconds)
        outcome = engine.receive(request.method, request.raw_path, request.headers, body)
        if delay_seconds:
            await simulator.clock.sleep(delay_seconds)
        return await deliver(request, outcome, simulator.clock)

    built.router.add_route("*", "/{path:.*}", receive)
    return built
