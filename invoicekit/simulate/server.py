"""A simulator on a web server: the control routes, and one catch-all for the provider's own."""

from aiohttp import web

from invoicekit.simulate import control
from invoicekit.simulate.delivery import deliver
from invoicekit.simulate.engine import Engine
from invoicekit.simulate.simulator import Simulator

MAX_BODY_BYTES = 64 * 1024 * 1024


def application(simulator: Simulator | Engine) -> web.Application:
    """Build the server side of a simulator, or of an engine that answers for one."""
    engine = simulator if isinstance(simulator, Engine) else Engine(simulator)
    simulator = engine.simulator
    built = web.Application(client_max_size=MAX_BODY_BYTES)
    control.add_routes(built, engine)

    async def receive(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        outcome = engine.receive(request.method, request.raw_path, request.headers, body)
        return await deliver(request, outcome, simulator.clock)

    built.router.add_route("*", "/{path:.*}", receive)
    return built
